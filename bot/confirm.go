package bot

import (
	"context"
	"errors"
)

// confirmer is the platform of an entry, if it can tell what became of an
// acknowledgement.
func (b *Bot) confirmer(e Entry) Confirmer {
	c, _ := b.platforms[e.Place.Platform].(Confirmer)
	return c
}

// begun reports whether work on an entry is on record: then it was answered.
func (e Entry) begun() bool {
	for _, c := range e.Changes {
		if c.State != Waiting {
			return true
		}
	}
	return e.Root != ""
}

// unclear reports whether an open entry may yet be closed as unanswered: its platform can
// tell what became of the acknowledgement, and has not been heard.
func (b *Bot) unclear(e Entry) bool {
	return b.confirmer(e) != nil && !e.Answered && !e.begun()
}

// answered lets an entry begin whose acknowledgement was taken, with a mark for the
// next start: where the root message is, if it came with the acknowledgement. Without
// the mark the next start would ask the platform.
func (j *job) answered(root Post) {
	ctx, e := context.WithoutCancel(j.ctx), j.entry
	var err error
	if root == "" {
		err = j.b.journal.Answer(ctx, e)
	} else {
		j.mu.Lock()
		j.entry.Root = root
		j.mu.Unlock()
		err = j.b.journal.Announce(ctx, e, root)
	}
	if errors.Is(err, ErrLost) {
		j.b.log.Warn("entry left to another instance", "entry", j.entry.Number, "while", "answering")
		j.cancel()
		return
	}
	if err != nil {
		j.b.log.Error("answer not marked", "entry", j.entry.Number, "err", err)
	}
	j.begin()
}

// confirm asks the platform until it tells what became of the acknowledgement. The
// groups of the entry wait for that.
func (j *job) confirm(c Confirmer) {
	e := j.entry
	j.b.jobs.Go(func() {
		var root Post
		var unanswered error
		j.insist("confirming", func(ctx context.Context) error {
			var err error
			root, err = c.Confirm(ctx, e)
			if errors.Is(err, ErrNotRun) {
				unanswered, err = err, nil
			}
			return err
		})
		switch {
		case j.ctx.Err() != nil:
		case unanswered != nil:
			j.drop(unanswered)
		default:
			j.answered(root)
		}
	})
}
