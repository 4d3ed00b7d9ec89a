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
	for _, row := range []struct{ limit, instances, want int }{
		{100, 1, 100}, {100, 2, 50}, {100, 3, 33}, {3, 2, 1}, {3, 3, 1}, {2, 3, 0}, {1, 5, 0}, {100, 0, 0}, {100, -1, 0},
	} {
		if got := quotaOf(row.limit, row.instances); got != row.want {
			t.Errorf("%d among %d: %d, want %d", row.limit, row.instances, got, row.want)
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

// TestSpent: for a second nothing is sent, and then at the usual rate.
func TestSpent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, "https://gateway.test", WithRateLimit(10))
		c.Spent()
		began := time.Now()
		for n := range 20 {
			p, err := c.limiter.wait(t.Context(), line{}, began)
			if err != nil {
				t.Fatal(err)
			}
			depart(t, p)
			if after, least := time.Since(began), time.Second+time.Duration(n)*time.Second/10; after < least || after > least+time.Second/2 {
				t.Errorf("call %d left after %s", n+1, after)
			}
		}
	})
}

func TestALargerShareCountsFromASecondOn(t *testing.T) {
	for _, row := range []struct {
		name        string
		before, now int
		soon, later int // calls within the second, and the next
	}{
		{"out of nothing", 0, 1, 0, 9},
		{"twice as much", 2, 1, 5, 9},
		{"ten a second after one", 10, 1, 1, 9},
		{"out of more instances than calls", 20, 1, 0, 9},
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
				if _, err := c.For("alice", false).Within(time.Second).Admins(t.Context(), GroupID(fmt.Sprint("show", i))); err != nil {
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

func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPipeClient(t, &okHandler{})
		is := func(when string, want bool) {
			t.Helper()
			if c.Busy() != want {
				t.Errorf("%s: busy is %v", when, !want)
			}
		}
		is("before a call", false)
		c.SetShare(0)
		go c.Admins(t.Context(), show)
		synctest.Wait()
		is("while one waits for a share", true)
		c.SetShare(1)
		time.Sleep(1500 * time.Millisecond)
		is("when it has just left", true)
		time.Sleep(window)
		is("a second later", false)
	})
}

func TestLimitOfAnotherClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		c := newPipeClient(t, sim, WithRateLimit(1))
		other := newPipeClient(t, sim, WithLimitOf(c))
		start := time.Now()
		for _, client := range []*Client{c, other} {
			if p, err := client.Probe(t.Context(), ""); err != nil || p.Caller != nil {
				t.Fatal(p.Caller, err)
			}
		}
		if took := time.Since(start); took < time.Second {
			t.Errorf("both called within %s", took)
		}
	})
}
