package imapi

import (
	"context"
	"sync"
	"time"
)

// workTime is the budget of a method that is called without one.
const workTime = 30 * time.Second

// accountsTime is the budget of Accounts.
const accountsTime = 6 * time.Second

// budget is time that calls may spend together. It runs while at least one of
// them is doing something other than waiting for the limiter.
type budget struct {
	total time.Duration

	mu      sync.Mutex
	spent   time.Duration // up to the last moment when nothing ran
	running int
	since   time.Time // when running left 0
}

// Within returns a client whose calls have a budget together: the API's own time,
// back-off and the like, but not the waiting for the limiter's turn. Once it is used up
// they fail with an *Error of KindTransient, or KindUnknown if a change may have been
// made. Everything else it has in common with c, whose budget it does not use. Without a
// budget each method has one of 30 s.
func (c *Client) Within(d time.Duration) *Client {
	one := *c
	one.budget = &budget{total: d}
	return &one
}

// budgeted is for the beginning of every method.
func (c *Client) budgeted() *Client {
	if c.budget != nil {
		return c
	}
	return c.Within(workTime)
}

// spend lets the budget run until stop is called. The context it returns ends
// when nothing is left, or after most.
func (b *budget) spend(ctx context.Context, most time.Duration) (_ context.Context, stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == 0 {
		b.since = time.Now()
	}
	b.running++
	ctx, cancel := context.WithTimeout(ctx, min(most, b.leftLocked()))
	return ctx, func() {
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		b.running--
		if b.running == 0 {
			b.spent += time.Since(b.since)
		}
	}
}

// left is what can still be spent; 0 or less when it is used up.
func (b *budget) left() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.leftLocked()
}

func (b *budget) leftLocked() time.Duration {
	left := b.total - b.spent
	if b.running > 0 {
		left -= time.Since(b.since)
	}
	return left
}

// sleep spends d of the budget, or as much as is left of it. Its error is the
// caller's own context ending.
func (b *budget) sleep(ctx context.Context, d time.Duration) error {
	spending, stop := b.spend(ctx, d)
	defer stop()
	<-spending.Done()
	return ctx.Err()
}
