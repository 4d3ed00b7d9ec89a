package imapi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// serverTime is how long the API works on a call, at the longest (1047/34620).
const serverTime = 3 * time.Second

// desired is the state that a change is to bring about.
type desired struct {
	group   GroupID
	command int
	users   []UserID

	unsettled bool // a reading may lag behind an earlier change
}

// shownBy reports whether a list of administrators is as desired.
func (w desired) shownBy(admins []Admin) bool {
	for _, u := range w.users {
		isAdmin := slices.ContainsFunc(admins, func(a Admin) bool { return a.User == u })
		if isAdmin != (w.command == commandSet) {
			return false
		}
	}
	return true
}

// seats is how many administrators there would be.
func (w desired) seats(admins []Admin) int {
	n := len(w.users)
	for _, a := range admins {
		if !slices.Contains(w.users, a.User) {
			n++
		}
	}
	return n
}

// change sends a change until it is made, refused, or has been tried often
// enough. A try whose fate is unknown is settled by reading before the next;
// sending again does no harm, since setting and cancelling can be repeated. A
// reading settles nothing soon after another change of the same users: it could
// still show what was before that one.
func (c *Client) change(ctx context.Context, w desired) error {
	w.unsettled = c.changes.lately(w.group, w.users)
	defer c.changes.note(w.group, w.users)
	q := newRequest(OpChange, w.group, struct {
		GroupId       GroupID
		CommandType   int
		Admin_Account []UserID
	}{w.group, w.command, w.users})
	var doubt *Error // the latest try that may have done it
	for n := 1; ; n++ {
		_, err := c.try(ctx, q, n)
		e, failed := errors.AsType[*Error](err)
		if !failed {
			return err
		}
		if e.kind == KindUnknown {
			doubt = e
		}
		last := n == maxTries || !e.kind.Passes()
		if !last {
			err := c.backOff(ctx, n, e)
			if late, ok := errors.AsType[*Error](err); ok {
				e, last = late, true // no time for another try
			} else if err != nil {
				return err
			}
		}
		switch {
		case e.Code == CodeFullOrPlan:
			return c.distinguish(ctx, w, e, doubt)
		case e.Code == codeBadParameter, doubt != nil && last:
			return c.settle(ctx, w, e, doubt)
		case last:
			return e
		case doubt == nil, w.unsettled:
			continue
		}
		admins, err := c.admins(ctx, w.group, 1)
		if interrupted(err) || err == nil && w.shownBy(admins) {
			return err
		}
	}
}

// settle reads once more after e, the last try, when the change may have been made all the
// same: by a try whose fate is unknown (doubt), or because it was made before and
// the API refuses what changes nothing (10004; no document says that it does
// not). A list that does not show it proves nothing about a try in doubt: no
// document says how soon a change can be read.
func (c *Client) settle(ctx context.Context, w desired, e, doubt *Error) error {
	if e.kind == KindUnknown {
		// A reading right after a broken connection could miss a change that
		// is still being made.
		if err := c.budget.sleep(ctx, serverTime); err != nil {
			return gaveUp(e.Op, err)
		}
	}
	admins, err := c.admins(ctx, w.group, maxTries)
	switch {
	case ctx.Err() != nil:
		return gaveUp(e.Op, ctx.Err())
	case interrupted(err):
		return err
	case err == nil && w.shownBy(admins) && (doubt == nil || !w.unsettled):
		return nil
	case doubt == nil, err == nil && !e.kind.Passes():
		return e
	}
	read := "the list does not show the change"
	if w.unsettled {
		read = "the list may not be up to date"
	}
	if err != nil {
		read = err.Error()
	}
	return &Error{Op: e.Op, Code: doubt.Code, kind: KindUnknown,
		Info: cut(fmt.Sprintf("%s; read afterwards: %s", doubt.Info, read))}
}

// distinguish finds out by reading which of its two meanings 10008 has: the five
// seats are taken, or the plan or a switch in the console is missing.
func (c *Client) distinguish(ctx context.Context, w desired, e, doubt *Error) error {
	found := &Error{Op: e.Op, Code: e.Code, Info: e.Info, kind: KindFullOrPlan}
	admins, err := c.admins(ctx, w.group, maxTries)
	read, failed := errors.AsType[*Error](err)
	switch {
	case failed && read.Code == CodeFullOrPlan:
		found.kind = KindPlan
	case failed:
		found.Info = cut(fmt.Sprintf("%s; then reading failed: %s", e.Info, read))
		if doubt != nil {
			found.kind = KindUnknown
		}
	case err != nil:
		return err
	case w.shownBy(admins):
		return nil
	case w.command == commandSet && w.seats(admins) > Seats:
		found.kind, found.Holders = KindFull, admins
	default:
		found.Info = cut(fmt.Sprintf("%s; %d of %d seats are taken", e.Info, len(admins), Seats))
	}
	return found
}

// MayLag is how long a reading may not show a change. No document says; lists of
// members are said to be up to 40 s old (1047/60523).
const MayLag = time.Minute

// changes remembers when this client last changed a user.
type changes struct {
	mu   sync.Mutex
	made map[seat]time.Time
}

type seat struct {
	group GroupID
	user  UserID
}

// lately reports whether one of the users was changed so recently that a reading
// may show what was before.
func (c *changes) lately(g GroupID, users []UserID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range users {
		if at, ok := c.made[seat{g, u}]; ok && time.Since(at) < MayLag {
			return true
		}
	}
	return false
}

// note remembers a change, whatever became of it, and forgets old ones.
func (c *changes) note(g GroupID, users []UserID) {
	const many = 10_000
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.made) >= many {
		maps.DeleteFunc(c.made, func(_ seat, at time.Time) bool { return time.Since(at) >= MayLag })
	}
	for _, u := range users {
		c.made[seat{g, u}] = time.Now()
	}
}
