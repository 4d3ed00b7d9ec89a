package chat

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Limit is what a service says of how fast calls can follow. Pauses longer than MostPause are
// cut to it.
type Limit struct {
	Refused bool          // this one was too fast: it is made again
	Pause   time.Duration // before the next one of its kind; 0: none
	Global  bool          // the pause is for all kinds
}

// RateQueue keeps calls in order, each kind for itself, while a service asks to wait. A
// kind that is not slowed has no line: its calls go at once, in parallel. Make one
// with NewRateQueue.
type RateQueue struct {
	mu    sync.Mutex
	last  uint64    // number given out
	until time.Time // when the pause for all kinds ends
	lines map[string]*line
}

// line is where calls of one kind wait. After the pause they go one by one.
type line struct {
	waiting []*turn   // by number
	sending *turn     // one of them
	until   time.Time // when the pause that runs now ends; zero: none runs
}

// turn is a call's place in line.
type turn struct {
	number uint64        // in the order in which they came
	mine   chan struct{} // closed when it can be sent
}

// NewRateQueue returns an empty queue.
func NewRateQueue() *RateQueue { return &RateQueue{lines: make(map[string]*line)} }

// Do makes a call of a kind. While the service answers that it is too fast, it waits
// for as long as the service asks and makes it again, in its old place.
func (l *RateQueue) Do(ctx context.Context, kind string, send func(context.Context) (Limit, error)) error {
	me := l.join(kind)
	defer l.leave(kind, me)
	for {
		select {
		case <-me.mine:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !Sleep(ctx, l.pause()) {
			return ctx.Err()
		}
		limit, err := send(ctx)
		l.note(kind, me, limit)
		if !limit.Refused {
			return err
		}
	}
}

// pause is how long all kinds wait now.
func (l *RateQueue) pause() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.until)
}

// join takes a number. Where no line is, it is its turn at once.
func (l *RateQueue) join(kind string) *turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	me := &turn{number: l.last, mine: make(chan struct{})}
	if ln := l.lines[kind]; ln != nil {
		ln.waiting = append(ln.waiting, me)
	} else {
		close(me.mine)
	}
	return me
}

// note takes in what was answered to a call.
func (l *RateQueue) note(kind string, me *turn, limit Limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit.Pause = min(limit.Pause, MostPause)
	until := time.Now().Add(limit.Pause)
	switch {
	case limit.Global:
		if until.After(l.until) {
			l.until = until
		}
	case limit.Refused || limit.Pause > 0:
		ln := l.lines[kind]
		if ln == nil {
			ln = &line{}
			l.lines[kind] = ln
		}
		if limit.Refused {
			ln.back(me)
		}
		if until.After(ln.until) {
			ln.until = until
			time.AfterFunc(limit.Pause, func() { l.resume(kind, until) })
		}
	}
}

// back puts a call that was refused into the line, by its number.
func (ln *line) back(me *turn) {
	me.mine = make(chan struct{})
	if ln.sending == me {
		ln.sending = nil
		return
	}
	at, _ := slices.BinarySearchFunc(ln.waiting, me, func(a, b *turn) int { return cmp.Compare(a.number, b.number) })
	ln.waiting = slices.Insert(ln.waiting, at, me)
}

// resume ends a pause, unless a longer one has taken its place.
func (l *RateQueue) resume(kind string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ln := l.lines[kind]; ln != nil && ln.until.Equal(until) {
		ln.until = time.Time{}
		l.advance(kind, ln)
	}
}

// leave takes a call out of the line and lets the next one go.
func (l *RateQueue) leave(kind string, me *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.lines[kind]
	if ln == nil {
		return
	}
	ln.waiting = slices.DeleteFunc(ln.waiting, func(t *turn) bool { return t == me })
	if ln.sending == me {
		ln.sending = nil
	}
	l.advance(kind, ln)
}

// advance lets the first in line go, if no pause runs and none is being sent. A
// line that is empty is dropped.
func (l *RateQueue) advance(kind string, ln *line) {
	switch {
	case !ln.until.IsZero() || ln.sending != nil:
	case len(ln.waiting) == 0:
		delete(l.lines, kind)
	default:
		ln.sending = ln.waiting[0]
		close(ln.sending.mine)
	}
}

// Pauses between tries grow to this, and shrink to nothing only when a try has
// worked for a while.
const (
	firstPause = 250 * time.Millisecond
	mostPause  = 20 * time.Second
)

// MostPause is the longest pause that a service can ask for; more is a mistake somewhere, which
// must not silence the bot.
const MostPause = 15 * time.Minute

// Backoff is how long to wait before the next try: a little longer each time, and a
// little by chance. The zero value is for the first.
type Backoff struct{ next time.Duration }

// Wait waits, for at least that time but up to MostPause, and returns false if the context
// ends before.
func (b *Backoff) Wait(ctx context.Context, least time.Duration) bool {
	pause := max(b.next, firstPause)
	b.next = min(2*pause, mostPause)
	return Sleep(ctx, max(pause+rand.N(pause/4), min(least, MostPause)))
}

// Sleep waits, and returns false if the context ends before.
func Sleep(ctx context.Context, d time.Duration) bool {
	rest, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-rest.Done()
	return ctx.Err() == nil
}
