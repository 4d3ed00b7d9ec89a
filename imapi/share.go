package imapi

import (
	"context"

	"golang.org/x/sync/semaphore"
)

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
