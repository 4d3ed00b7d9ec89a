package imapi

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// errTurnLost says that a smaller share took a call's turn back before it was
// written. The call waits for another one.
var errTurnLost = errors.New("the turn was taken back")

// turn is a call that waits for its turn to send one request, or has it. The limiter's
// lock guards due, before, leaving and over.
type turn struct {
	line
	limiter *limiter
	share   *share // nil until the share is held
	since   time.Time
	ready   chan struct{} // closed when it is this call's turn

	due     time.Time // when this turn was due, and
	before  time.Time // the one before it
	leaving bool      // the call is being written, or has been
	over    bool      // the call has left, or never will

	connected atomic.Bool           // from here on the request may be on its way
	kept      atomic.Pointer[error] // why it was kept back at the last moment
}

// takeTurn waits for the command's share, for the limiter, and for the end of a
// penalty. Only the penalty spends the budget.
func (c *Client) takeTurn(ctx context.Context, op string) (*turn, error) {
	for {
		if err := c.penalty.wait(ctx, c.budget, op); err != nil {
			return nil, err
		}
		start := time.Now()
		t, err := c.share.wait(ctx, func() (*turn, error) { return c.limiter.wait(ctx, c.line, start) })
		if err != nil {
			return nil, gaveUp(op, err)
		}
		if c.penalty.left() <= 0 {
			if c.observer != nil {
				c.observer.Waited(op, time.Since(start))
			}
			return t, nil
		}
		t.end() // a penalty came while this call waited
	}
}

// keepBack is called when a request's head is written, into a buffer: the last
// moment at which nothing of it has left. It reports whether the request must
// stay.
func (t *turn) keepBack(gate func() error) bool {
	var err error
	if gate != nil {
		err = gate()
	}
	if err == nil && !t.leave() {
		err = errTurnLost
	}
	if err == nil {
		return false
	}
	t.kept.Store(&err)
	return true
}

// keptBack is why the request was not sent; nil if it was not kept back.
func (t *turn) keptBack() error {
	if err := t.kept.Load(); err != nil {
		return *err
	}
	return nil
}

// leave is called when the call is about to be written. It reports false if a
// quota that became smaller has taken the turn back, or if the turn was used for
// a connection that then did not take the call.
func (t *turn) leave() bool {
	l := t.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(time.Now())
	if t.leaving || t.over || l.leaving+len(l.past) >= l.quota {
		return false
	}
	t.leaving = true
	l.leaving++
	return true
}

// left notes that the call has been written, or that nothing more will be written
// of it. A turn that was not used is free again at once.
func (t *turn) left() {
	l := t.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.over {
		return
	}
	t.over = true
	l.turns--
	switch {
	case t.leaving:
		l.leaving--
		l.past = append(l.past, time.Now())
	case l.last.Equal(t.due): // none was given since
		l.last = t.before
	}
	l.serve()
}

// end is called when the call has been answered or has failed.
func (t *turn) end() {
	t.left()
	if t.share != nil {
		t.share.all.Release(1)
	}
}
