package imapi

import (
	"slices"
	"time"
)

// line is whose call it is, as far as the order in the queue depends on it.
type line struct {
	caller string
	urgent bool
}

// waiter is a call that waits for its turn.
type waiter struct {
	line
	since time.Time
	turn  chan *place // has room for one
}

// queue holds the calls that wait. Callers are served in turn, each one's calls in the
// order in which they came. Urgent calls are first, but of four turns one is for the
// others if any of them wait.
type queue struct {
	urgent, others ring
	row            int // urgent calls served since the latest other one
}

// mostInARow is how many urgent calls are served while others wait.
const mostInARow = 3

func (q *queue) push(w *waiter) { q.ringOf(w).push(w) }

// drop takes out a call that no longer waits. It reports whether it was there.
func (q *queue) drop(w *waiter) bool { return q.ringOf(w).drop(w) }

// next returns the call that is to be served next, or nil.
func (q *queue) next() *waiter {
	if w := q.urgent.first(); w != nil && (q.row < mostInARow || q.others.first() == nil) {
		return w
	}
	return q.others.first()
}

// pop takes out the call that is next.
func (q *queue) pop() {
	w := q.next()
	q.row++
	if !w.urgent {
		q.row = 0
	}
	q.ringOf(w).pop()
}

func (q *queue) ringOf(w *waiter) *ring {
	if w.urgent {
		return &q.urgent
	}
	return &q.others
}

// ring is a queue for each caller. The callers stand in the order in which they are
// served.
type ring struct {
	callers []string
	calls   map[string][]*waiter
}

func (r *ring) first() *waiter {
	if len(r.callers) == 0 {
		return nil
	}
	return r.calls[r.callers[0]][0]
}

func (r *ring) push(w *waiter) {
	if r.calls == nil {
		r.calls = make(map[string][]*waiter)
	}
	if len(r.calls[w.caller]) == 0 {
		r.callers = append(r.callers, w.caller)
	}
	r.calls[w.caller] = append(r.calls[w.caller], w)
}

// pop takes out the first call; its caller goes to the end.
func (r *ring) pop() {
	w := r.first()
	r.drop(w)
	if len(r.calls[w.caller]) > 0 {
		r.callers = append(r.callers[1:], w.caller)
	}
}

func (r *ring) drop(w *waiter) bool {
	calls := r.calls[w.caller]
	i := slices.Index(calls, w)
	if i < 0 {
		return false
	}
	r.calls[w.caller] = slices.Delete(calls, i, i+1)
	if len(calls) == 1 {
		delete(r.calls, w.caller)
		r.callers = slices.DeleteFunc(r.callers, func(c string) bool { return c == w.caller })
	}
	return true
}
