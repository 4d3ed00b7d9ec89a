package engine_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// mine panics in one step about the group A.
type mine struct {
	calls
	step string
}

func (m mine) tread(step string, g imapi.GroupID) {
	if step == m.step && (g == groupA || g == "") {
		panic("a mistake in the program")
	}
}

func (m mine) Admins(ctx context.Context, g imapi.GroupID) ([]imapi.Admin, error) {
	m.tread("reading", g)
	return m.calls.Admins(ctx, g)
}

func (m mine) SetAdmins(ctx context.Context, g imapi.GroupID, users []imapi.UserID) error {
	err := m.calls.SetAdmins(ctx, g, users)
	m.tread("setting", g)
	return err
}

func (m mine) Accounts(ctx context.Context, users []imapi.UserID) (map[imapi.UserID]bool, error) {
	m.tread("checking accounts", "")
	return m.calls.Accounts(ctx, users)
}

// A mistake in the program is the clear outcome of the one change that meets it.
// A right that may have been given keeps its end on record.
func TestPanicInAChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		step   string
		status string
		limits int
	}{
		{"reading", "Failed", 0},
		{"checking accounts", "Failed", 0},
		{"setting", "Unknown", 1},
	}
	for _, test := range tests {
		t.Run(test.step, func(t *testing.T) {
			stage, chat := open(t)
			var log syncBuffer
			run(t, stage, func(p *engine.Parts) {
				p.API, p.Log = around(p.API, func(a calls) calls { return mine{a, test.step} }), slog.New(slog.NewTextHandler(&log, nil))
			}, chat)
			got, err := chat.Say(soon(t), "alice", "add "+groupA+" user1 --for 1h")
			if err != nil || !strings.Contains(got, test.status+" ·") || !strings.Contains(got, "There was an error inside the bot.") {
				t.Errorf("answered %q, %v", got, err)
			}
			limits, err := stage.Journal.Grants(t.Context(), groupA)
			if err != nil || len(limits) != test.limits {
				t.Errorf("limits: %+v, %v", limits, err)
			}
			if says := log.String(); !strings.Contains(says, "a mistake in the program") || !strings.Contains(says, "panic_test.go") || !strings.Contains(says, "entry=1") {
				t.Errorf("the log does not tell the number, the panic and its place:\n%s", says)
			}
			if got, err := chat.Say(soon(t), "alice", "list "+groupB); err != nil || !strings.Contains(got, "Done") {
				t.Errorf("the next command: answered %q, %v", got, err)
			}
		})
	}
}

// A platform that panics in posting is asked again, as one that fails.
func TestPanicInPosting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		var mu sync.Mutex
		panicked := make(map[string]bool)
		chat.Before = func(_ bot.Entry, what string) error {
			mu.Lock()
			defer mu.Unlock()
			if !panicked[what] {
				panicked[what] = true
				panic("a mistake in the platform")
			}
			return nil
		}
		stage.Run(t, chat)
		got, err := chat.Say(soon(t), "alice", "add "+groupA+" user1")
		if err != nil || !strings.Contains(got, "user1: added") {
			t.Errorf("answered %q, %v", got, err)
		}
	})
}

// An answer that cannot be worded ends neither the bot nor the work: it is left
// to a later start.
func TestPanicInWording(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	var speechless atomic.Bool
	var log syncBuffer
	stop := run(t, stage, func(p *engine.Parts) {
		p.Log = slog.New(slog.NewTextHandler(&log, nil))
		p.Words = func(l commands.Language) words.Words {
			if speechless.Load() {
				panic("no words")
			}
			return words.In(l)
		}
	}, chat)
	check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Group: "@TGS#aNOGROUPX"}))
	check(t, second(chat.Deliver(soon(t), "k", "alice", "add @TGS#aNOGROUPX user1"))) // fails, which is to be explained
	speechless.Store(true)
	stage.API.ClearFaults()
	until(t, "it has no words", func() bool { return strings.Contains(log.String(), "no words") })
	speechless.Store(false)
	if _, err := chat.Say(soon(t), "alice", "add "+groupA+" user1"); err != nil {
		t.Fatal(err)
	}
	stop()
	stage.Restart(t)
	stage.Run(t, chat)
	result, err := chat.Result(soon(t), 1)
	if err != nil || !strings.Contains(result, "10010") {
		t.Errorf("the result is %q, %v", result, err)
	}
}

// A panic while a delivery is received, or acknowledged, is the caller's to
// survive: groups do not wait for ever, and a recorded command runs.
func TestPanicInReceiving(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	run(t, stage, func(p *engine.Parts) { p.Journal = fragile{stage.Journal} }, chat)
	got, err := chat.Say(soon(t), "mallory", "add "+groupA+" user1")
	if err != nil || !strings.Contains(got, "could not record") {
		t.Errorf("answered %q, %v", got, err)
	}
	err = door(t, chat).Receive(soon(t), bot.Delivery{
		Key: "k", Text: "add " + groupA + " user1", Caller: commands.Caller{Ref: bottest.Ref("alice")},
		Place: commands.Place{Platform: bottest.Platform},
	}, func(context.Context, bot.Answer) (bot.Post, error) { panic("a mistake in the platform") })
	if err == nil {
		t.Error("Receive returned no error")
	}
	check(t, second(chat.Result(soon(t), 1)))
	admins(t, stage, groupA, "user1")
}

// fragile is a journal that panics where it should note a refusal.
type fragile struct{ bottest.Journal }

func (fragile) Note(context.Context, string, bot.Record) (int64, bool, error) {
	panic("a mistake in the journal")
}
