package discord

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limit is what an answer says of how fast calls of its kind can follow.
type limit struct {
	refused bool          // this one was too fast (429): call again
	pause   time.Duration // before the next one; 0: none
	global  bool          // for all calls, not only of its kind
}

func limitOf(h http.Header, refused *apiError) limit {
	if refused != nil && refused.Status == http.StatusTooManyRequests {
		return limit{refused: true, pause: refused.RetryAfter, global: refused.Global}
	}
	if h.Get("X-RateLimit-Remaining") != "0" {
		return limit{}
	}
	after, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if err != nil {
		return limit{}
	}
	return limit{pause: seconds(after)}
}

// pace keeps calls as slow as Discord asks, each kind for itself. A kind that Discord
// does not slow has no line: its calls go at once, side by side.
type pace struct {
	mu    sync.Mutex
	until time.Time // for all
	lines map[string]*line
}

// line is where calls of one kind wait. After the pause they go one by one.
type line struct {
	turn  chan struct{} // held by the one that goes next
	until time.Time
	in    int // calls under way
	queue int // of these, how many wait or hold the turn
}

func newPace() *pace { return &pace{lines: make(map[string]*line)} }

// do makes a call of a kind, and repeats it while it is too fast.
func (p *pace) do(ctx context.Context, kind string, send func(context.Context) (limit, error)) error {
	ln, queued := p.enter(kind)
	defer func() { p.leave(kind, ln, queued) }()
	if queued {
		if err := ln.take(ctx); err != nil {
			return err
		}
		defer ln.free()
	}
	for {
		if !sleep(ctx, p.pause(ln)) {
			return ctx.Err()
		}
		l, err := send(ctx)
		p.note(ln, l)
		if !l.refused {
			return err
		}
		if !queued {
			queued = p.join(ln)
			if err := ln.take(ctx); err != nil {
				return err
			}
			defer ln.free()
		}
	}
}

func (l *line) take(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *line) free() { <-l.turn }

// enter tells whether the call has to wait for its turn.
func (p *pace) enter(kind string) (ln *line, queued bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ln = p.lines[kind]
	if ln == nil {
		ln = &line{turn: make(chan struct{}, 1)}
		p.lines[kind] = ln
	}
	ln.in++
	if ln.queue > 0 || time.Now().Before(ln.until) {
		ln.queue++
		return ln, true
	}
	return ln, false
}

func (p *pace) join(ln *line) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	ln.queue++
	return true
}

// leave forgets a line that nobody is in and that is not to be waited in.
func (p *pace) leave(kind string, ln *line, queued bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ln.in--
	if queued {
		ln.queue--
	}
	rest := time.Until(ln.until)
	switch {
	case ln.in > 0 || p.lines[kind] != ln:
	case rest <= 0:
		delete(p.lines, kind)
	default:
		ln.in++
		time.AfterFunc(rest, func() { p.leave(kind, ln, false) })
	}
}

// pause is how long to wait now.
func (p *pace) pause(ln *line) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(time.Until(ln.until), time.Until(p.until), 0)
}

func (p *pace) note(ln *line, l limit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	until := &ln.until
	if l.global {
		until = &p.until
	}
	if end := time.Now().Add(l.pause); l.pause > 0 && end.After(*until) {
		*until = end
	}
}
