package terminal

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// press presses a button under the message of an entry: "3 approve".
func (t *Terminal) press(ctx context.Context, door bot.Door, n int, text string) {
	number, action, _ := strings.Cut(strings.TrimPrefix(text, "#"), " ")
	entry, err := strconv.ParseInt(number, 10, 64)
	action = strings.ToLower(strings.TrimSpace(action))
	if err != nil || action == "" {
		t.tell(words.In(t.Language).Demo.Press, words.Slots{"command": {{Text: "/press 3 approve"}}})
		return
	}
	t.reported.Delete(entry) // what comes of it is written anew
	t.deliver(ctx, door, bot.Delivery{
		Key:    fmt.Sprintf("%s:%s:%d", Name, t.session, n),
		Caller: commands.Caller{Ref: Ref(t.speaker), Name: t.speaker},
		Place:  commands.Place{Platform: Name, Channel: Name + ":demo"},
		Click:  &bot.Click{Action: action, Entry: entry},
	}, entry)
}

// finish notes that what there was to say of an entry has been written.
func (t *Terminal) finish(entry int64) {
	t.finishing.Lock()
	defer t.finishing.Unlock()
	done := t.done(entry)
	select {
	case <-done:
	default:
		close(done)
	}
}

// recordTime is how long the next line waits for the record of what was written: a request can
// be decided when that has where its message is.
const recordTime = 100 * time.Millisecond

// Notify writes a message, with what can be typed in place of its buttons.
func (t *Terminal) Notify(_ context.Context, e bot.Entry, name string, m words.Message, _ []string) (bot.Post, error) {
	text := t.lines(m, "    ")
	for _, a := range m.Actions {
		text += fmt.Sprintf("    [%s]   /press %d %s\n", a.Label, a.Entry, a.Name)
	}
	if err := t.write(text); err != nil {
		return "", err
	}
	if name == "request" {
		time.AfterFunc(recordTime, func() { t.finish(e.Number) })
	}
	return place(e), nil
}

// FindNotice finds nothing: what a terminal has shown is gone with it.
func (t *Terminal) FindNotice(context.Context, bot.Entry, string) (bot.Post, bool, error) {
	return "", false, nil
}

// EditNotice does nothing: what a terminal has shown cannot be changed.
func (t *Terminal) EditNotice(context.Context, bot.Entry, bot.Post, words.Message) error { return nil }
