package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
)

// The record is looked at when the next limit asks for something, and at least this
// often: other instances write it too.
const lookGap = time.Second

// keepFor is how long what a closed entry held is kept; its key and its audit rows
// stay for ever.
const (
	keepFor  = 30 * 24 * time.Hour
	purgeGap = time.Hour
)

// watch takes up what nobody carries any more and ends what has come to its end, until
// the context ends.
func (b *Engine) watch(ctx context.Context) {
	for ctx.Err() == nil {
		var next time.Time
		err := safely(func() (err error) {
			next, err = b.look(ctx)
			return err
		})
		if err != nil && ctx.Err() == nil {
			b.log.Error("could not read what is due from the journal", "err", err)
		}
		pause := lookGap
		if err == nil && !next.IsZero() {
			pause = min(pause, max(next.Sub(b.now()), 0))
		}
		sleep(ctx, pause)
	}
}

// purge forgets what is long over, once an hour until the context ends: beside the watch, since
// that can take minutes, and no expiration waits for it.
func (b *Engine) purge(ctx context.Context) {
	var purged time.Time
	for ; ctx.Err() == nil; sleep(ctx, lookGap) {
		now := b.now()
		if now.Sub(purged) < purgeGap {
			continue
		}
		purged = now
		err := safely(func() error {
			_, err := b.journal.Purge(ctx, now.Add(-keepFor))
			return err
		})
		if err != nil && ctx.Err() == nil {
			b.log.Error("could not forget what is long over", "err", err)
		}
	}
}

// look takes up what nobody carries, and accepts the ends and reminders that are due.
// It returns when the next is.
func (b *Engine) look(ctx context.Context) (next time.Time, err error) {
	if err := b.takeUp(ctx); err != nil {
		return time.Time{}, err
	}
	if err := b.noteUnanswered(ctx, false); err != nil {
		return time.Time{}, err
	}
	due, err := b.journal.Due(ctx, b.now())
	if err != nil {
		return time.Time{}, err
	}
	var errs []error
	for _, limits := range together(due.Over) {
		errs = append(errs, b.fallDue(ctx, commands.End, limits))
	}
	for _, limits := range together(due.Near) {
		errs = append(errs, b.fallDue(ctx, commands.Remind, limits))
	}
	return due.Next, errors.Join(errs...)
}

// takeUp takes up the entries that nobody carries, in their order on their groups: the first
// that enters a lane has its turn at once. An entry that cannot
// be read stays where it is and is reported once; the others go on.
func (b *Engine) takeUp(ctx context.Context) error {
	term := b.journal.Term()
	b.mu.Lock()
	carried := slices.Collect(maps.Keys(b.open))
	b.mu.Unlock()
	entries, err := b.journal.Claim(ctx, carried)
	if err != nil && !errors.Is(err, bot.ErrDamaged) {
		return fmt.Errorf("taking up what is open: %w", err)
	}
	unread := fmt.Sprint(err)
	if err != nil && unread != b.unread {
		b.log.Error("could not claim every entry", "err", err)
	}
	b.unread = unread
	slices.SortStableFunc(entries, func(a, b bot.Entry) int { return cmp.Compare(a.Order(), b.Order()) })
	for _, e := range entries {
		b.log.Info("entry claimed", "entry", e.Number, "state", e.State, "attempt", e.Attempt)
		if e.State == bot.Asked && e.Request.Post != "" && b.isOver(e) { // without its message, its root is found first
			if err := b.expire(ctx, e); err != nil {
				return err
			}
			continue
		}
		b.backlog.count(e, 1, unsettled(e))
		if job := b.enlist(term, e); b.unclear(e) {
			job.start(job.confirm)
		} else {
			job.begin()
		}
	}
	return nil
}

// noteUnanswered puts on record how much was not answered to callers without any right
// whose minute is over, or all. What fails is tried again the next time.
func (b *Engine) noteUnanswered(ctx context.Context, all bool) error {
	for {
		if len(b.unanswered) == 0 {
			b.unanswered = b.intake.Unanswered(all)
		}
		if len(b.unanswered) == 0 {
			return nil
		}
		if _, _, err := b.journal.Note(ctx, "", b.unanswered[0]); err != nil {
			return err
		}
		b.unanswered = b.unanswered[1:]
	}
}

// together puts the limits that one entry gave, and that end at the same time, into
// one list each.
func together(limits []commands.Grant) [][]commands.Grant {
	var all [][]commands.Grant
	for _, g := range limits {
		at := slices.IndexFunc(all, func(these []commands.Grant) bool {
			first := these[0]
			return first.Entry == g.Entry && first.Until.Equal(g.Until) && first.Tries == g.Tries
		})
		if at < 0 {
			all = append(all, nil)
			at = len(all) - 1
		}
		all[at] = append(all[at], g)
	}
	return all
}

// fallDue accepts an entry that the clock asked for. It is posted in the thread of the entry
// that gave the limits, to the caller of that one.
func (b *Engine) fallDue(ctx context.Context, verb commands.Verb, limits []commands.Grant) error {
	giver, _, err := b.journal.Entry(ctx, limits[0].Entry)
	if errors.Is(err, bot.ErrDamaged) {
		b.log.Error("no place to announce an expiration", "of", limits[0].Entry, "err", err)
		giver, err = bot.Entry{}, nil // the right ends all the same
	}
	if err != nil {
		return err
	}
	cmd := change.OfLimits(verb, giver.Command.Target, limits)
	e := bot.Entry{
		Key:    fmt.Sprintf("%s:%d:%d", verb, limits[0].ID, limits[0].Tries),
		Under:  giver.Number,
		Caller: giver.Caller, Place: giver.Place, Root: giver.Root, Command: cmd, Changes: bot.ChangesOf(cmd),
	}
	if e.Root == "" && giver.State.Closed() {
		e.Under = 0 // there is no thread, and will be none
	}
	job, _, err := b.insert(ctx, e, bot.Record{
		Event: bot.WasAccepted, Caller: bot.ClockRef, Place: e.Place, Verb: cmd.Verb, Groups: cmd.Target.Groups,
		Text: fmt.Sprintf("%s of #%d", verb, cmd.Number), Outcome: commands.Working,
	})
	if err != nil {
		return err
	}
	if job != nil {
		b.log.Info("expiration or reminder started", "entry", job.entry.Number, "verb", cmd.Verb, "of", cmd.Number)
		job.begin()
	}
	return nil
}
