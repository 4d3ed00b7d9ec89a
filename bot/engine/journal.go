package engine

import (
	"context"
	"time"

	"liveadmin/bot"
	"liveadmin/commands/change"
)

// Journal is what the engine needs of the durable record of the flow. Every write is durable
// when it returns. Several instances of the bot can share one: what one of them carries is
// its own until its term ends.
type Journal interface {
	Register
	Marks
	Keeper
	change.Grants
}

// Register is where what people say is put on record.
type Register interface {
	// Accept records an entry, its changes (waiting) and its audit row, and returns it with
	// its number. If the delivery, or what is done once, is on record already, it returns
	// that entry, fresh false, and nothing is written; the entry has the Key or the Once that
	// is known. An end or a reminder takes the grants that it is about: Due does not return
	// them again.
	//
	// carry, which may be nil, is called with a fresh entry once it is durable and before
	// Accept returns. For entries of this instance that share a group this happens in the
	// order of the record, so carry must be quick, and not call the journal. That the context
	// ends stops an Accept only before it has begun to write.
	Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (_ bot.Entry, fresh bool, err error)

	// Taken returns how many of these are on record as an entry's Once.
	Taken(ctx context.Context, once []string) (int, error)

	// Note records a delivery that makes no entry (refused, mistaken, answered) and returns
	// the number it took, or fresh false as Accept does.
	Note(ctx context.Context, key string, r bot.Record) (number int64, fresh bool, err error)

	// Decide decides an open request, or closes one whose time is over (bot.Expired). One
	// decision is made, with its audit row; decided is false for every other. The entry is
	// then this instance's; carry is called as Accept calls it.
	Decide(ctx context.Context, e bot.Entry, d bot.Decision, r bot.Record, carry func(bot.Entry)) (decided bool, err error)

	// Stories returns what the audit trail has on the newest entries that match and whose first
	// row seen, which may be nil, reports, f.Limit of them; beside those that cannot be read, the
	// others.
	Stories(ctx context.Context, f bot.Filter, seen func(bot.Record) bool) ([]bot.Story, error)

	// Requests returns the open requests; beside those that cannot be read, the others.
	Requests(ctx context.Context) ([]bot.Entry, error)

	// Entry returns an entry, closed or not, or found false.
	Entry(ctx context.Context, number int64) (_ bot.Entry, found bool, err error)
}

// Order is which change goes first on a group.
type Order interface {
	// Turn reports whether a change may begin: no older one is open on its group, at any
	// instance. What this instance claims later may be older, and a change that wakes is the
	// youngest: who waits for a turn must not hold up who has it.
	Turn(ctx context.Context, e bot.Entry, c bot.Change) (bool, error)

	// Rest takes changes that are not done out of their groups' order and forgets their
	// plans. Wake puts them back, waiting, at the end. Each does all or nothing.
	Rest(ctx context.Context, e bot.Entry, changes ...bot.Change) error
	Wake(ctx context.Context, e bot.Entry, changes ...bot.Change) error
}

// ChangeMarks say how far a change is.
type ChangeMarks interface {
	// Plan marks a change as planned, with its plan and the plan's grants.
	Plan(ctx context.Context, e bot.Entry, c bot.Change) error

	// Settle marks a change as done, with its outcome, its audit row and its grants. The
	// last change of an entry makes the entry done, and last true.
	Settle(ctx context.Context, e bot.Entry, c bot.Change, r bot.Record) (last bool, err error)
}

// EntryMarks say how far an entry is.
type EntryMarks interface {
	// Answer marks an accepted entry as answered.
	Answer(ctx context.Context, e bot.Entry) error

	// Announce records where the root message of an entry is and, unless it is empty, where
	// its result is. The entry stays open: its root waits for its last line.
	Announce(ctx context.Context, e bot.Entry, root, result bot.Post) error

	// Post records where the result is, and forgets the reply handle. It closes the entry.
	Post(ctx context.Context, e bot.Entry, result bot.Post) error

	// Drop closes an entry that is not to be run or posted, with its audit row.
	Drop(ctx context.Context, e bot.Entry, s bot.State, r bot.Record) error
}

// RequestMarks say how far a request is.
type RequestMarks interface {
	// Requested records where the message of a request is. From then on it can be decided,
	// and nobody carries it.
	Requested(ctx context.Context, e bot.Entry, post bot.Post) error

	// Reminded records that those who can approve were reminded. Nobody carries the request
	// any more.
	Reminded(ctx context.Context, e bot.Entry) error

	// Finish closes a request that ended without being carried out.
	Finish(ctx context.Context, e bot.Entry) error
}

// Marks are written for an entry that this instance carries. Each can be repeated, and
// fails with bot.ErrLost if the entry is another instance's.
type Marks interface {
	Order
	ChangeMarks
	EntryMarks
	RequestMarks
}

// Keeper is what the record is asked to keep up.
type Keeper interface {
	// Claim takes up, oldest first, every entry that is not closed and that nobody carries:
	// no living instance, nor this one, which carries those given. It counts the attempt.
	// What this instance accepts after its first Claim is not claimed before it was once
	// among those given. Settled changes have no plan or outcome. What cannot be read is
	// left out, and in the error, which wraps bot.ErrDamaged then.
	Claim(ctx context.Context, carried []int64) ([]bot.Entry, error)

	// Term returns a context that ends when this instance must leave what it carries,
	// because others may take it up. Later calls return the term after that.
	Term() context.Context

	// Due returns the grants that ask for something to be done now.
	Due(ctx context.Context, now time.Time) (bot.Due, error)

	// Purge forgets what closed entries held that were closed before a time, but not their
	// keys, and returns of how many. Their changes have no plan or outcome then.
	Purge(ctx context.Context, before time.Time) (int, error)
}
