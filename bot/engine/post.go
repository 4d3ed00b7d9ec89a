package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
)

// Posting is tried again for a day; then, or when nobody takes it, the audit trail has
// the outcome.
const (
	postFor     = 24 * time.Hour
	lastTry     = 5 * time.Minute // of what is first tried after that
	progressGap = time.Second
)

// tell has it said what there is to say of the entry now, by a goroutine that ends when
// that is done.
func (j *job) tell() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.begun || j.over || j.muted {
		return
	}
	j.news = true
	if !j.telling {
		j.telling = true
		j.running.Go(j.speak)
	}
}

func (j *job) speak() {
	for j.hasNews() {
		if err := j.post(); err != nil {
			j.b.log.Error("messages wait for the next start", "entry", j.entry.Number, "err", err)
			j.mute() // the work goes on without them
		}
		j.breathe()
	}
}

// breathe waits, so that the messages of an entry in progress are written at most once a
// second.
func (j *job) breathe() {
	gap := time.NewTimer(progressGap)
	defer gap.Stop()
	select {
	case <-gap.C:
	case <-j.settled:
	case <-j.ctx.Done():
	}
}

// hasNews reports whether there is something to say, and lets the goroutine go if not.
func (j *job) hasNews() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.telling = j.news && !j.muted && j.ctx.Err() == nil
	j.news = false
	return j.telling
}

// mute leaves the messages to the next start.
func (j *job) mute() {
	j.mu.Lock()
	j.muted = true
	done := j.left == 0
	j.mu.Unlock()
	if done {
		j.finished()
	}
}

// post writes the message that is next: the root as soon as the entry has begun, how far
// the work is, and, when all is done and the root's place is on record, the result. Its
// error is a panic.
func (j *job) post() (err error) {
	defer recovered(&err)
	e := j.snapshot()
	done := e.State == bot.Done
	if done {
		var ok bool
		if e, ok = j.outcome(); !ok {
			return nil
		}
	}
	if e.By() == bot.ClockRef && !done {
		return nil // nobody asked: it is said when it is done
	}
	if e.By() == bot.ClockRef && (e.Summary().Silent() || e.Place.Platform == "") { // whose entry is damaged, nobody knows
		j.close(e.Root)
		return nil
	}
	platform := j.b.platforms[e.Place.Platform]
	switch {
	case platform == nil && done:
		j.b.log.Warn("entry waits for its platform", "entry", e.Number, "platform", e.Place.Platform)
		j.mute()
		return nil
	case platform == nil:
		return nil
	}
	if !j.announced && j.unposted == nil {
		e.Root, j.unposted = j.announce(platform, e)
	}
	switch {
	case j.ctx.Err() != nil:
	case !done:
		j.progress(platform, e)
	case j.unposted != nil:
		j.giveUp(e, j.unposted)
	default:
		j.report(platform, e)
	}
	return nil
}

// outcome reads the entry again, with what became of each change, and writes the log line
// of that. It returns false if the work has ended, or if the record is damaged.
func (j *job) outcome() (e bot.Entry, ok bool) {
	mine := j.head()
	for t := j.try("reading what became of it"); ; {
		got, found, err := j.b.journal.Entry(j.ctx, mine.Number)
		if errors.Is(err, bot.ErrDamaged) {
			j.b.log.Error("could not read the result of an entry", "entry", mine.Number, "err", err)
			j.mute()
			return bot.Entry{}, false
		}
		if err == nil && !found {
			err = bot.ErrLost
		}
		if e = got; !t.again(err) {
			if err != nil {
				return bot.Entry{}, false
			}
			break
		}
	}
	e.Attempt, e.Root, e.State = mine.Attempt, mine.Root, mine.State
	for i, c := range e.Changes {
		if c.Plan == nil || c.Outcome == nil { // it is gone from the record
			e.Changes[i].Plan, e.Changes[i].Outcome = &commands.Plan{}, change.Forgotten()
		}
	}
	if !j.told {
		j.told = true
		j.b.logDone(e)
	}
	return e, true
}

// close records where the result is, which ends the job.
func (j *job) close(result bot.Post) bool {
	closed := j.marks.Post(result)
	if closed {
		j.cancel()
	}
	return closed
}

// announce posts the root message, or completes the one that was the acknowledgement,
// and records where it is.
func (j *job) announce(platform bot.Platform, e bot.Entry) (bot.Post, error) {
	if j.unmarked && !j.marks.Announce(e.Root) {
		return e.Root, nil
	}
	j.unmarked = false
	if e.Root != "" && (e.Under != 0 || j.b.confirmer(e) == nil) {
		j.announced = true
		return e.Root, nil
	}
	j.shown = unsettled(e)
	if e.Root != "" {
		j.shown = len(e.Changes) // the acknowledgement was before all of them
	}
	root := j.b.wording().Root(soFar(e))
	post, err := j.deliver("announcing", func(ctx context.Context) (bot.Post, error) {
		return platform.Announce(ctx, e, root)
	}, func(ctx context.Context, f bot.Finder) (bot.Post, bool, error) {
		return f.FindRoot(ctx, e)
	})
	if err != nil {
		if j.ctx.Err() == nil {
			j.gaveUp(err)
		}
		return e.Root, err
	}
	if post != e.Root && !j.marks.Announce(post) {
		return post, nil
	}
	j.announced = true
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entry.Root = post
	return post, nil
}

// progress shows in the root of an entry with several groups how far it is.
func (j *job) progress(platform bot.Platform, e bot.Entry) {
	if e.Under != 0 || j.unposted != nil || unsettled(e) == j.shown {
		return
	}
	j.shown = unsettled(e)
	root := j.b.wording().Root(soFar(e))
	if err := update(j.ctx, platform, e, root); err != nil {
		j.b.log.Warn("progress not shown", "entry", e.Number, "err", err)
	}
}

// update is the platform's Update; a panic is an error.
func update(ctx context.Context, p bot.Platform, e bot.Entry, root words.Text) (err error) {
	defer recovered(&err)
	return p.Update(ctx, e, root)
}

// unsettled is how many changes are not settled.
func unsettled(e bot.Entry) (n int) {
	for _, c := range e.Changes {
		if c.State != bot.Settled {
			n++
		}
	}
	return n
}

// soFar is what became of an entry. Of a job's own copy it says only which groups are
// settled: with what outcome is read when all are. Of an entry of which nothing is settled,
// one group says as much as all, and all are large.
func soFar(e bot.Entry) commands.Result {
	if unsettled(e) == len(e.Changes) {
		e.Changes = e.Changes[:min(len(e.Changes), 1)]
	}
	r := e.Summary()
	for i, c := range e.Changes {
		if c.State == bot.Settled && c.Outcome == nil {
			r.Groups[i].Outcome.Status = commands.Done
		}
	}
	return r
}

// report posts the result in the thread, gives the root its last line, and
// closes the entry.
func (j *job) report(platform bot.Platform, e bot.Entry) {
	r, words := e.Summary(), j.b.wording()
	root, result := words.Root(r), j.withoutStale(e, words.Report(r))
	post, err := j.deliver("reporting", func(ctx context.Context) (bot.Post, error) {
		return platform.Report(ctx, e, root, result)
	}, func(ctx context.Context, f bot.Finder) (bot.Post, bool, error) {
		return f.FindResult(ctx, e)
	})
	if err != nil {
		if j.ctx.Err() == nil {
			j.gaveUp(err)
			j.giveUp(e, err)
		}
		return
	}
	if e.Under == 0 {
		if _, err := j.deliver("updating the root", func(ctx context.Context) (bot.Post, error) {
			return e.Root, platform.Update(ctx, e, root)
		}, nil); err != nil && j.ctx.Err() != nil {
			return
		}
	}
	if j.close(post) {
		j.b.observer.Ended(e.Place.Platform, e.Command.Verb, r.Status(), j.b.now().Sub(e.Accepted))
	}
}

// withoutStale takes the buttons from a result that do nothing any more, because the day in
// which the entry, or the one that it undoes, can be undone is over.
func (j *job) withoutStale(e bot.Entry, m words.Message) words.Message {
	undone, stale := e, change.UndoAction
	if e.Command.Verb == commands.Undo {
		stale = change.RetryAction
		if found, ok, err := j.b.journal.Entry(j.ctx, e.Command.Number); err == nil && ok {
			undone = found
		}
	}
	if j.b.now().Sub(undone.Accepted) > change.UndoFor {
		m.Actions = slices.DeleteFunc(m.Actions, func(a words.Action) bool { return a.Name == stale })
	}
	return m
}

// deliver repeats a post until it succeeds, for a day at most, or nobody takes it; the end of
// the day also ends a try that waits for its platform. Where an earlier try may have
// succeeded, it looks for the message first.
func (j *job) deliver(doing string, send func(context.Context) (bot.Post, error), find func(context.Context, bot.Finder) (bot.Post, bool, error)) (bot.Post, error) {
	finder, _ := j.b.platforms[j.entry.Place.Platform].(bot.Finder)
	unsure := j.resumed
	try := func() (bot.Post, error) {
		ctx, cancel := context.WithTimeout(j.ctx, max(postFor-j.b.now().Sub(j.entry.Accepted), lastTry))
		defer cancel()
		if unsure && finder != nil && find != nil {
			if post, found, err := find(ctx, finder); err != nil || found {
				return post, err
			}
		}
		return send(ctx)
	}
	for pause := posting.first; ; pause = posting.after(pause) {
		post, err := safely(try)
		if err == nil {
			return post, nil
		}
		if errors.Is(err, bot.ErrLost) {
			j.cancel()
		}
		if j.ctx.Err() != nil || errors.Is(err, bot.ErrNowhere) || j.b.now().Sub(j.entry.Accepted) > postFor {
			return "", err
		}
		j.b.log.Warn("post failed, retrying", "entry", j.entry.Number, "while", doing, "err", err)
		unsure = true
		if !sleep(j.ctx, pause) {
			return "", j.ctx.Err()
		}
	}
}

// gaveUp notes that nobody took a message, or not for a day.
func (j *job) gaveUp(err error) {
	j.b.observer.GaveUp(j.entry.Place.Platform)
	j.b.log.Error("post abandoned", "entry", j.entry.Number, "err", err)
}

// giveUp closes an entry whose messages nobody took.
func (j *job) giveUp(e bot.Entry, err error) {
	r := record(e, bot.WasUnposted, e.Summary().Status())
	r.Detail = err.Error()
	if j.marks.Drop(bot.Unposted, r) {
		j.b.observer.Ended(e.Place.Platform, e.Command.Verb, r.Outcome, 0)
		j.cancel()
	}
}
