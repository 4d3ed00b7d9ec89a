package chat

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var errTooFast = errors.New("too fast")

// clerk is someone who refuses while the counter is closed, and remembers what was
// taken.
type clerk struct {
	mu     sync.Mutex
	until  time.Time
	took   []int
	at     []time.Time
	refuse int
}

// send takes a call, or refuses it while closed, or as often as was asked.
func (c *clerk) send(n int, pause time.Duration) func(context.Context) (Limit, error) {
	return func(context.Context) (Limit, error) {
		time.Sleep(10 * time.Millisecond)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.refuse > 0 {
			c.refuse--
			c.until = time.Now().Add(pause)
		}
		if time.Now().Before(c.until) {
			return Limit{Refused: true, Pause: time.Until(c.until)}, errTooFast
		}
		c.took, c.at = append(c.took, n), append(c.at, time.Now())
		return Limit{}, nil
	}
}

// TestLimitedInOrder: after a refusal a kind waits, then everything goes in order; nothing
// is lost, and another kind does not wait.
func TestLimitedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, slow, free := NewRateQueue(), &clerk{refuse: 1}, &clerk{}
		began := time.Now()
		var posts sync.WaitGroup
		for n := range 20 {
			posts.Go(func() {
				if err := l.Do(t.Context(), "slow", slow.send(n, 3*time.Second)); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
		if err := l.Do(t.Context(), "free", free.send(0, 0)); err != nil || time.Since(began) > time.Second {
			t.Errorf("the other kind waited %v: %v", time.Since(began), err)
		}
		posts.Wait()
		if len(slow.took) != 20 || !slices.IsSorted(slow.took) {
			t.Errorf("taken in the order %v", slow.took)
		}
		if wait := slow.at[0].Sub(began); wait < 3*time.Second || wait > 4*time.Second {
			t.Errorf("the first was taken after %v", wait)
		}
		if len(l.lines) > 0 {
			t.Errorf("lines are left: %v", l.lines)
		}
	})
}

// TestUnlimited: without a refusal calls of one kind go side by side.
func TestUnlimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := NewRateQueue(), &clerk{}
		began := time.Now()
		var posts sync.WaitGroup
		for n := range 50 {
			posts.Go(func() {
				_ = l.Do(t.Context(), "c", func(context.Context) (Limit, error) { time.Sleep(time.Second); return c.send(n, 0)(t.Context()) })
			})
		}
		posts.Wait()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("they took %v", took)
		}
	})
}

// TestLimitedAgain: a line that is refused again waits again; who gives up leaves
// the others their places.
func TestLimitedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := NewRateQueue(), &clerk{refuse: 3}
		ctx, cancel := context.WithCancel(t.Context())
		var posts sync.WaitGroup
		errs := make([]error, 5)
		for n := range 5 {
			with := t.Context()
			if n == 0 || n == 2 {
				with = ctx
			}
			posts.Go(func() { errs[n] = l.Do(with, "c", c.send(n, time.Second)) })
			time.Sleep(20 * time.Millisecond)
		}
		cancel()
		posts.Wait()
		if !errors.Is(errs[0], context.Canceled) || !errors.Is(errs[2], context.Canceled) {
			t.Errorf("who gave up got %v and %v", errs[0], errs[2])
		}
		if !slices.Equal(c.took, []int{1, 3, 4}) || len(l.lines) > 0 {
			t.Errorf("taken are %v, lines left %v", c.took, l.lines)
		}
	})
}

// TestOtherErrors do not slow anyone.
func TestOtherErrors(t *testing.T) {
	l := NewRateQueue()
	want := errors.New("something else")
	if err := l.Do(t.Context(), "c", func(context.Context) (Limit, error) { return Limit{}, want }); !errors.Is(err, want) || len(l.lines) > 0 {
		t.Errorf("got %v, lines %v", err, l.lines)
	}
}

// TestPauses: calls wait for a pause that was announced, one after the other from then
// on; others do not wait.
func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewRateQueue()
		began := time.Now()
		answers := []Limit{{Pause: time.Second}, {Refused: true, Pause: 2 * time.Second}, {}, {Pause: time.Second}, {}}
		var sent []time.Duration
		call := func(kind string) {
			err := l.Do(t.Context(), kind, func(context.Context) (Limit, error) {
				if kind != "slow" {
					return Limit{}, nil
				}
				sent = append(sent, time.Since(began))
				answer := answers[0]
				answers = answers[1:]
				return answer, nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		call("slow")
		for range 3 {
			go call("slow")
		}
		synctest.Wait()
		call("another")
		if time.Since(began) > 0 {
			t.Errorf("another kind waited %v", time.Since(began))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := []time.Duration{0, time.Second, 3 * time.Second, 3 * time.Second, 4 * time.Second}; !slices.Equal(sent, want) {
			t.Errorf("sent at %v, want %v", sent, want)
		}
		if len(l.lines) > 0 {
			t.Errorf("%d lines are kept", len(l.lines))
		}
	})
}

// TestLongestPause: no service silences a kind of calls, or all, for longer than the longest
// pause.
func TestLongestPause(t *testing.T) {
	for _, global := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l, sent, began := NewRateQueue(), 0, time.Now()
			err := l.Do(t.Context(), "c", func(context.Context) (Limit, error) {
				sent++
				return Limit{Refused: sent == 1, Global: global, Pause: 1e9 * time.Second}, nil
			})
			if took := time.Since(began); err != nil || sent != 2 || took != MostPause {
				t.Errorf("sent %d times in %v: %v", sent, took, err)
			}
			time.Sleep(time.Hour)
		})
	}
}

// TestPauseForAll: a global pause makes every kind wait, and a context ends a wait.
func TestPauseForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewRateQueue()
		var sent atomic.Int32
		send := func(context.Context) (Limit, error) {
			if sent.Add(1) == 1 {
				return Limit{Refused: true, Global: true, Pause: time.Minute}, nil
			}
			return Limit{}, nil
		}
		go func() { _ = l.Do(t.Context(), "a", send) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Do(ctx, "b", send); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		if n := sent.Load(); n != 1 {
			t.Errorf("sent %d times all the same", n)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := sent.Load(); n != 2 {
			t.Errorf("sent %d times", n)
		}
	})
}

// TestBackoff: pauses grow, up to a limit, and are as long as was asked for.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Backoff
		took := func(least time.Duration) time.Duration {
			began := time.Now()
			b.Wait(t.Context(), least)
			return time.Since(began)
		}
		for pause := firstPause; pause < mostPause; pause *= 2 {
			if got := took(0); got < pause || got >= pause+pause/4 {
				t.Errorf("the pause took %v, want %v and a little", got, pause)
			}
		}
		if got := took(0); got < mostPause || got > mostPause+mostPause/4 {
			t.Errorf("the longest took %v", got)
		}
		for least, want := range map[time.Duration]time.Duration{10 * time.Minute: 10 * time.Minute, time.Hour: MostPause, 1e9 * time.Second: MostPause} {
			if got := took(least); got != want {
				t.Errorf("where %v was asked for it took %v", least, got)
			}
		}
	})
}

// TestSleep: it reports whether the context has ended.
func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		for i, want := range []bool{true, false, false} {
			if got := Sleep(ctx, time.Minute); got != want {
				t.Errorf("minute %d: %v", i, got)
			}
		}
		if !Sleep(t.Context(), 0) || !Sleep(t.Context(), -time.Hour) || Sleep(ctx, 0) {
			t.Error("wrong about no time at all")
		}
	})
}
