package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// waited accepts a command and lets time pass while nothing runs.
func waited(t *testing.T, stage *bottest.Stage, cmd commands.Command, wait time.Duration) {
	t.Helper()
	cmd.Target, cmd.Users = commands.Target{Groups: []imapi.GroupID{groupA}}, []commands.Person{{ID: "user1"}}
	e := bot.Entry{
		Key: "waited", Caller: commands.Caller{Ref: bottest.Ref("alice")}, Command: cmd,
		Place:   commands.Place{Platform: bottest.Platform, Channel: bottest.Platform + ":channel"},
		Changes: []bot.Change{{Group: groupA}},
	}
	_, _, err := stage.Journal.Accept(t.Context(), e, bot.Record{Event: bot.WasAccepted, Caller: e.Caller.Ref}, nil)
	check(t, err)
	stage.Clock.Advance(wait)
	stage.Restart(t)
}

// TestWaitedBecauseNothingRan: an add that waited 15 minutes is not carried out, and
// can be tried again; a remove always is, and says how late.
func TestWaitedBecauseNothingRan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		verb   commands.Verb
		wait   time.Duration
		before []string
		says   string
		after  []string
	}{
		{"an add", commands.Add, 14 * time.Minute, nil, "• user1: added", []string{"user1"}},
		{"an add, too long", commands.Add, 15 * time.Minute, nil, "Skipped: the bot was not running for 15 minutes. Run it again if you still need it.", nil},
		{"a remove", commands.Remove, 3 * time.Hour, []string{"user1"}, "This was 3 hours late, because the bot was not running.", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			check(t, stage.API.SetAdmins(groupA, test.before))
			waited(t, stage, commands.Command{Verb: test.verb}, test.wait)
			stage.Run(t, chat)
			got, err := chat.Result(soon(t), 1)
			check(t, err)
			if !strings.Contains(got, test.says) {
				t.Errorf("said\n%s\nwithout %q", got, test.says)
			}
			admins(t, stage, groupA, test.after...)
		})
	}
}

// TestWaitedExtension: an extension that was approved when the time had run out, and then waited 15
// minutes because nothing ran, sets nobody again.
func TestWaitedExtension(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration][]string{14 * time.Minute: {"user1"}, 15 * time.Minute: nil} {
		t.Run(wait.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := askFirst(t)
				stop := stage.Run(t, chat)
				talk(t, chat, "alice: add GROUP user1 --for 2h")
				stage.Clock.Advance(111 * time.Minute)
				said(t, chat, 1, "[Extend]")
				talk(t, chat, "bob: press 2 extend")
				stage.Clock.Advance(10 * time.Minute)
				said(t, chat, 2, "has expired")
				stop()
				e, _, err := stage.Journal.Entry(t.Context(), 3)
				check(t, err)
				d := bot.Decision{State: bot.Accepted, By: bottest.Ref("carol"), Delivery: "approved"}
				decided, err := stage.Journal.Decide(t.Context(), e, d, bot.Record{Caller: d.By}, nil)
				check(t, err)
				if !decided {
					t.Fatal("it is not approved")
				}
				stage.Clock.Advance(wait)
				stage.Restart(t)
				stage.Run(t, chat)
				nothingOpen(t, stage)
				got, err := chat.Result(soon(t), 3)
				check(t, err)
				if skipped := strings.Contains(got, "Skipped: the bot was not running for 15 minutes."); skipped != (want == nil) {
					t.Errorf("said\n%s", got)
				}
				admins(t, stage, groupA, want...)
			})
		})
	}
}
