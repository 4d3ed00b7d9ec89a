package imapi

import (
	"context"
	"sync"
	"time"
)

// limiter lets calls leave evenly, in the order of its queue, and never more than its
// quota in any window of time.
//
// A call that has its turn holds a place until a window (and a hundredth) after
// it left, so that what leaves late, after a stall or a slow connection, still
// leaves no window too full.
type limiter struct {
	limit int // calls a second of all instances together

	mu      sync.Mutex
	queue   queue
	timer   *time.Timer // serves the queue again; nil until it was needed
	quota   int         // calls a second of this instance
	usual   int         // the latest quota that was not 0
	turns   int         // calls that have their turn and have not left
	leaving int         // those of them that are being written
	past    []time.Time // when the latest calls left, the oldest first
	last    time.Time   // when the latest turn was due
}

// place is the right of one call to leave. The limiter's lock guards it.
type place struct {
	limiter *limiter
	due     time.Time // when this turn was due, and
	before  time.Time // the one before it
	leaving bool      // the call is being written, or has been
	over    bool      // the call has left, or never will
}

func newLimiter(limit int) *limiter {
	return &limiter{limit: limit, quota: quotaOf(limit, 1), usual: quotaOf(limit, 1)}
}

// wait returns when it is the turn of a call that has been waiting since then; the place
// must be ended. The error is the context's, and costs the others nothing.
func (l *limiter) wait(ctx context.Context, of line, since time.Time) (*place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &waiter{line: of, since: since, turn: make(chan *place, 1)}
	l.mu.Lock()
	l.queue.push(w)
	l.serve()
	l.mu.Unlock()
	select {
	case p := <-w.turn:
		return p, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	waited := l.queue.drop(w)
	l.mu.Unlock()
	if !waited {
		(<-w.turn).end()
	}
	return nil, ctx.Err()
}

// serve gives turns to those who are next, while there are any, and is called again
// when there is the next one. The lock is held.
func (l *limiter) serve() {
	for w := l.queue.next(); w != nil; w = l.queue.next() {
		p, pause := l.ask(w.since)
		if p == nil {
			l.serveIn(pause)
			return
		}
		l.queue.pop()
		w.turn <- p
	}
}

// serveIn serves the queue after a pause. 0 is never: what must happen before does it.
func (l *limiter) serveIn(pause time.Duration) {
	switch {
	case pause == 0:
	case l.timer != nil:
		l.timer.Reset(pause)
	default:
		l.timer = time.AfterFunc(pause, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.serve()
		})
	}
}

// mostBehind is how much of a window turns can be behind time and still be made up for,
// by calls that were waiting then: a machine that was busy elsewhere for a moment does
// not cost them anything, and no more than that leaves at once.
const mostBehind = 10

// ask returns a place for who is next, or how long it has to wait; 0 is until a call
// ends or the quota changes. The lock is held.
func (l *limiter) ask(since time.Time) (*place, time.Duration) {
	now := time.Now()
	l.forget(now)
	excess := l.turns + len(l.past) - l.quota
	if excess >= len(l.past) {
		return nil, 0 // a call must leave first, or the quota grow
	}
	if excess >= 0 {
		return nil, l.past[excess].Add(counted).Sub(now)
	}
	due := l.last.Add(counted / time.Duration(l.quota))
	for _, earliest := range []time.Time{since, now.Add(-counted / mostBehind)} {
		if due.Before(earliest) {
			due = earliest
		}
	}
	if due.After(now) {
		return nil, due.Sub(now)
	}
	p := &place{limiter: l, due: due, before: l.last}
	l.last = due
	l.turns++
	return p, 0
}

// leave is asked when the call is about to be written. It reports false if a
// quota that became smaller has taken the place back, or if the place was used for
// a connection that then did not take the call.
func (p *place) leave() bool {
	l := p.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(time.Now())
	if p.leaving || p.over || l.leaving+len(l.past) >= l.quota {
		return false
	}
	p.leaving = true
	l.leaving++
	return true
}

// end notes that the call has been written, or that nothing more will be written
// of it. A place that was not used is free again at once.
func (p *place) end() {
	l := p.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.over {
		return
	}
	p.over = true
	l.turns--
	switch {
	case p.leaving:
		l.leaving--
		l.past = append(l.past, time.Now())
	case l.last.Equal(p.due): // nobody had a turn since
		l.last = p.before
	}
	l.serve()
}

// divide gives this instance its part of the limit. What is added to it counts as
// used just now: the others may have used it a moment ago.
func (l *limiter) divide(instances int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := quotaOf(l.limit, instances)
	now := time.Now()
	for range q - l.quota {
		l.past = append(l.past, now)
	}
	if l.quota == 0 {
		l.last = now.Add(counted) // when the first of them is free: nothing is behind time yet
	}
	l.quota = q
	if q > 0 {
		l.usual = q
	}
	l.serve()
}

// usually is the quota, or what it was before it became 0.
func (l *limiter) usually() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.usual
}

func (l *limiter) busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(time.Now())
	return l.queue.next() != nil || l.turns > 0 || len(l.past) > 0
}

// forget drops the calls whose places are free again.
func (l *limiter) forget(now time.Time) {
	free := 0
	for free < len(l.past) && now.Sub(l.past[free]) >= counted {
		free++
	}
	l.past = l.past[free:]
}
