package app

import (
	"context"
	"errors"
	"time"

	"liveadmin/bot"
)

// overlap is how long a platform with new credentials may take to be ready before the
// one with the old ones is ended, and pause how often it is looked at.
const (
	overlap      = 15 * time.Second
	overlapPause = 50 * time.Millisecond
)

// While the credentials of the platform are revoked, the settings are looked at for others
// so often, and the old ones are tried again so often: a service that was switched off can
// be switched on again.
const (
	reviveGap = 5 * time.Second
	retryGap  = 5 * time.Minute
)

// running is a platform that receives.
type running struct {
	candidate
	end   context.CancelFunc
	ended chan error
}

func start(ctx context.Context, c candidate, door bot.Door) running {
	ctx, end := context.WithCancel(ctx)
	r := running{c, end, make(chan error, 1)}
	go func() { r.ended <- c.Run(ctx, door) }()
	return r
}

// Run receives with the credentials as they are, until those that are not valid any
// more have not changed either.
func (r *renewal) Run(ctx context.Context, door bot.Door) error {
	now := start(ctx, r.current(), door)
	for {
		var again <-chan time.Time
		if r.every > 0 {
			again = time.After(r.every)
		}
		select {
		case err := <-now.ended:
			now.end()
			if !errors.Is(err, bot.ErrRevoked) {
				return err
			}
			next, changed, readErr := r.changed()
			if !changed {
				return errors.Join(err, readErr)
			}
			r.log.Warn("the credentials are not valid any more; going on with those that are there now", "platform", r.Name(), "err", err)
			r.use(next)
			now = start(ctx, next, door)
		case next := <-r.fresh:
			now = r.replace(ctx, now, next, door)
		case <-again:
			now = r.repeat(ctx, now, door)
		}
	}
}

// Revive waits until the credentials are not those that were revoked, or it is time to try
// these again.
func (r *renewal) Revive(ctx context.Context) error {
	every := time.NewTicker(reviveGap)
	defer every.Stop()
	again := time.NewTimer(retryGap)
	defer again.Stop()
	for {
		select {
		case next := <-r.fresh:
			r.use(next)
			return nil
		case <-every.C:
			// What cannot be read is no news: the log says each minute that the platform is gone.
			if next, changed, _ := r.changed(); changed {
				r.use(next)
				return nil
			}
		case <-again.C:
			next, err := r.anew()
			if err == nil {
				r.use(next)
				return nil
			}
			again.Reset(retryGap)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// repeat lets another platform with the same credentials take over.
func (r *renewal) repeat(ctx context.Context, old running, door bot.Door) running {
	next, err := r.anew()
	if err != nil {
		r.log.Error("the session was not renewed", "platform", r.Name(), "err", err)
		return old
	}
	return r.replace(ctx, old, next, door)
}

// replace lets another platform take over, if its credentials are good. One that is not
// ready in time takes over only if it has other credentials, and the old ones do not work
// any more.
func (r *renewal) replace(ctx context.Context, old running, next candidate, door bot.Door) running {
	fresh := start(ctx, next, door)
	same := next.credentials == old.credentials
	limit := time.NewTimer(overlap)
	defer limit.Stop()
	every := time.NewTicker(overlapPause)
	defer every.Stop()
	for {
		select {
		case err := <-fresh.ended:
			fresh.end()
			if ctx.Err() == nil && !same {
				r.log.Error("the new credentials are not valid; the old ones stay", "platform", r.Name(), "err", err)
			}
			return old
		case <-limit.C:
			if same {
				fresh.end()
				<-fresh.ended
				return old
			}
			r.log.Warn("not connected yet with the new credentials", "platform", r.Name())
			if ready, _ := old.State(ctx); ready {
				limit.Reset(overlap)
				continue
			}
		case <-every.C:
			if ready, _ := next.State(ctx); !ready {
				continue
			}
		}
		r.use(next)
		old.end()
		<-old.ended
		if same {
			r.log.Info("running with a new session", "platform", r.Name())
		} else {
			r.log.Info("running with new credentials", "platform", r.Name())
		}
		return fresh
	}
}
