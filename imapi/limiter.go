package imapi

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// window is what a rate limit counts in. A call counts a hundredth longer than that after
// it left, as room for the uneven time that requests take on their way.
const (
	window  = time.Second
	counted = window * 100 / 99
)

// limiter lets calls leave evenly, in the order of its queue, and never more than its
// quota in any window of time.
//
// A call that has its turn is counted until a window (and a hundredth) after it left, so
// that what leaves late, after a stall or a slow connection, still leaves no window too
// full.
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

func newLimiter(limit int) *limiter {
	return &limiter{limit: limit, quota: limit, usual: limit}
}

// quotaOf is how many calls a second one of so many instances may send. All of them
// together send the limit, or less.
func quotaOf(limit, instances int) int {
	if instances <= 0 {
		return 0
	}
	return limit / instances
}

// wait returns the turn of a call that has been waiting since then; the turn must be
// ended. The error is the context's, and costs the others nothing.
func (l *limiter) wait(ctx context.Context, of line, since time.Time) (*turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := &turn{limiter: l, line: of, since: since, ready: make(chan struct{})}
	l.mu.Lock()
	l.queue.push(t)
	l.serve()
	l.mu.Unlock()
	select {
	case <-t.ready:
		return t, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	waited := l.queue.drop(t)
	l.mu.Unlock()
	if !waited {
		t.left() // the turn came at the same moment
	}
	return nil, ctx.Err()
}

// serve gives turns to those who are next, while there are any, and is called again
// when there is the next one. The lock is held.
func (l *limiter) serve() {
	for t := l.queue.next(); t != nil; t = l.queue.next() {
		if pause, ok := l.give(t); !ok {
			l.serveIn(pause)
			return
		}
		l.queue.pop()
		close(t.ready)
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

// give counts a turn from now on, or returns how long it has to wait; 0 is until a call
// ends or the quota changes. The lock is held.
func (l *limiter) give(t *turn) (pause time.Duration, ok bool) {
	now := time.Now()
	l.forget(now)
	excess := l.turns + len(l.past) - l.quota
	if excess >= len(l.past) {
		return 0, false // a call must leave first, or the quota grow
	}
	if excess >= 0 {
		return l.past[excess].Add(counted).Sub(now), false
	}
	due := l.last.Add(counted / time.Duration(l.quota))
	for _, earliest := range []time.Time{t.since, now.Add(-counted / mostBehind)} {
		if due.Before(earliest) {
			due = earliest
		}
	}
	if due.After(now) {
		return due.Sub(now), false
	}
	t.due, t.before = due, l.last
	l.last = due
	l.turns++
	return 0, true
}

// divide gives this instance its part of the limit. What is added to it counts as
// used right now: the others may have used it a moment ago.
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

// forget drops the calls that no longer count.
func (l *limiter) forget(now time.Time) {
	free := 0
	for free < len(l.past) && now.Sub(l.past[free]) >= counted {
		free++
	}
	l.past = l.past[free:]
}

// SetShare divides the rate limit among that many instances from now on, of which
// this client is one, and has that part of it, rounded down. With more instances than
// calls a second that is nothing, as with 0 or less: nothing is sent until it is called
// with another number; calls wait in the queue, and it costs nothing of their budgets.
//
// A smaller share holds at once, also for calls that already have their turn and
// are not yet being written. What a larger share adds can be used a second later,
// when it no longer adds to what the others sent of it before.
func (c *Client) SetShare(instances int) { c.limiter.divide(instances) }

// Spent counts this instance's part of the limit as used right now: what ran before it may have
// used it a moment ago.
func (c *Client) Spent() {
	l := c.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for range l.quota {
		l.past = append(l.past, now)
	}
	l.last = now.Add(counted)
}

// Busy reports whether a call waits for its turn, has it, or left within the last
// second. An instance that is not needs no share.
func (c *Client) Busy() bool {
	l := c.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(time.Now())
	return l.queue.next() != nil || l.turns > 0 || len(l.past) > 0
}

// Share is how many calls of one command can wait or be in flight at once: a
// tenth of this instance's calls a second, and at least one. While nothing may be
// sent it is what it was before.
func (c *Client) Share() int {
	c.limiter.mu.Lock()
	defer c.limiter.mu.Unlock()
	return max(1, c.limiter.usual/10)
}

// share is what one command has of the limit: so many calls waiting or in flight, of
// which a few are in the queue. Those are enough to use every turn that is free, and
// few enough for a call of the same caller's next command to be third in line at worst.
type share struct{ all, queued *semaphore.Weighted }

const mostQueued = 2

// For returns a client for the calls of one command. It has everything in common with c,
// but never more than Share calls of it wait or are in flight, and two of these are in
// the queue, where callers are served in turn: neither a large command nor a thousand
// small ones of one caller hold up another caller's. Urgent calls are served before
// others, up to three in a row while others wait.
func (c *Client) For(caller string, urgent bool) *Client {
	one := *c
	one.line = line{caller, urgent}
	one.share = &share{
		all: semaphore.NewWeighted(int64(c.Share())), queued: semaphore.NewWeighted(mostQueued),
	}
	return &one
}

// wait waits for room in the command's share and in its part of the queue, and then in
// the queue itself. The turn that it returns holds the room until it is ended.
func (s *share) wait(ctx context.Context, queue func() (*turn, error)) (*turn, error) {
	if s == nil {
		return queue()
	}
	if err := s.all.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	err := s.queued.Acquire(ctx, 1)
	if err == nil {
		defer s.queued.Release(1)
		var t *turn
		if t, err = queue(); err == nil {
			t.share = s
			return t, nil
		}
	}
	s.all.Release(1)
	return nil, err
}
