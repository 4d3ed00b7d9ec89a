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

// turn is the right to send one request.
type turn struct {
	*place
	share     *share                // nil without For
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
		t := &turn{share: c.share}
		err := c.share.wait(ctx, func(ctx context.Context) (err error) {
			t.place, err = c.limiter.wait(ctx, c.line, start)
			return err
		})
		if err != nil {
			return nil, gaveUp(op, err)
		}
		if c.penalty.left() <= 0 {
			c.observer.Waited(op, time.Since(start))
			return t, nil
		}
		t.end() // a penalty came while this call stood in the queue
	}
}

// keepBack is asked when a request's head is written, into a buffer: the last
// moment at which nothing of it has left. It reports whether the request must
// stay.
func (t *turn) keepBack(gate func() error) bool {
	err := gate()
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

// left is called when the request has been written.
func (t *turn) left() { t.place.end() }

func (t *turn) end() {
	t.place.end()
	t.share.release()
}
