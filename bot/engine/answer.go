package engine

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
)

// suggestTime is how long suggestions may take.
const suggestTime = 900 * time.Millisecond

// Suggest answers at once, and only reads.
func (b *Engine) Suggest(ctx context.Context, q bot.Question) (found []string) {
	if !b.enter() {
		return nil
	}
	defer b.taken.Done()
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	err := safely(func() error {
		found = b.intake.Suggest(ctx, q)
		return nil
	})
	if err != nil {
		b.log.Error("error inside the bot", "caller", q.Caller.Ref, "while", "suggesting", "err", err)
	}
	return found
}

// Form returns a form for what is filled in by now, and only reads.
func (b *Engine) Form(ctx context.Context, caller commands.Caller, place commands.Place, filled bot.Filled) (form words.Form, ok bool) {
	if !b.enter() {
		return form, false
	}
	defer b.taken.Done()
	err := safely(func() error {
		offer, decision := b.intake.Offer(ctx, caller, place, filled)
		if ok = decision.Allowed; ok {
			form = b.toCaller(ctx, bot.Delivery{Caller: caller, Place: place}).Form(offer)
		}
		return nil
	})
	if err != nil {
		b.log.Error("error inside the bot", "caller", caller.Ref, "while", "making a form", "err", err)
	}
	return form, ok && err == nil
}

// note puts on record what makes no entry. Without a record (the database is down) the
// answer has no number.
func (b *Engine) note(ctx context.Context, d bot.Delivery, r bot.Reply, came time.Time) bot.Answer {
	limited, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	entry, fresh, err := b.journal.Note(limited, d.Key, r.Record)
	switch {
	case err != nil:
		b.log.Error("answer not recorded", "caller", d.Caller.Ref, "what", r.Record.Event, "err", err)
	case !fresh && d.Form == nil:
		return bot.Answer{}
	case !fresh: // without an answer the form would close, and all that is in it would be lost
	default:
		about := bot.Entry{Number: entry, Caller: d.Caller, Place: d.Place, Command: r.About}
		b.logEnd(slog.LevelInfo, "command answered", about, r.Record.Outcome, 0, time.Since(came))
		b.observer.Ended(d.Place.Platform, r.About.Verb, r.Record.Outcome, 0)
	}
	w := b.toCaller(ctx, d)
	answer := private(r.Say(w, entry))
	answer.Field = r.Field
	if r.Closed != nil {
		b.closeCopy(d, *r.Closed)
	}
	if r.Form != nil {
		form := r.Form(w)
		answer.Form = &form
	}
	return answer
}

// clear returns an open request when it is clear whether that runs, or after a limited time.
func (b *Engine) clear(ctx context.Context, number int64, came time.Time) bot.Entry {
	e, found, err := b.journal.Entry(ctx, number)
	if err != nil || !found {
		return bot.Entry{State: bot.Asked, Answered: true} // what is shown was read just before
	}
	return b.decided(ctx, e, came.Add(bot.AnswerTime))
}

// decided waits for a limited time until it is clear whether an open entry runs: if the
// platform did not take its acknowledgement, it is closed, here or by another instance, and
// a press that came meanwhile must not be answered with its number.
func (b *Engine) decided(ctx context.Context, e bot.Entry, by time.Time) bot.Entry {
	ctx, cancel := context.WithDeadline(ctx, by)
	defer cancel()
	for !e.State.Closed() && b.unclear(e) && sleep(ctx, bot.AnswerTime/50) {
		if now, found, err := b.journal.Entry(ctx, e.Number); err == nil && found {
			e = now
		}
	}
	return e
}

// unrecorded answers why a command is not on record.
func (b *Engine) unrecorded(ctx context.Context, d bot.Delivery, a bot.Acceptance, err error, came time.Time) bot.Answer {
	if full, ok := errors.AsType[*crowded](err); ok {
		r := a.Record
		r.Event, r.Outcome, r.Detail = bot.WasRefused, commands.Refused, string(policy.TooMuchOpen)
		return b.note(ctx, d, bot.Reply{About: a.Entry.Command, Record: r, Say: func(w words.Words, entry int64) words.Message {
			return w.Crowded(entry, full.yours, full.entries, full.changes)
		}}, came)
	}
	b.log.Error("command not recorded", "caller", d.Caller.Ref, "verb", a.Entry.Command.Verb, "err", err)
	w := b.toCaller(ctx, d)
	if errors.Is(err, bot.ErrUnsure) {
		return trouble(w, w.Notices.MaybeRecorded)
	}
	return trouble(w, w.Notices.NotRecorded)
}

// private is an answer for the caller alone.
func private(m words.Message) bot.Answer { return bot.Answer{Private: &m} }

// trouble is an answer that says that nothing is on record.
func trouble(w words.Words, sentence string) bot.Answer {
	message := w.Trouble(sentence)
	return bot.Answer{Private: &message, Late: true}
}
