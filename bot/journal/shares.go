package journal

// share is how the rate limit of the API is divided: what an instance has of it, and
// what it needs.
type share struct {
	limit int                 // calls a second of all instances together
	set   func(instances int) // takes the part that this instance has from now on
	busy  func() bool         // reports whether it has calls to send
}

// An instance's divisor, in use and on record, says which part of the limit it has: above
// 0, limit/divisor calls a second, rounded down; 0, none. Below 0 it has none and waits
// for a part: those with -1 are the first in that line, then -2, and so on.

// divide returns the divisor that an instance has next, of those on record of the other
// living instances. has is its own now. fewer says that for a whole lease there have been
// fewer instances than that; long, that it has had its part for a whole lease.
//
// A part is taken only while all parts on record leave that much of the limit; all look
// and take in turn, so they never exceed it. A smaller part can be used at once; then
// others find room. With more instances than calls a second, a part is one call, and only
// who has something to send takes one: it is given up to one that waits once nothing is
// left to send, or after a lease.
func (s share) divide(has int, others []int64, fewer, long bool) int {
	instances := 1 + len(others)
	crowded := instances > s.limit
	fair := min(instances, s.limit)
	free, ahead, last := s.limit, 0, 0
	for _, divisor := range others {
		other := int(divisor)
		switch {
		case other > 0:
			free -= s.limit / other
		case other < 0 && (has >= 0 || other > has):
			ahead++
		}
		last = min(last, other)
	}
	room := free >= s.limit/fair*(1+ahead)
	switch {
	case has > 0 && crowded && last < 0 && (long || !s.busy()):
		return 0
	case has > 0 && (fair > has || fair < has && fewer && free >= s.limit/fair):
		return fair
	case has > 0:
		return has
	case crowded && !s.busy():
		return 0
	case room:
		return fair
	case has < 0:
		return has
	}
	return last - 1
}
