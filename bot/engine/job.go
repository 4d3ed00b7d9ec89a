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
// a lane gives a change its turn, a worker carries it from top to bottom (carry.go); one
// goroutine writes the messages for as long as there is something to say (post.go).
//
// A job ends with its context, and in no other way: when the entry is closed, is another
// instance's, or the work of the bot or its term is over.
type job struct {
	b        *Engine
	ctx      context.Context
	cancel   context.CancelFunc
	marks    marks
	calls    Calls         // of the API, as this entry's caller
	room     int           // changes in work at once
	since    time.Time     // accepted or taken up here
	order    int64         // of its changes among those of others, read by their lanes
	settled  chan struct{} // closed when every change is settled
	finished func()        // this process has nothing more to do for it

	running sync.WaitGroup // its goroutines

	mu      sync.Mutex
	entry   bot.Entry    // without its changes; of it, State, Root and Under change
	changes []bot.Change // of a change, all but its group can change; a settled one has no plan or outcome
	left    int          // changes that are not settled
	begun   bool         // acknowledged: it may run
	ready   []int        // changes whose turn has come
	workers int

	writing bool // a goroutine writes the messages
	news    bool // there is more to say than it knows
	muted   bool // the messages are left to the next start

	// Of the goroutine that writes the messages.
	announced bool  // the root is complete
	unposted  error // why the root was given up
	shown     int   // left, when the root was written last
	logged    bool  // the log has the line of its outcome
	amended   bool  // the message of the request that was approved says so
}

// groupsAtOnce is how many groups of a command are in work for each call that it can have
// waiting or in flight: enough that calls are ready to leave while the record, which each
// group writes between its calls, is slow for a moment.
const groupsAtOnce = 2

// mostAtWork is how many workers all jobs have together at most, beyond the first of each
// and those of urgent ones. They wait for the record when the API is not what is slow.
const mostAtWork = 200

// enlist puts an entry's open changes into their lanes; none is carried before begin. The
// entry's changes are the job's from now on. It is carried until it is closed, or until
// the term ends in which it was accepted or taken up.
func (b *Engine) enlist(term context.Context, e bot.Entry) *job {
	// It must end before the next term can begin, which opens the gates again: a context
	// derived from the term is over at once, and no function called after it.
	ctx, end := context.WithCancelCause(term)
	j := &job{
		b: b, ctx: ctx, cancel: func() { end(nil) }, since: time.Now(), calls: b.api.For(e.By(), e.Command.Urgent()),
		room: groupsAtOnce * b.api.Share(), settled: make(chan struct{}), finished: sync.OnceFunc(b.jobs.Done),
		entry: e, order: e.Order(), changes: e.Changes, left: unsettled(e), shown: unsettled(e), logged: e.State == bot.Done,
	}
	j.marks = marks{b.journal, j}
	j.entry.Changes = nil
	if j.left == 0 {
		close(j.settled)
	}
	b.jobs.Add(1)
	b.mu.Lock()
	b.open[e.Number] = j
	b.mu.Unlock()
	unbind := context.AfterFunc(b.work, func() { end(bot.ErrStopped) })
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

// end lets the entry be taken up anew when all that runs for it has ended.
func (j *job) end() {
	e := j.head() // when the lock was free, what was about to start has started: nothing does any more
	j.running.Wait()
	for _, i := range j.ready {
		j.b.lanes.leave(j.changes[i].Group)
	}
	j.b.backlog.count(e, -1, -j.left)
	j.b.mu.Lock()
	if j.b.open[e.Number] == j { // else it was taken up anew
		delete(j.b.open, e.Number)
	}
	j.b.mu.Unlock()
	j.finished()
}

// start runs something beside, unless the job is over.
func (j *job) start(f func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ctx.Err() == nil {
		j.running.Go(f)
	}
}

// turn is called by a lane when a change may be carried. It reports false if it is not to
// be any more: the lane goes on.
func (j *job) turn(i int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ctx.Err() != nil || j.changes[i].State == bot.Resting {
		return false
	}
	j.ready = append(j.ready, i)
	j.hire()
	return true
}

// hire starts a worker if the job has begun, a change is ready and there is room for one
// more.
func (j *job) hire() {
	if !j.begun || j.ctx.Err() != nil || len(j.ready) == 0 || j.workers >= j.room {
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
	j.mu.Lock()
	for len(j.ready) > 0 && j.ctx.Err() == nil {
		i := j.ready[0]
		j.ready = j.ready[1:]
		j.hire() // there can be room that was not there before
		j.mu.Unlock()
		j.carry(i)
		j.mu.Lock()
	}
	j.workers--
	j.mu.Unlock()
	j.b.workers.Add(-1)
}

// resumed reports whether the entry was taken up from the journal.
func (j *job) resumed() bool { return j.entry.Attempt > 1 }

// age is how long ago the entry was accepted or, of a request, decided.
func (j *job) age() time.Duration { return j.b.now().Sub(j.entry.Begun) }

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

// moved notes how far a change is.
func (j *job) moved(i int, s bot.ChangeState) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.move(i, s)
}

// move does that under the job's lock. What became of a change is on record, and not kept.
func (j *job) move(i int, s bot.ChangeState) {
	c := &j.changes[i]
	c.State, c.Plan, c.Outcome = s, nil, nil
}

// settle notes that a change is settled and, at once, that the entry is done if it was the last:
// what is said of work in progress knows no outcomes.
func (j *job) settle(i int) {
	j.b.backlog.count(j.head(), 0, -1)
	j.mu.Lock()
	j.move(i, bot.Settled)
	if j.left--; j.left == 0 {
		j.entry.State = bot.Done
		close(j.settled)
		defer j.b.show(j.entry.Number)
	}
	j.mu.Unlock()
	j.notify()
}
