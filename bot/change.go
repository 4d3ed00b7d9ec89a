package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// groupTime is how long the work on one group takes at most, without its wait
// for a turn. Its result is to be in the chat within 30 s.
const groupTime = 28 * time.Second

// An end that fails rests so long between two tries; turnGap is between two looks
// whether another instance has left a group.
const (
	firstRest = 2 * time.Second
	mostRest  = 5 * time.Minute
	turnGap   = 50 * time.Millisecond
)

// carry does one change when its turn has come; an end that fails again and again,
// with pauses in which others on its group go first.
func (j *job) carry(i int, p *place) {
	if !j.wait(j.started) {
		p.give()
		return
	}
	for pause := firstRest; ; pause = min(2*pause, mostRest) {
		if p == nil {
			if !j.pause(pause) || !j.wake(i) {
				return
			}
			p = j.enter(i)
		}
		if p = j.reach(i, p); p == nil {
			return
		}
		resting := j.work(i)
		j.share.Release(1)
		p.leave()
		if p = nil; !resting {
			return
		}
	}
}

// give leaves a place, if there is one.
func (p *place) give() {
	if p != nil {
		p.leave()
	}
}

func (j *job) enter(i int) *place {
	e, c := j.state(i)
	return j.b.lanes.enter(c.Group, e.Number)
}

// reach waits for the change's turn, here and among all instances, and for its part of
// the command's share. Without a place, the work has ended.
func (j *job) reach(i int, p *place) *place {
	for {
		if !j.wait(p.turn) || j.share.Acquire(j.ctx, 1) != nil {
			p.leave()
			return nil
		}
		e, c := j.state(i)
		mine := false
		j.insist("waiting for its turn", func(ctx context.Context) (err error) {
			mine, err = j.b.journal.Turn(ctx, e, c)
			return err
		})
		if mine {
			return p
		}
		j.share.Release(1)
		p.leave()
		if !j.pause(turnGap) {
			return nil
		}
		p = j.enter(i)
	}
}

// wake puts a change that rests back into the order.
func (j *job) wake(i int) bool {
	e, c := j.state(i)
	j.insist("trying again", func(ctx context.Context) error {
		return j.b.journal.Wake(context.WithoutCancel(ctx), e, c)
	})
	if j.ctx.Err() != nil {
		return false
	}
	c.State = Waiting
	j.settle(i, c)
	return true
}

// work does one change, and reports whether it rests before it is tried again.
func (j *job) work(i int) (resting bool) {
	e, c := j.state(i)
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
	switch c.State {
	case Settled:
		j.b.glimpses.forget(c.Group)
		j.settle(i, c)
	case Resting:
		j.settle(i, c)
	}
	return c.State == Resting
}

// plan puts on record what will be done, unless it stands there already.
func (j *job) plan(ctx context.Context, e Entry, c *Change) error {
	if c.State != Waiting {
		return nil
	}
	var plan commands.Plan
	err := safely(func() (err error) {
		asked := commands.Asked{Entry: e.Number, At: e.Accepted, Resumed: j.resumed, Command: e.Command}
		plan, err = j.runner.Plan(ctx, asked, c.Group)
		return err
	})
	if j.broken(err, "planning") {
		plan, err = j.runner.BrokenPlan(), nil
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
			o, err = j.runner.Apply(ctx, e.Command, c.Group, *c.Plan, again)
			return err
		})
		if j.broken(err, "changing") {
			o, err = j.runner.BrokenOutcome(e.Command, *c.Plan), nil
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
		c.State = Settled
	}
	return err
}

// rests reports whether an end that has failed again is to be tried once more.
func (j *job) rests(e Entry, o commands.Outcome) bool {
	failed := o.Status == commands.Failed || o.Status == commands.Unknown
	return failed && e.Command.Repeated() && j.b.now().Sub(e.Accepted) < commands.EndFor
}

// rest takes a change out of the order until it is tried again.
func (j *job) rest(ctx context.Context, e Entry, c *Change) error {
	if err := j.b.journal.Rest(context.WithoutCancel(ctx), e, *c); err != nil {
		return err
	}
	j.b.log.Warn("an end failed and will be tried again", "entry", e.Number, "group", c.Group)
	c.State, c.Plan, c.Outcome = Resting, nil, nil
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

func outcome(e Entry, c Change) Record {
	r := Record{
		Number: e.Number, What: WasSettled, Caller: e.by(), Place: e.Place, Verb: e.Command.Verb,
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
