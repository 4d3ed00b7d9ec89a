package bot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"liveadmin/imapi"
)

// open reports whether somebody who waits for a turn may go.
func open(turn <-chan struct{}) bool {
	select {
	case <-turn:
		return true
	default:
		return false
	}
}

// deserted complains about lanes that nobody is in any more.
func deserted(t *testing.T, l *lanes) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lanes) > 0 {
		t.Errorf("lanes are left: %v", l.lanes)
	}
}

func TestTurnsComeInOrder(t *testing.T) {
	l := newLanes()
	first, second, third, other := l.enter("a", 1), l.enter("a", 2), l.enter("a", 3), l.enter("b", 4)
	turns := func(when string, want ...bool) {
		t.Helper()
		if got := []bool{open(first.turn), open(second.turn), open(third.turn), open(other.turn)}; !slices.Equal(got, want) {
			t.Errorf("%s the turns are %v, want %v", when, got, want)
		}
	}
	turns("at first", true, false, false, true)
	other.leave()
	turns("when the other lane is empty", true, false, false, true)
	first.leave()
	first.leave()
	turns("when the first has left, twice", true, true, false, true)
	third.leave() // before its turn: it gave up
	fourth := l.enter("a", 4)
	if open(fourth.turn) {
		t.Error("the fourth may go while the second is at work")
	}
	second.leave()
	if !open(fourth.turn) || open(third.turn) {
		t.Error("after all before it have left, the fourth should go, and the third, who gave up, should not")
	}
	fourth.leave()
	deserted(t, l)
}

// What is taken over from another instance can be older than what waits here.
func TestOlderGoesFirst(t *testing.T) {
	l := newLanes()
	working, younger, older := l.enter("a", 7), l.enter("a", 9), l.enter("a", 3)
	working.leave()
	if !open(older.turn) || open(younger.turn) {
		t.Error("the younger goes before the older")
	}
	older.leave()
	if !open(younger.turn) {
		t.Error("the younger is left behind")
	}
	younger.leave()
	deserted(t, l)
}

func TestHold(t *testing.T) {
	tests := []struct {
		name          string
		first, second []imapi.GroupID
		waits         bool
	}{
		{"the same group", []imapi.GroupID{"a"}, []imapi.GroupID{"a"}, true},
		{"another group", []imapi.GroupID{"a"}, []imapi.GroupID{"b"}, false},
		{"one of several", []imapi.GroupID{"b"}, []imapi.GroupID{"c", "b", "a"}, true},
		{"several in another order", []imapi.GroupID{"a", "b"}, []imapi.GroupID{"b", "a"}, true},
		{"a group named twice", []imapi.GroupID{"a", "a"}, []imapi.GroupID{"b", "b"}, false},
		{"no group", []imapi.GroupID{"a"}, nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLanes()
				release, err := l.hold(t.Context(), test.first)
				if err != nil {
					t.Fatal(err)
				}
				holds := make(chan func(), 1)
				go func() {
					release, err := l.hold(t.Context(), test.second)
					if err != nil {
						t.Error(err)
					}
					holds <- release
				}()
				synctest.Wait()
				if waits := len(holds) == 0; waits != test.waits {
					t.Errorf("the second waits: %v, want %v", waits, test.waits)
				}
				release()
				(<-holds)()
				deserted(t, l)
			})
		})
	}
}

// A hold that ends while it waits holds nothing.
func TestHoldCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLanes()
		release, err := l.hold(t.Context(), []imapi.GroupID{"b"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := l.hold(ctx, []imapi.GroupID{"a", "b", "c"})
			ended <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
		again, err := l.hold(t.Context(), []imapi.GroupID{"a", "c"})
		if err != nil {
			t.Fatal(err)
		}
		again()
		release()
		deserted(t, l)
	})
}

// A lane that is held can be entered by who holds it, and what has entered is not
// lost with the hold.
func TestEnterWhileHeld(t *testing.T) {
	l := newLanes()
	release, err := l.hold(t.Context(), []imapi.GroupID{"a"})
	if err != nil {
		t.Fatal(err)
	}
	first := l.enter("a", 1)
	release()
	next := l.enter("a", 2)
	if open(next.turn) {
		t.Error("the next may go while the first is at work")
	}
	first.leave()
	if !open(next.turn) {
		t.Error("the next may not go although the first has left")
	}
	next.leave()
	deserted(t, l)
}

// Many entries on overlapping groups: each group is worked on by one at a time,
// in the order in which the entries were accepted.
func TestLanesUnderLoad(t *testing.T) {
	const entries, groups = 400, 5
	l := newLanes()
	var record sync.Mutex
	var numbers atomic.Int64
	accepted, worked := make(map[imapi.GroupID][]int), make(map[imapi.GroupID][]int)
	working := make([]atomic.Int32, groups)
	var all sync.WaitGroup
	for n := range entries {
		all.Go(func() {
			var touched []imapi.GroupID
			for range 1 + rand.IntN(3) {
				touched = append(touched, imapi.GroupID(fmt.Sprint(rand.IntN(groups))))
			}
			release, err := l.hold(t.Context(), touched)
			if err != nil {
				t.Error(err)
				return
			}
			slices.Sort(touched)
			number := numbers.Add(1)
			for _, g := range slices.Compact(touched) {
				record.Lock()
				accepted[g] = append(accepted[g], n)
				record.Unlock()
				p := l.enter(g, number)
				all.Go(func() {
					defer p.leave()
					<-p.turn
					if at := &working[g[0]-'0']; at.Add(1) == 1 {
						defer at.Add(-1)
					} else {
						t.Errorf("two at work on %s", g)
					}
					record.Lock()
					worked[g] = append(worked[g], n)
					record.Unlock()
				})
			}
			release()
		})
	}
	all.Wait()
	for g := range accepted {
		if !slices.Equal(worked[g], accepted[g]) {
			t.Errorf("on %s worked %v, accepted %v", g, worked[g], accepted[g])
		}
	}
	deserted(t, l)
}
