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
// say what became of the acknowledgement, and has not been asked.
func (b *Engine) unclear(e bot.Entry) bool {
	return b.confirmer(e) != nil && !e.Answered && e.By() != bot.ClockRef && !hasBegun(e)
}

// answered lets an entry begin whose acknowledgement was taken, with a mark for the next
// start, which would otherwise ask the platform. If the acknowledgement is the root
// message, the mark is where that is, and is made while the work begins (announce).
func (j *job) answered(root bot.Post) {
	if root != "" {
		j.located(root)
	} else if !j.marks.Answer() {
		return
	}
	j.begin()
}

// confirm asks the platform until it says what became of the acknowledgement. The
// groups of the entry wait for that, but not for long, and for a list not at all: then
// others go first.
func (j *job) confirm() {
	patience := unclearTime
	if j.entry.Command.Verb == commands.List {
		patience = 0
	}
	limited, cancel := context.WithDeadline(j.ctx, j.since.Add(patience))
	defer cancel()
	root, err := j.ask(limited)
	if err != nil && !errors.Is(err, bot.ErrNotRun) && j.ctx.Err() == nil {
		j.yield()
		root, err = j.ask(j.ctx)
	}
	switch {
	case err == nil:
		j.answered(root)
	case errors.Is(err, bot.ErrNotRun):
		j.drop(err)
	}
}

// ask asks the platform until it says what became of the acknowledgement, as Confirm
// does, or the context ends: then the error is another one.
func (j *job) ask(ctx context.Context) (root bot.Post, err error) {
	err = j.insist(ctx, "confirming", func() (err error) {
		root, err = j.b.confirmer(j.head()).Confirm(ctx, j.head())
		return err
	})
	return root, err
}

// yield puts all that waits of an entry that has not begun to rest, and out of the lanes.
func (j *job) yield() {
	e := j.snapshot()
	if !j.marks.Rest(e.Changes...) {
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
	r := record(e, bot.WasUnanswered, commands.Failed)
	r.Detail = why.Error()
	if !j.marks.Drop(bot.Unanswered, r) {
		return
	}
	j.b.logEnd(slog.LevelWarn, "command not run", e, commands.Failed, 0, j.age())
	j.b.observer.Ended(e.Place.Platform, e.Command.Verb, commands.Failed, 0)
	j.cancel()
}
