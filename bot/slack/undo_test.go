package slack_test

import (
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// TestUndo: the button under a result undoes it, in the same thread; who is not
// allowed is told alone.
func TestUndo(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			w.acked(w.slash(alice, "add "+group+" user1 --new"))
			_, replies := w.final(channel)
			result := replies[0]
			if blocks := string(result.Blocks); !strings.Contains(blocks, `"confirm"`) || !strings.Contains(blocks, `"value":"1"`) {
				t.Errorf("the button has no question, or not the entry's number: %s", blocks)
			}
			w.acked(w.Click("U0GUEST", result, "undo.0"))
			if got := w.Plain(w.private("U0GUEST", 1)); !strings.Contains(got, "not allowed") {
				t.Errorf("answered %q", got)
			}
			w.acked(w.Click(alice, result, "undo.0"))
			undone := w.message(func(m fakeslack.Message) bool { return strings.Contains(w.Plain(m), "Undid #1") })
			if undone.ThreadTS != result.ThreadTS {
				t.Errorf("it stands in %q, not in the thread %q", undone.ThreadTS, result.ThreadTS)
			}
		})
	}
}
