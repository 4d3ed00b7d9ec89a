package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"liveadmin/bot"
	"liveadmin/commands/change"
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
	resumed  bool           // taken up from the journal
	runner   *change.Runner // calls the API as this entry's caller
	room     int            // changes in work at once
	since    time.Time      // accepted or taken up here
	settled  chan struct{}  // closed when every change is settled
	finished func()         // this process has nothing more to do for it

	running sync.WaitGroup // its goroutines
	rooting sync.Mutex     // held while the acknowledgement is marked, which is before the root is complete

	mu      sync.Mutex
	entry   bot.Entry    // without its changes; of it, State and Root change
	changes []bot.Change // of a change, all but its group can change; a settled one has no plan or outcome
	left    int          // changes that are not settled
	begun   bool         // acknowledged: it may run
	over    bool         // nothing more is started
	ready   []int        // changes whose turn has come
	workers int

	announced bool  // the root is complete
	telling   bool  // a goroutine writes the messages
	news      bool  // there is more to say than it knows
	muted     bool  // the messages are left to the next start
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
	// Its end must be felt before the next term can begin, which opens the gates again:
	// a context derived from it is over at once, and no function called after it.
	ctx, cancel := context.WithCancel(term)
	j := &job{
		b: b, ctx: ctx, cancel: cancel, resumed: resumed, since: time.Now(),
		runner: b.runner.With(b.api.For(e.By(), e.Command.Urgent())),
		room:   groupsAtOnce * b.api.Share(), settled: make(chan struct{}), finished: sync.OnceFunc(b.jobs.Done),
		entry: e, changes: e.Changes, told: e.State == bot.Done,
	}
	j.entry.Changes = nil
	for _, c := range j.changes {
		if c.State != bot.Settled {
			j.left++
		}
	}
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

// insist repeats a step until it succeeds or the context ends, and reports whether it
// succeeded; what fails here is the journal, not Tencent. It ends the job if the entry
// turns out to be another instance's.
func (j *job) insist(ctx context.Context, doing string, step func(context.Context) error) bool {
	for pause := time.Second / 4; ; pause = min(2*pause, 10*time.Second) {
		err := safely(func() error { return step(ctx) })
		if err == nil || ctx.Err() != nil {
			return err == nil
		}
		if errors.Is(err, bot.ErrLost) {
			j.lost(doing)
			return false
		}
		j.b.log.Error("trying again", "entry", j.entry.Number, "while", doing, "err", err)
		if !sleep(ctx, pause) {
			return false
		}
	}
}

// lost ends the job of an entry that is another instance's.
func (j *job) lost(doing string) {
	j.b.log.Warn("entry left to another instance", "entry", j.entry.Number, "while", doing)
	j.cancel()
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
	j.b.backlog.settled(j.entry)
	if muted {
		j.finished()
	}
	j.tell()
}
