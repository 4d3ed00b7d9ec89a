package engine

import (
	"slices"
	"sync"

	"liveadmin/imapi"
)

// lanes let one change at a time work on a group, in the order of the entries.
// A change that waits is no more than a place in its lane.
type lanes struct {
	mu    sync.Mutex
	lanes map[imapi.GroupID]*lane
}

type lane struct {
	working bool    // a change has the turn
	waiting []place // by the numbers of their entries
}

// place is the nth change of a job.
type place struct {
	job *job
	nth int
}

func newLanes() *lanes { return &lanes{lanes: make(map[imapi.GroupID]*lane)} }

// enter puts a change into its group's lane, before those of later entries that wait
// there: what is taken over from another instance can be older. The lane calls the job's
// turn when all before it have left, which can be at once.
func (l *lanes) enter(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := p.group()
	ln := l.at(g)
	at := len(ln.waiting)
	for at > 0 && ln.waiting[at-1].order() > p.order() {
		at--
	}
	ln.waiting = slices.Insert(ln.waiting, at, p)
	l.advance(g, ln)
}

// leave gives the turn of a group to the next change.
func (l *lanes) leave(g imapi.GroupID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.at(g)
	ln.working = false
	l.advance(g, ln)
}

// withdraw takes a change that waits out of its lane.
func (l *lanes) withdraw(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := p.group()
	ln := l.at(g)
	ln.waiting = slices.DeleteFunc(ln.waiting, func(other place) bool { return other == p })
	l.tidy(g, ln)
}

// advance gives the turn to the first change that takes it, if none has it. Those of a job
// that is over do not.
func (l *lanes) advance(g imapi.GroupID, ln *lane) {
	for !ln.working && len(ln.waiting) > 0 {
		first := ln.waiting[0]
		ln.waiting[0] = place{} // the job can be forgotten
		ln.waiting = ln.waiting[1:]
		ln.working = first.job.turn(first.nth)
	}
	l.tidy(g, ln)
}

// at finds a group's lane, or makes one. The lanes are locked.
func (l *lanes) at(g imapi.GroupID) *lane {
	ln := l.lanes[g]
	if ln == nil {
		ln = &lane{}
		l.lanes[g] = ln
	}
	return ln
}

// tidy forgets a lane that nobody uses.
func (l *lanes) tidy(g imapi.GroupID, ln *lane) {
	if !ln.working && len(ln.waiting) == 0 {
		delete(l.lanes, g)
	}
}

func (p place) group() imapi.GroupID { return p.job.changes[p.nth].Group }
func (p place) order() int64         { return p.job.order }
