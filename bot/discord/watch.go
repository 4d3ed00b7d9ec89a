package discord

import (
	"sync"
	"time"
)

// mostSilence is how long nothing may come on a socket whose session is ready.
const mostSilence = 2 * time.Minute

// watch sets how long a socket may be read without anything coming. It looks alive for
// minutes after the other side is gone, but each heartbeat must be answered: when two were
// not and the grace is over, the reading fails. Safe for use by many goroutines.
type watch struct {
	limit func(time.Time) error // sets the time when the reading fails
	grace time.Duration

	mu         sync.Mutex
	greeted    bool
	stopped    bool
	unanswered int // heartbeats since something came
}

// greet notes that the session is ready. Until then the limit is the one of the greeting.
func (w *watch) greet() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.greeted = true
	w.extend(mostSilence)
}

// heard notes that something came.
func (w *watch) heard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unanswered = 0
	w.extend(mostSilence)
}

// beat notes that a heartbeat is sent.
func (w *watch) beat() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unanswered++; w.unanswered == 2 {
		w.extend(w.grace)
	}
}

// stop makes the reading fail at once.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	_ = w.limit(time.Now()) // fails only if the socket is closed, which ends the reading, too
}

// extend extends the read deadline to this long from now. The lock is held.
func (w *watch) extend(by time.Duration) {
	if w.greeted && !w.stopped {
		_ = w.limit(time.Now().Add(by))
	}
}
