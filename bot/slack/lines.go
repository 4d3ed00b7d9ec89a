package slack

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// lines keep the posts to a channel in order while Slack asks to wait. A channel
// that Slack does not slow has no line: its posts go at once, side by side.
type lines struct {
	mu       sync.Mutex
	last     uint64 // number given out
	channels map[string]*line
}

// line is where posts to one channel wait. After the pause they go one by one.
type line struct {
	waiting []*turn   // by number
	sending *turn     // one of them
	until   time.Time // when the pause that runs now ends; zero: none runs
}

// turn is a post's place in line.
type turn struct {
	number uint64        // in the order in which they came
	mine   chan struct{} // closed when it can be sent
}

func newLines() *lines { return &lines{channels: make(map[string]*line)} }

// do sends to a channel. While Slack answers that it is too much (HTTP status
// 429), it waits for as long as Slack asks and sends again, in its old place.
func (l *lines) do(ctx context.Context, channel string, send func(context.Context) error) error {
	me := l.join(channel)
	defer l.leave(channel, me)
	for {
		select {
		case <-me.mine:
		case <-ctx.Done():
			return ctx.Err()
		}
		err := send(ctx)
		pause, limited := retryAfter(err)
		if !limited {
			return err
		}
		l.hold(channel, me, pause)
	}
}

// join takes a number. Where no line is, it is its turn at once.
func (l *lines) join(channel string) *turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	me := &turn{number: l.last, mine: make(chan struct{})}
	if ln := l.channels[channel]; ln != nil {
		ln.waiting = append(ln.waiting, me)
	} else {
		close(me.mine)
	}
	return me
}

// hold puts a post that was refused into the line, by its number, and stops the
// line for the pause.
func (l *lines) hold(channel string, me *turn, pause time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.channels[channel]
	if ln == nil {
		ln = &line{}
		l.channels[channel] = ln
	}
	me.mine = make(chan struct{})
	if ln.sending == me {
		ln.sending = nil
	} else {
		at, _ := slices.BinarySearchFunc(ln.waiting, me, func(a, b *turn) int { return cmp.Compare(a.number, b.number) })
		ln.waiting = slices.Insert(ln.waiting, at, me)
	}
	if until := time.Now().Add(pause); until.After(ln.until) {
		ln.until = until
		time.AfterFunc(pause, func() { l.resume(channel, until) })
	}
}

// resume ends a pause, unless a longer one has taken its place.
func (l *lines) resume(channel string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ln := l.channels[channel]; ln != nil && ln.until.Equal(until) {
		ln.until = time.Time{}
		l.advance(channel, ln)
	}
}

// leave takes a post out of the line and lets the next one go.
func (l *lines) leave(channel string, me *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.channels[channel]
	if ln == nil {
		return
	}
	ln.waiting = slices.DeleteFunc(ln.waiting, func(t *turn) bool { return t == me })
	if ln.sending == me {
		ln.sending = nil
	}
	l.advance(channel, ln)
}

// advance lets the first in line go, if no pause runs and nobody is on the way. A
// line with nobody in it is gone.
func (l *lines) advance(channel string, ln *line) {
	switch {
	case !ln.until.IsZero() || ln.sending != nil:
	case len(ln.waiting) == 0:
		delete(l.channels, channel)
	default:
		ln.sending = ln.waiting[0]
		close(ln.sending.mine)
	}
}
