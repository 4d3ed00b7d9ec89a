package chat

import (
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"liveadmin/bot"
)

// stopTime is how long what was already heard may take to be recorded and
// acknowledged when the platform is asked to stop.
const stopTime = 3 * time.Second

// Inflight passes deliveries to the bot's door while the platform runs, and waits at its end for those in
// flight. Before and after, it takes none. Make one with NewInflight.
type Inflight struct {
	log *slog.Logger

	mu   sync.Mutex
	door bot.Door       // nil: nothing is let in
	busy sync.WaitGroup // what is being handled
}

// NewInflight returns one that is closed.
func NewInflight(log *slog.Logger) *Inflight { return &Inflight{log: log} }

// Open lets what is heard through to a door.
func (d *Inflight) Open(door bot.Door) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.door = door
}

// Close takes no more deliveries and waits for those in flight, for up to three
// seconds.
func (d *Inflight) Close() {
	d.Open(nil)
	done := make(chan struct{})
	go func() {
		d.busy.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(stopTime):
		d.log.Warn("stopped before all deliveries were acknowledged")
	}
}

// Enter handles something that was heard beside everything else, and outlives a panic
// in that. handled is closed when it is over. It is closed, and taken false, if nothing
// is let in: then another instance, or a later try, gets it.
func (d *Inflight) Enter(handle func(bot.Door)) (handled <-chan struct{}, taken bool) {
	done := make(chan struct{})
	door := d.enter()
	if door == nil {
		close(done)
		return done, false
	}
	go func() {
		defer close(done)
		defer d.busy.Done()
		defer func() {
			if recover() != nil { // what was said, and secrets with it, may be in the value
				d.log.Error("delivery abandoned after a panic", "stack", string(debug.Stack()))
			}
		}()
		handle(door)
	}()
	return done, true
}

// enter counts one in and returns the door for it, or nil.
func (d *Inflight) enter() bot.Door {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.door != nil {
		d.busy.Add(1)
	}
	return d.door
}
