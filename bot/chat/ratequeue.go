package chat

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Pauses between tries grow to this, and shrink to nothing only when a try has worked for a while.
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

// Limit is what a service says of how fast calls can follow. Pauses longer than MostPause are
// cut to it.
type Limit struct {
	Refused bool          // this one was too fast: it is made again
	Pause   time.Duration // before the next one of its kind; 0: none
	Global  bool          // the pause is for all kinds
}

// RateQueue keeps calls in order, each kind for itself, while a service asks to wait. A kind that
// is not slowed has no line: its calls go at once, in parallel. Make one with NewRateQueue.
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
	until   time.Time // when the pause ends
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
func (q *RateQueue) Do(ctx context.Context, kind string, send func(context.Context) (Limit, error)) error {
	me := q.join(kind)
	defer q.leave(kind, me)
	for {
		select {
		case <-me.mine:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !Sleep(ctx, q.pause()) {
			return ctx.Err()
		}
		limit, err := send(ctx)
		q.note(kind, me, limit)
		if !limit.Refused {
			return err
		}
	}
}

// pause is how long all kinds wait now.
func (q *RateQueue) pause() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return time.Until(q.until)
}

// join takes a number. Where no line is, it is its turn at once.
func (q *RateQueue) join(kind string) *turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	me := &turn{number: q.last, mine: make(chan struct{})}
	if ln := q.lines[kind]; ln != nil {
		ln.waiting = append(ln.waiting, me)
	} else {
		close(me.mine)
	}
	return me
}

// note takes in what was answered to a call. One that was refused gets its old place in line.
func (q *RateQueue) note(kind string, me *turn, limit Limit) {
	q.mu.Lock()
	defer q.mu.Unlock()
	pause := min(limit.Pause, MostPause)
	until := time.Now().Add(pause)
	if limit.Global {
		if until.After(q.until) {
			q.until = until
		}
		return
	}
	if !limit.Refused && pause <= 0 {
		return
	}
	ln := q.lines[kind]
	if ln == nil {
		ln = &line{}
		q.lines[kind] = ln
	}
	if limit.Refused {
		me.mine = make(chan struct{})
		if ln.sending == me {
			ln.sending = nil
		} else {
			ln.waiting = append(ln.waiting, me)
			slices.SortFunc(ln.waiting, func(a, b *turn) int { return cmp.Compare(a.number, b.number) })
		}
	}
	if !until.Before(ln.until) {
		ln.until = until
		time.AfterFunc(pause, func() {
			q.mu.Lock()
			defer q.mu.Unlock()
			q.advance(kind)
		})
	}
}

// leave takes a call out of the line and lets the next one go.
func (q *RateQueue) leave(kind string, me *turn) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if ln := q.lines[kind]; ln != nil {
		ln.waiting = slices.DeleteFunc(ln.waiting, func(t *turn) bool { return t == me })
		if ln.sending == me {
			ln.sending = nil
		}
	}
	q.advance(kind)
}

// advance lets the first in line go, unless a pause lasts or another call is being sent. A
// line that is empty is dropped.
func (q *RateQueue) advance(kind string) {
	ln := q.lines[kind]
	switch {
	case ln == nil || ln.sending != nil || time.Now().Before(ln.until):
	case len(ln.waiting) == 0:
		delete(q.lines, kind)
	default:
		ln.sending = ln.waiting[0]
		close(ln.sending.mine)
	}
}
