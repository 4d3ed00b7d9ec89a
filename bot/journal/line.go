package journal

import (
	"context"
	"slices"
	"sync"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
)

// rank is what comes before what: the lowest first.
type rank int

const (
	onTime  rank = iota // what the clock asks: expirations and reminders
	awaited             // someone waits for its acknowledgement
	work                // marks of other entries
	ranks
)

// rankOf is the rank of an entry's marks.
func rankOf(e bot.Entry) rank {
	if e.Command.Verb == commands.End || e.Command.Verb == commands.Remind {
		return onTime
	}
	return work
}

// markTurn: of so many writes that are taken from a line one is a mark, if one waits, so
// that work goes on however many deliveries come.
const markTurn = 10

// line is what waits to be written.
type line struct {
	mu    sync.Mutex
	waits [ranks][]*write // oldest first
	taken int
	calm  chan struct{} // closed when no delivery waits any more; nil: no one asked
}

// join adds a write at the end of its rank. l.mu must be held, as for next.
func (l *line) join(w *write, r rank) { l.waits[r] = append(l.waits[r], w) }

// next takes the next write, or returns nil if none waits.
func (l *line) next() *write {
	first := onTime
	for first < work && len(l.waits[first]) == 0 {
		first++
	}
	if first == awaited && len(l.waits[work]) > 0 && l.taken%markTurn == markTurn-1 {
		first = work
	}
	from := &l.waits[first]
	if len(*from) == 0 {
		return nil
	}
	l.taken++
	w := (*from)[0]
	(*from)[0] = nil
	*from = (*from)[1:]
	l.calmed()
	return w
}

// calmed ends the waiting for calm, if no delivery waits.
func (l *line) calmed() {
	if l.calm != nil && len(l.waits[awaited]) == 0 {
		close(l.calm)
		l.calm = nil
	}
}

// calmTime is how long work waits for deliveries before it begins.
const calmTime = time.Second

// waitForCalm waits until no delivery waits, but not long.
func (l *line) waitForCalm(ctx context.Context) {
	l.mu.Lock()
	if len(l.waits[awaited]) == 0 {
		l.mu.Unlock()
		return
	}
	if l.calm == nil {
		l.calm = make(chan struct{})
	}
	calm := l.calm
	l.mu.Unlock()
	select {
	case <-calm:
	case <-time.After(calmTime):
	case <-ctx.Done():
	}
}

// withdraw takes out a write that still waits. It returns false if it was taken.
func (l *line) withdraw(w *write) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for r, waiting := range l.waits {
		if i := slices.Index(waiting, w); i >= 0 {
			l.waits[r] = slices.Delete(waiting, i, i+1)
			l.calmed()
			return true
		}
	}
	return false
}

// waiting is how many writes wait.
func (l *line) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count()
}

// count is waiting where l.mu is held.
func (l *line) count() (n int) {
	for _, waiting := range l.waits {
		n += len(waiting)
	}
	return n
}

// places are the connections that write to a server. They can be used by several
// goroutines.
type places struct {
	line
	free int
}

// enter waits for a connection.
func (p *places) enter(ctx context.Context, r rank) error {
	w := &write{done: make(chan struct{})}
	p.mu.Lock()
	if p.free > 0 {
		p.free--
		close(w.done)
	} else {
		p.join(w, r)
	}
	p.mu.Unlock()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		if !p.withdraw(w) {
			p.leave()
		}
		return ctx.Err()
	}
}

// leave gives a connection to the next who waits.
func (p *places) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.next(); w != nil {
		close(w.done)
	} else {
		p.free++
	}
}
