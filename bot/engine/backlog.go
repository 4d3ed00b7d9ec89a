package engine

import (
	"sync"

	"liveadmin/bot"
)

// How many changes of people's commands can be open at this instance, in all and of one
// caller. What the clock made (ends and reminders) never counts. A command of more groups
// than that is taken by itself.
const (
	mostOpen       = 200_000
	mostOpenCaller = 5_000
)

// load is how much is open.
type load struct{ entries, changes int }

// backlog counts the open changes of people's commands. It can be used by several
// goroutines.
type backlog struct {
	mu      sync.Mutex
	all     load
	callers map[string]*load
}

func newBacklog() *backlog { return &backlog{callers: make(map[string]*load)} }

// crowded is the error of a command that is one too many.
type crowded struct {
	load            // that is open
	yours bool      // of this caller, else in all
	e     bot.Entry // the command
}

func (*crowded) Error() string { return "too many changes are open" }

// take counts an entry, unless it is one too many: then it returns a *crowded.
func (l *backlog) take(e bot.Entry) error {
	if e.By() == bot.ClockRef {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var mine load
	if c := l.callers[e.Caller.Ref]; c != nil {
		mine = *c
	}
	switch n := len(e.Changes); {
	case mine.changes > 0 && mine.changes+n > mostOpenCaller:
		return &crowded{mine, true, e}
	case l.all.changes > 0 && l.all.changes+n > mostOpen:
		return &crowded{l.all, false, e}
	}
	l.count(e, 1, len(e.Changes))
	return nil
}

// add counts an entry that was taken up.
func (l *backlog) add(e bot.Entry) {
	open := 0
	for _, c := range e.Changes {
		if c.State != bot.Settled {
			open++
		}
	}
	l.change(e, 1, open)
}

// settled counts one change less, and drop an entry with what is left of it.
func (l *backlog) settled(e bot.Entry)        { l.change(e, 0, -1) }
func (l *backlog) drop(e bot.Entry, left int) { l.change(e, -1, -left) }

func (l *backlog) change(e bot.Entry, entries, changes int) {
	if e.By() == bot.ClockRef {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count(e, entries, changes)
}

func (l *backlog) count(e bot.Entry, entries, changes int) {
	c := l.callers[e.Caller.Ref]
	if c == nil {
		c = new(load)
		l.callers[e.Caller.Ref] = c
	}
	for _, c := range []*load{&l.all, c} {
		c.entries += entries
		c.changes += changes
	}
	if *c == (load{}) {
		delete(l.callers, e.Caller.Ref)
	}
}
