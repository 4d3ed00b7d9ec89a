package bot

import (
	"context"
	"errors"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Journal is the durable record of the flow: one method for each mark that an
// entry leaves, and what is read back. Every write is durable when it returns.
type Journal interface {
	// Accept records an entry, its changes (waiting) and its audit row, and
	// returns it with its number. If the delivery is on record already, it
	// returns fresh false and nothing is written.
	Accept(ctx context.Context, e Entry, r Record) (_ Entry, fresh bool, err error)

	// Note records a delivery that makes no entry (refused, mistaken, answered)
	// and returns the number it took, or fresh false as Accept does.
	Note(ctx context.Context, key string, r Record) (number int64, fresh bool, err error)

	// Answer marks an accepted entry as answered.
	Answer(ctx context.Context, e Entry) error

	// Plan marks a change as planned, with its plan and the plan's grants.
	Plan(ctx context.Context, e Entry, c Change) error

	// Settle marks a change as done, with its outcome, its audit row and what
	// the record of limits becomes. The last change of an entry makes the entry
	// done, which last tells.
	Settle(ctx context.Context, e Entry, c Change, r Record) (last bool, err error)

	// Announce records where the root message of an entry stands.
	Announce(ctx context.Context, e Entry, root Post) error

	// Post records where the result stands, and forgets the reply handle. It
	// closes the entry.
	Post(ctx context.Context, e Entry, result Post) error

	// Drop closes an entry that is not to be run, with its audit row.
	Drop(ctx context.Context, e Entry, s State, r Record) error

	// Open takes up every entry that is not closed, oldest first, counting the
	// attempt.
	Open(ctx context.Context) ([]Entry, error)

	// Entry returns an entry, closed or not, or found false.
	Entry(ctx context.Context, number int64) (_ Entry, found bool, err error)

	// Grants returns the limited administrators on record, of one group or, with
	// no group, of all.
	Grants(ctx context.Context, g imapi.GroupID) ([]commands.Grant, error)

	// Recent returns what settled changes made of whom since the given time.
	Recent(ctx context.Context, g imapi.GroupID, since time.Time) ([]commands.Recent, error)

	// Trail returns audit rows, newest entry first.
	Trail(ctx context.Context, f Filter) ([]Record, error)
}

// Filter chooses rows of the audit trail; a zero field chooses all.
type Filter struct {
	Number int64
	About  []string // any of: a group, a user, a caller's ref or the bare ID in it
	Since  time.Time
	Limit  int // entries
}

// ErrLost is returned by a write about an entry that is no longer this
// instance's: stop, and post nothing.
var ErrLost = errors.New("the entry is no longer this instance's")
