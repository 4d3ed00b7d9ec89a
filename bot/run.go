package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// stopTime is how long what is in flight may take when the bot is asked to stop.
const stopTime = 10 * time.Second

// Run takes up what an earlier run left open, receives on every platform until
// the context ends or no platform can bring anything more, and finishes what is
// in flight: all of it in the second case, for ten seconds in the first and when
// the credentials are revoked (ErrRevoked). What is unfinished then goes on at the
// next start.
func (b *Bot) Run(ctx context.Context, platforms ...Platform) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	for _, p := range platforms {
		b.platforms[p.Name()] = p
	}
	b.open(work)
	if err := b.resume(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop before it began
		}
		return err
	}
	stopped, hurry := context.WithCancel(ctx)
	defer hurry()
	err := b.listen(ctx, platforms)
	if errors.Is(err, ErrRevoked) {
		hurry() // what is unfinished cannot be posted now
	}
	b.close()
	done := make(chan struct{})
	go func() {
		b.jobs.Wait()
		close(done)
	}()
	select {
	case <-done:
		return err
	case <-stopped.Done():
	}
	select {
	case <-done:
	case <-time.After(stopTime):
		stop()
		<-done
	}
	return err
}

// resume takes up the entries that are not closed, oldest first. An entry that
// cannot be read stays where it is and is reported; the others go on.
func (b *Bot) resume(ctx context.Context) error {
	entries, err := b.journal.Open(ctx)
	if err != nil && entries == nil {
		return fmt.Errorf("taking up what is open: %w", err)
	}
	if err != nil {
		b.log.Error("not everything could be taken up", "err", err)
	}
	for _, e := range entries {
		b.log.Info("taken up", "entry", e.Number, "state", e.State, "attempt", e.Attempt)
		job := b.enlist(e, true)
		if confirmer := b.confirmer(e); confirmer != nil && !e.Answered && !e.begun() {
			job.confirm(confirmer)
		} else {
			job.begin()
		}
	}
	return nil
}

// listen runs the platforms until all have returned.
func (b *Bot) listen(ctx context.Context, platforms []Platform) error {
	left, alone := context.WithCancel(ctx)
	defer alone()
	var running sync.WaitGroup
	errs := make([]error, len(platforms))
	for i, p := range platforms {
		running.Go(func() {
			if err := safely(func() error { return p.Run(ctx, b) }); err != nil && ctx.Err() == nil {
				errs[i] = fmt.Errorf("%s: %w", p.Name(), err)
				b.log.Error("platform ended", "platform", p.Name(), "err", err)
				if errors.Is(err, ErrRevoked) {
					go b.remind(left, p.Name(), err)
				}
			}
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

func (b *Bot) open(work context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.work = work
}

// close takes no more deliveries and waits for those being received.
func (b *Bot) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.taken.Wait()
}
