package slack

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// state is whether the platform is really connected, and if not, why.
type state struct {
	mu     sync.Mutex
	reason string        // empty: connected
	heard  *lastRead     // of the socket in use; nil without one
	limit  time.Duration // of its silence
}

func (s *state) set(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reason, s.heard = reason, nil
}

// connected notes that a socket works, as long as it is not silent.
func (s *state) connected(heard *lastRead, limit time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reason, s.heard, s.limit = "", heard, limit
}

// State tells whether commands can arrive: in Socket Mode while a socket was
// greeted and is not silent, over HTTP once Slack has accepted the bot token. It
// fits web.Check.
func (s *Slack) State(context.Context) (ready bool, reason string) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if h := s.state.heard; h != nil && h.age() >= s.state.limit {
		return false, "the socket is silent"
	}
	return s.state.reason == "", s.state.reason
}

// Pauses between tries grow to this, and shrink to nothing only when a try has
// worked for a while.
const (
	firstPause = 250 * time.Millisecond
	mostPause  = 20 * time.Second
)

// backoff is how long to wait before the next try.
type backoff struct{ next time.Duration }

// wait waits for a pause, for as long as Slack asked for if it did, and returns
// false if the context ends before.
func (b *backoff) wait(ctx context.Context, err error) bool {
	pause := max(b.next, firstPause)
	b.next = min(2*pause, mostPause)
	pause += rand.N(pause / 4)
	if after, limited := retryAfter(err); limited {
		pause = max(pause, after)
	}
	return sleep(ctx, pause)
}

// sleep returns false if the context ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
