package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// groupTime is how long the work on one group takes at most, without its wait
// for a turn.
const groupTime = 30 * time.Second

// job is an entry being carried: its changes in their lanes, its messages beside.
type job struct {
	b       *Bot
	ctx     context.Context // ends with the work of the bot, or when the entry must not run
	cancel  context.CancelFunc
	started chan struct{} // closed when the entry is acknowledged
	begin   func()
	resumed bool                // taken up from the journal
	share   *semaphore.Weighted // groups in work at once
	moved   chan struct{}       // a change has settled; holds one signal
	settled chan struct{}       // closed when every change has settled

	mu    sync.Mutex
	entry Entry // Changes, State, Root
}

// enlist puts an entry's open changes into their lanes and starts its messages.
func (b *Bot) enlist(e Entry, resumed bool) *job {
	ctx, cancel := context.WithCancel(b.api.Fair(b.work))
	j := &job{
		b: b, ctx: ctx, cancel: cancel, entry: e, resumed: resumed,
		started: make(chan struct{}), moved: make(chan struct{}, 1), settled: make(chan struct{}),
		share: semaphore.NewWeighted(int64(b.api.Share())),
	}
	j.begin = sync.OnceFunc(func() { close(j.started) })
	if e.State == Done {
		close(j.settled)
	}
	for i, c := range e.Changes {
		if c.State == Settled {
			continue
		}
		turn, leave := b.lanes.enter(c.Group)
		b.jobs.Go(func() {
			defer leave()
			j.carry(i, turn)
		})
	}
	b.jobs.Go(func() {
		defer cancel()
		err := safely(func() error {
			j.post()
			return nil
		})
		if err != nil {
			b.log.Error("messages left to the next start", "entry", e.Number, "err", err)
		}
		j.wait(j.settled) // the work goes on without its messages
	})
	return j
}

// carry does one change when its turn has come.
func (j *job) carry(i int, turn <-chan struct{}) {
	if !j.wait(j.started) || !j.wait(turn) || j.share.Acquire(j.ctx, 1) != nil {
		return
	}
	defer j.share.Release(1)
	e, c := j.state(i)
	began := j.b.now()
	again := c.State == Planned
	j.insist("carrying out", func(ctx context.Context) error {
		ctx = imapi.WithBudget(ctx, groupTime)
		if err := j.plan(ctx, e, &c); err != nil {
			return err
		}
		err := j.apply(ctx, e, &c, again)
		again = true
		return err
	})
	if c.State == Settled {
		j.b.glimpses.forget(c.Group)
		j.b.logOutcome(e, c, j.b.now().Sub(began))
		j.settle(i, c)
	}
}

// plan puts on record what will be done, unless it stands there already.
func (j *job) plan(ctx context.Context, e Entry, c *Change) error {
	if c.State != Waiting {
		return nil
	}
	var plan commands.Plan
	err := safely(func() (err error) {
		plan, err = j.b.runner.Plan(ctx, e.Number, e.Command, c.Group)
		return err
	})
	if j.broken(err, "planning") {
		plan, err = j.b.runner.BrokenPlan(), nil
	}
	if err != nil {
		return err
	}
	c.Plan, c.State = &plan, Planned
	if err := j.b.journal.Plan(context.WithoutCancel(ctx), e, *c); err != nil {
		c.Plan, c.State = nil, Waiting
		return err
	}
	return nil
}

// apply does what the plan says and puts the outcome on record. again says that
// it may have been done before, in part or whole.
func (j *job) apply(ctx context.Context, e Entry, c *Change, again bool) error {
	if c.Outcome == nil {
		var o commands.Outcome
		err := safely(func() (err error) {
			o, err = j.b.runner.Apply(ctx, e.Command, c.Group, *c.Plan, again)
			return err
		})
		if j.broken(err, "changing") {
			o, err = j.b.runner.BrokenOutcome(e.Command, *c.Plan), nil
		}
		if err != nil {
			return err
		}
		c.Outcome = &o
	}
	_, err := j.b.journal.Settle(context.WithoutCancel(ctx), e, *c, outcome(e, *c))
	if err == nil {
		c.State = Settled
	}
	return err
}

// broken reports whether an error is a mistake in the program, and logs it: what
// becomes of the change says no more than that.
func (j *job) broken(err error, doing string) bool {
	if _, ok := errors.AsType[*panicked](err); !ok {
		return false
	}
	j.b.log.Error("error inside the bot", "entry", j.entry.Number, "while", doing, "err", err)
	return true
}

func outcome(e Entry, c Change) Record {
	r := Record{
		Number: e.Number, What: WasSettled, Caller: e.Caller.Ref, Place: e.Place, Verb: e.Command.Verb,
		Group: c.Group, Outcome: c.Outcome.Status,
	}
	for _, s := range slices.Concat(c.Plan.Users, c.Plan.Old) {
		r.Users = append(r.Users, s.ID)
	}
	if f := c.Outcome.Failure; f != nil {
		r.Detail = string(f.Kind)
		if f.Code != 0 {
			r.Detail = strconv.Itoa(f.Code) + " " + r.Detail
		}
	}
	return r
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
				Number: e.Number, What: WasUnanswered, Caller: e.Caller.Ref, Place: e.Place, Verb: e.Command.Verb,
				Outcome: commands.Failed, Detail: why.Error(),
			})
		})
	})
}

// pause waits, and returns false if the work ends before.
func (j *job) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-j.ctx.Done():
		return false
	}
}

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

// settle takes over a settled change and tells the messages.
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
		if c.State == Settled {
			g.Plan, g.Outcome = *c.Plan, *c.Outcome
		}
		r.Groups = append(r.Groups, g)
	}
	return r
}
