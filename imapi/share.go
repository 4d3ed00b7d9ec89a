package imapi

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"
)

// window is what a rate limit counts in. A call counts a hundredth longer than that after
// it left, as room for the uneven time that requests take on their way.
const (
	window  = time.Second
	counted = window * 100 / 99
)

// quotaOf is how many calls a second one of so many instances may send. All of them
// together send the limit, or less.
func quotaOf(limit, instances int) int {
	if instances <= 0 {
		return 0
	}
	return limit / instances
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

// Busy reports whether a call waits for its turn, has it, or left within the last
// second. An instance that is not needs no share.
func (c *Client) Busy() bool { return c.limiter.busy() }

// Share is how many calls of one command can wait or be in flight at once: a
// tenth of this instance's calls a second, and at least one. While nothing may be
// sent it is what it was before.
func (c *Client) Share() int { return max(1, c.limiter.usually()/10) }

// share is what one command has of the limit: so many calls waiting or in flight, of
// which a few are in the queue. Those are enough to use every turn that is free, and
// few enough for a call of the same caller's next command to be next but two.
type share struct{ all, queued *semaphore.Weighted }

const mostQueued = 2

// For returns a client for the calls of one command. It has everything in common with c,
// but never more than Share calls of it wait or are in flight, and two of these are in
// the queue, where callers are served in turn: neither a large command nor a thousand
// small ones of one caller hold up another caller's. Urgent calls are served before
// others, three in a row at most while others wait.
func (c *Client) For(caller string, urgent bool) *Client {
	one := *c
	one.line = line{caller, urgent}
	one.share = &share{
		all: semaphore.NewWeighted(int64(c.Share())), queued: semaphore.NewWeighted(mostQueued),
	}
	return &one
}

// wait waits for a place in the command's share and among those that stand in the
// queue, and then in the queue itself. Without an error, release is to be called.
func (s *share) wait(ctx context.Context, queue func(context.Context) error) error {
	if s == nil {
		return queue(ctx)
	}
	if err := s.all.Acquire(ctx, 1); err != nil {
		return err
	}
	err := s.queued.Acquire(ctx, 1)
	if err == nil {
		err = queue(ctx)
		s.queued.Release(1)
	}
	if err != nil {
		s.release()
	}
	return err
}

func (s *share) release() {
	if s != nil {
		s.all.Release(1)
	}
}
