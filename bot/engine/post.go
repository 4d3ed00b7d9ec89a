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
	threadTime  = 15 * time.Minute // for the thread in which an expiration or a reminder is said
)

// notify has the messages of the entry written as it is now, by a goroutine that ends when
// that is done.
func (j *job) notify() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.news = true
	switch {
	case j.muted && j.left == 0:
		j.finished()
	case j.begun && !j.muted && !j.writing && j.ctx.Err() == nil:
		j.writing = true
		j.running.Go(j.writeMessages)
	}
}

// writeMessages posts for as long as there is news, at most once a second while the entry is in
// progress.
func (j *job) writeMessages() {
	for j.hasNews() {
		if err := safely(j.post); err != nil {
			j.b.log.Error("messages wait for the next start", "entry", j.entry.Number, "err", err)
			j.mute() // the work goes on without them
		}
		select {
		case <-time.After(progressGap):
		case <-j.settled:
		case <-j.ctx.Done():
		}
	}
}

// hasNews reports whether there is something to say, and lets the goroutine go if not.
func (j *job) hasNews() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.writing = j.news && !j.muted && j.ctx.Err() == nil
	j.news = false
	return j.writing
}

// mute leaves the messages to the next start.
func (j *job) mute() {
	j.mu.Lock()
	j.muted = true
	j.mu.Unlock()
	j.notify()
}

// outcome reads the entry again, with what became of each change, and writes the log line
// of that. It returns false if the work has ended, or if the record is damaged.
func (j *job) outcome() (e bot.Entry, ok bool) {
	mine := j.head()
	var damaged error
	err := j.insist(j.ctx, "reading what became of it", func() (err error) {
		e, ok, err = j.b.journal.Entry(j.ctx, mine.Number)
		switch {
		case errors.Is(err, bot.ErrDamaged):
			damaged, err = err, nil
		case err == nil && !ok:
			err = bot.ErrLost
		}
		return err
	})
	if damaged != nil {
		j.b.log.Error("could not read the result of an entry", "entry", mine.Number, "err", damaged)
		j.mute()
	}
	if err != nil || damaged != nil {
		return bot.Entry{}, false
	}
	e.Attempt, e.Root, e.State = mine.Attempt, mine.Root, mine.State
	for i, c := range e.Changes {
		if c.Plan == nil || c.Outcome == nil { // it is gone from the record
			e.Changes[i].Plan, e.Changes[i].Outcome = &commands.Plan{}, change.Forgotten()
		}
	}
	if !j.logged {
		j.logged = true
		j.b.logDone(e)
	}
	return e, true
}

// announce posts the root message, or completes the one that was the acknowledgement, and
// records where it is. Once it was given up it is not tried again. Of a request that was approved
// it is there already; the request's own message loses its buttons.
func (j *job) announce(platform bot.Platform, e bot.Entry) (bot.Post, error) {
	if j.announced || j.unposted != nil {
		return e.Root, j.unposted
	}
	asked := e.Request != nil && e.Request.Post != ""
	if e.Root != "" && (e.Under != 0 || asked || j.b.confirmer(e) == nil) {
		j.announced = true
		if asked {
			j.shown = -1 // it says that the request waits
			j.amend(platform, e)
		}
		return e.Root, nil
	}
	j.shown = unsettled(e)
	if e.Root != "" {
		if !j.marks.Announce(e.Root, "") {
			return e.Root, nil
		}
		j.shown = len(e.Changes) // the acknowledgement was before all of them
	}
	root := j.b.wording(e).Root(soFar(e))
	post, err := j.deliver("announcing", bot.Finder.FindRoot, e, func(ctx context.Context) (bot.Post, error) {
		return platform.Announce(ctx, e, root)
	})
	if err != nil {
		j.unposted = err
		j.abandoned(err)
		return e.Root, err
	}
	if post != e.Root && !j.marks.Announce(post, "") {
		return post, nil
	}
	j.announced = true
	j.located(post)
	return post, nil
}

// errNoThread says that the entry in whose thread another speaks is not announced yet.
var errNoThread = errors.New("its thread is not there yet")

// inThread waits for the thread of an entry that fell due before that was there, for as long as
// it may wait. If there is none then, it is given a root of its own. It returns false if the job is over.
func (j *job) inThread(e bot.Entry) (bot.Entry, bool) {
	root, err := j.deliver("waiting for its thread", nil, e, func(ctx context.Context) (bot.Post, error) {
		giver, _, err := j.b.journal.Entry(ctx, e.Under)
		if err == nil && giver.Root == "" && !giver.State.Closed() && j.age() < threadTime {
			err = errNoThread
		}
		if errors.Is(err, bot.ErrDamaged) {
			err = nil
		}
		return giver.Root, err
	})
	switch {
	case j.ctx.Err() != nil:
		return e, false
	case err != nil || root == "":
		e.Under = 0
		j.mu.Lock()
		j.entry.Under = 0
		j.mu.Unlock()
		return e, j.marks.Announce("", "") // before it has a root, which another start would take for that of the other
	case !j.marks.Announce(root, ""):
		return e, false
	}
	j.located(root)
	e.Root = root
	return e, true
}

// located notes where the root message is.
func (j *job) located(root bot.Post) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entry.Root = root
}

// progress shows in the root of an entry with several groups how far it is, and in that of a
// request that it was approved.
func (j *job) progress(platform bot.Platform) {
	e := j.snapshot()
	if e.Under != 0 || e.State == bot.Done || j.unposted != nil || unsettled(e) == j.shown {
		return
	}
	j.shown = unsettled(e)
	root := j.b.wording(e).Root(soFar(e))
	if err := safely(func() error { return platform.Update(j.ctx, e, root) }); err != nil {
		j.b.log.Warn("progress not shown", "entry", e.Number, "err", err)
	}
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
	if j.b.now().Sub(undone.Begun) <= change.UndoFor {
		return m
	}
	isStale := func(a words.Action) bool { return a.Name == stale }
	m.Actions = slices.DeleteFunc(m.Actions, isStale)
	if m.Own != nil {
		m.Own.Result.Actions = slices.DeleteFunc(m.Own.Result.Actions, isStale)
	}
	return m
}

// find looks for a message of an entry.
type find func(f bot.Finder, ctx context.Context, e bot.Entry) (_ bot.Post, found bool, err error)

// deliver repeats a post until it succeeds, for a day at most, or nobody takes it; the end of
// the day also ends a try that waits for its platform. Where an earlier try may have
// succeeded, it looks for the message first, unless look is nil.
func (j *job) deliver(doing string, look find, e bot.Entry, send func(context.Context) (bot.Post, error)) (post bot.Post, err error) {
	finder, _ := j.b.platforms[e.Place.Platform].(bot.Finder)
	unsure := j.resumed()
	try := func() (err error) {
		ctx, cancel := context.WithTimeout(j.ctx, max(j.patience(e)-j.age(), lastTry))
		defer cancel()
		if unsure && finder != nil && look != nil {
			var found bool
			if post, found, err = look(finder, ctx, e); err != nil || found {
				return err
			}
		}
		post, err = send(ctx)
		return err
	}
	for pause := posting.first; ; pause = posting.after(pause) {
		err := safely(try)
		if err == nil {
			return post, nil
		}
		if errors.Is(err, bot.ErrLost) {
			j.cancel()
		}
		if j.ctx.Err() != nil || errors.Is(err, bot.ErrNowhere) || j.age() > j.patience(e) {
			return "", err
		}
		j.b.log.Warn("post failed, retrying", "entry", e.Number, "while", doing, "err", err)
		unsure = true
		if !sleep(j.ctx, pause) {
			return "", j.ctx.Err()
		}
	}
}

// close records where the result is, which ends the job.
func (j *job) close(result bot.Post) bool {
	closed := j.marks.Post(result)
	if closed {
		j.cancel()
	}
	return closed
}

// abandoned notes that nobody took a message, or not for a day, unless the job is over.
func (j *job) abandoned(err error) {
	if j.ctx.Err() == nil {
		j.b.observer.GaveUp(j.entry.Place.Platform)
		j.b.log.Error("post abandoned", "entry", j.entry.Number, "err", err)
	}
}

// giveUp closes an entry whose messages nobody took, unless the job is over.
func (j *job) giveUp(e bot.Entry, err error) {
	if j.ctx.Err() != nil {
		return
	}
	r := record(e, bot.WasUnposted, e.Summary().Status())
	r.Detail = err.Error()
	if j.marks.Drop(bot.Unposted, r) {
		j.b.observer.Ended(e.Place.Platform, e.Command.Verb, r.Outcome, 0)
		j.cancel()
	}
}
