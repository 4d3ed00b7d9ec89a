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

func (l load) plus(entries, changes int) load { return load{l.entries + entries, l.changes + changes} }

// backlog counts the open changes of people's commands. It can be used by several
// goroutines.
type backlog struct {
	mu      sync.Mutex
	all     load
	callers map[string]load
}

func newBacklog() *backlog { return &backlog{callers: make(map[string]load)} }

// crowded is the error of a command that is one too many.
type crowded struct {
	load       // that is open
	yours bool // of this caller, else in all
}

func (*crowded) Error() string { return "too many changes are open" }

// take counts an entry, unless it is one too many: then it returns a *crowded.
func (l *backlog) take(e bot.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine, n := l.callers[e.By()], len(e.Changes)
	switch {
	case e.By() == bot.ClockRef:
	case mine.changes > 0 && mine.changes+n > mostOpenCaller:
		return &crowded{mine, true}
	case l.all.changes > 0 && l.all.changes+n > mostOpen:
		return &crowded{l.all, false}
	}
	l.add(e, 1, n)
	return nil
}

// count counts more or, with negative numbers, less of an entry.
func (l *backlog) count(e bot.Entry, entries, changes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(e, entries, changes)
}

func (l *backlog) add(e bot.Entry, entries, changes int) {
	who := e.By()
	if who == bot.ClockRef {
		return
	}
	l.all, l.callers[who] = l.all.plus(entries, changes), l.callers[who].plus(entries, changes)
	if l.callers[who] == (load{}) {
		delete(l.callers, who)
	}
}
