package terminal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
)

// mostKeys is how many buttons have a key: those that were shown last.
const mostKeys = 9

// keys are what the keys 1 to 9 press: "3 undo", or "" if nothing. A button gets the key after
// that of the one before it, and takes it from an older button.
type keys struct {
	press [mostKeys]string
	next  int
	asks  map[string]words.Text // by "3 approve": what is asked before it is pressed for the first time
}

// give returns the key of one more button.
func (k *keys) give(press string) rune {
	at := slices.Index(k.press[:], press)
	if at < 0 {
		at = k.next
		k.press[at], k.next = press, (at+1)%mostKeys
	}
	return rune('1' + at)
}

// ask notes what is asked before a button is pressed; empty: nothing.
func (k *keys) ask(press string, question words.Text) {
	if k.asks == nil {
		k.asks = make(map[string]words.Text)
	}
	k.asks[press] = question
}

// asked returns what is asked before a button is pressed, once.
func (k *keys) asked(press string) (question words.Text) {
	question = k.asks[press]
	delete(k.asks, press)
	return question
}

// pressOf is what a key presses, or "".
func (k *keys) pressOf(key rune) string {
	if key < '1' || key > '9' {
		return ""
	}
	return k.press[key-'1']
}

// buttons shows buttons, with what can be typed in place of each and, where somebody sits, its key.
func (t *Terminal) buttons(actions []words.Action, indent string) string {
	var b strings.Builder
	for _, a := range actions {
		press := fmt.Sprintf("%d %s", a.Entry, a.Name)
		b.WriteString(indent)
		if t.Console != nil {
			t.mu.Lock()
			fmt.Fprintf(&b, "%c ", t.keys.give(press))
			t.keys.ask(press, a.Confirm)
			t.mu.Unlock()
		}
		b.WriteString(t.paint(bold, "["+words.Visible(a.Label)+"]") + "   " + t.paint(faint, "/press "+words.Visible(press)) + "\n")
	}
	return b.String()
}

// press presses a button under the message of an entry: "3 approve".
func (t *Terminal) press(ctx context.Context, door bot.Door, text string) {
	number, action, _ := strings.Cut(strings.TrimPrefix(text, "#"), " ")
	entry, err := strconv.ParseInt(number, 10, 64)
	if action = strings.TrimSpace(action); !strings.HasPrefix(action, change.DoneAction) {
		action = strings.ToLower(action)
	}
	if err != nil || action == "" {
		t.tell(words.In(t.Language).Demo.Press, words.Slots{"command": {{Kind: words.Code, Text: "/press 3 approve"}}})
		return
	}
	t.mu.Lock()
	question := t.keys.asked(fmt.Sprintf("%d %s", entry, action))
	t.mu.Unlock()
	if len(question) > 0 {
		t.write(t.line(question) + "\n" + words.In(t.Language).Demo.Again + "\n")
		return
	}
	t.reported.Delete(entry) // what comes of it is written anew
	t.deliver(ctx, door, bot.Delivery{Click: &bot.Click{Action: action, Entry: entry}}, entry)
}
