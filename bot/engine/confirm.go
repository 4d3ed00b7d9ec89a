package engine

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
)

// unclearTime is how long an entry holds its groups while it is not clear whether it runs.
const unclearTime = 5 * time.Second

// confirmer is the platform of an entry, if it can tell what became of an
// acknowledgement.
func (b *Engine) confirmer(e bot.Entry) bot.Confirmer {
	c, _ := b.platforms[e.Place.Platform].(bot.Confirmer)
	return c
}

// hasBegun reports whether work on an entry is on record: then it was answered. A change at
// rest says nothing: an entry that is not confirmed rests, too.
func hasBegun(e bot.Entry) bool {
	for _, c := range e.Changes {
		if c.State == bot.Planned || c.State == bot.Settled {
			return true
		}
	}
	return e.Root != ""
}

// unclear reports whether an open entry may yet be closed as unanswered: its platform can
// tell what became of the acknowledgement, and has not been heard.
func (b *Engine) unclear(e bot.Entry) bool {
	return b.confirmer(e) != nil && !e.Answered && e.By() != bot.ClockRef && !hasBegun(e)
}

// answered lets an entry begin whose acknowledgement was taken, with a mark for the next
// start, which would otherwise ask the platform. If the acknowledgement is the root
// message, the mark is where that is, and is made while the work begins.
func (j *job) answered(root bot.Post) {
	ctx, e := context.WithoutCancel(j.ctx), j.head()
	if root == "" {
		if j.answerMarked(j.b.journal.Answer(ctx, e)) {
			j.begin()
		}
		return
	}
	j.rooting.Lock()
	defer j.rooting.Unlock()
	j.mu.Lock()
	j.entry.Root = root
	j.mu.Unlock()
	j.begin()
	j.answerMarked(j.b.journal.Announce(ctx, e, root))
}

// answerMarked reports whether an entry is still this instance's, by what became of the
// mark of its acknowledgement.
func (j *job) answerMarked(err error) bool {
	if errors.Is(err, bot.ErrLost) {
		j.lost("answering")
		return false
	}
	if err != nil {
		j.b.log.Error("answer not marked", "entry", j.entry.Number, "err", err)
	}
	return true
}

// confirm asks the platform until it tells what became of the acknowledgement. The
// groups of the entry wait for that, but not for long, and for a list not at all: then
// others go first.
func (j *job) confirm(c bot.Confirmer) {
	j.start(func() {
		patience := unclearTime
		if j.entry.Command.Verb == commands.List {
			patience = 0
		}
		limited, cancel := context.WithDeadline(j.ctx, j.since.Add(patience))
		defer cancel()
		root, unanswered, known := j.ask(limited, c)
		if !known && j.ctx.Err() == nil {
			j.yield()
			root, unanswered, known = j.ask(j.ctx, c)
		}
		switch {
		case !known:
		case unanswered != nil:
			j.drop(unanswered)
		default:
			j.answered(root)
		}
	})
}

// ask asks the platform until it tells, or the context ends: then it is not known.
func (j *job) ask(ctx context.Context, c bot.Confirmer) (root bot.Post, unanswered error, known bool) {
	known = j.insist(ctx, "confirming", func(ctx context.Context) (err error) {
		root, err = c.Confirm(ctx, j.head())
		if errors.Is(err, bot.ErrNotRun) {
			unanswered, err = err, nil
		}
		return err
	})
	return root, unanswered, known
}

// yield puts all that waits of an entry that has not begun to rest, and out of the lanes.
func (j *job) yield() {
	e := j.snapshot()
	if !j.insist(j.ctx, "letting others go first", func(ctx context.Context) error {
		return j.b.journal.Rest(context.WithoutCancel(ctx), e, e.Changes...)
	}) {
		return
	}
	j.mu.Lock()
	for i := range j.changes {
		j.changes[i].State = bot.Resting
	}
	ready := j.ready
	j.ready = nil
	j.mu.Unlock()
	for _, i := range ready {
		j.b.lanes.leave(e.Changes[i].Group)
	}
	for i := range e.Changes {
		j.b.lanes.withdraw(place{j, i})
	}
}

// drop closes an entry that must not run. Its groups wait for that unless it rests:
// nothing later may be done on them while a restart could still run it.
func (j *job) drop(why error) {
	e := j.head()
	if !j.insist(j.ctx, "closing", func(ctx context.Context) error {
		return j.b.journal.Drop(context.WithoutCancel(ctx), e, bot.Unanswered, bot.Record{
			Number: e.Number, Event: bot.WasUnanswered, Caller: e.By(), Place: e.Place, Verb: e.Command.Verb,
			Outcome: commands.Failed, Detail: why.Error(),
		})
	}) {
		return
	}
	j.b.logEnd(slog.LevelWarn, "not run", e, commands.Failed, 0, j.b.now().Sub(e.Accepted))
	j.b.observer.Ended(e.Place.Platform, e.Command.Verb, commands.Failed, 0)
	j.cancel()
}
