package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// copyTime is how long changing a second message of a request may take.
const copyTime = 10 * time.Second

// decide decides a request. A press that comes too late is answered with the decision.
func (b *Engine) decide(ctx context.Context, d bot.Delivery, v bot.Deciding, came time.Time) bot.Answer {
	e, found, err := b.journal.Entry(ctx, v.Number)
	if err == nil && !found {
		err = fmt.Errorf("there is no entry #%d", v.Number)
	}
	decided := false
	for until := came.Add(bot.AnswerTime); err == nil; {
		if decided, err = b.settleRequest(ctx, e, v.Decision, v.Record); decided || err != nil {
			break
		}
		if e, err = b.overdue(ctx, v.Number); err != nil || e.State != bot.Asked {
			break
		}
		// Its message is there, but not on record yet.
		if time.Now().After(until) || !sleep(ctx, bot.AnswerTime/50) {
			err = errors.New("the message of the request is not on record")
		}
	}
	switch {
	case err != nil:
		b.log.Error("decision not recorded", "caller", d.Caller.Ref, "entry", v.Number, "err", err)
		w := b.toCaller(ctx, d)
		if errors.Is(err, bot.ErrUnsure) {
			return trouble(w, w.Notices.MaybeRecorded)
		}
		return trouble(w, w.Notices.NotRecorded)
	case decided, e.Request.Decision != nil && e.Request.Decision.Delivery == v.Decision.Delivery:
		if e, found, err = b.journal.Entry(ctx, v.Number); err != nil || !found {
			return bot.Answer{Muted: true}
		}
		b.closeCopy(d, e)
		if c := d.Place.Channel; c != "" && c != e.Place.Channel { // pressed in a list, elsewhere: the request is not seen there
			m := e.Late(b.toCaller(ctx, d), e.Number)
			return bot.Answer{Private: &m}
		}
		return bot.Answer{Muted: true} // the messages of the request say what was decided
	}
	r := v.Record
	r.Number, r.Event, r.Outcome, r.Detail = 0, bot.WasMistaken, commands.Mistaken, "decided before"
	return b.note(ctx, d, bot.Reply{About: commands.Command{}, Record: r, Closed: &e, Say: func(w words.Words, entry int64) words.Message {
		return e.Late(w, entry)
	}}, came)
}

// settleRequest puts a decision on record and begins what follows from it. It returns false
// if the request was decided before, or its time is over.
func (b *Engine) settleRequest(ctx context.Context, e bot.Entry, d bot.Decision, r bot.Record) (bool, error) {
	var job *job
	term := b.journal.Term()
	decided, err := b.journal.Decide(ctx, e, d, r, func(e bot.Entry) {
		b.backlog.count(e, 1, len(e.Changes))
		job = b.enlist(term, e)
	})
	if job != nil {
		e := job.head()
		took := e.Begun.Sub(e.Accepted)
		b.observer.Decided(e.Place.Platform, d.Event(), took)
		b.log.Info("request decided", "entry", e.Number, "platform", e.Place.Platform, "caller", e.Caller.Ref, "verb", e.Command.Verb,
			"group", targetOf(e.Command), "decision", d.Event(), "by", r.Caller, "took", took)
		job.begin()
	}
	return decided, err
}

// overdue reads a request that could not be decided, and closes it if its time is over.
func (b *Engine) overdue(ctx context.Context, number int64) (bot.Entry, error) {
	e, _, err := b.journal.Entry(ctx, number)
	if err != nil || e.State != bot.Asked || !b.isOver(e) {
		return e, err
	}
	if err := b.expire(ctx, e); err != nil {
		return e, err
	}
	e, _, err = b.journal.Entry(ctx, number)
	return e, err
}

// isOver reports whether the time of a request is over.
func (b *Engine) isOver(e bot.Entry) bool { return !b.now().Before(e.Request.Expires) }

// expire closes a request that nobody answered in time.
func (b *Engine) expire(ctx context.Context, e bot.Entry) error {
	return b.lapse(ctx, e, bot.Decision{State: bot.Expired})
}

// lapse closes a request that nobody answered.
func (b *Engine) lapse(ctx context.Context, e bot.Entry, d bot.Decision) error {
	r := record(e, bot.WasExpired, commands.Expired)
	r.Caller, r.Groups, r.Users, r.Detail = bot.ClockRef, e.Command.Target.Groups, bot.UsersOf(e.Command), e.Rule
	d.Delivery = rand.Text()
	_, err := b.settleRequest(ctx, e, d, r)
	return err
}

// patience is how long the messages of an entry are tried: a request no longer than it waits.
func (j *job) patience(e bot.Entry) time.Duration {
	if e.State == bot.Asked {
		return min(postFor, e.Request.Expires.Sub(e.Begun))
	}
	return postFor
}

// postRequest writes what is next of a request that is not carried out.
func (j *job) postRequest(platform bot.Platform, e bot.Entry) {
	notifier, ok := platform.(bot.Notifier)
	switch {
	case !ok:
		j.b.log.Error("the platform cannot show requests", "entry", e.Number, "platform", e.Place.Platform)
		j.mute()
	case e.State.Ended():
		j.postEnd(platform, notifier, e)
	case e.Request.Post == "":
		j.request(platform, notifier, e)
	default:
		j.remind(notifier, e)
	}
}

// request posts the root and the request. Then nobody carries it until it is decided.
func (j *job) request(platform bot.Platform, notifier bot.Notifier, e bot.Entry) {
	var err error
	e.Root, err = j.announce(platform, e)
	w, q := j.b.wording(e), e.Shown(e.Place.Platform)
	if err == nil {
		err = j.insist(j.ctx, "counting requests", func() (err error) {
			q.Quiet, err = j.b.mentionedEnough(j.ctx, e)
			return err
		})
	}
	if err == nil && !j.b.isOver(e) {
		var post bot.Post
		if post, err = j.postNotice(notifier, e, bot.RequestNotice, w.Ask(q), q.Mentions()); err == nil {
			if j.marks.Requested(post) {
				j.cancel()
			}
			return
		}
	}
	switch {
	case j.ctx.Err() != nil:
	case j.b.isOver(e):
		if err := j.b.expire(j.ctx, e); err != nil && j.ctx.Err() == nil {
			j.b.log.Error("request not closed", "entry", e.Number, "err", err)
			j.mute()
		}
	default:
		j.unasked(platform, e, err)
	}
}

// unasked closes a request that nobody would see, and says to the caller alone whom to ask.
func (j *job) unasked(platform bot.Platform, e bot.Entry, why error) {
	q, refused := e.Shown(e.Place.Platform), e.Summary()
	refused.Waits = commands.Refused
	root, private := j.b.said(e, func(w words.Words) (words.Text, words.Message) {
		return w.Root(refused), w.Unasked(e.Number, w.Requests.Nowhere, q, nil, 0)
	})
	_, err := j.deliver("answering the caller", bot.Finder.FindResult, e, func(ctx context.Context) (bot.Post, error) {
		return platform.Report(ctx, e, root, private)
	})
	if err != nil && j.ctx.Err() != nil || !j.lastLine(platform, e, root) {
		return
	}
	r := record(e, bot.WasRefused, commands.Refused)
	r.Detail = "nobody could answer: " + why.Error()
	if j.marks.Drop(bot.Unposted, r) {
		j.b.logEnd(slog.LevelWarn, "request not asked", e, commands.Refused, 0, j.age())
		j.b.observer.Ended(e.Place.Platform, e.Command.Verb, commands.Refused, 0)
		j.cancel()
	}
}

// remind mentions those who can approve by now once more.
func (j *job) remind(notifier bot.Notifier, e bot.Entry) {
	q := j.b.rules().ShownNow(e, j.b.current(e.Caller), e.Place.Platform)
	_, err := j.postNotice(notifier, e, bot.ReminderNotice, j.b.wording(e).Reminder(q), append(q.Mentions(), e.Caller.Ref))
	if err != nil && j.ctx.Err() != nil {
		return
	}
	if err != nil {
		j.b.log.Warn("reminder of a request not posted", "entry", e.Number, "err", err)
	}
	if j.marks.Reminded() {
		j.cancel()
	}
}

// postEnd says that a request will not be carried out: in its message, in the root, and to
// the asker, unless they withdrew it.
func (j *job) postEnd(platform bot.Platform, notifier bot.Notifier, e bot.Entry) {
	w, r := j.b.wording(e), e.Summary()
	e = j.withPost(notifier, e)
	j.amend(platform, e)
	if e.State != bot.Withdrawn && e.Root != "" {
		_, err := j.postNotice(notifier, e, bot.EndNotice, w.Ended(e.Shown(e.Place.Platform), r.Status(), r.Decided), []string{e.Caller.Ref})
		j.logUnposted(e, err)
		j.amend(platform, e) // it may be possible only now
	}
	if e.Root != "" && e.Under == 0 {
		_, err := j.deliver("updating the root", nil, e, func(ctx context.Context) (bot.Post, error) {
			return e.Root, platform.Update(ctx, e, w.Root(r))
		})
		j.logUnposted(e, err)
	}
	if j.ctx.Err() == nil && j.marks.Finish() {
		j.b.observer.Ended(e.Place.Platform, e.Command.Verb, r.Status(), 0)
		j.cancel()
	}
}

// logUnposted logs that a message about the end of a request is missing.
func (j *job) logUnposted(e bot.Entry, err error) {
	if err != nil && j.ctx.Err() == nil {
		j.b.log.Warn("end of a request not posted", "entry", e.Number, "err", err)
	}
}

// amend takes the buttons from the message of a request that was decided, and says there what
// was decided.
func (j *job) amend(platform bot.Platform, e bot.Entry) {
	notifier, ok := platform.(bot.Notifier)
	if !ok || j.amended || e.Request == nil || e.Request.Post == "" || e.Request.Decision == nil {
		return
	}
	_, err := j.deliver("closing the request's message", nil, e, func(ctx context.Context) (bot.Post, error) {
		return e.Request.Post, notifier.EditNotice(ctx, e, e.Request.Post, j.b.closedMessage(e))
	})
	j.amended = err == nil
	j.logUnposted(e, err)
}

// closedMessage is the message of a request that was decided.
func (b *Engine) closedMessage(e bot.Entry) words.Message {
	d := e.Request.Decision
	return b.wording(e).Closed(e.Shown(e.Place.Platform), d.Status(), d.Shown())
}

// closeCopy does the same for a second message of a request, of which a button was pressed. There
// is one if the bot died when it had posted the first and cannot look for it.
func (b *Engine) closeCopy(d bot.Delivery, e bot.Entry) {
	notifier, ok := b.platforms[e.Place.Platform].(bot.Notifier)
	if !ok || d.Click == nil || d.Click.At == "" || d.Click.At == e.Request.Post || e.Request.Decision == nil {
		return
	}
	b.taken.Go(func() {
		ctx, cancel := context.WithTimeout(b.work, copyTime)
		defer cancel()
		if err := safely(func() error { return notifier.EditNotice(ctx, e, d.Click.At, b.closedMessage(e)) }); err != nil {
			b.log.Warn("second message of a request not changed", "entry", e.Number, "err", err)
		}
	})
}

// withPost looks for the message of a request that is not on record: an earlier run may have
// ended between posting and recording it.
func (j *job) withPost(notifier bot.Notifier, e bot.Entry) bot.Entry {
	if e.Request.Post != "" || e.Root == "" {
		return e
	}
	post, err := j.deliver("looking for the request's message", finding(notifier, bot.RequestNotice), e, func(context.Context) (bot.Post, error) { return "", nil })
	j.logUnposted(e, err)
	q := *e.Request
	q.Post = post
	e.Request = &q
	return e
}

// finding looks for a message of a request.
func finding(notifier bot.Notifier, name string) find {
	return func(_ bot.Finder, ctx context.Context, e bot.Entry) (bot.Post, bool, error) {
		return notifier.FindNotice(ctx, e, name)
	}
}

// postNotice posts a message of a request once.
func (j *job) postNotice(notifier bot.Notifier, e bot.Entry, name string, m words.Message, mentions []string) (bot.Post, error) {
	return j.deliver("posting the "+name, finding(notifier, name), e, func(ctx context.Context) (bot.Post, error) {
		return notifier.Notify(ctx, e, name, m, mentions)
	})
}
