package imapi

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

func TestBudgetOfAMethodIs30Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		inject(t, sim, simulator.Fault{Kind: simulator.Hang, Times: -1})
		c := newPipeClient(t, sim)
		took := lasts(func() {
			mustFail(t, c.SetAdmins(t.Context(), show, []UserID{"user1"}), KindUnknown, 0)
		})
		if took > 30*time.Second || took < 25*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestBudgetIsSharedByAllCallsUnderIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		sim.SetLatency(2 * time.Second)
		ctx, c := t.Context(), newPipeClient(t, sim, WithRateLimit(1)).Within(5*time.Second)
		for range 2 {
			if _, err := c.Admins(ctx, show); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute) // the caller's own time does not count
		}
		took := lasts(func() {
			_, err := c.Admins(ctx, show)
			e := mustFail(t, err, KindTransient, 0)
			if !strings.Contains(e.Info, "5s") || strings.Count(e.Info, "used up") != 1 {
				t.Errorf("info: %q", e.Info)
			}
		})
		if took != time.Second {
			t.Errorf("the third call took %s, want the second that was left", took)
		}
		before := len(sim.Calls())
		took = lasts(func() { mustFail(t, c.SetAdmins(ctx, show, []UserID{"user1"}), KindTransient, 0) })
		if len(sim.Calls()) != before || took != 0 {
			t.Errorf("without time, %d calls were sent, and the queue waited for: %s", len(sim.Calls())-before, took)
		}
	})
}

func TestBudgetEndingWithinAChangeIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		inject(t, sim, simulator.Fault{Command: OpChange, Kind: simulator.Hang, Applied: true})
		c := newPipeClient(t, sim).Within(3 * time.Second)
		took := lasts(func() { mustFail(t, c.SetAdmins(t.Context(), show, []UserID{"user1"}), KindUnknown, 0) })
		if took != 3*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestBudgetDoesNotRunInTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPipeClient(t, &okHandler{}, WithRateLimit(1))
		var wg sync.WaitGroup
		for range 60 {
			wg.Go(func() {
				if _, err := c.For("alice", false).Within(time.Second).Admins(t.Context(), show); err != nil {
					t.Error(err)
				}
			})
		}
		took := lasts(wg.Wait)
		if took < 59*time.Second {
			t.Errorf("60 calls at one a second took %s", took)
		}
	})
}

func TestBudgetOfCallsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		sim.SetLatency(2 * time.Second)
		c := newPipeClient(t, sim).Within(10 * time.Second)
		var wg sync.WaitGroup
		for range 4 { // each runs beside the next for a second: 8 s in all
			wg.Go(func() {
				if _, err := c.Admins(t.Context(), show); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Second)
		}
		wg.Wait()
		if left := c.budget.left(); left != 2*time.Second {
			t.Errorf("%s are left, want 2s", left)
		}
	})
}

func TestBackOffThatTheBudgetDoesNotLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		inject(t, sim, simulator.Fault{Code: 60007, Info: "slow down", Times: -1})
		c := newPipeClient(t, sim)
		took := lasts(func() {
			_, err := c.Within(500*time.Millisecond).Admins(t.Context(), show)
			if e := mustFail(t, err, KindTransient, 0); !strings.Contains(e.Info, "slow down") {
				t.Errorf("info %q does not say what happened last", e.Info)
			}
		})
		if took != 0 {
			t.Errorf("waited %s in vain", took)
		}
	})
}
