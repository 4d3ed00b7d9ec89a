package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"liveadmin/bot"
)

// job is an open entry, carried by this instance. Memory follows the work in hand: a
// change that waits is a place in its lane, and a job without work has no goroutine. When
// a lane gives a change its turn, a worker carries it from top to bottom (change.go); what
// there is to say is said by one goroutine for as long as there is something (post.go).
//
// A job ends with its context, and in no other way: when the entry is closed, is another
// instance's, or the work of the bot or its term is over.
type job struct {
	b        *Engine
	ctx      context.Context
	cancel   context.CancelFunc
	marks    marks
	resumed  bool          // taken up from the journal
	calls    Calls         // of the API, as this entry's caller
	room     int           // changes in work at once
	since    time.Time     // accepted or taken up here
	settled  chan struct{} // closed when every change is settled
	finished func()        // this process has nothing more to do for it

	running sync.WaitGroup // its goroutines

	mu      sync.Mutex
	entry   bot.Entry    // without its changes; of it, State and Root change
	changes []bot.Change // of a change, all but its group can change; a settled one has no plan or outcome
	left    int          // changes that are not settled
	begun   bool         // acknowledged: it may run
	over    bool         // nothing more is started
	ready   []int        // changes whose turn has come
	workers int

	telling bool // a goroutine writes the messages
	news    bool // there is more to say than it knows
	muted   bool // the messages are left to the next start

	// Of the goroutine that writes the messages.
	unmarked  bool  // the root is the acknowledgement, and not on record
	announced bool  // the root is complete
	shown     int   // left, when the root was written last
	told      bool  // the log has the line of its outcome
	unposted  error // why the root was given up
}

// groupsAtOnce is how many groups of a command are in work for each call that it can have
// waiting or in flight: enough that calls are ready to leave while the record, which each
// group writes between its calls, is slow for a moment.
const groupsAtOnce = 2

// enlist puts an entry's open changes into their lanes; none is carried before begin. The
// entry's changes are the job's from now on. It is carried until it is closed, or until
// the term ends in which it was accepted or taken up.
func (b *Engine) enlist(term context.Context, e bot.Entry, resumed bool) *job {
	// It must end before the next term can begin, which opens the gates again: a context
	// derived from the term is over at once, and no function called after it.
	ctx, cancel := context.WithCancel(term)
	j := &job{
		b: b, ctx: ctx, cancel: cancel, resumed: resumed, since: time.Now(),
		calls: b.api.For(e.By(), e.Command.Urgent()),
		room:  groupsAtOnce * b.api.Share(), settled: make(chan struct{}), finished: sync.OnceFunc(b.jobs.Done),
		entry: e, changes: e.Changes, told: e.State == bot.Done,
	}
	j.marks = marks{b.journal, j}
	j.entry.Changes = nil
	j.left = unsettled(e)
	if j.shown = j.left; j.left == 0 {
		close(j.settled)
	}
	b.carry(j)
	unbind := context.AfterFunc(b.work, cancel)
	context.AfterFunc(ctx, func() {
		unbind()
		j.end()
	})
	for i, c := range j.changes {
		if c.State == bot.Waiting || c.State == bot.Planned {
			b.lanes.enter(place{j, i})
		}
	}
	return j
}

// begin lets the work start: the entry is acknowledged. What rests is woken.
func (j *job) begin() {
	j.mu.Lock()
	j.begun = true
	for range j.ready {
		j.hire()
	}
	var resting []int
	for i, c := range j.changes {
		if c.State == bot.Resting {
			resting = append(resting, i)
		}
	}
	j.mu.Unlock()
	if len(resting) > 0 {
		j.start(func() { j.wake(resting...) })
	}
	j.tell()
}

// turn is called by a lane when a change may be carried. It reports false if it is not to
// be any more: the lane goes on.
func (j *job) turn(i int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.over || j.changes[i].State == bot.Resting {
		return false
	}
	j.ready = append(j.ready, i)
	j.hire()
	return true
}

// mostAtWork is how many workers all jobs have together at most, beyond the first of each
// and those of urgent ones. They wait for the record when the API is not what is slow.
const mostAtWork = 200

// hire starts a worker if the job has begun, a change is ready and there is room for one
// more.
func (j *job) hire() {
	if !j.begun || j.over || len(j.ready) == 0 || j.workers >= j.room {
		return
	}
	if j.workers > 0 && !j.entry.Command.Urgent() && j.b.workers.Load() >= mostAtWork {
		return
	}
	j.workers++
	j.b.workers.Add(1)
	j.running.Go(j.worker)
}

// worker carries changes whose turn has come until there is none.
func (j *job) worker() {
	for i, ok := j.next(); ok; i, ok = j.next() {
		j.carry(i)
	}
}

// next takes a change whose turn has come, or lets the worker go.
func (j *job) next() (i int, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.ready) == 0 || j.ctx.Err() != nil {
		j.workers--
		j.b.workers.Add(-1)
		return 0, false
	}
	i, j.ready = j.ready[0], j.ready[1:]
	j.hire() // there can be room that was not there before
	return i, true
}

// start runs something beside, unless the job is over.
func (j *job) start(f func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.over {
		j.running.Go(f)
	}
}

// end lets the entry be taken up anew when all that runs for it has ended.
func (j *job) end() {
	j.mu.Lock()
	j.over = true
	j.mu.Unlock()
	j.running.Wait()
	for _, i := range j.ready {
		j.b.lanes.leave(j.changes[i].Group)
	}
	j.b.leave(j)
	j.finished()
}

// head returns the entry without its changes: what its marks need.
func (j *job) head() bot.Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entry
}

// snapshot returns the entry with a copy of its changes.
func (j *job) snapshot() bot.Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.entry
	e.Changes = slices.Clone(j.changes)
	return e
}

// change returns a copy of one change.
func (j *job) change(i int) bot.Change {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changes[i]
}

// moved takes over how far a change is. What became of it is on record, and not kept.
func (j *job) moved(i int, s bot.ChangeState) {
	j.mu.Lock()
	c := &j.changes[i]
	c.State, c.Plan, c.Outcome = s, nil, nil
	if s == bot.Settled {
		if j.left--; j.left == 0 {
			j.entry.State = bot.Done
			close(j.settled)
		}
	}
	muted := j.muted && j.left == 0
	j.mu.Unlock()
	if s != bot.Settled {
		return
	}
	j.b.backlog.settled(j.head())
	if muted {
		j.finished()
	}
	j.tell()
}
