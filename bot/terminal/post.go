package terminal

import (
	"context"
	"fmt"
	"time"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// recordTime is how long the next line waits for the record of what was written: a request can
// be decided when that has where its message is.
const recordTime = time.Second / 2

// Announce writes the root line.
func (t *Terminal) Announce(_ context.Context, e bot.Entry, root words.Text) (bot.Post, error) {
	if e.Command.Private {
		return place(e), nil
	}
	return place(e), t.write(t.root(root, e.Summary().Status()) + "   " + t.paint(faint, string(place(e))) + "\n")
}

// Report writes the root's last line and the result under it.
func (t *Terminal) Report(_ context.Context, e bot.Entry, root words.Text, result words.Message) (bot.Post, error) {
	only, indent := "", "    "
	if e.Command.Private {
		root, result = result.Alone(root)
		only, indent = t.onlyFor(e.Caller.Name), "  "
	}
	shown := t.root(root, e.Summary().Status()) + "\n"
	if only != "" {
		shown = only + "  " + shown
	}
	shown += t.lines(result, indent)
	if t.Console != nil {
		shown += t.buttons(result.Actions, indent)
	}
	if err := t.write(shown); err != nil {
		return "", err
	}
	t.finish(e.Number)
	return place(e), nil
}

// Update writes the last line of a request that is not carried out. What a terminal has shown
// cannot be changed.
func (t *Terminal) Update(_ context.Context, e bot.Entry, root words.Text) error {
	if !e.State.Ended() {
		return nil
	}
	defer t.finish(e.Number)
	return t.write(t.root(root, e.Summary().Status()) + "\n")
}

// Notify writes a message and its buttons.
func (t *Terminal) Notify(_ context.Context, e bot.Entry, name string, m words.Message, _ []string) (bot.Post, error) {
	if err := t.write(t.lines(m, "    ") + t.buttons(m.Actions, "    ")); err != nil {
		return "", err
	}
	if name == bot.RequestNotice {
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

// Write writes lines that come from elsewhere, those of the log.
func (t *Terminal) Write(lines []byte) (int, error) { return len(lines), t.write(string(lines)) }

func place(e bot.Entry) bot.Post { return bot.Post(fmt.Sprintf("#%d", e.Number)) }

// onlyFor says that only somebody sees what follows.
func (t *Terminal) onlyFor(name string) string {
	only := words.Fill(words.In(t.Language).Demo.Only, words.Slots{"name": {{Text: name}}}).String()
	return t.paint(faint, only) + "\n"
}
