package chat

import (
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"liveadmin/bot"
)

// stopTime is how long the deliveries in flight may take to be recorded and acknowledged
// when the platform is asked to stop.
const stopTime = 3 * time.Second

// Inflight passes deliveries to the bot's door while the platform runs, and waits at its end for those in
// flight. Before and after, it takes none. Make one with NewInflight.
type Inflight struct {
	log *slog.Logger

	mu   sync.Mutex
	door bot.Door // nil: closed
	busy sync.WaitGroup
}

// NewInflight returns one that is closed.
func NewInflight(log *slog.Logger) *Inflight { return &Inflight{log: log} }

// Open lets deliveries through to a door.
func (d *Inflight) Open(door bot.Door) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.door = door
}

// Close takes no more deliveries and waits up to three seconds for those in flight.
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

// Enter handles a delivery in a goroutine of its own, and recovers a panic there. handled is
// closed when it is over. While closed, Enter takes nothing: handled is closed and taken is
// false, and another instance, or a later try, gets the delivery.
func (d *Inflight) Enter(handle func(bot.Door)) (handled <-chan struct{}, taken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	door, done := d.door, make(chan struct{})
	if door == nil {
		close(done)
		return done, false
	}
	d.busy.Go(func() {
		defer close(done)
		defer func() {
			if recover() != nil { // what was said, and secrets with it, may be in the value
				d.log.Error("delivery abandoned after a panic", "stack", string(debug.Stack()))
			}
		}()
		handle(door)
	})
	return done, true
}
