package bot

import (
	"context"
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
	accepting chan struct{} // held while an entry is being accepted
	last      chan struct{} // closed when the last change in the lane has left
	users     int
}

func newLanes() *lanes { return &lanes{lanes: make(map[imapi.GroupID]*lane)} }

// hold keeps other entries from being accepted on these groups, so that the
// order in the lanes is the order on record. Groups are held in one order, so
// that two holders cannot wait for each other.
func (l *lanes) hold(ctx context.Context, groups []imapi.GroupID) (release func(), err error) {
	groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	var held []imapi.GroupID
	release = func() {
		for _, g := range held {
			<-l.use(g, 0).accepting
			l.use(g, -1)
		}
	}
	for _, g := range groups {
		select {
		case l.use(g, +1).accepting <- struct{}{}:
			held = append(held, g)
		case <-ctx.Done():
			l.use(g, -1)
			release()
			return nil, ctx.Err()
		}
	}
	return release, nil
}

// enter puts a change at the end of a group's lane. turn is closed when all
// before it have left; leave must be called once.
func (l *lanes) enter(g imapi.GroupID) (turn <-chan struct{}, leave func()) {
	ln := l.use(g, +1)
	l.mu.Lock()
	defer l.mu.Unlock()
	before, mine := ln.last, make(chan struct{})
	ln.last = mine
	return before, func() {
		<-before
		close(mine)
		l.use(g, -1)
	}
}

// use finds a group's lane and counts who uses it; one that nobody uses is gone.
func (l *lanes) use(g imapi.GroupID, more int) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.lanes[g]
	if ln == nil {
		free := make(chan struct{})
		close(free)
		ln = &lane{accepting: make(chan struct{}, 1), last: free}
		l.lanes[g] = ln
	}
	if ln.users += more; ln.users == 0 {
		delete(l.lanes, g)
	}
	return ln
}
