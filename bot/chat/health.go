package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"liveadmin/bot"
)

// Health is what a platform knows of its service. Make one with NewHealth.
type Health struct {
	service string
	log     *slog.Logger
	down    atomic.Value // string: why nothing can come; empty: it can
}

// NewHealth returns the health of a service, by the name that people know, before it has answered.
func NewHealth(service string, log *slog.Logger) *Health {
	h := &Health{service: service, log: log}
	h.Down("not started")
	return h
}

// Up notes that what people say can come.
func (h *Health) Up() { h.Down("") }

// Down notes why it cannot.
func (h *Health) Down(why string) { h.down.Store(why) }

// State reports whether what people say can come, and if not, why.
func (h *Health) State() (up bool, why string) {
	why, _ = h.down.Load().(string)
	return why == "", why
}

// Answered notes how the service answered when it was asked something simple.
func (h *Health) Answered(err error) {
	if err == nil {
		h.Up()
		return
	}
	h.Down(h.service + " does not answer as it should: " + err.Error())
}

// Introduce asks the service who the bot is until it answers, or the context ends. With
// an error, ask returns how long the service wants to be left alone.
func (h *Health) Introduce(ctx context.Context, ask func(context.Context) (wait time.Duration, err error)) error {
	var pause Backoff
	for {
		wait, err := ask(ctx)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		h.Answered(err)
		h.log.Warn("the service does not answer", "service", h.service, "err", err)
		if !pause.Wait(ctx, wait) {
			return ctx.Err()
		}
	}
}

// Ended notes that a bound context is over. It returns an error that wraps bot.ErrRevoked if
// the credentials are revoked, otherwise nil.
func (h *Health) Ended(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, bot.ErrRevoked) {
		h.Down(cause.Error())
		return cause
	}
	h.Down("stopped")
	return nil
}

// Bound returns a context that also ends once a recheck finds that its credential is revoked.
func Bound(ctx context.Context, rechecks ...*Recheck) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	for _, r := range rechecks {
		go func() {
			if err := r.Run(ctx); err != nil {
				end(err)
			}
		}()
	}
	return ctx, func() { end(nil) }
}

// Credentials count as revoked once the service has said so this often, within this time.
// Services and proxies say it by mistake during incidents.
const (
	revokedAnswers = 3
	recheckTime    = 2 * time.Minute
	recheckPause   = 25 * time.Second
)

// Recheck finds out whether a credential is really revoked when some call was answered that
// it is. Make one with NewRecheck, then Run it.
type Recheck struct {
	ask      func(context.Context) error
	pause    time.Duration
	reported chan struct{} // holds one signal
}

// NewRecheck returns a recheck of one credential. ask is a question about nothing but the
// credential: it returns nil if the service accepts it, and an error that wraps bot.ErrRevoked if
// the service says that it is not valid. pause is the time between two questions; 0 means 25 s.
func NewRecheck(pause time.Duration, ask func(context.Context) error) *Recheck {
	if pause == 0 {
		pause = recheckPause
	}
	return &Recheck{ask: ask, pause: pause, reported: make(chan struct{}, 1)}
}

// Report starts the questions, unless they are being asked already: some call was answered
// that the credential is not valid. It does not wait.
func (r *Recheck) Report() {
	select {
	case r.reported <- struct{}{}:
	default:
	}
}

// Run asks each time that something was reported. It returns an error that wraps
// bot.ErrRevoked once three answers within two minutes, and none in between that accepts the
// credential, say that it is not valid. It returns nil if the context ends before.
func (r *Recheck) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.reported:
		}
		if err := r.decide(ctx); err != nil {
			return err
		}
		select {
		case <-r.reported: // by what was asked meanwhile
		default:
		}
	}
}

// decide asks until the answers are clear, or the time for it is over.
func (r *Recheck) decide(ctx context.Context) error {
	began := time.Now()
	for refused := 0; time.Since(began) < recheckTime; {
		err := r.ask(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			return nil
		case errors.Is(err, bot.ErrRevoked):
			refused++
		}
		if refused == revokedAnswers {
			return fmt.Errorf("answered %d times: %w", refused, err)
		}
		if !Sleep(ctx, r.pause) {
			return nil
		}
	}
	return nil
}
