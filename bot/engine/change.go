package engine

import (
	"errors"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
)

// groupTime is how long the work on one group takes at most, without its wait
// for a turn. Its result is to be in the chat within 30 s.
const groupTime = 28 * time.Second

// turnGap is how long a change waits before it looks again whether another instance has left
// its group: all changes of the entry together look once a millisecond.
func (j *job) turnGap() time.Duration {
	return 50 * time.Millisecond * time.Duration(1+len(j.changes)/50)
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

// plan finds out what is to be done, and puts that on record before anything is sent. It
// returns false if the job is over.
func (j *job) plan(r *change.Runner, c *bot.Change) bool {
	var plan commands.Plan
	asked := change.Asked{Entry: j.entry.Number, At: j.entry.Begun, Resumed: j.resumed(), Approved: j.head().Approved(), Command: j.entry.Command}
	err := j.insist(j.ctx, "planning", func() error {
		err := safely(func() (err error) { plan, err = r.Plan(j.ctx, asked, c.Group); return err })
		if j.broken(err, "planning") {
			plan, err = r.BrokenPlan(j.ctx, asked.Command, c.Group)
		}
		return err
	})
	c.Plan, c.State = &plan, bot.Planned
	return err == nil && j.marks.Plan(*c)
}

// apply does what the plan says; again says that it may have been done before, in part or
// whole. It returns false if the job is over.
func (j *job) apply(r *change.Runner, c *bot.Change, again bool) bool {
	var o commands.Outcome
	cmd := j.entry.Command
	err := j.insist(j.ctx, "changing", func() error {
		err := safely(func() (err error) { o, err = r.Apply(j.ctx, cmd, c.Group, *c.Plan, again); return err })
		if j.broken(err, "changing") {
			o, err = r.BrokenOutcome(cmd, c.Group, *c.Plan), nil
		}
		again = true
		return err
	})
	if e := j.head(); e.Approved() && len(e.Request.Decision.Renamed) > 0 && o.Status == commands.Done {
		o.Status = commands.Warned
	}
	c.Outcome = &o
	return err == nil
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

// rests reports whether an expiration that has failed is to be tried once more.
func (j *job) rests(o commands.Outcome) bool {
	failed := o.Status == commands.Failed || o.Status == commands.Unknown
	return failed && j.entry.Command.Repeated() && j.age() < change.EndFor
}

// rest puts a failed expiration off, so that others on its group go first.
func (j *job) rest(i int, c bot.Change) {
	if j.marks.Rest(c) {
		j.b.log.Warn("expiration failed, retrying later", "entry", j.entry.Number, "group", c.Group)
		j.moved(i, bot.Resting)
		pause := failedEnd.within(j.age())
		j.again(pause, j.b.now().Add(pause), i)
	}
}

// again lets a change go back into its lane after a pause, or earlier if it is that time by the
// clock of the record, which can be set.
func (j *job) again(pause time.Duration, at time.Time, i int) {
	if pause <= 0 || !j.b.now().Before(at) {
		j.start(func() { j.wake(i) })
		return
	}
	look := min(pause, lookGap)
	time.AfterFunc(look, func() { j.again(pause-look, at, i) })
}
