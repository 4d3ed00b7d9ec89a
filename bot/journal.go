package bot

import (
	"context"
	"errors"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Journal is the durable record of the flow: one method for each mark that an
// entry leaves, and what is read back. Every write is durable when it returns, and
// can be repeated: what stands as it would write it is no error. Several instances of
// the bot can share one: what one of them carries is its own until its term ends.
type Journal interface {
	// Accept records an entry, its changes (waiting) and its audit row, and
	// returns it with its number. If the delivery, or what is done once, is on
	// record already, it returns that entry, fresh false, and nothing is written;
	// the entry has the Key or the Once that is known. An end or a reminder takes
	// the grants that it is about: Due does not return them again.
	//
	// carry, which may be nil, is called with a fresh entry once it is durable and before
	// Accept returns. For entries of this instance that share a group this
	// happens in the order of the record, so carry must be quick, and not call the journal. That the
	// context ends stops an Accept only before it has begun to write.
	Accept(ctx context.Context, e Entry, r Record, carry func(Entry)) (_ Entry, fresh bool, err error)

	// Taken returns how many of these are on record as an entry's Once.
	Taken(ctx context.Context, once []string) (int, error)

	// Note records a delivery that makes no entry (refused, mistaken, answered)
	// and returns the number it took, or fresh false as Accept does.
	Note(ctx context.Context, key string, r Record) (number int64, fresh bool, err error)

	// Answer marks an accepted entry as answered.
	Answer(ctx context.Context, e Entry) error

	// Turn reports whether a change may begin: no older one is open on its group,
	// here or elsewhere. What this instance claims later may be older, and a change
	// that wakes is the youngest: who waits for a turn must not hold up who has it.
	Turn(ctx context.Context, e Entry, c Change) (bool, error)

	// Rest takes changes that are not done out of their groups' order and forgets their
	// plans. Wake puts them back, waiting, at the end. Each does all or nothing.
	Rest(ctx context.Context, e Entry, changes ...Change) error
	Wake(ctx context.Context, e Entry, changes ...Change) error

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

	// Claim takes up, oldest first, every entry that is not closed and that nobody
	// carries: no living instance, nor this one, which carries those given. It counts
	// the attempt. What this instance accepts after its first Claim is not claimed
	// before it was once among those given. Settled changes have no plan or outcome.
	Claim(ctx context.Context, carried []int64) ([]Entry, error)

	// Term returns a context that ends when this instance must leave what it carries,
	// because others may take it up. Later calls return the term after that.
	Term() context.Context

	// Due returns the limits that ask for something to be done now.
	Due(ctx context.Context, now time.Time) (Due, error)

	// Purge forgets what closed entries held that were closed before a time, but not
	// their keys, and returns of how many. Their changes have no plan or outcome then.
	Purge(ctx context.Context, before time.Time) (int, error)

	// Entry returns an entry, closed or not, or found false.
	Entry(ctx context.Context, number int64) (_ Entry, found bool, err error)

	// Grants returns the limited administrators on record, of one group or, with
	// no group, of all.
	Grants(ctx context.Context, g imapi.GroupID) ([]commands.Grant, error)

	// Recent returns what settled changes made of whom since the given time.
	Recent(ctx context.Context, g imapi.GroupID, since time.Time) ([]commands.Recent, error)

	// DecidedSince returns what was decided last about each user of a group after the
	// change that an entry made there. forgotten reports that some of it can no longer
	// be read.
	DecidedSince(ctx context.Context, g imapi.GroupID, entry int64) (_ []commands.Recent, forgotten bool, err error)

	// Asked returns the first audit row of each of the newest entries that match, the
	// newest first; of those that sees lets through, unless it is nil.
	Asked(ctx context.Context, f Filter, sees func(Record) bool) ([]Record, error)

	// Stories returns what became of the entries that Asked returns.
	Stories(ctx context.Context, f Filter, sees func(Record) bool) ([]Story, error)
}

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

// ErrUnsure is in the error of a write of which it is not known whether it happened.
var ErrUnsure = errors.New("it is not known whether that is on record")

// ErrDamaged is in the error about what can be found on record, but not read any more.
var ErrDamaged = errors.New("damaged on record")

// ErrLost is returned by a write about an entry that is no longer this
// instance's: stop, and post nothing.
var ErrLost = errors.New("the entry is no longer this instance's")
