package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liveadmin/bot"
)

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
// credential: it returns nil if the service accepts it, and an error that wraps
// bot.ErrRevoked if the service says that it is not valid. pause is the time between two
// questions; 0 means 25 s.
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
