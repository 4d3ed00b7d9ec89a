package journal

import (
	"context"
	"slices"
	"sync"
)

// markTurn: of so many writes that are taken from a line one is a mark, if one waits.
// The others are deliveries, because somebody waits for their acknowledgement; but work
// goes on however many deliveries come.
const markTurn = 10

// line is what waits to be written.
type line struct {
	mu                sync.Mutex
	deliveries, marks []*write // oldest first
	taken             int
}

// join adds a write at the end. l.mu must be held, as for next.
func (l *line) join(w *write, delivery bool) {
	if delivery {
		l.deliveries = append(l.deliveries, w)
	} else {
		l.marks = append(l.marks, w)
	}
}

// next takes the next write, or returns nil if none waits.
func (l *line) next() *write {
	from := &l.deliveries
	if len(l.deliveries) == 0 || len(l.marks) > 0 && l.taken%markTurn == markTurn-1 {
		from = &l.marks
	}
	if len(*from) == 0 {
		return nil
	}
	l.taken++
	w := (*from)[0]
	*from = slices.Delete(*from, 0, 1)
	return w
}

// withdraw takes out a write that still waits. It returns false if it was taken.
func (l *line) withdraw(w *write) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, waiting := range []*[]*write{&l.deliveries, &l.marks} {
		if i := slices.Index(*waiting, w); i >= 0 {
			*waiting = slices.Delete(*waiting, i, i+1)
			return true
		}
	}
	return false
}

// waiting is how many writes wait.
func (l *line) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.deliveries) + len(l.marks)
}

// places are the connections that write to a server. They can be used by several
// goroutines.
type places struct {
	line
	free int
}

// enter waits for a connection.
func (p *places) enter(ctx context.Context, delivery bool) error {
	w := &write{done: make(chan struct{})}
	p.mu.Lock()
	if p.free > 0 {
		p.free--
		close(w.done)
	} else {
		p.join(w, delivery)
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
