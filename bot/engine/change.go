package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// groupTime is how long the work on one group takes at most, without its wait
// for a turn. Its result is to be in the chat within 30 s.
const groupTime = 28 * time.Second

// An end that fails rests for as long as it has been failing, within these.
const (
	leastRest = 2 * time.Second
	mostRest  = 5 * time.Minute
)

// turnGap is between two looks whether another instance has left a group.
const turnGap = 50 * time.Millisecond

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
	for {
		i, ok := j.next()
		if !ok {
			return
		}
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

// carry does a change from top to bottom, and then leaves the lane. It puts it off if an
// older one is open on its group at another instance, and if it is an end that failed again.
func (j *job) carry(i int) {
	c := j.change(i)
	defer j.b.lanes.leave(c.Group)
	if !j.first(c) {
		j.later(turnGap*time.Duration(1+len(j.changes)/50), i) // all changes together look once a millisecond
		return
	}
	j.work(&c)
	switch c.State {
	case bot.Settled:
		j.b.intake.Changed(c.Group)
		j.moved(i, bot.Settled)
	case bot.Resting:
		j.moved(i, bot.Resting)
		failing := j.b.now().Sub(j.entry.Accepted)
		j.later(min(max(failing, leastRest), mostRest), i)
	}
}

// first reports whether no older change is open on the group at any instance.
func (j *job) first(c bot.Change) (first bool) {
	e := j.head()
	j.insist(j.ctx, "waiting for its turn", func(ctx context.Context) (err error) {
		first, err = j.b.journal.Turn(ctx, e, c)
		return err
	})
	return first
}

// later lets a change go back into its lane after a pause.
func (j *job) later(pause time.Duration, i int) {
	time.AfterFunc(pause, func() { j.start(func() { j.wake(i) }) })
}

// wake puts changes into their lanes again, and those that rest back into the order.
func (j *job) wake(all ...int) {
	e := j.head()
	var resting []bot.Change
	for _, i := range all {
		if c := j.change(i); c.State == bot.Resting {
			resting = append(resting, c)
		}
	}
	if len(resting) > 0 && !j.insist(j.ctx, "waking", func(ctx context.Context) error {
		return j.b.journal.Wake(context.WithoutCancel(ctx), e, resting...)
	}) {
		return
	}
	for _, i := range all {
		if j.change(i).State == bot.Resting {
			j.moved(i, bot.Waiting)
		}
		j.b.lanes.enter(place{j, i})
	}
}

// work plans a change and does what was planned, until it is settled or rests.
func (j *job) work(c *bot.Change) {
	e := j.head()
	again := c.State == bot.Planned
	j.insist(j.ctx, "carrying out", func(ctx context.Context) error {
		ctx = imapi.WithBudget(ctx, groupTime)
		if err := j.plan(ctx, e, c); err != nil {
			return err
		}
		err := j.apply(ctx, e, c, again)
		again = true
		return err
	})
}

// plan puts on record what will be done, unless it stands there already.
func (j *job) plan(ctx context.Context, e bot.Entry, c *bot.Change) error {
	if c.State != bot.Waiting {
		return nil
	}
	var plan commands.Plan
	err := safely(func() (err error) {
		asked := change.Asked{Entry: e.Number, At: e.Accepted, Resumed: j.resumed, Command: e.Command}
		plan, err = j.runner.Plan(ctx, asked, c.Group)
		return err
	})
	if j.broken(err, "planning") {
		plan, err = j.runner.BrokenPlan(ctx, e.Command, c.Group)
	}
	if err != nil {
		return err
	}
	c.Plan, c.State = &plan, bot.Planned
	if err := j.b.journal.Plan(context.WithoutCancel(ctx), e, *c); err != nil {
		c.Plan, c.State = nil, bot.Waiting
		return err
	}
	return nil
}

// apply does what the plan says and puts the outcome on record. again says that
// it may have been done before, in part or whole.
func (j *job) apply(ctx context.Context, e bot.Entry, c *bot.Change, again bool) error {
	if c.Outcome == nil {
		var o commands.Outcome
		err := safely(func() (err error) {
			o, err = j.runner.Apply(ctx, e.Command, c.Group, *c.Plan, again)
			return err
		})
		if j.broken(err, "changing") {
			o, err = j.runner.BrokenOutcome(e.Command, c.Group, *c.Plan), nil
		}
		if err != nil {
			return err
		}
		c.Outcome = &o
	}
	if j.rests(e, *c.Outcome) {
		return j.rest(ctx, e, c)
	}
	_, err := j.b.journal.Settle(context.WithoutCancel(ctx), e, *c, outcome(e, *c))
	if err == nil {
		c.State = bot.Settled
	}
	return err
}

// rests reports whether an end that has failed again is to be tried once more.
func (j *job) rests(e bot.Entry, o commands.Outcome) bool {
	failed := o.Status == commands.Failed || o.Status == commands.Unknown
	return failed && e.Command.Repeated() && j.b.now().Sub(e.Accepted) < change.EndFor
}

// rest takes a change out of the order until it is tried again.
func (j *job) rest(ctx context.Context, e bot.Entry, c *bot.Change) error {
	if err := j.b.journal.Rest(context.WithoutCancel(ctx), e, *c); err != nil {
		return err
	}
	j.b.log.Warn("an end failed and will be tried again", "entry", e.Number, "group", c.Group)
	c.State, c.Plan, c.Outcome = bot.Resting, nil, nil
	return nil
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

func outcome(e bot.Entry, c bot.Change) bot.Record {
	r := bot.Record{
		Number: e.Number, Event: bot.WasSettled, Caller: e.By(), Place: e.Place, Verb: e.Command.Verb,
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
