package bot

import (
	"slices"
	"sync"

	"liveadmin/imapi"
)

// lanes let one change at a time work on a group, in the order in which the
// entries were accepted.
type lanes struct {
	mu    sync.Mutex
	lanes map[imapi.GroupID]*lane
}

type lane struct {
	working *place
	waiting []*place // by number
	users   int
}

// place is where a change stands in a lane.
type place struct {
	number int64         // of its entry
	turn   chan struct{} // closed when its turn has come
	leave  func()        // takes it out of the lane; it can be repeated
}

func newLanes() *lanes { return &lanes{lanes: make(map[imapi.GroupID]*lane)} }

// enter puts a change into a group's lane, before those of later entries that wait
// there: what is taken over from another instance can be older.
func (l *lanes) enter(g imapi.GroupID, number int64) *place {
	ln := l.use(g, +1)
	p := &place{number: number, turn: make(chan struct{})}
	p.leave = sync.OnceFunc(func() {
		l.mu.Lock()
		ln.remove(p)
		ln.advance()
		l.mu.Unlock()
		l.use(g, -1)
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.IndexFunc(ln.waiting, func(other *place) bool { return other.number > number })
	if at < 0 {
		at = len(ln.waiting)
	}
	ln.waiting = slices.Insert(ln.waiting, at, p)
	ln.advance()
	return p
}

func (ln *lane) remove(p *place) {
	if ln.working == p {
		ln.working = nil
	}
	ln.waiting = slices.DeleteFunc(ln.waiting, func(other *place) bool { return other == p })
}

// advance gives the turn to the first who waits, if nobody has it.
func (ln *lane) advance() {
	if ln.working == nil && len(ln.waiting) > 0 {
		ln.working, ln.waiting = ln.waiting[0], ln.waiting[1:]
		close(ln.working.turn)
	}
}

// use finds a group's lane and counts who uses it; one that nobody uses is gone.
func (l *lanes) use(g imapi.GroupID, more int) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.lanes[g]
	if ln == nil {
		ln = &lane{}
		l.lanes[g] = ln
	}
	if ln.users += more; ln.users == 0 {
		delete(l.lanes, g)
	}
	return ln
}
