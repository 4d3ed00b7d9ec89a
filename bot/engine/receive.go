package engine

import (
	"context"
	"errors"
	"time"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// recordTime is how long putting a command on record may take: in a burst it waits in a
// queue, and nobody is better off if it is refused there.
const recordTime = 10 * time.Second

// Receive takes everything that people say: it decides what it means, puts it on record,
// acknowledges it, and lets the work begin (carry.go), which goes on after it has returned.
// It returns an error only if the acknowledgement failed.
func (b *Engine) Receive(ctx context.Context, d bot.Delivery, ack bot.Ack) error {
	came := time.Now()
	job, answer := b.commit(ctx, d, came)
	root, err := b.acknowledge(ctx, answer, ack)
	b.observer.Acknowledged(d.Place.Platform, time.Since(came))
	job.acknowledged(root, err)
	return err
}

// commit decides what a delivery means and puts that on record. It returns what the
// acknowledgement is, and the job that waits for it, if there is one.
func (b *Engine) commit(ctx context.Context, d bot.Delivery, came time.Time) (job *job, answer bot.Answer) {
	if !b.enter() {
		w := b.toCaller(ctx, d)
		return nil, trouble(w, w.Notices.Stopping)
	}
	defer b.taken.Done()
	err := safely(func() error {
		v := b.intake.Decide(ctx, d, b.current)
		if v.Accept != nil && v.Accept.Entry.Waits() { // what they ask at the same moment may be the same
			defer b.asking.lock(d.Caller.Ref)()
			v = b.intake.Decide(ctx, d, b.current)
		}
		if v.Reply != nil && v.Reply.Open != 0 {
			switch e := b.clear(ctx, v.Reply.Open, came); {
			case e.State.Closed(): // nobody sees it
				v = b.intake.Decide(ctx, d, b.current)
			case b.unclear(e):
				// This goes on record, a form's too, so that the request itself, which another session may have
				// received as well, is not answered with it.
				d.Form = nil
				v.Reply.Say = func(w words.Words, _ int64) words.Message { return w.Pressed(e.Number, false) }
			case b.sent(ctx, v.Reply.Sent): // the same form again
				return nil
			}
		}
		job, answer = b.do(ctx, d, v, came)
		return nil
	})
	if err != nil {
		b.log.Error("error inside the bot", "caller", d.Caller.Ref, "while", "receiving", "err", err)
		w := b.toCaller(ctx, d)
		return nil, trouble(w, w.Notices.NotRecorded)
	}
	return job, answer
}

// do does what a delivery means.
func (b *Engine) do(ctx context.Context, d bot.Delivery, v bot.Verdict, came time.Time) (*job, bot.Answer) {
	switch {
	case v.Muted:
		return nil, bot.Answer{Muted: true}
	case v.Unread:
		w := b.toCaller(ctx, d)
		return nil, trouble(w, w.Notices.NotRead)
	case v.Reply != nil:
		return nil, b.note(ctx, d, *v.Reply, came)
	case v.Decide != nil:
		return nil, b.decide(ctx, d, *v.Decide, came)
	}
	return b.accept(ctx, d, *v.Accept, came)
}

// accept puts an entry on record. Of a button that is the first press that is not on
// record: while the one before is being done, pressing again, by anybody, does nothing. A form
// is sent again with an effect only if the platform did not take the acknowledgement.
func (b *Engine) accept(ctx context.Context, d bot.Delivery, a bot.Acceptance, came time.Time) (*job, bot.Answer) {
	names, err := b.pressesLeft(ctx, a)
	if err != nil {
		return nil, b.unrecorded(ctx, d, a, err, came)
	}
	for _, name := range names {
		a.Entry.Once = name
		job, known, err := b.insert(ctx, a.Entry, a.Record)
		switch {
		case err != nil:
			return nil, b.unrecorded(ctx, d, a, err, came)
		case job != nil:
			e := job.snapshot()
			return job, bot.Answer{Entry: e.Number, Verb: e.Command.Verb, Root: b.speak(e.Place.Language).Root(soFar(e)), Alone: e.Command.Private}
		case known.Key != "":
			return nil, bot.Answer{} // the same delivery again
		case a.Presses == nil: // the caller asked for something else at the same moment
			return b.do(ctx, d, b.intake.Decide(ctx, d, b.current), came)
		}
		switch known = b.decided(ctx, known, came.Add(bot.AnswerTime)); {
		case d.Form != nil && known.State != bot.Unanswered:
			return nil, bot.Answer{} // the same form again
		case known.State == bot.Asked && !a.Entry.Waits(): // it may be done before that is answered
		case known.State == bot.Asked && known.Request.Post != "":
			return nil, private(b.toCaller(ctx, d).Already(0, words.Open{
				Request: b.rules().ShownNow(known, b.current(known.Caller), d.Place.Platform), Own: known.Caller.Ref == d.Caller.Ref,
			}))
		case !known.State.Closed():
			return nil, private(b.toCaller(ctx, d).Pressed(known.Number, !b.unclear(known)))
		}
	}
	return nil, private(b.toCaller(ctx, d).Stale(0))
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
			b.backlog.count(e, -1, -len(e.Changes))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, recordTime)
	defer cancel()
	term := b.journal.Term()
	known, _, err = b.journal.Accept(ctx, e, r, func(e bot.Entry) { job = b.enlist(term, e) })
	return job, known, err
}

// acknowledge calls the acknowledgement, and makes an error of a panic in it.
func (b *Engine) acknowledge(ctx context.Context, a bot.Answer, ack bot.Ack) (root bot.Post, err error) {
	err = safely(func() (err error) {
		root, err = ack(ctx, a)
		return err
	})
	if _, broken := errors.AsType[*panicked](err); broken {
		b.log.Error("error inside the bot", "entry", a.Entry, "while", "acknowledging", "err", err)
	}
	return root, err
}

// acknowledged lets the work begin, or closes the entry if the platform's rules say that it
// must not run.
func (j *job) acknowledged(root bot.Post, err error) {
	switch {
	case j == nil:
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

// sent reports whether a form, by the names of its sendings, was accepted before.
func (b *Engine) sent(ctx context.Context, names []string) bool {
	ctx, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	taken, err := b.journal.Taken(ctx, names)
	return err == nil && taken > 0
}

// pressesLeft returns under which names an entry may be put on record: of a button, which of
// its presses may not be done yet. What no button asked for has one name, or none.
func (b *Engine) pressesLeft(ctx context.Context, a bot.Acceptance) ([]string, error) {
	if a.Presses == nil {
		return []string{a.Entry.Once}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	taken, err := b.journal.Taken(ctx, a.Presses)
	if err != nil {
		return nil, err
	}
	return a.Presses[max(taken-1, 0):], nil // the last press on record may not be done yet
}
