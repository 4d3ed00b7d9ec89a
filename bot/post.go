package bot

import (
	"context"
	"errors"
	"time"
)

// Posting is tried again for a day; then, or when nobody takes it, the audit trail has
// the outcome.
const (
	postFor     = 24 * time.Hour
	lastTry     = 5 * time.Minute // of what is first tried after that
	firstPause  = time.Second
	mostPause   = time.Minute
	progressGap = time.Second
)

// post writes the entry's messages: the root while the work goes on, then the
// result, when it is there and the root's place is on record.
func (j *job) post() {
	if !j.wait(j.started) {
		return
	}
	place := j.entry.Place.Platform
	platform := j.b.platforms[place]
	if platform == nil {
		j.b.log.Warn("entry waits for its platform", "entry", j.entry.Number, "platform", place)
		j.rested = true
		return
	}
	if j.silent() {
		return
	}
	if j.announce(platform) && j.progress(platform) {
		j.report(platform)
	}
}

// silent waits for an entry that the clock made, and closes it if nobody is to be told.
func (j *job) silent() bool {
	if e, _ := j.result(); e.by() != clockRef {
		return false
	}
	if !j.wait(j.settled) {
		return true
	}
	e, r := j.result()
	silent := r.Silent() || e.Place.Platform == "" // whose entry is damaged, nobody knows
	if silent {
		j.close(e, e.Root)
	}
	return silent
}

// close records where the result stands.
func (j *job) close(e Entry, result Post) {
	j.insist("closing", func(ctx context.Context) error {
		return j.b.journal.Post(context.WithoutCancel(ctx), e, result)
	})
}

// announce posts the root message, or completes the one that was the acknowledgement,
// and records where it is.
func (j *job) announce(platform Platform) bool {
	e, r := j.result()
	if e.Root != "" && (e.Under != 0 || j.b.confirmer(e) == nil) {
		return true
	}
	root := j.b.wording().Root(r)
	post, err := j.deliver("announcing", func(ctx context.Context) (Post, error) {
		return platform.Announce(ctx, e, root)
	}, func(ctx context.Context, f Finder) (Post, bool, error) {
		return f.FindRoot(ctx, e)
	})
	if err != nil {
		j.giveUp(err)
		return false
	}
	if post == e.Root {
		return true
	}
	j.insist("recording the root", func(ctx context.Context) error {
		return j.b.journal.Announce(context.WithoutCancel(ctx), e, post)
	})
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entry.Root = post
	return j.ctx.Err() == nil
}

// progress waits for the changes. Of an entry with several groups the root tells
// how far it is, at most once a second.
func (j *job) progress(platform Platform) bool {
	for {
		select {
		case <-j.settled:
			return true
		case <-j.ctx.Done():
			return false
		case <-j.moved:
		}
		e, r := j.result()
		if e.State == Done {
			return true // the outcome is told with the result, not before
		}
		if e.Under != 0 {
			continue
		}
		root := j.b.wording().Root(r)
		if err := safely(func() error { return platform.Update(j.ctx, e, root) }); err != nil {
			j.b.log.Warn("progress not shown", "entry", e.Number, "err", err)
		}
		gap := time.NewTimer(progressGap)
		select {
		case <-gap.C:
		case <-j.settled:
		case <-j.ctx.Done():
		}
		gap.Stop()
	}
}

// report posts the result in the thread, gives the root its last line, and
// closes the entry.
func (j *job) report(platform Platform) {
	e, r := j.result()
	words := j.b.wording()
	root, result := words.Root(r), words.Report(r)
	post, err := j.deliver("reporting", func(ctx context.Context) (Post, error) {
		return platform.Report(ctx, e, root, result)
	}, func(ctx context.Context, f Finder) (Post, bool, error) {
		return f.FindResult(ctx, e)
	})
	if err != nil {
		j.giveUp(err)
		return
	}
	if e.Under == 0 {
		if _, err := j.deliver("updating the root", func(ctx context.Context) (Post, error) {
			return e.Root, platform.Update(ctx, e, root)
		}, nil); err != nil && j.ctx.Err() != nil {
			return
		}
	}
	j.close(e, post)
	if j.ctx.Err() == nil {
		j.b.observer.Ended(e.Place.Platform, e.Command.Verb, r.Status(), j.b.now().Sub(e.Accepted))
	}
}

// deliver repeats a post until it succeeds, for a day at most, or nobody takes it; the end of
// the day also ends a try that waits for its platform. Where an earlier try may have
// succeeded, it looks for the message first.
func (j *job) deliver(doing string, send func(context.Context) (Post, error), find func(context.Context, Finder) (Post, bool, error)) (Post, error) {
	finder, _ := j.b.platforms[j.entry.Place.Platform].(Finder)
	unsure := j.resumed
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		var post Post
		err := safely(func() (err error) {
			left := postFor - j.b.now().Sub(j.entry.Accepted)
			ctx, cancel := context.WithTimeout(j.ctx, max(left, lastTry))
			defer cancel()
			found := false
			if unsure && finder != nil && find != nil {
				post, found, err = find(ctx, finder)
			}
			if err == nil && !found {
				post, err = send(ctx)
			}
			return err
		})
		if err == nil {
			return post, nil
		}
		if errors.Is(err, ErrLost) {
			j.cancel()
		}
		if j.ctx.Err() != nil || errors.Is(err, ErrNowhere) || j.b.now().Sub(j.entry.Accepted) > postFor {
			return "", err
		}
		j.b.log.Warn("posting again", "entry", j.entry.Number, "while", doing, "err", err)
		unsure = true
		if !j.pause(pause) {
			return "", j.ctx.Err()
		}
	}
}

// giveUp closes an entry whose messages nobody took, or not for a day. An entry
// whose work merely ends goes on at the next start.
func (j *job) giveUp(err error) {
	if j.ctx.Err() != nil {
		return
	}
	j.b.observer.GaveUp(j.entry.Place.Platform)
	j.b.log.Error("post given up", "entry", j.entry.Number, "err", err)
	if !j.wait(j.settled) {
		return
	}
	e, r := j.result()
	j.insist("giving up", func(ctx context.Context) error {
		return j.b.journal.Drop(context.WithoutCancel(ctx), e, Unposted, Record{
			Number: e.Number, What: WasUnposted, Caller: e.by(), Place: e.Place, Verb: e.Command.Verb,
			Outcome: r.Status(), Detail: err.Error(),
		})
	})
	if j.ctx.Err() == nil {
		j.b.observer.Ended(e.Place.Platform, e.Command.Verb, r.Status(), 0)
	}
}
