package chat

import (
	"context"
	"math/rand/v2"
	"time"
)

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
