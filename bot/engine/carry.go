package engine

import (
	"context"
	"errors"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// begin lets the work start: the entry is acknowledged. From here on each of its changes is
// carried when it has its turn, and post writes what there is to say.
func (j *job) begin() {
	j.mu.Lock()
	j.begun = true
	j.hire()
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
	j.notify()
}

// carry does a change whose turn has come in its lane, from top to bottom, and then leaves
// the lane. It puts the change off if an older one is open on its group at another instance,
// and if it is an expiration that failed again.
func (j *job) carry(i int) {
	c := j.change(i)
	defer j.b.lanes.leave(c.Group)
	if !j.marks.Turn(c) {
		j.later(j.turnGap(), i)
		return
	}
	runner := j.b.runner.With(j.calls(groupTime))
	again := c.State == bot.Planned // an earlier start may have done some of it
	if !again && !j.plan(runner, &c) {
		return
	}
	if !j.apply(runner, &c, again) {
		return
	}
	if j.rests(*c.Outcome) {
		j.rest(i, c)
		return
	}
	if j.marks.Settle(c, outcome(j.head(), c)) {
		j.b.intake.Changed(c.Group, *c.Outcome)
		j.settle(i)
	}
}

// post writes the message that is next: the root as soon as the entry has begun, how far
// the work is, and, when all is done and the root's place is on record, the result.
func (j *job) post() error {
	e := j.snapshot()
	done, asked := e.State == bot.Done, e.By() != bot.ClockRef
	if done {
		var ok bool
		if e, ok = j.outcome(); !ok {
			return nil
		}
	}
	platform := j.b.platforms[e.Place.Platform]
	switch {
	case !asked && !done:
		return nil // it is said when it is done
	case !asked && (e.Summary().Silent() || e.Place.Platform == ""): // the entry that gave the limits is damaged
		j.close(e.Root)
		return nil
	case platform == nil:
		if done {
			j.b.log.Warn("entry waits for its platform", "entry", e.Number, "platform", e.Place.Platform)
			j.mute()
		}
		return nil
	}
	if e.Request != nil && !done && e.State != bot.Accepted {
		j.postRequest(platform, e)
		return nil
	}
	if e.Under != 0 && e.Root == "" {
		var ok bool
		if e, ok = j.inThread(e); !ok {
			return nil
		}
	}
	var err error
	e.Root, err = j.announce(platform, e)
	switch {
	case j.ctx.Err() != nil:
	case !done:
		j.progress(platform)
	case err != nil:
		j.giveUp(e, err)
	default:
		j.report(platform, e)
	}
	return nil
}

// lastLine gives the root its last line. It returns false if the work has ended.
func (j *job) lastLine(platform bot.Platform, e bot.Entry, root words.Text) bool {
	_, err := j.deliver("updating the root", nil, e, func(ctx context.Context) (bot.Post, error) {
		return e.Root, platform.Update(ctx, e, root)
	})
	return err == nil || j.ctx.Err() == nil
}

// report posts the result in the thread, gives the root its last line, and closes the entry.
func (j *job) report(platform bot.Platform, e bot.Entry) {
	j.overtake(e)
	r := e.Summary()
	root, result := j.b.said(e, func(w words.Words) (words.Text, words.Message) { return w.Root(r), w.Report(r) })
	result = j.withoutStale(e, result)
	result.Concerned = e.Concerned(j.b.rules().Names)
	post, err := e.Result, error(nil)
	if post == "" { // else only the root's last line is missing
		post, err = j.deliver("reporting", bot.Finder.FindResult, e, func(ctx context.Context) (bot.Post, error) {
			return platform.Report(ctx, e, root, result)
		})
	}
	if err != nil {
		j.abandoned(err)
		j.giveUp(e, err)
		return
	}
	j.amend(platform, e) // it may be possible only now
	if e.Under == 0 && !(j.marks.Announce(e.Root, post) && j.lastLine(platform, e, root)) {
		return
	}
	if j.close(post) {
		j.b.observer.Ended(e.Place.Platform, e.Command.Verb, r.Status(), j.age())
	}
}

// overtake closes the open requests for what an entry has done: an undo or an extension is done
// once. An extension that found nothing to extend leaves them: approved, they may set those again
// whose time is over.
func (j *job) overtake(e bot.Entry) {
	v, status := e.Command.Verb, e.Summary().Status()
	if v != commands.Undo && v != commands.Extend || !status.Fine() || v == commands.Extend && status == commands.Nothing {
		return
	}
	open, err := j.b.journal.Requests(j.ctx)
	for _, q := range open {
		if q.Command.Verb == v && q.Command.Number == e.Command.Number && q.Request.Post != "" {
			err = errors.Join(err, j.b.lapse(j.ctx, q, bot.Decision{State: bot.Expired, Over: true}))
		}
	}
	if err != nil && j.ctx.Err() == nil {
		j.b.log.Warn("requests for what was done stay open", "entry", e.Number, "err", err)
	}
}
