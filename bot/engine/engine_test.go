package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

const (
	groupA = "@TGS#aGROUPAAA"
	groupB = "@TGS#aGROUPBBB"
)

func TestMain(m *testing.M) { pace.SideBySide(m, 12, 8) }

// open sets a stage with two groups, where alice is allowed everything.
func open(t *testing.T, opts ...imapi.Option) (*bottest.Stage, *bottest.Chat) {
	t.Helper()
	stage := bottest.NewStage(t, nil, opts...)
	stage.API.AddGroup(groupA, simulator.Group{})
	stage.API.AddGroup(groupB, simulator.Group{})
	for u := range 9 {
		stage.API.AddAccount(fmt.Sprintf("user%d", u), "")
	}
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{
		Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}}},
	}})
	return stage, bottest.NewChat()
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// door waits until the bot runs.
func door(t *testing.T, chat *bottest.Chat) bot.Door {
	t.Helper()
	door, err := chat.Door(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	return door
}

func admins(t *testing.T, s *bottest.Stage, group string, want ...string) {
	t.Helper()
	got := s.API.Admins(group)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s has %q, want %q", group, got, want)
	}
}

func TestSameDeliveryRunsOnce(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stop := stage.Run(t, chat)
	var entries sync.Map
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			answer, err := chat.Deliver(soon(t), "one-key", "alice", "add "+groupA+" user1")
			if err != nil || answer.Private != nil {
				t.Errorf("answered %+v, %v", answer, err)
			}
			if answer.Entry != 0 {
				entries.Store(answer.Entry, true)
			}
		})
	}
	all.Wait()
	if _, err := chat.Result(soon(t), 1); err != nil {
		t.Fatal(err)
	}
	stop()
	if got, want := chat.Written(), []string{"root 1", "result 1", "update 1"}; !slices.Equal(got, want) {
		t.Errorf("the chat has %q, want %q", got, want)
	}
	entries.Range(func(entry, _ any) bool {
		if entry != int64(1) {
			t.Errorf("there is an entry %v", entry)
		}
		return true
	})
}

func TestSameMistakeIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	for i, text := range []string{"ad x", "ad x"} {
		answer, err := chat.Deliver(soon(t), "one-key", "alice", text)
		if err != nil {
			t.Fatal(err)
		}
		if first := answer.Private != nil; first != (i == 0) {
			t.Errorf("delivery %d was answered: %v", i+1, first)
		}
	}
}

// Commands on one group run one at a time and in order, although they are
// delivered while earlier ones are still at work.
func TestOrderOnOneGroup(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.API.SetLatency(20 * time.Millisecond)
	stage.Run(t, chat)
	var last int64
	for i := range 8 {
		verb := "add"
		if i%2 == 1 {
			verb = "remove"
		}
		answer, err := chat.Deliver(soon(t), fmt.Sprint(i), "alice", verb+" "+groupA+" user1")
		if err != nil {
			t.Fatal(err)
		}
		last = answer.Entry
	}
	for entry := range last {
		result, err := chat.Result(soon(t), entry+1)
		if err != nil {
			t.Fatal(err)
		}
		if want := "1 of 1 administrator"; !strings.Contains(result, want) {
			t.Errorf("entry %d: %s, want %q: each changes what the one before it did", entry+1, result, want)
		}
	}
	admins(t, stage, groupA)
}

// A group whose calls hang holds up no other group, and no post.
func TestGroupsRunSideBySide(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	if err := stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Group: groupA, Times: -1}); err != nil {
		t.Fatal(err)
	}
	stage.Run(t, chat)
	if _, err := chat.Deliver(soon(t), "slow", "alice", "list "+groupA); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := chat.Say(soon(t), "alice", "add "+groupB+" user1"); err != nil {
			t.Fatal(err)
		}
	}
	if slices.Contains(chat.Written(), "result 1") {
		t.Error("the hanging command has a result: it did not hang")
	}
	stage.API.ClearFaults()
}

// A post that does not get through holds up neither its group nor other posts,
// and is tried again; no result is posted before the root's place is known.
func TestPostingHoldsNoLane(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	broken := make(chan struct{})
	chat.Before = func(e bot.Entry, what string) error {
		if e.Number == 1 && what == "root" {
			select {
			case <-broken:
			default:
				return errors.New("the chat is down for this one")
			}
		}
		return nil
	}
	stage.Run(t, chat)
	if _, err := chat.Deliver(soon(t), "first", "alice", "add "+groupA+" user1"); err != nil {
		t.Fatal(err)
	}
	if _, err := chat.Say(soon(t), "alice", "add "+groupA+" user2"); err != nil {
		t.Fatal(err)
	}
	admins(t, stage, groupA, "user1", "user2")
	close(broken)
	if _, err := chat.Result(soon(t), 1); err != nil {
		t.Fatal(err)
	}
	if got, want := chat.Written(), []string{"root 2", "result 2", "update 2", "root 1", "result 1", "update 1"}; !slices.Equal(got, want) {
		t.Errorf("the chat has %q, want %q", got, want)
	}
}

func TestAcknowledgement(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		ack  error
		runs bool
	}{
		{"taken", nil, true},
		{"lost on the way", errors.New("the socket broke"), true},
		{"refused by the platform", fmt.Errorf("somebody else answered: %w", bot.ErrNotRun), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stage, chat := open(t)
			stop := stage.Run(t, chat)
			err := door(t, chat).Receive(soon(t), bot.Delivery{
				Key: "k", Text: "add " + groupA + " user1", Caller: commands.Caller{Ref: bottest.Ref("alice")},
				Place: commands.Place{Platform: bottest.Platform},
			}, func(context.Context, bot.Answer) (bot.Post, error) { return "", test.ack })
			if !errors.Is(err, test.ack) {
				t.Errorf("Receive returned %v, want %v", err, test.ack)
			}
			if test.runs {
				if _, err := chat.Result(soon(t), 1); err != nil {
					t.Fatal(err)
				}
				admins(t, stage, groupA, "user1")
				return
			}
			// The lane is free again, and nothing of the entry was done.
			if _, err := chat.Say(soon(t), "alice", "list "+groupA); err != nil {
				t.Fatal(err)
			}
			stop()
			admins(t, stage, groupA)
			if slices.Contains(chat.Written(), "root 1") {
				t.Error("an entry that must not run was announced")
			}
			rows, err := stage.Journal.Trail(t.Context(), bot.Filter{Number: 1})
			if err != nil || len(rows) != 2 || rows[1].Event != bot.WasUnanswered {
				t.Errorf("the audit trail has %+v, %v", rows, err)
			}
		})
	}
}

// Somebody who is not allowed causes no call and no entry, whatever they type.
func TestRefusedCallsNothing(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	for _, text := range []string{"add " + groupA + " user1", "list " + groupA, "remove " + groupA + " user1 --dry-run"} {
		got, err := chat.Say(soon(t), "mallory", text)
		if err != nil || !strings.Contains(got, "You are not allowed") {
			t.Errorf("%s: answered %q, %v", text, got, err)
		}
	}
	if calls := stage.API.Calls(); len(calls) != 0 {
		t.Errorf("the API was called: %+v", calls)
	}
	open, err := stage.Journal.Unclosed(t.Context())
	if err != nil || len(open) != 0 {
		t.Errorf("open entries: %+v, %v", open, err)
	}
}

// The journal of another application is not taken.
func TestJournalOfAnotherApplication(t *testing.T) {
	t.Parallel()
	file := "sqlite://" + filepath.Join(t.TempDir(), "journal.db")
	first, err := journal.Open(t.Context(), file, bottest.AppID)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(t.Context(), file, bottest.AppID+1); err == nil {
		t.Error("opened")
	}
}
