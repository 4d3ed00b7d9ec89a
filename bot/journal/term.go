package journal

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"liveadmin/bot"
)

// term is a time for which what this instance carries is its own: from one lease
// to its end. That of the owner of a file never ends.
type term struct {
	owner string // the name under which it owns entries, never used again
	ctx   context.Context
	end   context.CancelFunc

	mu       sync.Mutex
	accepted map[int64]bool // open entries accepted in it; true: the caller has said that it carries them
	deciding map[int64]int  // how many decisions about a request are being written
}

func newTerm() *term {
	t := &term{owner: rand.Text(), accepted: make(map[int64]bool), deciding: make(map[int64]int)}
	t.ctx, t.end = context.WithCancel(context.Background())
	return t
}

// take returns true to the first caller alone, of all that may have accepted an entry.
func (t *term) take(number int64) (first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, taken := t.accepted[number]
	if !taken {
		t.accepted[number] = false
	}
	return !taken
}

// decides keeps a request from being claimed while a decision about it is written, until the
// returned function is called. One that was made is then an entry that was accepted.
func (t *term) decides(number int64) (written func(made bool)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deciding[number]++
	return func(made bool) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.deciding[number]--; t.deciding[number] == 0 {
			delete(t.deciding, number)
		}
		if made {
			t.accepted[number] = false
		}
	}
}

// forget drops an entry that is closed, or that nobody carries any more.
func (t *term) forget(number int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.accepted, number)
}

// kept returns the entries that are not to be claimed: those carried and, unless
// this is the first claim, those accepted that the caller cannot have on its list
// yet.
func (t *term) kept(carried []int64, first bool) []int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := append([]int64{}, carried...)
	for _, number := range carried {
		if _, ok := t.accepted[number]; ok {
			t.accepted[number] = true
		}
	}
	for number, seen := range t.accepted {
		switch {
		case first:
			t.accepted[number] = true
		case !seen:
			kept = append(kept, number)
		}
	}
	for number := range t.deciding {
		kept = append(kept, number)
	}
	return kept
}

// terms are the terms of an instance, one after the other.
type terms struct {
	endless bool // the owner of a file needs no lease

	clocks func() instant

	mu      sync.Mutex
	current *term
	until   instant // when the current one ends unless it is extended; zero: it has not begun
}

// instant is a moment by two clocks: by one that is never set, but does not count the time
// for which the machine was suspended, and by the wall clock. Of an end, the first of the
// two counts: a lease has run out on the server while its holder was suspended.
type instant struct{ steady, wall time.Time }

// readClocks is the moment that it is.
func readClocks() instant {
	now := time.Now()
	return instant{steady: now, wall: now.Round(0)} // Round drops the steady reading
}

func (i instant) add(d time.Duration) instant { return instant{i.steady.Add(d), i.wall.Add(d)} }

// left is how long it is until another instant, by the clock that says less.
func (i instant) left(until instant) time.Duration {
	return min(until.steady.Sub(i.steady), until.wall.Sub(i.wall))
}

// now returns the current term or, between two, the coming one.
func (t *terms) now() *term {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current
}

// held reports whether the current term has begun and goes on.
func (t *terms) held() bool {
	left, _ := t.left()
	return t.endless || left > 0
}

// left is how long the current term lasts unless it is extended; false if it has
// not begun.
func (t *terms) left() (time.Duration, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clocks().left(t.until), t.until != instant{}
}

// extend begins the current term or lets it go on. It reports false if that comes
// too late.
func (t *terms) extend(until instant) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clocks()
	if now.left(until) <= 0 || t.until != (instant{}) && now.left(t.until) <= 0 {
		return false
	}
	t.until = until
	return true
}

// next ends the current term. The term after it has not begun.
func (t *terms) next() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current.end()
	t.current, t.until = newTerm(), instant{}
}

// begun returns the current term when it has begun. It fails if that takes too long, or
// if the term ends meanwhile.
func (j *Journal) begun(ctx context.Context) (*term, error) {
	t := j.terms.now()
	limited, cancel := context.WithTimeout(ctx, passes)
	defer cancel()
	for n := 1; ; n++ {
		err := j.Held()
		switch {
		case t.ctx.Err() != nil:
			return nil, fmt.Errorf("this instance has just lost its lease: %w", bot.ErrLost)
		case err == nil:
			return t, nil
		case !pause(limited, n):
			return nil, err
		}
	}
}

// Term returns a context that ends when this instance must leave what it carries;
// between two terms, that of the coming one. A file has one instance: there it
// never ends.
func (j *Journal) Term() context.Context { return j.terms.now().ctx }

// Shared reports whether other instances were alive when this one last renewed its lease. It
// costs nothing.
func (j *Journal) Shared() bool { return j.lease != nil && j.lease.others.Load() }

// Held returns nil while this instance may still send something to the outside
// about what it carries, else an error that wraps bot.ErrLost. Ask right before
// sending: it costs nothing.
func (j *Journal) Held() error {
	if j.terms.held() {
		return nil
	}
	return fmt.Errorf("this instance's lease has run out: %w", bot.ErrLost)
}
