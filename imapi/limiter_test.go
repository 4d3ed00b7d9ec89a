package imapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// mostIn is the largest number of times in any [t, t+window).
func mostIn(window time.Duration, times []time.Time) int {
	times = slices.SortedFunc(slices.Values(times), time.Time.Compare)
	most, first := 0, 0
	for i, t := range times {
		for t.Sub(times[first]) >= window {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// depart sends what has its turn.
func depart(t *testing.T, p *turn) {
	if !p.leave() {
		t.Error("a turn was taken back")
	}
	p.end()
}

func TestLimiterNeverPassesTheLimit(t *testing.T) {
	for _, limit := range []int{1, 2, 10, 99, 200} {
		for name, delay := range map[string]func(i int) time.Duration{
			"calls that leave at once":    func(int) time.Duration { return 0 },
			"a slow first connection":     func(i int) time.Duration { return time.Duration(max(0, 3-i)) * 300 * time.Millisecond },
			"every seventh leaves late":   func(i int) time.Duration { return time.Duration(i%7/6) * 400 * time.Millisecond },
			"a stop of two seconds":       func(i int) time.Duration { return time.Duration(max(0, 2000-10*i)) * time.Millisecond },
			"every second one never goes": func(i int) time.Duration { return time.Duration(i%2) * 5 * time.Second },
		} {
			t.Run(fmt.Sprintf("%d a second, %s", limit, name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newLimiter(limit)
					var mu sync.Mutex
					var sent []time.Time
					var wg sync.WaitGroup
					for i := range 3 * limit {
						wg.Go(func() {
							p, err := l.wait(t.Context(), line{}, time.Now())
							if err != nil {
								t.Error(err)
								return
							}
							time.Sleep(delay(i)) // between the turn and the wire
							mu.Lock()
							sent = append(sent, time.Now())
							mu.Unlock()
							depart(t, p)
						})
						synctest.Wait()
					}
					wg.Wait()
					if most := mostIn(time.Second, sent); most > limit {
						t.Errorf("%d left in one second", most)
					}
				})
			})
		}
	}
}

func TestLimiterUsesTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(200)
		took := lasts(func() {
			for range 1000 {
				p, err := l.wait(t.Context(), line{}, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				depart(t, p)
			}
		})
		if took > 5100*time.Millisecond {
			t.Errorf("1,000 calls took %s", took)
		}
	})
}

// TestMomentsAreMadeUpFor: while the program is held up nothing leaves; calls that were
// waiting make up for it, for a tenth of a second, and calls that come later do not.
func TestMomentsAreMadeUpFor(t *testing.T) {
	for _, row := range []struct {
		name    string
		held    time.Duration
		waiting bool // before it was held up
		leave   int  // at once afterwards
	}{
		{"for a moment", 52 * time.Millisecond, true, 10},
		{"for long", 5 * time.Second, true, 21},
		{"nobody waited", 5 * time.Second, false, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter(200)
				since := time.Now()
				ask := func() (*turn, bool) {
					p := &turn{limiter: l, since: since}
					_, ok := l.give(p)
					return p, ok
				}
				p, _ := ask()
				depart(t, p)
				time.Sleep(row.held)
				if !row.waiting {
					since = time.Now()
				}
				left := 0
				for p, ok := ask(); ok; p, ok = ask() {
					depart(t, p)
					left++
				}
				if left != row.leave {
					t.Errorf("%d left at once, want %d", left, row.leave)
				}
			})
		})
	}
}

func TestTheServerNeverSeesMoreThanTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 20
		sim := newSimulator(t)
		sim.SetRateCap(limit)
		c := newPipeClient(t, sim, WithRateLimit(limit))
		var wg sync.WaitGroup
		for range 5 * limit {
			wg.Go(func() {
				if _, err := c.Admins(t.Context(), show); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if peak := sim.Peak(); peak > limit || peak < limit-1 {
			t.Errorf("%d calls in the fullest second", peak)
		}
	})
}

func TestLimiterServesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(10)
		served := make(chan int, 30)
		for i := range 30 {
			go func() {
				if p, err := l.wait(t.Context(), line{}, time.Now()); err == nil {
					depart(t, p)
					served <- i
				}
			}()
			synctest.Wait()
		}
		for want := range 30 {
			if got := <-served; got != want {
				t.Fatalf("number %d was served as number %d", got, want)
			}
		}
	})
}

func TestWhoLeavesTheQueueCostsNoSlot(t *testing.T) {
	for _, row := range []struct {
		name    string
		limit   int
		patient time.Duration // how long those wait who leave
		within  time.Duration // for who stays
	}{
		{"waiting for the second to pass", 1, 500 * time.Millisecond, 1100 * time.Millisecond},
		{"waiting for the pace", 10, 50 * time.Millisecond, 110 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter(row.limit)
				stay := func() {
					t.Helper()
					took := lasts(func() {
						p, err := l.wait(t.Context(), line{}, time.Now())
						if err != nil {
							t.Fatal(err)
						}
						depart(t, p)
					})
					if took > row.within {
						t.Errorf("who stayed waited %s", took)
					}
				}
				stay()
				for range 3 {
					for range 20 {
						ctx, cancel := context.WithTimeout(t.Context(), row.patient)
						defer cancel()
						go l.wait(ctx, line{}, time.Now())
					}
					synctest.Wait()
					stay()
				}
			})
		})
	}
}

func TestSlowAnswersDoNotSlowTheSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPipeClient(t, &okHandler{takes: 4 * time.Second}, WithRateLimit(10))
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := c.Admins(t.Context(), show); err != nil {
					t.Error(err)
				}
			})
		}
		if took := lasts(wg.Wait); took > 9200*time.Millisecond {
			t.Errorf("50 calls at 10 a second, with an answer after 4 s each, took %s", took)
		}
	})
}

// okHandler answers every call and counts how many it has at once.
type okHandler struct {
	takes    time.Duration
	now, top atomic.Int64
}

func (h *okHandler) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	n := h.now.Add(1)
	defer h.now.Add(-1)
	for top := h.top.Load(); n > top && !h.top.CompareAndSwap(top, n); top = h.top.Load() {
	}
	time.Sleep(h.takes)
	fmt.Fprint(w, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`)
}

func TestALargeCommandDoesNotStandBeforeASmallOne(t *testing.T) {
	for _, row := range []struct {
		name   string
		limit  int
		within time.Duration // for the small command's one call
	}{
		{"next but two", 100, 35 * time.Millisecond},
		{"next, where one call is a command's share", 1, 2100 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newPipeClient(t, &okHandler{}, WithRateLimit(row.limit))
				ctx, stop := context.WithCancel(t.Context())
				large := c.For("alice", false)
				var wg sync.WaitGroup
				for range 50 {
					wg.Go(func() { large.Admins(ctx, show) })
				}
				synctest.Wait()
				took := lasts(func() {
					if _, err := c.For("alice", false).Admins(t.Context(), show); err != nil {
						t.Error(err)
					}
				})
				if took > row.within {
					t.Errorf("the small command waited %s", took)
				}
				stop()
				wg.Wait()
			})
		})
	}
}

func TestAShareBoundsWhatIsInFlight(t *testing.T) {
	for _, row := range []struct {
		name  string
		whole bool // all calls are of one command
		each  bool // each call is a command
		want  int64
	}{
		{"one command", true, false, 20},
		{"commands of one call each", false, true, 100},
		{"of no command", false, false, 100},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &okHandler{takes: 3 * time.Second}
				c := newPipeClient(t, h)
				if row.whole {
					c = c.For("alice", false)
				}
				var wg sync.WaitGroup
				for range 100 {
					wg.Go(func() {
						c := c
						if row.each {
							c = c.For("alice", false)
						}
						if _, err := c.Admins(t.Context(), show); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if got := h.top.Load(); got != row.want {
					t.Errorf("%d calls at once, want %d", got, row.want)
				}
			})
		})
	}
}
