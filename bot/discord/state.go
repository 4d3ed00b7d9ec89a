package discord

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// state is why the platform is not really connected; empty: it is.
type state struct {
	mu     sync.Mutex
	reason string
}

func (s *state) set(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reason = reason
}

// State tells whether commands can arrive: through the gateway while a session is
// ready, over HTTP while Discord accepts the bot's token. It fits web.Check.
func (d *Discord) State(context.Context) (ready bool, reason string) {
	d.state.mu.Lock()
	defer d.state.mu.Unlock()
	return d.state.reason == "", d.state.reason
}

// Pauses between tries grow to this, and shrink to nothing only when a try has
// worked for a while.
const (
	firstPause = 250 * time.Millisecond
	mostPause  = 20 * time.Second
)

// backoff is how long to wait before the next try.
type backoff struct{ next time.Duration }

// wait waits for a pause, and returns false if the context ends before.
func (b *backoff) wait(ctx context.Context) bool {
	pause := max(b.next, firstPause)
	b.next = min(2*pause, mostPause)
	return sleep(ctx, pause+rand.N(pause/4))
}

// sleep returns false if the context ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
