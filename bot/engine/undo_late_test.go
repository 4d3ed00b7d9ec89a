package engine_test

import (
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

// TestUndoLater: an undo counts every decision since what it undoes, however late it
// runs, and what is forgotten is not taken for nothing.
func TestUndoLater(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before []string
		said   []string // by alice
		undone int64    // 0: the first
		wait   time.Duration
		purge  bool
		says   string
		after  []string
		limits string
	}{
		{name: "nothing decided since", said: []string{"add GROUP user1"}, wait: 72 * time.Hour,
			says: "This was 3 days late, because the bot was not running."},
		{name: "somebody decided before the press", said: []string{"add GROUP user1", "remove GROUP user1", "add GROUP user1"}, wait: 72 * time.Hour,
			says: "• user1: no change: changed again since then", after: []string{"user1"}},
		{name: "somebody moved the limit", said: []string{"add GROUP user1 --for 20h", "WAIT", "add GROUP user1 --for 720h"}, wait: 72 * time.Hour,
			says: "• user1: no change: changed again since then", after: []string{"user1"}, limits: "user1 15:32"},
		{name: "somebody lifted the limit", said: []string{"add GROUP user1 --for 720h", "WAIT", "add GROUP user1"}, wait: 72 * time.Hour,
			says: "• user1: no change: changed again since then", after: []string{"user1"}},
		{name: "what was decided is forgotten", said: []string{"add GROUP user1", "remove GROUP user1", "add GROUP user1"}, wait: 31 * 24 * time.Hour, purge: true,
			says: "• user1: no change: changed again since then", after: []string{"user1"}},
		{name: "only what is undone is forgotten", said: []string{"add GROUP user1"}, wait: 31 * 24 * time.Hour, purge: true,
			says: "• user1: removed"},
		{name: "it would set somebody", before: []string{"user1"}, said: []string{"remove GROUP user1"}, wait: 15 * time.Minute,
			says: "Skipped: the bot was not running for 15 minutes. Run it again if you still need it."},
		{name: "it sets somebody in time", before: []string{"user1"}, said: []string{"remove GROUP user1"}, wait: 14 * time.Minute,
			says: "• user1: added", after: []string{"user1"}},
		{name: "it would set somebody and remove another", before: []string{"user1"}, said: []string{"add GROUP user2 --replace user1"}, wait: 3 * time.Hour,
			says: "Skipped: the bot was not running for 3 hours.", after: []string{"user2"}},
		{name: "it only limits again", said: []string{"add GROUP user1 --for 48h", "WAIT", "add GROUP user1"}, undone: 2, wait: 3 * time.Hour,
			says: "• user1: until 2026-11-22 15:30 UTC again", after: []string{"user1"}, limits: "user1 15:30"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			check(t, stage.API.SetAdmins(groupA, test.before))
			stop := stage.Run(t, chat)
			for _, text := range test.said {
				if text == "WAIT" {
					stage.Clock.Advance(2 * time.Minute)
					continue
				}
				tell(t, chat, text)
			}
			stop()
			undo := acceptUndo(t, stage, max(1, test.undone))
			stage.Clock.Advance(test.wait)
			stage.Restart(t)
			if test.purge {
				_, err := stage.Journal.Purge(t.Context(), stage.Clock.Now().Add(-30*24*time.Hour))
				check(t, err)
			}
			stage.Run(t, chat)
			got, err := chat.Result(soon(t), undo)
			check(t, err)
			if !strings.Contains(got, test.says) {
				t.Errorf("said\n%s\nwithout %q", got, test.says)
			}
			admins(t, stage, groupA, test.after...)
			limits(t, stage, test.limits)
		})
	}
}

// acceptUndo accepts alice's undo of an entry, as a press does, while nothing runs.
func acceptUndo(t *testing.T, stage *bottest.Stage, number int64) (undo int64) {
	t.Helper()
	undone, found, err := stage.Journal.Entry(t.Context(), number)
	if check(t, err); !found {
		t.Fatalf("no #%d", number)
	}
	r := commands.Result{Entry: number, Command: undone.Command}
	for _, c := range undone.Changes {
		r.Groups = append(r.Groups, commands.GroupResult{Group: c.Group, Plan: *c.Plan, Outcome: *c.Outcome})
	}
	cmd, ok := change.Reverse(r)
	if !ok {
		t.Fatalf("#%d has no undo", number)
	}
	e := bot.Entry{
		Key: "undo at " + stage.Clock.Now().String(), Caller: commands.Caller{Ref: bottest.Ref("alice")}, Command: cmd,
		Place:   commands.Place{Platform: bottest.Platform, Channel: bottest.Platform + ":channel"},
		Changes: []bot.Change{{Group: imapi.GroupID(groupA)}},
	}
	e, _, err = stage.Journal.Accept(t.Context(), e, bot.Record{Event: bot.WasAccepted, Caller: e.Caller.Ref}, nil)
	check(t, err)
	return e.Number
}

// TestUndoTriedAgain: an undo that failed can be tried again until the day of the undo
// is over, not longer, and it does nothing to what was decided meanwhile.
func TestUndoTriedAgain(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1")
	fault := simulator.Fault{Command: "get_admin_list", Kind: simulator.Reset, Times: -1}
	check(t, stage.API.Inject(fault))
	if got := press(t, chat, "alice", change.UndoAction, 1); !strings.Contains(got, "[Try again]") {
		t.Fatalf("answered\n%s\nwithout a button", got)
	}
	stage.API.ClearFaults()
	tell(t, chat, "remove GROUP user1")
	tell(t, chat, "add GROUP user1")
	stage.Clock.Advance(change.UndoFor)
	if got, want := press(t, chat, "alice", change.RetryAction, 2), "changed again since then"; !strings.Contains(got, want) {
		t.Errorf("answered\n%s\nwithout %q", got, want)
	}
	for range 3 {
		stage.Clock.Advance(24 * time.Hour)
		if got := press(t, chat, "alice", change.RetryAction, 2); !strings.HasPrefix(got, "(private) This button has expired. Type the command instead.") {
			t.Errorf("answered\n%s", got)
		}
	}
	admins(t, stage, groupA, "user1")
}

// TestUndoFailsAfterItsDay: an undo that fails when its day is over has no button that does
// nothing.
func TestUndoFailsAfterItsDay(t *testing.T) {
	t.Parallel()
	fault := simulator.Fault{Command: "get_admin_list", Kind: simulator.Reset, Times: -1}
	tests := []struct {
		name  string
		wait  time.Duration // before the undo runs
		again bool
	}{
		{"in time", time.Hour, true},
		{"too late", 25 * time.Hour, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			stop := stage.Run(t, chat)
			tell(t, chat, "add GROUP user1")
			stop()
			undo := acceptUndo(t, stage, 1)
			stage.Clock.Advance(test.wait)
			check(t, stage.API.Inject(fault))
			stage.Restart(t)
			stage.Run(t, chat)
			got, err := chat.Result(soon(t), undo)
			check(t, err)
			if strings.Contains(got, "[Try again]") != test.again {
				t.Errorf("answered\n%s\nwith a button: %v", got, !test.again)
			}
		})
	}
}

// TestRemoveAfterItsDay: a remove that was carried out more than a day late has no Undo.
func TestRemoveAfterItsDay(t *testing.T) {
	t.Parallel()
	for wait, there := range map[time.Duration]bool{time.Hour: true, 25 * time.Hour: false} {
		stage, chat := open(t)
		check(t, stage.API.SetAdmins(groupA, []string{"user1"}))
		target := commands.Target{Groups: []imapi.GroupID{groupA}}
		e := bot.Entry{
			Key: "remove", Caller: commands.Caller{Ref: bottest.Ref("alice")},
			Command: commands.Command{Verb: commands.Remove, Target: target, Users: []commands.Person{{ID: "user1"}}},
			Place:   commands.Place{Platform: bottest.Platform, Channel: bottest.Platform + ":channel"},
			Changes: []bot.Change{{Group: groupA}},
		}
		e, _, err := stage.Journal.Accept(t.Context(), e, bot.Record{Event: bot.WasAccepted, Caller: e.Caller.Ref}, nil)
		check(t, err)
		stage.Clock.Advance(wait)
		stage.Restart(t)
		stop := stage.Run(t, chat)
		got, err := chat.Result(soon(t), e.Number)
		check(t, err)
		if strings.Contains(got, "[Undo]") != there {
			t.Errorf("%s later it answered\n%s\nwith an Undo: %v", wait, got, !there)
		}
		stop()
	}
}

// TestUndoGivesNoMoreThanTheRule: those whom an undo sets are limited as an add of who
// presses it would be, and it moves no end further than their rule gives.
func TestUndoGivesNoMoreThanTheRule(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before []string
		said   []string // by alice
		undone int64    // by bob, who may add for an hour
		says   []string
		after  []string
		limits string
	}{
		{"no limit before", []string{"user1"}, []string{"remove GROUP user1"}, 1,
			[]string{"• user1: added, until 2026-11-20 16:30 UTC"}, []string{"user1"}, "user1 16:30"},
		{"a longer limit before", nil, []string{"add GROUP user1 --for 8h", "remove GROUP user1"}, 2,
			[]string{"• user1: added, until 2026-11-20 16:30 UTC"}, []string{"user1"}, "user1 16:30"},
		{"a shorter limit before", nil, []string{"add GROUP user1 --for 30m", "remove GROUP user1"}, 2,
			[]string{"• user1: added, until 2026-11-20 16:00 UTC"}, []string{"user1"}, "user1 16:00"},
		{"a replacement", []string{"user1"}, []string{"add GROUP user2 --replace user1"}, 1,
			[]string{"• user1: added, until 2026-11-20 16:30 UTC", "• user2: removed"}, []string{"user1"}, "user1 16:30"},
		{"a limit lifted", nil, []string{"add GROUP user1 --for 8h", "add GROUP user1"}, 2,
			[]string{"• user1: until 2026-11-20 23:30 UTC again"}, []string{"user1"}, "user1 23:30"},
		{"an end moved away", nil, []string{"add GROUP user1 --for 8h", "add GROUP user1 --for 12h"}, 2,
			[]string{"• user1: until 2026-11-20 23:30 UTC again"}, []string{"user1"}, "user1 23:30"},
		{"an end moved nearer", nil, []string{"add GROUP user1 --for 8h", "add GROUP user1 --for 30m"}, 2,
			[]string{"• user1: until 2026-11-20 16:30 UTC again"}, []string{"user1"}, "user1 16:30"},
		{"an end moved nearer, but not so near", nil, []string{"add GROUP user1 --for 8h", "add GROUP user1 --for 4h"}, 2,
			[]string{"• user1: no change: until 2026-11-20 19:30 UTC"}, []string{"user1"}, "user1 19:30"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			check(t, stage.API.SetAdmins(groupA, test.before))
			stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
				{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}},
				{Name: "rule 1", Allow: []string{bottest.Ref("bob")}, Commands: []commands.Verb{commands.Add}, For: time.Hour},
				{Name: "rule 2", Allow: []string{bottest.Ref("bob")}, Commands: []commands.Verb{commands.Remove}},
			}}})
			stage.Run(t, chat)
			for _, text := range test.said {
				tell(t, chat, text)
			}
			got := press(t, chat, "bob", change.UndoAction, test.undone)
			for _, want := range test.says {
				if !strings.Contains(got, want) {
					t.Errorf("answered\n%s\nwithout %q", got, want)
				}
			}
			admins(t, stage, groupA, test.after...)
			limits(t, stage, test.limits)
		})
	}
}

// TestUndoTriedAgainByAnother: the limit is that of who presses, not that of who tried
// before.
func TestUndoTriedAgainByAnother(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	check(t, stage.API.SetAdmins(groupA, []string{"user1"}))
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
		{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}},
		{Name: "rule 1", Allow: []string{bottest.Ref("bob")}, For: time.Hour},
	}}})
	stage.Run(t, chat)
	tell(t, chat, "remove GROUP user1")
	check(t, stage.API.Inject(simulator.Fault{Command: "get_admin_list", Kind: simulator.Reset, Times: -1}))
	press(t, chat, "bob", change.UndoAction, 1)
	stage.API.ClearFaults()
	if got, want := press(t, chat, "alice", change.RetryAction, 2), "• user1: added\n"; !strings.Contains(got, want) {
		t.Errorf("answered\n%s\nwithout %q", got, want)
	}
	admins(t, stage, groupA, "user1")
	limits(t, stage, "")
}
