package imapi

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

func TestAfter70050EveryCallWaitsAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		c := newPipeClient(t, sim)
		inject(t, sim, simulator.Fault{Code: 70050})
		start := time.Now()
		took := lasts(func() {
			_, err := c.Admins(t.Context(), show)
			e := mustFail(t, err, KindRate, 70050)
			if want := start.Add(time.Minute).UTC().Format("15:04:05"); !strings.Contains(e.Info, want) {
				t.Errorf("info %q does not say %s", e.Info, want)
			}
		})
		if took > time.Second {
			t.Errorf("a call that cannot last a minute took %s to say so", took)
		}
		mustFail(t, c.SetAdmins(t.Context(), show, []UserID{"user1"}), KindRate, 70050)
		if n := len(sim.Calls()); n != 1 {
			t.Fatalf("%d calls were sent, want the first only", n)
		}
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if err := c.Within(2*time.Minute).SetAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, call := range sim.Calls()[1:] {
			if waited := call.At.Sub(start); waited < time.Minute {
				t.Errorf("a call was sent after %s", waited)
			}
		}
	})
}

func TestAQueuedCallSeesThe70050OfAnEarlierOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		c := newPipeClient(t, sim, WithRateLimit(1))
		inject(t, sim, simulator.Fault{Code: 70050})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, err := c.Admins(t.Context(), show)
				mustFail(t, err, KindRate, 70050)
			})
		}
		wg.Wait()
		if n := len(sim.Calls()); n != 1 {
			t.Errorf("%d calls were sent, want 1", n)
		}
	})
}
