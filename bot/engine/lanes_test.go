package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/imapi"
)

// queued puts an entry of one change into a lane, without anybody to carry it.
func queued(l *lanes, g imapi.GroupID, number int64) place {
	p := place{job: &job{ctx: context.Background(), entry: bot.Entry{Number: number}, order: number, changes: []bot.Change{{Group: g, State: bot.Waiting}}}}
	l.enter(p)
	return p
}

// hasTurn reports whether a change has got its turn.
func (p place) hasTurn() bool {
	p.job.mu.Lock()
	defer p.job.mu.Unlock()
	return slices.Contains(p.job.ready, p.nth)
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
	t.Parallel()
	l := newLanes()
	first, second, third, other := queued(l, "a", 1), queued(l, "a", 2), queued(l, "a", 3), queued(l, "b", 4)
	turns := func(when string, want ...bool) {
		t.Helper()
		if got := []bool{first.hasTurn(), second.hasTurn(), third.hasTurn(), other.hasTurn()}; !slices.Equal(got, want) {
			t.Errorf("%s the turns are %v, want %v", when, got, want)
		}
	}
	turns("at first", true, false, false, true)
	l.leave("b")
	turns("when the other lane is empty", true, false, false, true)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	third.job.ctx = over // before its turn
	l.leave("a")
	turns("when the first has left", true, true, false, true)
	fourth, fifth := queued(l, "a", 4), queued(l, "a", 5)
	if fourth.hasTurn() {
		t.Error("the fourth has the turn while the second is at work")
	}
	l.withdraw(fourth)
	l.leave("a")
	if !fifth.hasTurn() || third.hasTurn() || fourth.hasTurn() {
		t.Error("after all before it have left, the fifth should have the turn, and who is over or withdrawn should not")
	}
	l.leave("a")
	deserted(t, l)
}

// What is taken over from another instance can be older than what waits here.
func TestOlderGoesFirst(t *testing.T) {
	t.Parallel()
	l := newLanes()
	_, younger, older := queued(l, "a", 7), queued(l, "a", 9), queued(l, "a", 3)
	l.leave("a")
	if !older.hasTurn() || younger.hasTurn() {
		t.Error("the younger goes before the older")
	}
	l.leave("a")
	if !younger.hasTurn() {
		t.Error("the younger is left behind")
	}
	l.leave("a")
	deserted(t, l)
}

// Many entries on overlapping groups: each group is worked on by one at a time,
// in the order in which the entries were accepted.
func TestLanesUnderLoad(t *testing.T) { synctest.Test(t, testLanesUnderLoad) }

func testLanesUnderLoad(t *testing.T) {
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
				p := queued(l, g, number)
				all.Go(func() {
					defer l.leave(g)
					for !p.hasTurn() {
						time.Sleep(time.Millisecond)
					}
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
