package imapi

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// maxTries is how often a call is sent at most, for failures that pass.
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
// nobody knows.
func passing(maybeChanged bool) Kind {
	if maybeChanged {
		return KindUnknown
	}
	return KindTransient
}
