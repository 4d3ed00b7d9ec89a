package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// press clicks a button of an entry and returns what comes of it.
func press(t *testing.T, chat *bottest.Chat, who, action string, entry int64) string {
	t.Helper()
	answer, err := chat.Press(soon(t), who, action, entry)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Private != nil {
		return "(private) " + answer.Private.String()
	}
	result, err := chat.Result(soon(t), answer.Entry)
	if err != nil {
		t.Fatal(err)
	}
	return chat.Root(answer.Entry) + "\n" + result
}

// TestUndo: undo reverses what an entry changed, as far as nobody has changed it since.
func TestUndo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before []string // administrators
		said   []string // by alice; the first is undone
		says   string
		after  []string
		limits string // on record afterwards
	}{
		{"an add", []string{"user1"}, []string{"add GROUP user1 user2"}, "Undid #1 in GROUP", []string{"user1"}, ""},
		{"an add with a limit", nil, []string{"add GROUP user1 --for 2h"}, "• user1: removed", nil, ""},
		{"a replacement", []string{"user1"}, []string{"add GROUP user2 --replace user1"}, "• user1: added", []string{"user1"}, ""},
		{"a remove", []string{"user1", "user2"}, []string{"remove GROUP user1 user9"}, "added user1", []string{"user1", "user2"}, ""},
		{"what somebody else has undone", nil, []string{"add GROUP user1", "remove GROUP user1"}, "• user1: no change: changed again since then", nil, ""},
		{"a part that is still so", nil, []string{"add GROUP user1 user2", "remove GROUP user1"}, "• user2: removed", nil, ""},
		{"what somebody else did anew", nil, []string{"add GROUP user1", "remove GROUP user1", "add GROUP user1"}, "Nothing to change", []string{"user1"}, ""},
		{"an add that somebody else asked for, too", nil, []string{"add GROUP user1", "add GROUP user1 user2"}, "• user1: removed", []string{"user2"}, ""},
		{"a remove that somebody else asked for, too", []string{"user1"}, []string{"remove GROUP user1", "remove GROUP user1"}, "• user1: added", []string{"user1"}, ""},
		{"a replacement that was clicked twice", []string{"user1"}, []string{"add GROUP user2 --replace user1", "add GROUP user2 --replace user1"}, "• user1: added", []string{"user1"}, ""},
		{"an add whose limit somebody else moved", nil, []string{"add GROUP user1 --for 2h", "add GROUP user1 --for 4h"}, "• user1: no change: changed again since then", []string{"user1"}, "user1 19:30"},
		{"a remove that somebody else did anew", []string{"user1"}, []string{"remove GROUP user1", "add GROUP user1", "remove GROUP user1"}, "• user1: no change: changed again since then", nil, ""},
		{"where the seats are taken since", []string{"a", "b", "c", "d", "e"}, []string{"remove GROUP a", "add GROUP user1"}, "With this change it would have 6", []string{"b", "c", "d", "e", "user1"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			if err := stage.API.SetAdmins(groupA, test.before); err != nil {
				t.Fatal(err)
			}
			stage.Run(t, chat)
			for _, text := range test.said {
				if _, err := chat.Say(soon(t), "alice", strings.ReplaceAll(text, "GROUP", groupA)); err != nil {
					t.Fatal(err)
				}
			}
			got, want := press(t, chat, "alice", change.UndoAction, 1), strings.ReplaceAll(test.says, "GROUP", groupA)
			if !strings.Contains(got, want) {
				t.Errorf("answered\n%s\nwant %q", got, want)
			}
			admins(t, stage, groupA, test.after...)
			limits(t, stage, test.limits)
		})
	}
}

// limits compares the limited administrators on record: "user1 18:00".
func limits(t *testing.T, stage *bottest.Stage, want string) {
	t.Helper()
	grants, err := stage.Journal.Grants(t.Context(), imapi.GroupID(groupA))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, g := range grants {
		all = append(all, fmt.Sprintf("%s %s", g.User, g.Until.UTC().Format("15:04")))
	}
	if got := strings.Join(all, ", "); got != want {
		t.Errorf("limits on record: %q, want %q", got, want)
	}
}

// TestUndoLimits: who was limited before is limited again, unless somebody decided
// about it since, or the end is over.
func TestUndoLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		said   []string
		undone int64
		wait   time.Duration
		after  []string
		limits string
		says   string
	}{
		{"a remove", []string{"add GROUP user1 --for 2h", "remove GROUP user1"}, 2, 0, []string{"user1"}, "user1 17:30", ""},
		{"a remove whose end is over", []string{"add GROUP user1 --for 2h", "remove GROUP user1"}, 2, 3 * time.Hour, nil, "", ""},
		{"a remove, and somebody else added", []string{"add GROUP user1 --for 2h", "remove GROUP user1", "add GROUP user1", "remove GROUP user1"}, 2, 0, nil, "", ""},
		{"an end lifted", []string{"add GROUP user1 --for 2h", "add GROUP user1"}, 2, 0, []string{"user1"}, "user1 17:30", ""},
		{"an end moved", []string{"add GROUP user1 --for 2h", "add GROUP user1 --for 4h"}, 2, 0, []string{"user1"}, "user1 17:30", ""},
		{"an end moved again since", []string{"add GROUP user1 --for 2h", "add GROUP user1 --for 4h", "add GROUP user1 --for 6h"}, 2, 0, []string{"user1"}, "user1 21:30", "• user1: no change: changed again since then"},
		{"an end moved, and somebody removed since", []string{"add GROUP user1 --for 2h", "add GROUP user1 --for 4h", "remove GROUP user1"}, 2, 0, nil, "", "• user1: no change: changed again since then"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			stage.Run(t, chat)
			for _, text := range test.said {
				if _, err := chat.Say(soon(t), "alice", strings.ReplaceAll(text, "GROUP", groupA)); err != nil {
					t.Fatal(err)
				}
			}
			stage.Clock.Advance(test.wait)
			if got := press(t, chat, "alice", change.UndoAction, test.undone); !strings.Contains(got, test.says) {
				t.Errorf("answered\n%s\nwant %q", got, test.says)
			}
			admins(t, stage, groupA, test.after...)
			limits(t, stage, test.limits)
		})
	}
}

// TestUndoIsDecided: who clicks must be allowed the reverse command, in time, and
// only what changed something can be undone.
func TestUndoIsDecided(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
		{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}},
		{Name: "rule 1", Allow: []string{bottest.Ref("bob")}, Commands: []commands.Verb{commands.Add, commands.List}},
	}}})
	stage.Run(t, chat)
	for _, text := range []string{"add GROUP user1", "list GROUP", "add GROUP user1"} {
		if _, err := chat.Say(soon(t), "alice", strings.ReplaceAll(text, "GROUP", groupA)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		who   string
		entry int64
		says  string
	}{
		{"bob", 1, "(private) You are not allowed to use remove"},
		{"mallory", 1, "(private) You are not allowed to use remove"},
		{"alice", 2, "(private) This button has expired. Type the command instead."},
		{"alice", 3, "(private) This button has expired. Type the command instead."},
		{"alice", 99, "(private) This button has expired. Type the command instead."},
	} {
		if got := press(t, chat, test.who, change.UndoAction, test.entry); !strings.HasPrefix(got, test.says) {
			t.Errorf("%s on #%d: answered %q, want %q", test.who, test.entry, got, test.says)
		}
	}
	admins(t, stage, groupA, "user1")
	stage.Clock.Advance(change.UndoFor + time.Second)
	if got := press(t, chat, "alice", change.UndoAction, 1); !strings.HasPrefix(got, "(private) This button") {
		t.Errorf("after a day: %q", got)
	}
	admins(t, stage, groupA, "user1")
}

// TestUndoIsUsedUp: an undo that succeeded does nothing more, also not to what somebody
// did anew; one that failed can be clicked again.
func TestUndoIsUsedUp(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	say := func(text string) {
		t.Helper()
		if _, err := chat.Say(soon(t), "alice", strings.ReplaceAll(text, "GROUP", groupA)); err != nil {
			t.Fatal(err)
		}
	}
	undo := func(want string) {
		t.Helper()
		if got := press(t, chat, "alice", change.UndoAction, 1); !strings.Contains(got, want) {
			t.Errorf("answered\n%s\nwant %q", got, want)
		}
	}
	say("add GROUP user1 user2")
	if err := stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10007, Times: 1}); err != nil {
		t.Fatal(err)
	}
	undo("Nothing was changed")
	admins(t, stage, groupA, "user1", "user2")
	say("remove GROUP user2")
	undo("• user1: removed")
	admins(t, stage, groupA)
	undo("Administrators now (0 of 5): none")
	say("add GROUP user1")
	undo("Administrators now (1 of 5): user1")
	admins(t, stage, groupA, "user1")
}
