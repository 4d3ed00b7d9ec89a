package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"liveadmin/commands"
)

// job is an entry being carried: its changes in their lanes, its messages beside.
type job struct {
	b       *Bot
	ctx     context.Context // ends with the work of the bot, or when the entry must not run
	cancel  context.CancelFunc
	started chan struct{} // closed when the entry is acknowledged
	begin   func()
	resumed bool                // taken up from the journal
	rested  bool                // its messages are left to the next start
	runner  *commands.Runner    // calls the API as this entry's caller
	share   *semaphore.Weighted // groups in work at once
	moved   chan struct{}       // a change has settled; holds one signal
	settled chan struct{}       // closed when every change has settled

	mu    sync.Mutex
	entry Entry // Changes, State, Root
}

// groupsAtOnce is how many groups of a command are in work for each call that it can have
// waiting or in flight: enough that calls are ready to leave while the record, which each
// group writes between its calls, is slow for a moment.
const groupsAtOnce = 2

// enlist puts an entry's open changes into their lanes and starts its messages. It is
// carried until it is closed, or until the term ends in which it was accepted or
// taken up.
func (b *Bot) enlist(term context.Context, e Entry, resumed bool) *job {
	// Its end must be felt before the next term can begin, which opens the gates again:
	// a context derived from it is over at once, and no function called after it.
	ctx, cancel := context.WithCancel(term)
	j := &job{
		b: b, ctx: ctx, cancel: cancel, entry: e, resumed: resumed,
		started: make(chan struct{}), moved: make(chan struct{}, 1), settled: make(chan struct{}),
		runner: b.runner.With(b.api.For(e.by(), e.Command.Urgent())),
		share:  semaphore.NewWeighted(groupsAtOnce * int64(b.api.Share())),
	}
	j.begin = sync.OnceFunc(func() { close(j.started) })
	if e.State == Done {
		close(j.settled)
	}
	over := context.AfterFunc(b.work, cancel)
	b.carry(j)
	var parts sync.WaitGroup
	for i, c := range e.Changes {
		if c.State == Settled {
			continue
		}
		var p *place
		if c.State != Resting {
			p = b.lanes.enter(c.Group, e.Number)
		}
		parts.Go(func() { j.carry(i, p) })
	}
	parts.Go(func() {
		err := safely(func() error {
			j.post()
			return nil
		})
		if err != nil {
			b.log.Error("messages left to the next start", "entry", e.Number, "err", err)
			j.rested = true // the work goes on without them
		}
	})
	b.jobs.Go(func() {
		defer over()
		defer cancel()
		parts.Wait()
		if !j.rested || ctx.Err() != nil {
			b.leave(j)
		}
	})
	return j
}

// insist repeats a step until it succeeds or the work ends; what fails here is
// the journal, not Tencent. It ends the work if the entry turns out to be another
// instance's.
func (j *job) insist(doing string, step func(context.Context) error) {
	for pause := time.Second / 4; ; pause = min(2*pause, 10*time.Second) {
		err := safely(func() error { return step(j.ctx) })
		if err == nil || j.ctx.Err() != nil {
			return
		}
		if errors.Is(err, ErrLost) {
			j.b.log.Warn("entry left to another instance", "entry", j.entry.Number, "while", doing)
			j.cancel()
			return
		}
		j.b.log.Error("trying again", "entry", j.entry.Number, "while", doing, "err", err)
		if !j.pause(pause) {
			return
		}
	}
}

// drop closes an entry that must not run. Its groups wait for that: nothing later
// may be done on them while a restart could still run it.
func (j *job) drop(why error) {
	e := j.entry
	j.b.jobs.Go(func() {
		defer j.cancel()
		j.insist("closing", func(ctx context.Context) error {
			return j.b.journal.Drop(context.WithoutCancel(ctx), e, Unanswered, Record{
				Number: e.Number, What: WasUnanswered, Caller: e.by(), Place: e.Place, Verb: e.Command.Verb,
				Outcome: commands.Failed, Detail: why.Error(),
			})
		})
		if j.ctx.Err() == nil {
			j.b.logEnd(slog.LevelWarn, "not run", e, commands.Failed, 0, j.b.now().Sub(e.Accepted))
			j.b.observer.Ended(e.Place.Platform, e.Command.Verb, commands.Failed, 0)
		}
	})
}

// pause waits, and returns false if the work ends before.
func (j *job) pause(d time.Duration) bool { return sleep(j.ctx, d) }

// wait waits for a signal, and returns false if the work ends before.
func (j *job) wait(signal <-chan struct{}) bool {
	select {
	case <-signal:
		return j.ctx.Err() == nil
	case <-j.ctx.Done():
		return false
	}
}

// state copies an entry and one of its changes.
func (j *job) state(i int) (Entry, Change) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entry, j.entry.Changes[i]
}

// settle takes over how far a change is, and tells the messages.
func (j *job) settle(i int, c Change) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entry.Changes[i] = c
	for _, c := range j.entry.Changes {
		if c.State != Settled {
			select {
			case j.moved <- struct{}{}:
			default:
			}
			return
		}
	}
	j.entry.State = Done
	j.b.logDone(j.entry)
	close(j.settled)
}

// result is what became of the entry so far.
func (j *job) result() (Entry, commands.Result) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entry, j.entry.result()
}

// result is what became of an entry so far, as data.
func (e Entry) result() commands.Result {
	r := commands.Result{Entry: e.Number, Caller: e.Caller, Command: e.Command}
	for _, c := range e.Changes {
		g := commands.GroupResult{Group: c.Group}
		if c.Plan != nil && c.Outcome != nil { // else it is not settled, or it is forgotten
			g.Plan, g.Outcome = *c.Plan, *c.Outcome
		}
		r.Groups = append(r.Groups, g)
	}
	return r
}
