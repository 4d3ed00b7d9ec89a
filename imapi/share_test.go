package imapi

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

func TestQuotas(t *testing.T) {
	for _, row := range []struct {
		limit, instances int
		want             quota
	}{
		{100, 1, quota{100, time.Second}},
		{100, 2, quota{50, time.Second}},
		{100, 3, quota{33, time.Second}},
		{3, 2, quota{1, time.Second}},
		{3, 3, quota{1, time.Second}},
		{2, 3, quota{1, 1500 * time.Millisecond}},
		{3, 4, quota{1, 1333333334}},
		{1, 5, quota{1, 5 * time.Second}},
		{100, 0, quota{0, time.Second}},
		{100, -1, quota{0, time.Second}},
	} {
		if got := quotaOf(row.limit, row.instances); got != row.want {
			t.Errorf("%d among %d: %+v, want %+v", row.limit, row.instances, got, row.want)
		}
	}
	for limit := MinRateLimit; limit <= MaxRateLimit; limit++ {
		for instances := 1; instances <= 2*MaxRateLimit; instances++ {
			q := quotaOf(limit, instances)
			if time.Duration(q.calls*instances)*time.Second > time.Duration(limit)*q.window || q.window < time.Second {
				t.Fatalf("%d among %d: %+v", limit, instances, q)
			}
		}
	}
}

func TestShareFollowsSetShare(t *testing.T) {
	c := newClient(t, "https://gateway.test", WithRateLimit(100))
	for _, row := range []struct{ instances, want int }{{1, 10}, {2, 5}, {3, 3}, {0, 3}, {20, 1}, {500, 1}, {0, 1}, {1, 10}} {
		c.SetShare(row.instances)
		if got := c.Share(); got != row.want {
			t.Errorf("among %d: %d, want %d", row.instances, got, row.want)
		}
	}
}

func TestALargerShareCountsFromASecondOn(t *testing.T) {
	for _, row := range []struct {
		name        string
		before, now int
		soon, later int // calls within the second, and the next
	}{
		{"out of nothing", 0, 1, 0, 9},
		{"twice as much", 2, 1, 5, 9},
		{"ten a second after one in two seconds", 20, 1, 0, 9},
		{"less than one a second, and a little more", 20, 11, 0, 1},
		{"as much as before", 1, 1, 10, 9},
		{"half as much", 1, 2, 5, 5},
		{"nothing", 1, 0, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter(10)
				l.divide(row.before)
				time.Sleep(time.Minute)
				l.divide(row.now)
				var sent atomic.Int64
				for range 50 {
					go func() {
						if p, err := l.wait(t.Context(), line{}, time.Now()); err == nil {
							depart(t, p)
							sent.Add(1)
						}
					}()
				}
				time.Sleep(time.Second)
				soon := int(sent.Load())
				time.Sleep(time.Second)
				later := int(sent.Load()) - soon
				if soon != row.soon || later < row.later {
					t.Errorf("%d calls in the first second, %d in the next; want %d, %d", soon, later, row.soon, row.later)
				}
			})
		})
	}
}

func TestWithoutAShareCallsWaitInOrderAndSpendNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		c := newPipeClient(t, sim)
		c.SetShare(0)
		const calls = 20
		var wg sync.WaitGroup
		for i := range calls {
			sim.AddGroup(fmt.Sprint("show", i), simulator.Group{})
			wg.Go(func() {
				ctx := WithBudget(t.Context(), time.Second)
				if _, err := c.For("alice", false).Admins(ctx, GroupID(fmt.Sprint("show", i))); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		gone, leave := context.WithTimeout(t.Context(), time.Minute)
		defer leave()
		if _, err := c.Admins(gone, show); err == nil {
			t.Error("who left the queue got an answer")
		}
		time.Sleep(24 * time.Hour)
		if n := len(sim.Calls()); n != 0 {
			t.Fatalf("%d calls were sent without a share", n)
		}
		c.SetShare(2)
		wg.Wait()
		for i, call := range sim.Calls() {
			if want := fmt.Sprint("show", i); call.Group != want {
				t.Errorf("number %d was about %s", i, call.Group)
			}
		}
	})
}

func TestTwoInstancesStayUnderTheCapOfTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 20
		sim := newSimulator(t)
		sim.SetRateCap(limit)
		first := newPipeClient(t, sim, WithRateLimit(limit))
		second := newPipeClient(t, sim, WithRateLimit(limit))
		second.SetShare(0)
		var wg sync.WaitGroup
		for range 5 * limit {
			for _, c := range []*Client{first, second} {
				wg.Go(func() {
					if _, err := c.Admins(t.Context(), show); err != nil {
						t.Error(err)
					}
				})
			}
		}
		for _, step := range []struct {
			c         *Client
			instances int
		}{{first, 2}, {second, 2}, {first, 0}, {second, 1}, {second, 2}, {first, 2}} {
			time.Sleep(1300 * time.Millisecond)
			step.c.SetShare(step.instances)
		}
		wg.Wait()
		if peak := sim.Peak(); peak > limit || peak < limit-2 {
			t.Errorf("%d calls in the fullest second", peak)
		}
	})
}
