package imapi

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// pacing is the part of the limit that is used. The rest is room for the
// uneven time a request takes on its way.
const pacing = 0.99

// limiter lets calls leave in order and evenly, and never more than the limit
// in any one second.
type limiter struct {
	gate *semaphore.Weighted // whoever holds it is next; the others queue
	pace *rate.Limiter

	// room has the limit's number of places, each with the time from which it is
	// free: a second (and a hundredth) after the call left that had it, so that
	// what leaves late, after a stall or a slow connection, still leaves no second
	// too full. Who holds the gate has taken the place next, if taken is true.
	room  chan time.Time
	next  time.Time
	taken bool
}

func newLimiter(limit int) *limiter {
	l := &limiter{
		gate: semaphore.NewWeighted(1),
		pace: rate.NewLimiter(rate.Limit(pacing*float64(limit)), 1),
		room: make(chan time.Time, limit),
	}
	for range limit {
		l.room <- time.Time{}
	}
	return l
}

// wait returns when the caller may send; it must then call left. The error is
// the context's, and costs the others nothing: the place stays for the next.
func (l *limiter) wait(ctx context.Context) error {
	if err := l.gate.Acquire(ctx, 1); err != nil {
		return err
	}
	defer l.gate.Release(1)
	if !l.taken {
		select {
		case l.next = <-l.room:
			l.taken = true
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := sleep(ctx, time.Until(l.next)); err != nil {
		return err
	}
	slot := l.pace.Reserve()
	if err := sleep(ctx, slot.Delay()); err != nil {
		slot.Cancel()
		return err
	}
	l.taken = false
	return nil
}

// left notes that a call is on its way, or will not be sent after all. It never
// waits.
func (l *limiter) left() {
	const second = time.Second * 100 / (pacing * 100)
	l.room <- time.Now().Add(second)
}

// sleep waits for d, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Share is how many calls of one command can wait or be in flight at once: a
// tenth of the limit, and at least one.
func (c *Client) Share() int { return max(1, c.limit/10) }

type shareKey struct{}

// Fair marks everything under the context as one command, which then never has
// more than Share calls waiting or in flight: a large command does not stand
// before a small one. Within a command it changes nothing.
func (c *Client) Fair(ctx context.Context) context.Context {
	if ctx.Value(shareKey{}) != nil {
		return ctx
	}
	return context.WithValue(ctx, shareKey{}, semaphore.NewWeighted(int64(c.Share())))
}

// turn is the right to send one request.
type turn struct {
	limiter   *limiter
	share     *semaphore.Weighted // nil without Fair
	connected atomic.Bool         // from here on the request may be on its way
	gone      atomic.Bool
}

// takeTurn waits for the command's share, for the limiter, and for the end of a
// penalty. Only the penalty spends the budget.
func (c *Client) takeTurn(ctx context.Context, op string) (*turn, error) {
	share, _ := ctx.Value(shareKey{}).(*semaphore.Weighted)
	for {
		if err := c.penalty.wait(ctx, op); err != nil {
			return nil, err
		}
		if share != nil {
			if err := share.Acquire(ctx, 1); err != nil {
				return nil, gaveUp(op, err)
			}
		}
		t := &turn{limiter: c.limiter, share: share}
		if err := c.limiter.wait(ctx); err != nil {
			t.releaseShare()
			return nil, gaveUp(op, err)
		}
		if c.penalty.left() <= 0 {
			return t, nil
		}
		t.end() // a penalty came while this call stood in the queue
	}
}

// left is called when the request has been written, by whoever notices first.
func (t *turn) left() {
	if t.gone.CompareAndSwap(false, true) {
		t.limiter.left()
	}
}

func (t *turn) end() {
	t.left()
	t.releaseShare()
}

func (t *turn) releaseShare() {
	if t.share != nil {
		t.share.Release(1)
	}
}
