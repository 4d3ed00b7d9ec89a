package imapi

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

func TestQueueOrder(t *testing.T) {
	for _, row := range []struct{ name, came, served string }{
		// A capital letter is an urgent call.
		{"nobody", "", ""},
		{"one caller's are in order", "a1 a2 a3", "a1 a2 a3"},
		{"callers in turn", "a1 a2 a3 a4 b1 b2 c1", "a1 b1 c1 a2 b2 a3 a4"},
		{"urgent ones first", "a1 b1 A2", "A2 a1 b1"},
		{"urgent callers in turn", "A1 A2 A3 B1", "A1 B1 A2 A3"},
		{"one of four turns is for the others", "a1 b1 c1 A2 A3 A4 A5 A6 A7 A8", "A2 A3 A4 a1 A5 A6 A7 b1 A8 c1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var q queue
			names := make(map[*turn]string)
			for _, name := range strings.Fields(row.came) {
				w := &turn{line: line{strings.ToLower(name[:1]), name < "a"}}
				names[w] = name
				q.push(w)
			}
			var served []string
			for w := q.next(); w != nil; w = q.next() {
				served = append(served, names[w])
				q.pop()
			}
			if got := strings.Join(served, " "); got != row.served {
				t.Errorf("served %q, want %q", got, row.served)
			}
		})
	}
}

func TestQueueDrop(t *testing.T) {
	var q queue
	var all []*turn
	for i := range 6 {
		w := &turn{line: line{fmt.Sprint(i % 2), i%3 == 0}}
		all = append(all, w)
		q.push(w)
	}
	for _, w := range all {
		if !q.drop(w) || q.drop(w) {
			t.Error("a call was not there, or still there")
		}
	}
	if q.next() != nil || len(q.urgent)+len(q.others) != 0 {
		t.Errorf("left: %+v", q)
	}
}

// TestQueueLikeOneForEachCaller compares a queue with one list for each caller, of which
// the first call is served in turn, whatever comes and is given up.
func TestQueueLikeOneForEachCaller(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var q queue
		var callers []string // in the order in which they are served
		waiting := make(map[string][]*turn)
		for range 200 {
			caller := string(rune('a' + random.IntN(5)))
			list := waiting[caller]
			switch action := random.IntN(5); {
			case action < 2:
				w := &turn{line: line{caller: caller}}
				q.push(w)
				if len(list) == 0 {
					callers = append(callers, caller)
				}
				waiting[caller] = append(list, w)
			case action < 4 && len(callers) > 0:
				caller = callers[0]
				first := waiting[caller][0]
				if got := q.next(); got != first {
					t.Fatalf("%s is served, want %s", got.caller, first.caller)
				}
				q.pop()
				callers = callers[1:]
				if waiting[caller] = waiting[caller][1:]; len(waiting[caller]) > 0 {
					callers = append(callers, caller)
				}
			case action == 4 && len(list) > 0:
				i := random.IntN(len(list))
				if !q.drop(list[i]) {
					t.Fatal("a call was not there")
				}
				if waiting[caller] = slices.Delete(list, i, i+1); len(waiting[caller]) == 0 {
					callers = slices.DeleteFunc(callers, func(c string) bool { return c == caller })
				}
			}
		}
		if len(callers) == 0 && q.next() != nil {
			t.Fatal("a call is left")
		}
	}
}

// crowd makes a caller's commands on groups of its own: each reads its group as often
// as it has calls.
func crowd(t *testing.T, c *Client, sim *simulator.Server, caller string, urgent bool, commands, calls int) (wait func()) {
	var all sync.WaitGroup
	for i := range commands {
		g := GroupID(fmt.Sprint(caller, i))
		sim.AddGroup(string(g), simulator.Group{})
		all.Go(func() {
			one := c.For(caller, urgent)
			for range calls {
				if _, err := one.Admins(t.Context(), g); err != nil {
					t.Error(err)
				}
			}
		})
	}
	synctest.Wait()
	return all.Wait
}

// TestAThousandCommandsOfOneCaller: another's command, and a third's, get every second
// and third turn.
func TestAThousandCommandsOfOneCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		c := newPipeClient(t, sim, WithRateLimit(100))
		all := crowd(t, c, sim, "mallory", false, 1000, 2)
		took := lasts(func() {
			bob, carol := crowd(t, c, sim, "bob", false, 1, 3), crowd(t, c, sim, "carol", false, 1, 3)
			bob()
			carol()
		})
		if took > 110*time.Millisecond {
			t.Errorf("two commands of three calls took %s", took)
		}
		all()
	})
}

// TestUrgentCommands: what takes a right away passes a queue of its caller's own, of many
// callers, and of what is urgent of others; the others go on meanwhile.
func TestUrgentCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const urgent, others = 400, 100
		sim := newSimulator(t)
		c := newPipeClient(t, sim, WithRateLimit(100))
		var waits []func()
		for i := range others {
			waits = append(waits, crowd(t, c, sim, fmt.Sprint("adder", i), false, 20, 1))
		}
		took := lasts(crowd(t, c, sim, "adder0", true, 1, 3))
		if took > 35*time.Millisecond {
			t.Errorf("an urgent command of three calls took %s", took)
		}
		waits = append(waits, crowd(t, c, sim, "mallory", true, urgent, 1))
		before := len(sim.Calls())
		if took := lasts(crowd(t, c, sim, "bob", true, 1, 3)); took > 90*time.Millisecond {
			t.Errorf("an urgent command beside %d of another caller took %s", urgent, took)
		}
		time.Sleep(2 * time.Second)
		adds := slices.DeleteFunc(sim.Calls()[before:], func(c simulator.Call) bool { return !strings.HasPrefix(c.Group, "adder") })
		if len(adds) < 45 {
			t.Errorf("%d others in two seconds full of urgent ones, want a quarter of 200", len(adds))
		}
		for _, wait := range waits {
			wait()
		}
	})
}

// TestLeavingAQueueOfManyCallers: calls that are given up leave no trace in it.
func TestLeavingAQueueOfManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(1)
		ctx, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				if p, err := l.wait(ctx, line{fmt.Sprint(i % 7), i%2 == 0}, time.Now()); err == nil {
					p.end()
				}
			})
		}
		leave()
		all.Wait()
		if l.queue.next() != nil || l.turns != 0 {
			t.Errorf("left: %+v, %d turns", l.queue, l.turns)
		}
	})
}
