package engine

import (
	"context"
	"errors"
	"time"

	"liveadmin/bot"
)

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

	// Announce records where the root message of an entry is.
	Announce(ctx context.Context, e bot.Entry, root bot.Post) error

	// Post records where the result is, and forgets the reply handle. It closes the entry.
	Post(ctx context.Context, e bot.Entry, result bot.Post) error

	// Drop closes an entry that is not to be run or posted, with its audit row.
	Drop(ctx context.Context, e bot.Entry, s bot.State, r bot.Record) error
}

// Marks are written for an entry that this instance carries. Each can be repeated, and
// fails with bot.ErrLost if the entry is another instance's.
type Marks interface {
	Order
	ChangeMarks
	EntryMarks
}

// marks writes the marks of a job. Each method tries until the mark is written: it returns
// false only if the job is over, or the entry is another instance's, which ends the job. A
// mark that has begun is not interrupted.
type marks struct {
	journal Marks
	job     *job
}

func (m marks) write(doing string, mark func(context.Context, bot.Entry) error) bool {
	e, ctx := m.job.head(), context.WithoutCancel(m.job.ctx)
	for t := m.job.try(doing); ; {
		err := unbroken(ctx, e, mark)
		if !t.again(err) {
			return err == nil
		}
	}
}

func unbroken(ctx context.Context, e bot.Entry, mark func(context.Context, bot.Entry) error) (err error) {
	defer recovered(&err)
	return mark(ctx, e)
}

func (m marks) Turn(c bot.Change) (first bool) {
	m.write("waiting for its turn", func(ctx context.Context, e bot.Entry) (err error) {
		first, err = m.journal.Turn(ctx, e, c)
		return err
	})
	return first
}

func (m marks) Rest(all ...bot.Change) bool {
	return m.write("putting off", func(ctx context.Context, e bot.Entry) error { return m.journal.Rest(ctx, e, all...) })
}

func (m marks) Wake(all ...bot.Change) bool {
	return m.write("resuming", func(ctx context.Context, e bot.Entry) error { return m.journal.Wake(ctx, e, all...) })
}

func (m marks) Plan(c bot.Change) bool {
	return m.write("recording the plan", func(ctx context.Context, e bot.Entry) error { return m.journal.Plan(ctx, e, c) })
}

func (m marks) Settle(c bot.Change, r bot.Record) bool {
	return m.write("recording the outcome", func(ctx context.Context, e bot.Entry) error {
		_, err := m.journal.Settle(ctx, e, c, r)
		return err
	})
}

func (m marks) Answer() bool {
	return m.write("recording the acknowledgement", func(ctx context.Context, e bot.Entry) error { return m.journal.Answer(ctx, e) })
}

func (m marks) Announce(root bot.Post) bool {
	return m.write("recording the root", func(ctx context.Context, e bot.Entry) error { return m.journal.Announce(ctx, e, root) })
}

func (m marks) Post(result bot.Post) bool {
	return m.write("recording the result", func(ctx context.Context, e bot.Entry) error { return m.journal.Post(ctx, e, result) })
}

func (m marks) Drop(s bot.State, r bot.Record) bool {
	return m.write("closing", func(ctx context.Context, e bot.Entry) error { return m.journal.Drop(ctx, e, s, r) })
}

// retries is how long the pauses between tries are: twice as long each time, within these.
type retries struct{ first, most time.Duration }

var (
	recording = retries{time.Second / 4, 10 * time.Second} // what the journal is needed for
	posting   = retries{time.Second, time.Minute}          // what a platform is needed for
	failedEnd = retries{2 * time.Second, 5 * time.Minute}  // an expiration, for as long as it has been failing
)

// after is the pause after another one.
func (r retries) after(pause time.Duration) time.Duration { return r.within(2 * pause) }

func (r retries) within(pause time.Duration) time.Duration { return min(max(pause, r.first), r.most) }

// try is one thing that a job does until it succeeds.
type try struct {
	job   *job
	ctx   context.Context
	doing string
	pause time.Duration
}

func (j *job) try(doing string) *try { return &try{job: j, ctx: j.ctx, doing: doing} }

// again reports whether it is to be done again after err, and waits before. It is not if
// there was no error, if the context is over, or if the entry is another instance's.
func (t *try) again(err error) bool {
	switch j := t.job; {
	case err == nil || t.ctx.Err() != nil:
		return false
	case errors.Is(err, bot.ErrLost):
		j.b.log.Warn("entry left to another instance", "entry", j.entry.Number, "while", t.doing)
		j.cancel()
		return false
	default:
		j.b.log.Error("step failed, retrying", "entry", j.entry.Number, "while", t.doing, "err", err)
		t.pause = recording.after(t.pause)
		return sleep(t.ctx, t.pause)
	}
}

// sleep waits, and returns false if the context ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
