package imapi

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// maxSkew is how far this machine's clock can be off before it counts as wrong. No
// document says how much the API forgives; a machine that follows a time server
// is never near.
const maxSkew = time.Minute

// Probe is what Client.Probe found.
type Probe struct {
	Clock   Skew
	Caller  *Error  // account_check of the identifier failed: its UserSig, or what comes before it
	Group   *Error  // get_admin_list failed
	Admins  []Admin // of the group
	Reached bool    // a group was named and asked for, since Caller is nil
}

// OfSignature reports whether a failure is of the key, the account, the clock, or the
// UserSig made of them.
func (e *Error) OfSignature() bool {
	switch e.Code {
	case 70107, codeThrottled:
		return true
	case 60006, 60016, 60017, 60021, 70014, 70016, 70020: // the application, its bills, the address
		return false
	default:
		return e.kind == KindAuth
	}
}

// OfPlan reports whether a failure is of the plan, a bill, or a switch in the console.
func (e *Error) OfPlan() bool { return e.kind == KindPlan || e.Code == 60016 || e.Code == 60017 }

// Skew is how far this machine's clock is from the API's.
type Skew struct {
	Known bool          // an answer had a Date
	Ahead time.Duration // of this machine; below 0 it is behind. Right to a second, and half of the call's time
}

// Wrong reports whether the clock is off by more than maxSkew. Explain has the
// words for it, under code 0 and KindClock.
func (s Skew) Wrong() bool { return s.Ahead.Abs() > maxSkew }

// Probe finds out what is between this client and the API, and changes
// nothing: it asks for the account of the identifier and, unless g is "", for the
// administrators of a group. Passing failures are tried again, within 30 s or the
// budget. What Tencent and the network answer is in the Probe; the error is the
// context's, or the gate's.
func (c *Client) Probe(ctx context.Context, g GroupID) (p Probe, err error) {
	c = c.budgeted()
	q := accountCheck([]UserID{UserID(c.signer.app.Identifier)})
	q.clock = &p.Clock
	_, err = c.read(ctx, q, maxTries)
	if e, failed := errors.AsType[*Error](err); failed {
		p.Caller, err = e, nil
	}
	if err != nil || p.Caller != nil || g == "" {
		return p, err
	}
	p.Reached = true
	p.Admins, err = c.admins(ctx, g, maxTries)
	if e, failed := errors.AsType[*Error](err); failed {
		p.Group, err = e, nil
	}
	return p, err
}

// read takes the Date of an answer that came at now, after a call of this length:
// it is compared with the middle of the call. An answer without one says nothing.
func (s *Skew) read(date string, now time.Time, took time.Duration) {
	const half = time.Second / 2 // a Date has whole seconds, rounded down
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	*s = Skew{Known: true, Ahead: now.Add(-took / 2).Sub(at.Add(half))}
}
