package bot

import (
	"slices"
	"testing"

	"liveadmin/commands"
	"liveadmin/commands/words"
)

// TestNotified: the end of a request notifies who asked; a new try that its approval covers is no
// end of one.
func TestNotified(t *testing.T) {
	approved := &Request{Decision: &Decision{State: Accepted}}
	for name, tt := range map[string]struct {
		entry Entry
		asker bool
	}{
		"a command":       {Entry{}, false},
		"an end":          {Entry{Turn: 2, Request: approved}, true},
		"a covered retry": {Entry{Request: approved}, false},
		"a reminder":      {Entry{Command: commands.Command{Verb: commands.Remind}}, true},
	} {
		tt.entry.Caller.Ref = "discord:user:1"
		if got := tt.entry.Notified(words.Message{}); slices.Contains(got, "discord:user:1") != tt.asker {
			t.Errorf("%s notifies %v", name, got)
		}
	}
}
