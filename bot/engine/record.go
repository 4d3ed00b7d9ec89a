package engine

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// unobserved is for a bot that nobody observes.
type unobserved struct{}

func (unobserved) Acknowledged(string, time.Duration)                          {}
func (unobserved) Ended(string, commands.Verb, commands.Status, time.Duration) {}
func (unobserved) GaveUp(string)                                               {}
func (unobserved) Decided(string, bot.Event, time.Duration)                    {}

// logDone writes the log line of an entry whose work is done, with the code of its
// first failure, and after a failure a line with what the operator does about it.
func (b *Engine) logDone(e bot.Entry) {
	code := 0
	var failure *commands.Failure
	r := e.Summary()
	for _, g := range r.Groups {
		if f := g.Outcome.Failure; f != nil && failure == nil {
			code, failure = f.Code, f
		}
		b.log.Debug("group completed", "entry", e.Number, "group", g.Group, "outcome", g.Outcome.Status)
	}
	level := slog.LevelInfo
	if r.Silent() {
		level = slog.LevelDebug
	}
	b.logEnd(level, "command completed", e, r.Status(), code, b.now().Sub(e.Begun))
	if failure != nil {
		_, remedy := imapi.Explain(failure.Op, failure.Code, failure.Kind)
		b.log.Log(b.work, level, "remedy for a failure", "entry", e.Number, "code", code, "remedy", remedy)
	}
}

// logEnd writes the one log line of a command, however it ended, always with the same
// keys.
func (b *Engine) logEnd(level slog.Level, how string, e bot.Entry, outcome commands.Status, code int, took time.Duration) {
	b.log.Log(b.work, level, how, "entry", e.Number, "platform", e.Place.Platform, "caller", e.By(), "verb", e.Command.Verb,
		"group", targetOf(e.Command), "outcome", outcome, "code", code, "took", took)
}

// targetOf is how the log calls what a command is about.
func targetOf(cmd commands.Command) string {
	switch {
	case cmd.Target.Alias != "":
		return cmd.Target.Alias
	case len(cmd.Target.Groups) > 0:
		return string(cmd.Target.Groups[0])
	}
	return ""
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

// mostMentions is how many requests of one person in an hour mention those who can approve.
const mostMentions = 5

// Whether a request mentions people depends on those in the hour before it, and so does each of
// these: how far back that goes, and over how many requests of one account, at most.
const (
	mentionHistory = 24 * time.Hour
	mostRequests   = 500
)

// mentionedEnough reports whether so many requests of the person in the hour before this one
// mention people that it mentions nobody, from whatever account and at whatever instance. Only
// the times at which they were asked decide, so requests posted at the same time agree.
func (b *Engine) mentionedEnough(ctx context.Context, e bot.Entry) (bool, error) {
	names, since := b.rules().Names, e.Accepted.Add(-mentionHistory)
	accounts := []string{e.Caller.Ref}
	if owner, known := names.Owner(e.Caller.Ref); known {
		accounts = names.AccountsOf(owner.ID)
	}
	var asked []bot.Story
	for _, ref := range accounts {
		more, err := b.journal.Stories(ctx, bot.Filter{Caller: ref, Since: since, Limit: mostRequests}, func(r bot.Record) bool {
			return r.Event == bot.WasAsked && r.Number < e.Number && r.At.After(since)
		})
		if err != nil && !errors.Is(err, bot.ErrDamaged) {
			return false, err
		}
		asked = append(asked, more...)
	}
	slices.SortFunc(asked, func(x, y bot.Story) int { return cmp.Compare(x.First.Number, y.First.Number) })
	var mentions []time.Time
	enough := func(at time.Time) bool {
		n := len(mentions)
		return n >= mostMentions && mentions[n-mostMentions].After(at.Add(-time.Hour))
	}
	for _, s := range asked {
		if s.Decided != bot.WasRefused && !enough(s.First.At) { // a refused one could not be posted
			mentions = append(mentions, s.First.At)
		}
	}
	return enough(e.Accepted), nil
}
