package bottest

import (
	"errors"
	"sync/atomic"
	"time"
)

// Ahead is a clock that runs, and can be moved ahead.
type Ahead struct{ by atomic.Int64 }

// Now is the time on the clock.
func (a *Ahead) Now() time.Time { return time.Now().Add(time.Duration(a.by.Load())) }

// Advance moves the clock.
func (a *Ahead) Advance(d time.Duration) { a.by.Add(int64(d)) }

// Gate is a gate that can be closed: for as long as that is so, or for once.
type Gate struct{ closed, once atomic.Bool }

// ErrHeld is the error of a closed gate.
var ErrHeld = errors.New("the gate is closed")

// Ask returns nil if the gate is open.
func (g *Gate) Ask() error {
	if g.closed.Load() || g.once.CompareAndSwap(true, false) {
		return ErrHeld
	}
	return nil
}

// Set closes or opens the gate.
func (g *Gate) Set(closed bool) { g.closed.Store(closed) }

// HoldNext closes the gate for the next one who asks.
func (g *Gate) HoldNext() { g.once.Store(true) }
