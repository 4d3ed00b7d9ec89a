package imapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// maxTries is how often a call is sent, at the most, for failures that pass.
const maxTries = 3

// Back-off after the first failure; it doubles after the second.
const (
	shortPause = 200 * time.Millisecond
	ratePause  = time.Second
)

// read calls until it succeeds, fails for good, or has been tried often enough.
func (c *Client) read(ctx context.Context, q *request, tries int) (*reply, error) {
	for n := 1; ; n++ {
		answer, err := c.try(ctx, q, n)
		e, failed := errors.AsType[*Error](err)
		if !failed || !e.kind.Passes() || n == tries {
			return answer, err
		}
		if err := c.backOff(ctx, n, e); err != nil {
			return nil, err
		}
	}
}

// backOff waits before try n+1. It fails at once if the budget does not last
// that long.
func (c *Client) backOff(ctx context.Context, n int, e *Error) error {
	if e.Code == codeThrottled {
		return nil // the penalty is the wait
	}
	pause := shortPause
	if e.kind == KindRate && (n > 1 || !c.line.urgent) {
		pause = ratePause // an urgent call is there again sooner, once
	}
	pause <<= n - 1
	jitter := 0.75 + 0.5*float64(c.random())/(1<<32)
	pause = time.Duration(jitter * float64(pause))

	b := c.budget
	switch left := b.left(); {
	case left <= 0:
		return e // which says so already
	case left <= pause:
		return outOfTime(e.Op, b, e.Info, e.kind == KindUnknown)
	}
	if err := b.sleep(ctx, pause); err != nil {
		return gaveUp(e.Op, err)
	}
	return nil
}

// gaveUp is what a caller gets whose own context ended.
func gaveUp(op string, err error) error { return fmt.Errorf("%s: %w", op, err) }

// outOfTime says that the budget is used up, and what it was used for last.
func outOfTime(op string, b *budget, last string, maybeChanged bool) *Error {
	return &Error{Op: op, kind: passing(maybeChanged), Info: cut(fmt.Sprintf("the time for this (%s) is used up; last: %s", b.total, last))}
}

// passing is the kind of a fault on the way: if a change may have arrived,
// that is not known.
func passing(maybeChanged bool) Kind {
	if maybeChanged {
		return KindUnknown
	}
	return KindTransient
}

// workTime is the budget of a method that is called without one.
const workTime = 30 * time.Second

// accountsTime is the budget of Accounts.
const accountsTime = 6 * time.Second

// budget is time that calls may spend together on anything other than waiting for the
// limiter. What runs side by side spends it at the same time.
type budget struct {
	total time.Duration
	spent atomic.Int64 // nanoseconds of what has ended
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

// spend spends the budget until stop is called, which must be once. The context it
// returns ends when nothing is left, or after most.
func (b *budget) spend(ctx context.Context, most time.Duration) (_ context.Context, stop func()) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, min(most, b.left()))
	return ctx, func() {
		cancel()
		b.spent.Add(int64(time.Since(start)))
	}
}

// left is what can still be spent; 0 or less when it is used up.
func (b *budget) left() time.Duration { return b.total - time.Duration(b.spent.Load()) }

// sleep spends d of the budget, or as much as is left of it. Its error is the
// caller's own context ending.
func (b *budget) sleep(ctx context.Context, d time.Duration) error {
	spending, stop := b.spend(ctx, d)
	defer stop()
	<-spending.Done()
	return ctx.Err()
}

// penaltyTime is how long nothing is sent after 70050: Tencent asks for at
// least a minute (1047/34348).
const penaltyTime = time.Minute

// penalty holds back every call after too many rejected signatures.
type penalty struct {
	mu    sync.Mutex
	until time.Time
}

func (p *penalty) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Now().Add(penaltyTime)
}

func (p *penalty) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// wait sleeps until the penalty is over, or fails at once if the budget or the
// context ends before.
func (p *penalty) wait(ctx context.Context, b *budget, op string) error {
	for left := p.left(); left > 0; left = p.left() {
		deadline, bounded := ctx.Deadline()
		if b.left() <= left || bounded && time.Until(deadline) <= left {
			return &Error{
				Op: op, Code: codeThrottled, kind: kindOf(codeThrottled, false),
				Info: fmt.Sprintf("too many signatures were rejected; nothing is sent until %s", time.Now().Add(left).UTC().Format("15:04:05 UTC")),
			}
		}
		if err := b.sleep(ctx, left); err != nil {
			return gaveUp(op, err)
		}
	}
	return nil
}
