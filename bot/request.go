package bot

import (
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// Request is what a second person has to agree to before an entry is carried out. What was
// asked, by whom and where is in the entry.
type Request struct {
	// Approvers are who could approve when it was asked: for each right that waits, callers
	// and memberships as rules name them. One person has to be in all of these lists.
	Approvers [][]string
	Expires   time.Time // when it closes without an answer
	Remind    time.Time // when those who can approve are reminded; zero: not any more
	Post      Post      // where its message is; empty: it cannot be decided yet
	Decision  *Decision // nil: it is open
}

// Decision is what became of a request.
type Decision struct {
	State    State          `json:"state"`              // Accepted if it was approved, else Denied, Withdrawn or Expired
	By       string         `json:"by,omitempty"`       // the ref of who decided; empty: the time was over
	Place    commands.Place `json:"place,omitzero"`     // where they did
	Rule     string         `json:"rule,omitempty"`     // by which they may decide
	At       time.Time      `json:"at"`                 // by the journal's clock
	Lapsed   bool           `json:"lapsed,omitempty"`   // it was denied since the rules do not allow it any more
	Over     bool           `json:"over,omitempty"`     // it expired before its time: what it was about was done meanwhile
	Renamed  []string       `json:"renamed,omitempty"`  // names in an approved one that meant something else by then
	Delivery string         `json:"delivery,omitempty"` // a hash of the key of the click
}

// Shown is the decision as people are shown it.
func (d Decision) Shown() commands.Decided {
	return commands.Decided{By: d.By, Lapsed: d.Lapsed, Overtaken: d.Over, Renamed: d.Renamed}
}

// Event is what the audit trail calls the decision.
func (d Decision) Event() Event {
	if d.State == Accepted {
		return WasApproved
	}
	return Event(d.State)
}

// Status is what people read of the decision.
func (d Decision) Status() commands.Status {
	if d.State == Accepted {
		return commands.Working
	}
	return commands.Status(d.State)
}

// Named returns the callers and memberships that can approve every right that waits, in
// the order of the rules.
func (r Request) Named() []string { return policy.Decision{Approvers: r.Approvers}.Named() }

// Approved reports whether a second person has agreed to the entry.
func (e Entry) Approved() bool {
	return e.Request != nil && e.Request.Decision != nil && e.Request.Decision.State == Accepted
}

// Waits reports whether the entry is a request that nobody has decided.
func (e Entry) Waits() bool { return e.Request != nil && e.Request.Decision == nil }

// Order is the entry's place among others on its groups: that of its acceptance or, of a
// request, of its approval.
func (e Entry) Order() int64 {
	if e.Turn != 0 {
		return e.Turn
	}
	return e.Number
}

// Ended reports whether a request has ended without being carried out.
func (s State) Ended() bool { return s == Denied || s == Withdrawn || s == Expired }

// Shown is the request of an entry as people on a platform are shown it.
func (e Entry) Shown(platform string) words.Request {
	return words.Request{
		Number: e.Number, Caller: e.Caller.Ref, Command: e.Command, Named: e.Request.Named(), Expires: e.Request.Expires, Platform: platform,
	}
}

// Late is the answer to a button of a request that is closed.
func (e Entry) Late(w words.Words, entry int64) words.Message {
	if e.Request == nil || e.Request.Decision == nil {
		return w.Over(entry, e.Number, "", commands.Decided{}, time.Time{})
	}
	d := e.Request.Decision
	return w.Over(entry, e.Number, d.Status(), d.Shown(), d.At)
}

// UsersOf are the UserIDs that a command names, as they were resolved, or that an undo is about.
func UsersOf(c commands.Command) (users []imapi.UserID) {
	people := slices.Concat(c.Users, c.Replace)
	for _, v := range c.Reversals {
		people = slices.Concat(people, v.Cancel, v.Set)
		for _, g := range v.Grants {
			people = append(people, commands.Person{ID: g.User})
		}
	}
	for _, p := range people {
		if !slices.Contains(users, p.ID) {
			users = append(users, p.ID)
		}
	}
	return users
}
