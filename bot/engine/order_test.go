package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/imapi"
)

func second[T any](_ T, err error) error { return err }

// slowAccept is a journal that accepts only when it may.
type slowAccept struct {
	bottest.Journal
	asked, may chan struct{}
}

func (s slowAccept) Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (bot.Entry, bool, error) {
	s.asked <- struct{}{}
	<-s.may
	return s.Journal.Accept(ctx, e, r, carry)
}

// The same delivery again, while the first is being accepted, is acknowledged
// once the first is on record, and runs nothing.
func TestSameDeliveryDuringAccept(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	slow := slowAccept{stage.Journal, make(chan struct{}, 2), make(chan struct{})}
	stop := run(t, stage, func(p *engine.Parts) { p.Journal = slow }, chat)
	answers := make(chan bot.Answer, 2)
	for range 2 {
		go func() {
			answer, err := chat.Deliver(context.Background(), "k", "alice", "add "+groupA+" user1")
			if err != nil {
				t.Error(err)
			}
			answers <- answer
		}()
	}
	<-slow.asked
	if len(answers) > 0 {
		t.Error("a delivery was acknowledged before it was on record")
	}
	close(slow.may)
	first, other := <-answers, <-answers
	if first.Private != nil || other.Private != nil || first.Entry+other.Entry != 1 {
		t.Errorf("answered %+v and %+v", first, other)
	}
	check(t, second(chat.Result(soon(t), 1)))
	stop()
	if got, want := chat.Written(), []string{"root 1", "result 1", "update 1"}; !slices.Equal(got, want) {
		t.Errorf("the chat has %q, want %q", got, want)
	}
}

// Whatever arrives at the same time, the order on a group is the order of the
// entry numbers, also where commands share several groups.
func TestOrderIsTheEntryOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const deliveries = 100
		stage, chat := open(t)
		rules := stage.Rules.Get()
		rules.Names = commands.NewNames(map[string][]imapi.GroupID{"ab": {groupA, groupB}, "ba": {groupB, groupA}}, nil)
		stage.Rules.Set(rules)
		stop := stage.Run(t, chat)
		door(t, chat)
		var mu sync.Mutex
		user := make(map[string]int64) // whom an entry removes
		var all sync.WaitGroup
		for i := range deliveries {
			all.Go(func() {
				name := fmt.Sprintf("guest%d", i)
				answer, err := chat.Deliver(soon(t), name, "alice", "remove "+[]string{groupA, "ab", "ba"}[i%3]+" "+name)
				if err != nil || answer.Entry == 0 {
					t.Errorf("answered %+v, %v", answer, err)
				}
				mu.Lock()
				user[name] = answer.Entry
				mu.Unlock()
			})
		}
		all.Wait()
		for entry := range int64(deliveries) {
			check(t, second(chat.Result(soon(t), entry+1)))
		}
		stop()
		order := make(map[string][]int64)
		for _, call := range stage.API.Calls() {
			if call.Command == "modify_admin" {
				order[call.Group] = append(order[call.Group], user[call.Users[0]])
			}
		}
		if len(order[groupA]) != deliveries || !slices.IsSorted(order[groupA]) || !slices.IsSorted(order[groupB]) {
			t.Errorf("the order is %v", order)
		}
	})
}

// An alias that names a group twice asks it once.
func TestGroupTwiceInAnAlias(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"twice": {groupB, groupA, groupB}}, nil)
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	got, err := chat.Say(soon(t), "alice", "add twice user1")
	if err != nil || !strings.Contains(got, "2 of 2 groups") {
		t.Errorf("answered %q, %v", got, err)
	}
	admins(t, stage, groupA, "user1")
	admins(t, stage, groupB, "user1")
}
