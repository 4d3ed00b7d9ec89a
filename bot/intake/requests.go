package intake

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
)

const (
	requestsExpire = time.Hour        // if the config file does not say
	remindFrom     = time.Hour        // requests that wait shorter have no reminder
	mostRequests   = 20               // open ones of a caller
	coveredFor     = 15 * time.Minute // from the approval: the asker's Try again needs no other
)

// ask makes a request of a command that has to wait for approval, or answers why it cannot. The
// request of a button ends with what that acts on, at until, if it ever does.
func (in *Intake) ask(ctx context.Context, d bot.Delivery, rules bot.Rules, a *bot.Acceptance, decision policy.Decision, until time.Time) bot.Verdict {
	cmd := a.Entry.Command
	if decision.Approvers = rules.Approvers(d.Caller.Ref, cmd, decision.Approvers); len(decision.Named()) == 0 {
		return refuse(d, cmd, decision.Unapproved())
	}
	if !answerableHere(d, rules, cmd, decision) {
		decision.Allowed, decision.Denial = false, policy.NobodyHere
		return refuse(d, cmd, decision)
	}
	own, last, err := in.openOf(ctx, d.Caller.Ref)
	if err != nil {
		in.log.Error("request not asked", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
		return bot.Verdict{Unread: true}
	}
	if i := slices.IndexFunc(own, func(e bot.Entry) bool { return sameCommand(e.Command, cmd) }); i >= 0 {
		same := own[i]
		r := note(d, bot.WasAnswered, commands.Answered, cmd.Verb, grammar.Format(cmd), "asked before")
		return bot.Verdict{Reply: &bot.Reply{About: cmd, Record: r, Open: same.Number, Sent: sendings(d), Say: func(w words.Words, entry int64) words.Message {
			return w.Already(entry, words.Open{Request: rules.ShownNow(same, d.Caller, d.Place.Platform), Own: true})
		}}}
	}
	if len(own) >= mostRequests {
		decision.Allowed, decision.Denial, decision.Open = false, policy.TooManyRequests, len(own)
		return refuse(d, cmd, decision)
	}
	now, wait := in.now(), requestsExpire
	if rules.RequestsExpire > 0 {
		wait = rules.RequestsExpire
	}
	if !until.IsZero() {
		wait = min(wait, until.Sub(now))
	}
	a.Entry.Request = &bot.Request{Approvers: decision.Approvers, Expires: now.Add(wait)}
	a.Entry.Changes = nil // they are made by the approval: until then nothing is open work
	if wait >= remindFrom {
		a.Entry.Request.Remind = now.Add(wait / 4)
	}
	if a.Presses == nil { // what they ask at the same moment is decided again
		a.Entry.Once = fmt.Sprintf("asked:%s:%d", d.Caller.Ref, last)
	}
	a.Record.Event, a.Record.Outcome, a.Record.Users = bot.WasAsked, commands.Asked, bot.UsersOf(cmd)
	return bot.Verdict{Accept: a}
}

// openOf returns the open requests of a caller, and the number of what they said last before these
// were read.
func (in *Intake) openOf(ctx context.Context, ref string) (own []bot.Entry, last int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	said, err := in.record.Asked(ctx, bot.Filter{Caller: ref, Limit: 1}, nil)
	if said == nil && err != nil {
		return nil, 0, err
	}
	if len(said) > 0 {
		last = said[0].Number
	}
	open, err := in.record.Requests(ctx)
	if open == nil && err != nil {
		return nil, 0, err
	}
	return slices.DeleteFunc(open, func(e bot.Entry) bool { return e.Caller.Ref != ref || !e.Request.Expires.After(in.now()) }), last, nil
}

// answerableHere reports whether somebody on the caller's platform who can approve could see
// the request.
func answerableHere(d bot.Delivery, rules bot.Rules, cmd commands.Command, decision policy.Decision) bool {
	return !d.Alone && slices.ContainsFunc(policy.OnPlatform(d.Place.Platform, decision.Named()), func(ref string) bool {
		return rules.AnyApproves(ref, d.Caller, cmd)
	})
}

// sameCommand reports whether two commands ask for the same, the reason aside, and whatever
// names were typed for it in whatever order.
func sameCommand(a, b commands.Command) bool { return reflect.DeepEqual(bare(a), bare(b)) }

// bare is a command without the reason and the names that were typed, in one order.
func bare(c commands.Command) commands.Command {
	c.Reason, c.Target.Alias, c.Target.Groups = "", "", slices.Sorted(slices.Values(c.Target.Groups))
	for _, people := range []*[]commands.Person{&c.Users, &c.Replace} {
		ids := make([]commands.Person, len(*people))
		for i, p := range *people {
			ids[i].ID = p.ID
		}
		slices.SortFunc(ids, func(a, b commands.Person) int { return cmp.Compare(a.ID, b.ID) })
		*people = ids
	}
	return c
}

// listedRequests is how many requests a list has, with two buttons each, if its platform does
// not say.
const listedRequests = 10

// requests is the answer to requests: those that the caller may decide or has made.
func (in *Intake) requests(ctx context.Context, d bot.Delivery, rules bot.Rules, current func(commands.Caller) commands.Caller) (func(words.Words, int64) words.Message, error) {
	all, err := in.record.Requests(ctx)
	if all == nil && err != nil {
		return nil, err
	}
	var open []words.Open
	unsure := rules.Policy.Knows(d.Caller) == policy.Maybe // whatever is open: they learn nothing of that
	for _, e := range all {
		q := in.openFor(d, e, current(e.Caller), rules)
		unsure = unsure || q.Unsure
		if q.Own || q.May {
			open = append(open, q)
		}
	}
	var unread []string
	if unsure {
		unread = rules.Policy.UnreadApprovers(d.Caller)
	}
	shown := open[:min(len(open), cmp.Or(d.Listed, listedRequests))]
	return func(w words.Words, entry int64) words.Message {
		return w.Listed(entry, shown, len(open)-len(shown), unread)
	}, nil
}

// openFor returns a request as somebody may answer it; neither if it is not open. asker is who asked, with
// the memberships of now.
func (in *Intake) openFor(d bot.Delivery, e bot.Entry, asker commands.Caller, rules bot.Rules) words.Open {
	q := words.Open{Request: e.Shown(d.Place.Platform)}
	if e.State != bot.Asked || e.Request.Post == "" || !e.Request.Expires.After(in.now()) {
		return q
	}
	here := d.Place.Platform == e.Place.Platform || mapped(rules.Names, d.Caller.Ref, e.Caller.Ref)
	_, decision := rules.Policy.DecideAll(asker, e.Place, e.Command)
	q.Own = d.Caller.Ref == e.Caller.Ref
	sets := e.ApproversBy(decision)
	q.Named = rules.Named(e, sets)
	if !rules.SamePerson(d.Caller.Ref, e.Caller.Ref) {
		answer := rules.Policy.MayApprove(d.Caller, sets, here)
		q.May, q.Unsure = answer == policy.MayDecide, answer == policy.DeciderUnread
	}
	return q
}

// covered completes the decision about a press that waits, or that no rule allows, by an
// approval that was given before. It returns the approval that a new try belongs to.
//
// The asker's Try again soon after the approval needs no other. An Undo that only takes away
// what was approved, and a new try of it, needs neither a rule nor an approval, by the asker or
// the approver; and who approved may undo the rest of it, too, as long as a rule lets them approve
// something there.
func (in *Intake) covered(d bot.Delivery, pressed press, cmd commands.Command, p policy.Policy, decision policy.Decision) (policy.Decision, *bot.Request) {
	if self := p.Decide(d.Caller, d.Place, commands.Command{Verb: commands.GiveBack}); !self.Allowed { // they are blocked, or may be
		return self, nil
	}
	if e := pressed.undone; e.Approved() {
		asker, approver := d.Caller.Ref == e.Caller.Ref, d.Caller.Ref == e.Request.Decision.By
		takes := change.OnlyTakes(e.Summary())
		if takes && (asker || approver) || approver && p.Oversees(d.Caller, cmd.Target.Groups...) {
			return policy.Decision{Allowed: true, Rule: e.Rule, Some: true}, nil
		}
	}
	e := pressed.on
	asker := e.Approved() && d.Caller.Ref == e.Caller.Ref
	if asker && decision.Waits() && !tooLong(cmd, decision) && reflect.DeepEqual(cmd, e.Command) && in.now().Sub(e.Request.Decision.At) <= coveredFor {
		return policy.Decision{Allowed: true, Rule: e.Rule, Limit: e.Command.For, Some: true}, &bot.Request{
			Approvers: e.Request.Approvers, Expires: e.Request.Expires, Decision: e.Request.Decision,
		}
	}
	return decision, nil
}
