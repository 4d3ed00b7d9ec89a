package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"liveadmin/bot"
)

// How long what is in flight may take when the bot is asked to stop, and when it is
// restarted at once.
const (
	stopTime    = 10 * time.Second
	restartTime = time.Second / 4
)

// Run takes up what an earlier run left open, does what fell due meanwhile, receives
// on every platform until the context ends or no platform can bring anything more, and
// finishes what is in flight: all of it in the second case, for ten seconds in the
// first and when the credentials are revoked (bot.ErrRevoked), for a moment if the cause of the
// context's end is ErrRestart. What is unfinished then goes on at the next start.
func (b *Engine) Run(ctx context.Context, platforms ...bot.Platform) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	for _, p := range platforms {
		b.platforms[p.Name()] = p
	}
	b.begin(work)
	if _, err := b.look(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop before it began
		}
		return err
	}
	watching, blind := context.WithCancel(work)
	var watch sync.WaitGroup
	watch.Go(func() { b.watch(watching) })
	err := b.listen(ctx, platforms)
	if ctx.Err() != nil {
		err = nil // asked to stop, whatever became of some platform before
	}
	blind()
	watch.Wait()
	b.close()
	if err := b.noteUnanswered(work, true); err != nil {
		b.log.Error("could not record the unanswered commands", "err", err)
	}
	b.finish(ctx, stop, errors.Is(err, bot.ErrRevoked))
	return err
}

// finish waits for what is in flight, for a while only if the bot is asked to stop or
// nothing can be posted any more.
func (b *Engine) finish(ctx context.Context, stop func(), hurry bool) {
	done := make(chan struct{})
	go func() {
		b.jobs.Wait()
		close(done)
	}()
	if !hurry {
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
	}
	limit := stopTime
	if errors.Is(context.Cause(ctx), ErrRestart) {
		limit = restartTime
	}
	select {
	case <-done:
	case <-time.After(limit):
		stop()
		<-done
	}
}

// takeUp takes up the entries that nobody carries, oldest first. An entry that cannot
// be read stays where it is and is reported once; the others go on.
func (b *Engine) takeUp(ctx context.Context) error {
	term := b.journal.Term()
	entries, err := b.journal.Claim(ctx, b.carried())
	if err != nil && entries == nil {
		return fmt.Errorf("taking up what is open: %w", err)
	}
	b.report(err)
	for _, e := range entries {
		b.log.Info("entry claimed", "entry", e.Number, "state", e.State, "attempt", e.Attempt)
		b.backlog.add(e)
		job := b.enlist(term, e, true)
		if b.unclear(e) {
			job.start(job.confirm)
		} else {
			job.begin()
		}
	}
	return nil
}

// report says once what of the journal cannot be read.
func (b *Engine) report(err error) {
	unread := ""
	if err != nil {
		unread = err.Error()
	}
	b.mu.Lock()
	known := b.unread == unread
	b.unread = unread
	b.mu.Unlock()
	if !known && err != nil {
		b.log.Error("could not claim every entry", "err", err)
	}
}

// carry notes that an entry is carried, and leave that it is not any more.
func (b *Engine) carry(j *job) {
	b.jobs.Add(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open[j.entry.Number] = j
}

func (b *Engine) leave(j *job) {
	b.backlog.drop(j.head(), j.left)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open[j.entry.Number] == j { // else it was taken up anew
		delete(b.open, j.entry.Number)
	}
}

// carried returns the numbers of the entries that are carried.
func (b *Engine) carried() []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Keys(b.open))
}

func (b *Engine) begin(work context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.work = work
}

// close takes no more deliveries and waits for those being received.
func (b *Engine) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.taken.Wait()
}
