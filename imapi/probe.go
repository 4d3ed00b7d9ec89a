package imapi

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// MaxSkew is how far this machine's clock can be off before it counts as wrong. No
// document says how much the API forgives; a machine that follows a time server
// is never near.
const MaxSkew = time.Minute

// Probe is what Client.Probe found.
type Probe struct {
	Clock  Skew
	Caller Finding  // account_check of the identifier: is its UserSig accepted?
	Group  *Finding // get_admin_list; nil if no group was named, or if Caller failed
	Admins []Admin  // of the group, once it was read
}

// Finding is what came of a call. Err has the code and Explain's words; it is nil
// when all is well, and Problem is "" then.
type Finding struct {
	Problem Problem
	Err     *Error
}

// Problem is what somebody has to look after.
type Problem string

// The problems that a Probe tells apart.
const (
	ProblemKey         Problem = "key"         // the secret key is another application's, or an old one
	ProblemClock       Problem = "clock"       // the UserSig has expired, though it is new
	ProblemIdentifier  Problem = "identifier"  // the account is no app administrator, or is blocked
	ProblemApplication Problem = "application" // this region has no such SDKAppID, or no key of it
	ProblemCredentials Problem = "credentials" // one of the four above, Tencent does not say which
	ProblemAddress     Problem = "address"     // the IP address of this machine is not allowed
	ProblemPlan        Problem = "plan"        // the plan, a bill, or a switch in the console
	ProblemGroup       Problem = "group"       // no such group, or no live streaming group
	ProblemNetwork     Problem = "network"     // no answer of the API came
	ProblemService     Problem = "service"     // the API is at fault, or too busy; passes
	ProblemOther       Problem = "other"
)

// Skew is how far this machine's clock is from the API's.
type Skew struct {
	Known bool          // an answer had a Date
	Ahead time.Duration // of this machine; below 0 it is behind. Right to a second, and half of the call's time
}

// Wrong reports whether the clock is off by more than MaxSkew. Explain has the
// words for it, under code 0 and KindClock.
func (s Skew) Wrong() bool { return s.Ahead.Abs() > MaxSkew }

// Probe finds out what stands between this client and the API, and changes
// nothing: it asks for the account of the identifier and, unless g is "", for the
// administrators of a group. Passing failures are tried again, within 30 s or the
// budget. What Tencent and the network answer is in the Probe; the error is the
// context's, or the gate's.
func (c *Client) Probe(ctx context.Context, g GroupID) (Probe, error) {
	c = c.budgeted()
	var p Probe
	q, err := accountCheck([]UserID{UserID(c.signer.app.Identifier)})
	if err != nil {
		return Probe{}, err
	}
	q.clock = &p.Clock
	_, err = c.read(ctx, q, maxTries)
	if p.Caller, err = found(err); err != nil {
		return Probe{}, err
	}
	if g == "" || p.Caller.Err != nil {
		return p, nil
	}
	p.Admins, err = c.admins(ctx, g, maxTries)
	group, err := found(err)
	if err != nil {
		return Probe{}, err
	}
	p.Group = &group
	return p, nil
}

// found takes a call's failure as data, and returns any other error.
func found(err error) (Finding, error) {
	e, failed := errors.AsType[*Error](err)
	if !failed {
		return Finding{}, err
	}
	return Finding{Problem: problemOf(e), Err: e}, nil
}

func problemOf(e *Error) Problem {
	switch e.Code {
	case 70009:
		return ProblemKey
	case 70001, 70347:
		return ProblemClock
	case 10012, 60010, 70013, 70051, 70107, 70114, 70403:
		return ProblemIdentifier
	case 60006, 70014, 70016, 70020:
		return ProblemApplication
	case 60021:
		return ProblemAddress
	case 60016, 60017:
		return ProblemPlan
	case 10007, 10010, 10015:
		return ProblemGroup
	case codeThrottled:
		return ProblemCredentials
	}
	switch {
	case e.kind == KindAuth:
		return ProblemCredentials
	case e.kind == KindPlan:
		return ProblemPlan
	case e.kind.Passes() && e.Code == 0:
		return ProblemNetwork
	case e.kind.Passes():
		return ProblemService
	default:
		return ProblemOther
	}
}

// read takes the Date of an answer that came at now, after the call took so long:
// it is compared with the middle of the call. An answer without one says nothing.
func (s *Skew) read(date string, now time.Time, took time.Duration) {
	const half = time.Second / 2 // a Date has whole seconds, rounded down
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	*s = Skew{Known: true, Ahead: now.Add(-took / 2).Sub(at.Add(half))}
}
