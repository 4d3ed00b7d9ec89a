package engine

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
)

// groupTime is how long the work on one group takes at most, without its wait
// for a turn. Its result is to be in the chat within 30 s.
const groupTime = 28 * time.Second

// turnGap is between two looks whether another instance has left a group.
const turnGap = 50 * time.Millisecond

// carry does a change whose turn has come in its lane, from top to bottom, and then leaves
// the lane. It puts the change off if an older one is open on its group at another instance,
// and if it is an expiration that failed again.
func (j *job) carry(i int) {
	c := j.change(i)
	defer j.b.lanes.leave(c.Group)
	if !j.marks.Turn(c) {
		j.later(turnGap*time.Duration(1+len(j.changes)/50), i) // all changes together look once a millisecond
		return
	}
	runner := j.b.runner.With(j.calls(groupTime))
	again := c.State == bot.Planned
	if !again && !(j.plan(runner, &c) && j.marks.Plan(c)) || !j.apply(runner, &c, again) {
		return
	}
	if j.rests(*c.Outcome) {
		if j.marks.Rest(c) {
			j.b.log.Warn("expiration failed, retrying later", "entry", j.entry.Number, "group", c.Group)
			j.moved(i, bot.Resting)
			j.later(failedEnd.within(j.b.now().Sub(j.entry.Accepted)), i)
		}
		return
	}
	if j.marks.Settle(c, outcome(j.head(), c)) {
		j.b.intake.Changed(c.Group)
		j.moved(i, bot.Settled)
	}
}

// later lets a change go back into its lane after a pause.
func (j *job) later(pause time.Duration, i int) {
	time.AfterFunc(pause, func() { j.start(func() { j.wake(i) }) })
}

// wake puts changes into their lanes again, and those that rest back into the order.
func (j *job) wake(all ...int) {
	var resting []bot.Change
	for _, i := range all {
		if c := j.change(i); c.State == bot.Resting {
			resting = append(resting, c)
		}
	}
	if len(resting) > 0 && !j.marks.Wake(resting...) {
		return
	}
	for _, i := range all {
		if j.change(i).State == bot.Resting {
			j.moved(i, bot.Waiting)
		}
		j.b.lanes.enter(place{j, i})
	}
}

// plan finds out what is to be done. It returns false if the job is over.
func (j *job) plan(r *change.Runner, c *bot.Change) bool {
	asked := change.Asked{Entry: j.entry.Number, At: j.entry.Accepted, Resumed: j.resumed, Command: j.entry.Command}
	for t := j.try("planning"); ; {
		plan, err := safely(func() (commands.Plan, error) { return r.Plan(j.ctx, asked, c.Group) })
		if j.broken(err, t.doing) {
			plan, err = safely(func() (commands.Plan, error) { return r.BrokenPlan(j.ctx, asked.Command, c.Group) })
		}
		if !t.again(err) {
			c.Plan, c.State = &plan, bot.Planned
			return err == nil
		}
	}
}

// apply does what the plan says; again says that it may have been done before, in part or
// whole. It returns false if the job is over.
func (j *job) apply(r *change.Runner, c *bot.Change, again bool) bool {
	cmd := j.entry.Command
	for t := j.try("changing"); ; again = true {
		o, err := safely(func() (commands.Outcome, error) { return r.Apply(j.ctx, cmd, c.Group, *c.Plan, again) })
		if j.broken(err, t.doing) {
			o, err = r.BrokenOutcome(cmd, c.Group, *c.Plan), nil
		}
		if !t.again(err) {
			c.Outcome = &o
			return err == nil
		}
	}
}

// rests reports whether an expiration that has failed is to be tried once more.
func (j *job) rests(o commands.Outcome) bool {
	failed := o.Status == commands.Failed || o.Status == commands.Unknown
	return failed && j.entry.Command.Repeated() && j.b.now().Sub(j.entry.Accepted) < change.EndFor
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

// outcome is the audit row of what became of a change.
func outcome(e bot.Entry, c bot.Change) bot.Record {
	r := record(e, bot.WasSettled, c.Outcome.Status)
	r.Group = c.Group
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

// record begins an audit row about an entry.
func record(e bot.Entry, event bot.Event, outcome commands.Status) bot.Record {
	return bot.Record{Number: e.Number, Event: event, Caller: e.By(), Place: e.Place, Verb: e.Command.Verb, Outcome: outcome}
}
