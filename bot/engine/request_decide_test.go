package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// doorway is a chat through which one of several instances receives.
type doorway struct {
	*bottest.Chat
	opened chan bot.Door
}

func (d doorway) Run(ctx context.Context, door bot.Door) error {
	d.opened <- door
	<-ctx.Done()
	return nil
}

// through runs an instance on a chat, and returns the way to it.
func through(t *testing.T, s *bottest.Stage, chat *bottest.Chat) bot.Door {
	t.Helper()
	d := doorway{chat, make(chan bot.Door, 1)}
	s.Run(t, d)
	select {
	case door := <-d.opened:
		return door
	case <-soon(t).Done():
		t.Fatal("the bot does not run")
		return nil
	}
}

// TestRequestDecidedByMany: of many who decide a request at once, on one instance and on two, one
// does, and every other person reads privately what was decided and by whom.
func TestRequestDecidedByMany(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		open      func(*testing.T) string
		instances int
		quick     bool
	}{
		{"a file", func(*testing.T) string { return "" }, 1, true},
		{"PostgreSQL", func(t *testing.T) string { return journaltest.Postgres(t) }, 1, false},
		{"PostgreSQL, two instances", func(t *testing.T) string { return journaltest.Postgres(t) }, 2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if !test.quick {
				pace.Long(t)
			}
			stage, chat := approvals(t, test.open(t))
			doors := []bot.Door{through(t, stage, chat)}
			for range test.instances - 1 {
				doors = append(doors, through(t, stage.Beside(t), chat))
			}
			_, err := bring(soon(t), doors[0], utterance("asked", "bob", "add "+groupA+" user1 --for 2h"))
			check(t, err)
			canBeDecided(t, stage, 1)
			pressed := []string{"alice: approve", "carol: deny", "bob: withdraw", "carol: approve", "alice: deny", "bob: withdraw"}
			answers := make([]string, len(pressed))
			var all sync.WaitGroup
			for i, p := range pressed {
				who, action, _ := strings.Cut(p, ": ")
				all.Go(func() {
					var err error
					if answers[i], err = bring(soon(t), doors[i%len(doors)], utterance(fmt.Sprint("press ", i), who, "press "+action)); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			closed(t, stage)
			e, _, err := stage.Journal.Entry(t.Context(), 1)
			check(t, err)
			decider, won := strings.TrimPrefix(e.Request.Decision.By, "chat:user:"), 0
			for i, answer := range answers {
				switch {
				case answer == "" && strings.HasPrefix(pressed[i], decider):
					won++
				case !strings.Contains(answer, "This request is closed.") || !strings.Contains(strings.ToLower(answer), "by: @"+decider):
					t.Errorf("%s is answered %q; it was decided by %s", pressed[i], answer, decider)
				}
			}
			rows := strings.Join(events(t, stage, 1), " ")
			if won != 1 || strings.Count(rows, "approved")+strings.Count(rows, "denied")+strings.Count(rows, "withdrawn") != 1 {
				t.Errorf("%d decided; on record is %s", won, rows)
			}
			if got := len(stage.API.Admins(groupA)); (got == 1) != e.Approved() {
				t.Errorf("%d administrators after %s", got, e.State)
			}
			if got := buttons(chat.Notice("request1")); got != "" {
				t.Errorf("the request still has the buttons %s", got)
			}
		})
	}
}

// TestRequestDiedUnrecorded: the process died when the message of the request was posted and not
// on record, and the time was over before the next start: the message loses its buttons.
func TestRequestDiedUnrecorded(t *testing.T) {
	t.Parallel()
	stage, chat := approvals(t, "")
	var dying sync.WaitGroup
	first := newLife("after request 1")
	bury := live(t, stage, chat, first, &dying)
	_, err := bring(soon(t), door(t, chat), utterance("asked", "bob", "add "+groupA+" user1"))
	check(t, err)
	until(t, "it died", first.dead)
	bury()
	stage.Clock.Advance(2 * time.Hour)
	stage.Restart(t)
	stage.Run(t, chat)
	closed(t, stage)
	if m := chat.Notice("request1"); len(m.Actions) > 0 || !strings.Contains(m.String(), "Nobody answered in time") {
		t.Errorf("the message of the request is\n%s", m.String())
	}
	dying.Wait()
}

// TestDoneOnPostgres: done gives back the caller's own right, on either of two instances, after
// what was said before on the group, and says nothing of others.
func TestDoneOnPostgres(t *testing.T) {
	t.Parallel()
	stage, chat := approvals(t, journaltest.Postgres(t))
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"mall": {"user1"}}).WithAccounts(map[string]string{bottest.Ref("mallory"): "mall"})
	stage.Rules.Set(rules)
	doors := []bot.Door{through(t, stage, chat), through(t, stage.Beside(t), chat)}
	for i, text := range []string{"add " + groupA + " user1 user2", "done " + groupA, "add " + groupA + " user1", "done " + groupA} {
		who := []string{"alice", "mallory"}[i%2]
		_, err := bring(soon(t), doors[i%3%2], utterance(text+fmt.Sprint(i), who, text))
		check(t, err)
	}
	closed(t, stage)
	admins(t, stage, groupA, "user2")
	for _, number := range []int64{2, 4} {
		result, err := chat.Result(soon(t), number)
		check(t, err)
		if !strings.Contains(result, "mall (user1): removed") || strings.Contains(result, "user2") {
			t.Errorf("#%d:\n%s", number, result)
		}
	}
}

// TestRequestAskedUnclear: who asks for the same again while it is unclear whether the first
// request is made is not referred to one that nobody will see.
func TestRequestAskedUnclear(t *testing.T) {
	t.Parallel()
	unclear := func(times int) []error { return slices.Repeat([]error{errUnclear}, times) }
	for _, test := range []struct {
		name    string
		answers []error
		says    string // the private answer; "": it is asked
	}{
		{"and it is not taken", append(unclear(1), bot.ErrNotRun), ""},
		{"and it is taken", unclear(1), "#1"},
		{"for long", unclear(9), "It is not known yet whether this is already in progress: #1. Try again"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := approvals(t, "")
				stage.Run(t, &sureChat{Chat: chat, answers: test.answers})
				first := utterance("first", "bob", "add "+groupA+" user1")
				err := door(t, chat).Receive(soon(t), first, func(context.Context, bot.Answer) (bot.Post, error) { return "", errUnclear })
				if !errors.Is(err, errUnclear) {
					t.Fatal(err)
				}
				answer, err := chat.Deliver(soon(t), "again", "bob", "add "+groupA+" user1")
				check(t, err)
				switch {
				case test.says == "" && answer.Entry == 0:
					t.Errorf("it is not asked, but answered %+v", answer.Private)
				case test.says != "" && (answer.Private == nil || !strings.Contains(answer.Private.String(), test.says)):
					t.Errorf("answered %+v, want %q", answer, test.says)
				case test.says == "":
					canBeDecided(t, stage, answer.Entry)
				}
			})
		})
	}
}

// TestApprovedInProgress: while Tencent does not answer, the root of a request that was approved no
// longer says that it waits.
func TestApprovedInProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := askFirst(t)
		stage.Run(t, chat)
		ask(t, stage, chat, "add "+groupA+" user1")
		check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}))
		_, err := chat.Press(soon(t), "carol", words.ApproveAction, 1)
		check(t, err)
		until(t, "the root says that it was approved", func() bool {
			return strings.HasPrefix(chat.Root(1), "⏳ Working · @bob (approved by @carol) · "+groupA)
		})
	})
}

// TestClosedMessageTriedTwice: if the message of a request cannot be changed before something is posted
// there, it is tried when the work begins and when the result is there, and not at every progress.
func TestClosedMessageTriedTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := askFirst(t)
		rules := stage.Rules.Get()
		rules.Names = commands.NewNames(map[string][]imapi.GroupID{"both": {groupA, groupB}}, nil)
		stage.Rules.Set(rules)
		var tries atomic.Int32
		chat.Before = func(_ bot.Entry, what string) error {
			if what == "amend" {
				tries.Add(1)
				return bot.ErrNowhere
			}
			return nil
		}
		stage.Run(t, chat)
		ask(t, stage, chat, "add both user1")
		check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Group: groupB, Times: 2}))
		says(t, talk(t, chat, "carol: press 1 approve"), "✅ Done · @bob (approved by @carol)")
		if n := tries.Load(); n != 2 {
			t.Errorf("tried %d times", n)
		}
	})
}
