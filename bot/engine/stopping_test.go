package engine_test

import (
	"context"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/imapi/simulator"
)

// What a stop leaves open goes on at the next start, and is answered once.
func TestResume(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault simulator.Fault
		calls int // until the bot is stopped
	}{
		{"while reading", simulator.Fault{Kind: simulator.Hang, Command: "get_admin_list", Times: -1}, 1},
		{"while changing, before", simulator.Fault{Kind: simulator.Hang, Command: "modify_admin", Times: -1}, 3},
		{"while changing, after", simulator.Fault{Kind: simulator.Hang, Command: "modify_admin", Times: -1, Applied: true}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			if err := stage.API.Inject(test.fault); err != nil {
				t.Fatal(err)
			}
			stop := stage.Start(t, chat)
			if _, err := chat.Deliver(soon(t), "k", "alice", "add "+groupA+" user1 --for 2h"); err != nil {
				t.Fatal(err)
			}
			check(t, stage.API.WaitCalls(soon(t), test.calls))
			stop(engine.ErrRestart)
			stage.API.ClearFaults()
			stage.Restart(t)
			stage.Run(t, chat)
			result, err := chat.Result(soon(t), 1)
			if err != nil {
				t.Fatal(err)
			}
			if want := "• user1: added, until 2026-11-20 17:30 UTC"; !strings.Contains(result, want) {
				t.Errorf("the result is\n%s\nwant %q", result, want)
			}
			admins(t, stage, groupA, "user1")
			for _, post := range []string{"root 1", "result 1"} {
				if n := count(chat.Written(), post); n != 1 {
					t.Errorf("%q is there %d times", post, n)
				}
			}
		})
	}
}

func count(all []string, one string) int {
	n := 0
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

// A bot that is stopping takes nothing more, and says so.
func TestStopping(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stop := stage.Run(t, chat)
	open := door(t, chat)
	stop()
	var answer bot.Answer
	err := open.Receive(soon(t), bot.Delivery{Key: "k", Text: "add " + groupA + " user1", Caller: commands.Caller{Ref: bottest.Ref("alice")}},
		func(_ context.Context, a bot.Answer) (bot.Post, error) {
			answer = a
			return "", nil
		})
	if err != nil || answer.Private == nil || answer.Entry != 0 {
		t.Errorf("answered %+v, %v", answer, err)
	}
}

// Without a journal nothing is run, and that is said; help and whoami answer.
func TestJournalGone(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	door(t, chat)
	if err := stage.Journal.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ text, want string }{
		{"add " + groupA + " user1", "I could not record the command, so I did not run it."},
		{"help", "Add and remove administrators of live streaming groups:"},
		{"whoami", "Your entry for the allowlist: chat:user:alice"},
		{"groups", "I cannot read this right now."},
		{"ad x", "There is no command \"ad\"."},
	}
	for _, test := range tests {
		got, err := chat.Say(soon(t), "alice", test.text)
		if err != nil || !strings.Contains(got, test.want) {
			t.Errorf("%s: answered %q, %v, want %q", test.text, got, err, test.want)
		}
	}
	admins(t, stage, groupA)
	if calls := stage.API.Calls(); len(calls) != 0 {
		t.Errorf("the API was called: %+v", calls)
	}
}
