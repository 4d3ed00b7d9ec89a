package bot

import (
	"errors"
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Filter chooses entries of the audit trail; a zero field chooses all.
type Filter struct {
	Number int64
	Caller string   // the ref of who did it
	About  []string // any of: a group, a user, a caller's ref or the bare ID in it
	Since  time.Time
	Until  time.Time // before it
	Limit  int       // entries; 0: 20
	Rows   bool      // of each entry every row, not the first alone

	// Reader is the ref of the caller for whom it is read; empty: everything matches. What
	// no other caller sees is left out: entries about no group, and refused ones of
	// callers without any right, unless About names such a caller.
	Reader string
}

// Due are limits that ask for something to be done, some hundreds at most.
type Due struct {
	Over []commands.Grant // to be ended: their Due has come, and no end has taken them
	Near []commands.Grant // to be reminded of (commands.RemindBefore, RemindFrom)
	Next time.Time        // when one of the others will ask; zero: none is on record
}

// Counts is how much there is still to do, on record in the database.
type Counts struct {
	Open    map[State]int // entries that are not closed
	Grants  int           // limits on record
	Damaged int           // entries that this instance could not read
}

// ErrUnsure is in the error of a write of which it is not known whether it happened.
var ErrUnsure = errors.New("it is not known whether that is on record")

// ErrDamaged is in the error about what can be found on record, but not read any more.
var ErrDamaged = errors.New("damaged on record")

// ErrLost is returned by a write about an entry that is no longer this
// instance's: stop, and post nothing.
var ErrLost = errors.New("the entry is no longer this instance's")

// Touch is what an entry did to somebody in a group, by the audit trail and, until that is
// forgotten, by the outcome.
type Touch struct {
	Group   imapi.GroupID
	Verb    commands.Verb
	Status  commands.Status
	Text    string            // what was asked
	Outcome *commands.Outcome // nil: it is forgotten
}

// Story is what the audit trail has on one number.
type Story struct {
	First   Record                  // who, where, when, what
	Rows    []Record                // all, in the order in which they were written, if Filter.Rows asks for them
	Ended   map[commands.Status]int // how many of its groups ended how
	Dropped bool                    // closed by the operator
	Decided Event                   // of a request: what was decided, or that it was refused
	Decider string                  // by whom; ClockRef: the time was over
}

// Count adds rows of a kind with an outcome to what is known of how the entry ended.
func (s *Story) Count(what Event, outcome commands.Status, rows int) {
	switch what {
	case WasDropped:
		s.Dropped = true
		return
	case WasApproved, WasDenied, WasWithdrawn, WasExpired, WasRefused:
		s.Decided = what
		return
	}
	if s.Ended == nil {
		s.Ended = make(map[commands.Status]int)
	}
	s.Ended[outcome] += rows
}

// Outcome is how it ended: what became of its groups, if anything did.
func (s Story) Outcome() commands.Status {
	var parts []commands.Status
	for outcome, n := range s.Ended {
		parts = append(parts, slices.Repeat([]commands.Status{outcome}, n)...)
	}
	switch {
	case len(parts) == 0 && s.Dropped:
		return commands.Failed // never carried out
	case len(parts) == 0 && s.Decided == WasApproved:
		return commands.Working
	case len(parts) == 0 && s.Decided != "":
		return commands.Status(s.Decided)
	case len(parts) == 0:
		return s.First.Outcome
	case len(parts) < len(s.First.Groups) && !s.Dropped:
		return commands.Working
	}
	return commands.Summarize(parts)
}
