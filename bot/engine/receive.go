package engine

import (
	"context"
	"errors"
	"time"

	"liveadmin/bot"
)

// recordTime is how long putting a command on record may take: in a burst it waits in a
// queue, and nobody is better off if it is refused there.
const recordTime = 10 * time.Second

// Register is where what people say is put on record.
type Register interface {
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
	Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (_ bot.Entry, fresh bool, err error)

	// Taken returns how many of these are on record as an entry's Once.
	Taken(ctx context.Context, once []string) (int, error)

	// Note records a delivery that makes no entry (refused, mistaken, answered)
	// and returns the number it took, or fresh false as Accept does.
	Note(ctx context.Context, key string, r bot.Record) (number int64, fresh bool, err error)

	// Entry returns an entry, closed or not, or found false.
	Entry(ctx context.Context, number int64) (_ bot.Entry, found bool, err error)
}

// Receive is the one door for everything people say: it decides, puts on record,
// acknowledges, and lets the work begin, which goes on after it has returned. It returns an
// error only if the acknowledgement failed.
func (b *Engine) Receive(ctx context.Context, d bot.Delivery, ack bot.Ack) error {
	came := time.Now()
	job, answer := b.commit(ctx, d, came)
	root, err := b.acknowledge(ctx, answer, ack)
	b.observer.Acknowledged(d.Place.Platform, time.Since(came))
	job.acknowledged(root, err)
	return err
}

// acknowledge calls the acknowledgement, and makes an error of a panic in it.
func (b *Engine) acknowledge(ctx context.Context, a bot.Answer, ack bot.Ack) (bot.Post, error) {
	root, err := safely(func() (bot.Post, error) { return ack(ctx, a) })
	if _, broken := errors.AsType[*panicked](err); broken {
		b.log.Error("error inside the bot", "entry", a.Entry, "while", "acknowledging", "err", err)
	}
	return root, err
}

// commit decides what a delivery means and puts that on record. It returns what the
// acknowledgement is, and the job that waits for it, if there is one.
func (b *Engine) commit(ctx context.Context, d bot.Delivery, came time.Time) (*job, bot.Answer) {
	if !b.enter() {
		return nil, b.trouble(b.words.Stopping)
	}
	defer b.taken.Done()
	job, answer, err := b.record(ctx, d, came)
	if err != nil {
		b.log.Error("error inside the bot", "caller", d.Caller.Ref, "while", "receiving", "err", err)
		return nil, b.trouble(b.words.NotRecorded)
	}
	return job, answer
}

// record is commit; its error is a panic.
func (b *Engine) record(ctx context.Context, d bot.Delivery, came time.Time) (job *job, answer bot.Answer, err error) {
	defer recovered(&err)
	switch v := b.intake.Decide(ctx, d); {
	case v.Muted:
		answer = bot.Answer{Muted: true}
	case v.Private != nil:
		answer = bot.Answer{Private: v.Private, Late: true}
	case v.Reply != nil:
		answer = b.note(ctx, d, *v.Reply, came)
	default:
		job, answer = b.accept(ctx, d, *v.Accept, came)
	}
	return job, answer, nil
}

// enter counts a delivery in, unless the bot is stopping.
func (b *Engine) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.work == nil {
		return false
	}
	b.taken.Add(1)
	return true
}

// accept puts an entry on record. Of a button that is the first press that is not on
// record: while the one before is being done, pressing again, by anybody, does nothing.
func (b *Engine) accept(ctx context.Context, d bot.Delivery, a bot.Acceptance, came time.Time) (*job, bot.Answer) {
	names := a.Presses
	if names == nil {
		names = []string{""}
	} else {
		asked, cancel := context.WithTimeout(ctx, bot.AnswerTime)
		defer cancel()
		taken, err := b.journal.Taken(asked, names)
		if err != nil {
			return nil, b.unrecorded(ctx, d, a, err, came)
		}
		names = names[max(taken-1, 0):] // the last press may not be done yet
	}
	for _, name := range names {
		a.Entry.Once = name
		job, known, err := b.insert(ctx, a.Entry, a.Record)
		switch {
		case err != nil:
			return nil, b.unrecorded(ctx, d, a, err, came)
		case job != nil:
			e := job.snapshot()
			return job, bot.Answer{Entry: e.Number, Verb: e.Command.Verb, Root: b.wording().Root(soFar(e))}
		case known.Key != "":
			return nil, bot.Answer{} // the same delivery again
		}
		if known = b.decided(ctx, known, came.Add(bot.AnswerTime)); !known.State.Closed() {
			return nil, private(b.words.Pressed(known.Number, !b.unclear(known)))
		}
	}
	return nil, private(b.words.Stale(0))
}

// insert puts an entry on record and its changes into the lanes, in the order of the
// record. It returns no job if that is on record already, but the entry; and a *crowded
// if too much is open for another.
func (b *Engine) insert(ctx context.Context, e bot.Entry, r bot.Record) (job *job, known bot.Entry, err error) {
	if err := b.backlog.take(e); err != nil {
		return nil, bot.Entry{}, err
	}
	defer func() {
		if job == nil {
			b.backlog.drop(e, len(e.Changes))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, recordTime)
	defer cancel()
	term := b.journal.Term()
	known, _, err = b.journal.Accept(ctx, e, r, func(e bot.Entry) { job = b.enlist(term, e, false) })
	return job, known, err
}

// acknowledged lets the work begin, or closes the entry if the platform's rules say that it
// must not run.
func (j *job) acknowledged(root bot.Post, err error) {
	if j == nil {
		return
	}
	switch {
	case errors.Is(err, bot.ErrNotRun):
		j.start(func() { j.drop(err) })
	case j.b.confirmer(j.head()) == nil:
		j.begin()
	case err == nil:
		j.start(func() { j.answered(root) })
	default:
		j.start(j.confirm)
	}
}
