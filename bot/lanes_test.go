package bot

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

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

// Many entries on overlapping groups: each group is worked on by one at a time,
// in the order in which the entries were accepted.
func TestLanesUnderLoad(t *testing.T) {
	const entries, groups = 400, 5
	l := newLanes()
	var accepting, record sync.Mutex
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
			slices.Sort(touched)
			accepting.Lock()
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
			accepting.Unlock()
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
