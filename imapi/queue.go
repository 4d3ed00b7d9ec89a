package imapi

import "slices"

// line is whose call it is, as far as the order in the queue depends on it.
type line struct {
	caller string
	urgent bool
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

func (q *queue) push(t *turn) { q.ringOf(t).push(t) }

// drop takes out a call that no longer waits. It reports whether it was there.
func (q *queue) drop(t *turn) bool {
	r := *q.ringOf(t)
	i := slices.Index(r, t)
	if i < 0 {
		return false
	}
	for later := i + 1; later < len(r); later++ { // its caller's later calls move up
		if r[later].caller == t.caller {
			r[i], i = r[later], later
		}
	}
	*q.ringOf(t) = slices.Delete(r, i, i+1)
	return true
}

// next returns the call that is to be served next, or nil.
func (q *queue) next() *turn {
	if t := q.urgent.first(); t != nil && (q.row < mostInARow || q.others.first() == nil) {
		return t
	}
	return q.others.first()
}

// pop takes out the call that is next.
func (q *queue) pop() {
	t := q.next()
	q.row++
	if !t.urgent {
		q.row = 0
	}
	r := q.ringOf(t)
	*r = slices.Delete(*r, 0, 1)
}

func (q *queue) ringOf(t *turn) *ring {
	if t.urgent {
		return &q.urgent
	}
	return &q.others
}

// ring holds calls in the order in which they are served.
type ring []*turn

func (r ring) first() *turn {
	if len(r) == 0 {
		return nil
	}
	return r[0]
}

// push puts a call behind the latest one of its caller and behind one of every other
// caller.
func (r *ring) push(t *turn) {
	at := len(*r)
	for at > 0 && (*r)[at-1].caller != t.caller {
		at--
	}
	passed := make(map[string]bool)
	for at < len(*r) && !passed[(*r)[at].caller] {
		passed[(*r)[at].caller] = true
		at++
	}
	*r = slices.Insert(*r, at, t)
}
