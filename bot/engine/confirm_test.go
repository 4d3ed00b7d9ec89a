package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// sureChat is a chat that knows what became of an acknowledgement: it answers with
// these, one after the other, and then that it was taken.
type sureChat struct {
	*bottest.Chat
	mu      sync.Mutex
	answers []error
	asked   int
}

func (c *sureChat) Confirm(context.Context, bot.Entry) (bot.Post, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	if len(c.answers) == 0 {
		return "", nil
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return "", answer
}

func (c *sureChat) times() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

var errUnclear = errors.New("it is not clear")

// closed waits until no entry is open.
func closed(t *testing.T, s *bottest.Stage) {
	t.Helper()
	until(t, "every entry is closed", func() bool {
		left, err := s.Journal.Unclosed(t.Context())
		return err == nil && len(left) == 0
	})
}

// states are the kinds of rows in the audit trail.
func states(t *testing.T, s *bottest.Stage) []bot.Event {
	t.Helper()
	rows, err := s.Journal.Trail(t.Context(), bot.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var all []bot.Event
	for _, r := range rows {
		all = append(all, r.Event)
	}
	return all
}

// TestConfirm: an entry whose acknowledgement ended in an unclear way runs if the
// platform says that it was taken, and only then.
func TestConfirm(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		ack     error
		answers []error
		asked   int
		runs    bool
	}{
		{"taken", nil, nil, 0, true},
		{"not taken", bot.ErrNotRun, nil, 0, false},
		{"unclear, and it was taken", errUnclear, nil, 1, true},
		{"unclear, and it was not taken", errUnclear, []error{bot.ErrNotRun}, 1, false},
		{"unclear for a while", errUnclear, []error{errUnclear, errUnclear}, 3, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			sure := &sureChat{Chat: chat, answers: test.answers}
			stage.Run(t, sure)
			err := door(t, chat).Receive(t.Context(), bot.Delivery{
				Key: "k", Text: "add " + groupA + " user1", Caller: commands.Caller{Ref: bottest.Ref("alice")},
				Place: commands.Place{Platform: bottest.Platform, Channel: "chat:channel"},
			}, func(context.Context, bot.Answer) (bot.Post, error) { return "", test.ack })
			if !errors.Is(err, test.ack) {
				t.Errorf("received with %v", err)
			}
			closed(t, stage)
			if got := stage.API.Admins(groupA); (len(got) == 1) != test.runs || sure.times() != test.asked {
				t.Errorf("administrators %v, asked %d times", got, sure.times())
			}
			if slices.Contains(states(t, stage), bot.WasUnanswered) == test.runs {
				t.Errorf("on record %v", states(t, stage))
			}
		})
	}
}

// TestConfirmHoldsTheGroup: while it is not clear whether an entry runs, nothing later
// is done on its groups.
func TestConfirmHoldsTheGroup(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	sure := &sureChat{Chat: chat, answers: []error{errUnclear}}
	stage.Run(t, sure)
	receive := func(key, text string, ack error) {
		_ = door(t, chat).Receive(t.Context(), bot.Delivery{
			Key: key, Text: text, Caller: commands.Caller{Ref: bottest.Ref("alice")},
			Place: commands.Place{Platform: bottest.Platform, Channel: "chat:channel"},
		}, func(context.Context, bot.Answer) (bot.Post, error) { return "", ack })
	}
	receive("1", "add "+groupA+" user1", errUnclear)
	receive("2", "remove "+groupA+" user1", nil)
	closed(t, stage)
	admins(t, stage, groupA)
}

// TestConfirmAtStart: after a crash the platform is asked about what is not marked as
// answered, and about nothing else.
func TestConfirmAtStart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		reach   func(*testing.T, *bottest.Stage, bot.Entry)
		answers []error
		asked   int
		runs    bool
	}{
		{"accepted, and it was taken", nil, nil, 1, true},
		{"accepted, and it was not taken", nil, []error{bot.ErrNotRun}, 1, false},
		{"answered", func(t *testing.T, s *bottest.Stage, e bot.Entry) {
			check(t, s.Journal.Answer(t.Context(), e))
		}, []error{bot.ErrNotRun}, 0, true},
		{"announced", func(t *testing.T, s *bottest.Stage, e bot.Entry) {
			check(t, s.Journal.Announce(t.Context(), e, "1", ""))
		}, []error{bot.ErrNotRun}, 0, true},
		{"planned", func(t *testing.T, s *bottest.Stage, e bot.Entry) {
			c := e.Changes[0]
			c.Plan = &commands.Plan{Known: true, Users: []commands.Step{{Person: commands.Person{ID: "user1"}, Prior: commands.WasNot, Send: true}}}
			check(t, s.Journal.Plan(t.Context(), e, c))
		}, []error{bot.ErrNotRun}, 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			e, _, err := stage.Journal.Accept(t.Context(), bot.Entry{
				Key: "k", Caller: commands.Caller{Ref: bottest.Ref("alice")}, Place: commands.Place{Platform: bottest.Platform},
				Command: commands.Command{
					Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{groupA}}, Users: []commands.Person{{ID: "user1"}},
				},
				Changes: []bot.Change{{Group: groupA}},
			}, bot.Record{Event: bot.WasAccepted}, nil)
			check(t, err)
			if test.reach != nil {
				test.reach(t, stage, e)
			}
			sure := &sureChat{Chat: chat, answers: test.answers}
			stage.Run(t, sure)
			closed(t, stage)
			if got := stage.API.Admins(groupA); (len(got) == 1) != test.runs || sure.times() != test.asked {
				t.Errorf("administrators %v, asked %d times", got, sure.times())
			}
		})
	}
}

// rootedChat is a chat whose acknowledgement is the root message, to which Announce adds a
// thread, when it may.
type rootedChat struct {
	*sureChat
	may chan struct{}
}

func (c rootedChat) Announce(ctx context.Context, e bot.Entry, _ words.Text) (bot.Post, error) {
	select {
	case <-c.may:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if !strings.HasSuffix(string(e.Root), "+thread") {
		e.Root += "+thread"
	}
	return e.Root, nil
}

// TestRootOfAcknowledgement: where the root message is that was the acknowledgement is on
// record at once, and Announce completes it, also after a restart; the work does not wait.
func TestRootOfAcknowledgement(t *testing.T) {
	t.Parallel()
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprintf("restart %v", restart), func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			rooted := rootedChat{&sureChat{Chat: chat}, make(chan struct{})}
			stop := stage.Start(t, rooted)
			check(t, door(t, chat).Receive(t.Context(), bot.Delivery{
				Key: "k", Text: "add " + groupA + " user1", Caller: commands.Caller{Ref: bottest.Ref("alice")},
				Place: commands.Place{Platform: bottest.Platform, Channel: "chat:channel"},
			}, func(_ context.Context, a bot.Answer) (bot.Post, error) {
				if a.Verb != commands.Add || !strings.Contains(a.Root.String(), "user1") {
					t.Errorf("to acknowledge is %+v", a)
				}
				return "root", nil
			}))
			root := func() bot.Post {
				e, _, err := stage.Journal.Entry(t.Context(), 1)
				check(t, err)
				return e.Root
			}
			until(t, "the root is on record", func() bool { return root() == "root" })
			until(t, "the work is done", func() bool { return slices.Equal(stage.API.Admins(groupA), []string{"user1"}) })
			if restart {
				stop(engine.ErrRestart)
				stage.Restart(t)
				stage.Run(t, rooted)
			}
			close(rooted.may)
			closed(t, stage)
			if got := root(); got != "root+thread" || rooted.times() != 0 {
				t.Errorf("on record is %q, asked %d times", got, rooted.times())
			}
		})
	}
}

// TestAnsweredIsMarked: what was acknowledged is marked where the platform can be
// asked, and only there: elsewhere the mark would cost a write for nothing.
func TestAnsweredIsMarked(t *testing.T) {
	t.Parallel()
	for _, sure := range []bool{true, false} {
		stage, chat := open(t)
		check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}))
		var platform bot.Platform = chat
		if sure {
			platform = &sureChat{Chat: chat}
		}
		stage.Run(t, platform)
		_, err := chat.Deliver(t.Context(), "k", "alice", "add "+groupA+" user1")
		check(t, err)
		check(t, stage.API.WaitCalls(soon(t), 1)) // the work begins after the mark
		left, err := stage.Journal.Unclosed(t.Context())
		if err != nil || len(left) != 1 || left[0].Answered != sure {
			t.Errorf("on record %+v, %v", left, err)
		}
		stage.API.ClearFaults()
	}
}
