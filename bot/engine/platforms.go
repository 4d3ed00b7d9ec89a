package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"liveadmin/bot"
)

const (
	// remindGap is how often the log repeats that a platform is gone.
	remindGap = time.Minute
	// retryGap is how long a platform whose credentials are revoked is left alone before it is
	// run again: an app that was switched off can be switched on again.
	retryGap = 5 * time.Minute
	// revokedTime is how long the bot goes on without a platform if their credentials are
	// revoked. It is a little longer than the five minutes after which the credentials are
	// tried again, so that they are before it ends.
	revokedTime = 5*time.Minute + 10*time.Second
	// provenTime is how long a platform that is run again must last to have come back:
	// credentials that are still revoked end it within two minutes.
	provenTime = 3 * time.Minute
)

// listening is which platforms receive.
type listening struct {
	mu        sync.Mutex
	receiving int
	over      bool        // no platform comes back any more
	errs      []error     // why each ended; nil: it receives, or had nothing more to bring
	again     []time.Time // when each was run again; zero: it was not
	left      time.Time   // when a platform was last lost
	empty     chan struct{}
}

// listen runs the platforms until none is left that receives. One whose credentials are
// revoked can come back. If the last ones were revoked, the bot stays for five minutes, and
// then as long as temporary administrators are on record: their expirations are carried out,
// though nothing can be posted.
func (b *Engine) listen(ctx context.Context, platforms []bot.Platform) error {
	left, alone := context.WithCancel(ctx) // ends when no platform is left
	defer alone()
	l := &listening{
		receiving: len(platforms), errs: make([]error, len(platforms)), again: make([]time.Time, len(platforms)), empty: make(chan struct{}, 1),
	}
	var running sync.WaitGroup
	for i, p := range platforms {
		running.Go(func() {
			for {
				err := b.hear(ctx, p)
				l.leave(i, err, b.clock())
				if !errors.Is(err, bot.ErrRevoked) || !b.revive(left, p, err) || !l.join(i, b.clock()) {
					return
				}
			}
		})
	}
	var said time.Time
	for over := len(platforms) == 0; !over && ctx.Err() == nil; {
		none, since, why := l.state()
		switch soon := revokedTime - b.clock().Sub(since); {
		case !none:
			select {
			case <-l.empty:
			case <-ctx.Done():
			}
		case errors.Is(why, bot.ErrRevoked) && soon > 0:
			sleep(ctx, min(soon, lookGap))
		case errors.Is(why, bot.ErrRevoked) && b.limitsLeft(ctx, why, &said):
			sleep(ctx, lookGap)
		default:
			over = l.end()
		}
	}
	alone()
	running.Wait()
	return errors.Join(l.errs...)
}

// limitsLeft reports whether temporary administrators are on record, or that cannot be read,
// and says so in the log now and then.
func (b *Engine) limitsLeft(ctx context.Context, why error, said *time.Time) bool {
	limits, err := b.journal.Grants(ctx, "")
	if err == nil && len(limits) == 0 {
		return false
	}
	if now := time.Now(); now.Sub(*said) >= remindGap {
		*said = now
		b.log.Error("no platform is left; staying for the expirations of temporary administrators", "temporary", len(limits), "err", errors.Join(why, err))
	}
	return true
}

// hear runs a platform.
func (b *Engine) hear(ctx context.Context, p bot.Platform) error {
	err := safely(func() error { return p.Run(ctx, b) })
	if err == nil || ctx.Err() != nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", p.Name(), err)
	b.log.Error("platform ended", "platform", p.Name(), "err", err)
	return err
}

// revive waits until a platform that is gone is to be run again, and says meanwhile that it
// is gone. It returns false if the context ends before.
func (b *Engine) revive(ctx context.Context, p bot.Platform, why error) bool {
	for range retryGap / remindGap {
		if !sleep(ctx, remindGap) {
			return false
		}
		b.log.Error("platform ended", "platform", p.Name(), "err", why)
	}
	b.log.Info("platform restarted", "platform", p.Name())
	return true
}

// leave notes that a platform does not receive any more.
func (l *listening) leave(i int, err error, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errs[i] = err
	if now.Sub(l.again[i]) > provenTime {
		l.left = now
	}
	if l.receiving--; l.receiving == 0 {
		select {
		case l.empty <- struct{}{}:
		default:
		}
	}
}

// join notes that a platform receives again. It returns false if it is too late for that.
func (l *listening) join(i int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return false
	}
	l.errs[i] = nil
	l.receiving++
	l.again[i] = now
	return true
}

// state reports whether no platform receives, since when none can be relied on, and why.
func (l *listening) state() (none bool, since time.Time, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.receiving == 0, l.left, errors.Join(l.errs...)
}

// end lets no platform come back, unless one has just done so.
func (l *listening) end() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = l.receiving == 0
	return l.over
}
