package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	slackgo "github.com/slack-go/slack"
)

// clerk is a channel that refuses while it is closed, and remembers what it took.
type clerk struct {
	mu     sync.Mutex
	until  time.Time
	took   []int
	at     []time.Time
	refuse int
}

// send takes a post, or refuses it while closed, or as often as it was told to.
func (c *clerk) send(n int, pause time.Duration) func(context.Context) error {
	return func(context.Context) error {
		time.Sleep(10 * time.Millisecond)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.refuse > 0 {
			c.refuse--
			c.until = time.Now().Add(pause)
		}
		if time.Now().Before(c.until) {
			return fmt.Errorf("chat.postMessage: %w", &slackgo.RateLimitedError{RetryAfter: time.Until(c.until)})
		}
		c.took, c.at = append(c.took, n), append(c.at, time.Now())
		return nil
	}
}

// TestLimitedInOrder: after a 429 a channel waits, then takes everything in order;
// nothing is lost, and another channel does not wait.
func TestLimitedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, slow, free := newLines(), &clerk{refuse: 1}, &clerk{}
		began := time.Now()
		var posts sync.WaitGroup
		for n := range 20 {
			posts.Go(func() {
				if err := l.do(t.Context(), "slow", slow.send(n, 3*time.Second)); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
		if err := l.do(t.Context(), "free", free.send(0, 0)); err != nil || time.Since(began) > time.Second {
			t.Errorf("the other channel waited %v: %v", time.Since(began), err)
		}
		posts.Wait()
		if len(slow.took) != 20 || !slices.IsSorted(slow.took) {
			t.Errorf("taken in the order %v", slow.took)
		}
		if wait := slow.at[0].Sub(began); wait < 3*time.Second || wait > 4*time.Second {
			t.Errorf("the first was taken after %v", wait)
		}
		if len(l.channels) > 0 {
			t.Errorf("lines are left: %v", l.channels)
		}
	})
}

// TestUnlimited: without a 429 posts to one channel go side by side.
func TestUnlimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := newLines(), &clerk{}
		began := time.Now()
		var posts sync.WaitGroup
		for n := range 50 {
			posts.Go(func() {
				_ = l.do(t.Context(), "c", func(context.Context) error { time.Sleep(time.Second); c.send(n, 0); return nil })
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
		l, c := newLines(), &clerk{refuse: 3}
		ctx, cancel := context.WithCancel(t.Context())
		var posts sync.WaitGroup
		errs := make([]error, 5)
		for n := range 5 {
			with := t.Context()
			if n == 0 || n == 2 {
				with = ctx
			}
			posts.Go(func() { errs[n] = l.do(with, "c", c.send(n, time.Second)) })
			time.Sleep(20 * time.Millisecond)
		}
		cancel()
		posts.Wait()
		if !errors.Is(errs[0], context.Canceled) || !errors.Is(errs[2], context.Canceled) {
			t.Errorf("who gave up got %v and %v", errs[0], errs[2])
		}
		if !slices.Equal(c.took, []int{1, 3, 4}) || len(l.channels) > 0 {
			t.Errorf("taken are %v, lines left %v", c.took, l.channels)
		}
	})
}

// TestOtherErrors do not slow anybody.
func TestOtherErrors(t *testing.T) {
	l := newLines()
	want := errors.New("something else")
	if err := l.do(t.Context(), "c", func(context.Context) error { return want }); !errors.Is(err, want) || len(l.channels) > 0 {
		t.Errorf("got %v, lines %v", err, l.channels)
	}
}
