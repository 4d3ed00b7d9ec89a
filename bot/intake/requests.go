package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
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

// ask makes a request of a command that has to wait for approval, or answers why it cannot.
func (in *Intake) ask(ctx context.Context, d bot.Delivery, rules bot.Rules, a *bot.Acceptance, decision policy.Decision) bot.Verdict {
	cmd := a.Entry.Command
	if !answerableHere(d, rules.Policy, decision) {
		decision.Allowed, decision.Denial = false, policy.NobodyHere
		return refuse(d, cmd, decision)
	}
	limited, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	open, err := in.record.Requests(limited)
	if open == nil && err != nil {
		in.log.Error("request not asked", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
		return bot.Verdict{Unread: true}
	}
	own := slices.DeleteFunc(open, func(e bot.Entry) bool { return e.Caller.Ref != d.Caller.Ref })
	if i := slices.IndexFunc(own, func(e bot.Entry) bool { return sameCommand(e.Command, cmd) }); i >= 0 {
		same := own[i]
		r := note(d, bot.WasAnswered, commands.Answered, cmd.Verb, grammar.Format(cmd), "asked before")
		return bot.Verdict{Reply: &bot.Reply{About: cmd, Record: r, Say: func(w words.Words, entry int64) words.Message {
			q := same.Shown(d.Place.Platform)
			q.Quiet = true
			return w.Already(entry, q)
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
	a.Entry.Request = &bot.Request{Approvers: decision.Approvers, Expires: now.Add(wait)}
	if wait >= remindFrom {
		a.Entry.Request.Remind = now.Add(wait / 4)
	}
	a.Record.Event, a.Record.Outcome, a.Record.Users = bot.WasAsked, commands.Asked, bot.UsersOf(cmd)
	return bot.Verdict{Accept: a}
}

// answerableHere reports whether somebody on the caller's platform who can approve could see
// the request.
func answerableHere(d bot.Delivery, p policy.Policy, decision policy.Decision) bool {
	return !d.Alone && len(policy.OnPlatform(d.Place.Platform, decision.Named())) > 0
}

// sameCommand reports whether two commands ask for the same, the reason aside.
func sameCommand(a, b commands.Command) bool {
	a.Reason, b.Reason = "", ""
	return reflect.DeepEqual(a, b)
}

// fingerprint is a delivery's key as it can be on record: it may hold a secret.
func fingerprint(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// answered decides about a press on a button of a request. asker is who asked, with the
// memberships of now.
func (in *Intake) answered(d bot.Delivery, e bot.Entry, asker commands.Caller, rules bot.Rules) bot.Verdict {
	if e.Request == nil {
		return stale(d)
	}
	if e.State != bot.Asked {
		if made := e.Request.Decision; made != nil && made.Delivery == fingerprint(d.Key) {
			return bot.Verdict{Muted: true} // the same press again
		}
		return undecided(d, "decided before", func(w words.Words, entry int64) words.Message { return e.Late(w, entry) })
	}
	own := samePerson(rules.Names, d.Caller.Ref, e.Caller.Ref)
	if d.Click.Action == words.WithdrawAction {
		if d.Caller.Ref != e.Caller.Ref {
			return undecided(d, "not the asker", func(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.NotYours) })
		}
		return decide(d, e, bot.Decision{State: bot.Withdrawn})
	}
	switch {
	case own:
		return undecided(d, "own request", func(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.NotOwn) })
	case d.Click.Action == words.ApproveAction && makesAdmin(rules.Names, d.Caller.Ref, e.Command):
		return undecided(d, "for themselves", func(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.NotSelf) })
	}
	return in.judged(d, e, asker, rules)
}

// judged decides about approving or denying by the rules of now.
func (in *Intake) judged(d bot.Delivery, e bot.Entry, asker commands.Caller, rules bot.Rules) bot.Verdict {
	_, decision := rules.Policy.DecideAll(asker, e.Place, e.Command)
	here := d.Place.Platform == e.Place.Platform || mapped(rules.Names, d.Caller.Ref, e.Caller.Ref)
	approvers := e.Request.Approvers
	if decision.Waits() {
		approvers = decision.Approvers
	}
	answer := rules.Policy.MayApprove(d.Caller, approvers, here)
	could := answer != policy.MayNotDecide || rules.Policy.Oversees(d.Caller, e.Command.Target.Groups...)
	unread := func(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.Unread) }
	switch {
	case !could:
		return in.notYou(d, e, rules)
	case answer == policy.DeciderUnread, decision.Denial == policy.MembershipUnread:
		return undecided(d, "membership unread", unread)
	case !decision.Allowed:
		return decide(d, e, bot.Decision{State: bot.Denied, Lapsed: true})
	case answer == policy.MayNotDecide:
		return in.notYou(d, e, rules)
	case d.Click.Action == words.DenyAction:
		return decide(d, e, bot.Decision{State: bot.Denied})
	}
	return decide(d, e, bot.Decision{State: bot.Accepted})
}

// notYou answers somebody who cannot decide: who can, and the command if they may do it
// themselves.
func (in *Intake) notYou(d bot.Delivery, e bot.Entry, rules bot.Rules) bot.Verdict {
	if rules.Policy.Knows(d.Caller) != policy.Known { // they learn nothing about people
		return refuse(d, commands.Command{Verb: e.Command.Verb}, policy.Decision{Denial: policy.NoRight})
	}
	command := ""
	row, _ := commands.Table.Row(e.Command.Verb)
	if _, can := rules.Policy.DecideAll(d.Caller, d.Place, e.Command); can.Allowed && !can.Waits() && !row.Hidden {
		command = grammar.Format(e.Command)
	}
	return undecided(d, "cannot decide", func(w words.Words, entry int64) words.Message {
		q := e.Shown(d.Place.Platform)
		q.Quiet = true
		return w.NotYou(entry, q, command, e.Command.Verb)
	})
}

// decide is the verdict that a request is decided by who pressed.
func decide(d bot.Delivery, e bot.Entry, made bot.Decision) bot.Verdict {
	made.By, made.Place, made.Rule, made.Delivery = d.Caller.Ref, d.Place, e.Rule, fingerprint(d.Key)
	r := note(d, made.Event(), made.Status(), e.Command.Verb, "", e.Rule)
	if made.Lapsed {
		r.Detail = "the rules no longer allow this"
	}
	r.Groups, r.Users = e.Command.Target.Groups, bot.UsersOf(e.Command)
	return bot.Verdict{Decide: &bot.Deciding{Number: e.Number, Decision: made, Record: r}}
}

// undecided answers a press that decides nothing.
func undecided(d bot.Delivery, why string, say func(words.Words, int64) words.Message) bot.Verdict {
	return bot.Verdict{Reply: &bot.Reply{Record: note(d, bot.WasMistaken, commands.Mistaken, "", "", why), Say: say}}
}

func stale(d bot.Delivery) bot.Verdict { return undecided(d, "stale button", words.Words.Stale) }

// samePerson reports whether two accounts are one person's.
func samePerson(names commands.Names, a, b string) bool {
	one, ok := names.Owner(a)
	other, both := names.Owner(b)
	return a == b || ok && both && one.ID == other.ID
}

// mapped reports whether the config file says who both accounts are.
func mapped(names commands.Names, a, b string) bool {
	_, one := names.Owner(a)
	_, both := names.Owner(b)
	return one && both
}

// makesAdmin reports whether a command makes the person of an account an administrator.
func makesAdmin(names commands.Names, ref string, c commands.Command) bool {
	person, ok := names.Owner(ref)
	is := func(p commands.Person) bool { return p.ID == person.ID }
	switch {
	case !ok:
		return false
	case c.Verb == commands.Add || c.Verb == commands.Extend:
		return slices.ContainsFunc(c.Users, is)
	}
	return slices.ContainsFunc(c.Reversals, func(v commands.Reversal) bool {
		return slices.ContainsFunc(v.Set, is) || slices.ContainsFunc(v.Grants, func(g commands.Grant) bool { return g.User == person.ID })
	})
}

// How many requests a list has, with two buttons each.
const (
	listedRequests        = 10
	listedRequestsDiscord = 5
)

// requests is the answer to requests: those that the caller may decide or has made.
func (in *Intake) requests(ctx context.Context, d bot.Delivery, rules bot.Rules) (func(words.Words, int64) words.Message, error) {
	all, err := in.record.Requests(ctx)
	if all == nil && err != nil {
		return nil, err
	}
	var open []words.Open
	for _, e := range all {
		here := d.Place.Platform == e.Place.Platform || mapped(rules.Names, d.Caller.Ref, e.Caller.Ref)
		own := d.Caller.Ref == e.Caller.Ref
		may := !samePerson(rules.Names, d.Caller.Ref, e.Caller.Ref) && rules.Policy.MayApprove(d.Caller, e.Request.Approvers, here) == policy.MayDecide
		if e.Request.Post != "" && e.Request.Expires.After(in.now()) && (own || may) {
			open = append(open, words.Open{Request: e.Shown(d.Place.Platform), Own: own})
		}
	}
	most := listedRequests
	if d.Place.Platform == "discord" {
		most = listedRequestsDiscord
	}
	shown := open[:min(len(open), most)]
	return func(w words.Words, entry int64) words.Message { return w.Listed(entry, shown, len(open)-len(shown)) }, nil
}

// covered reports whether a press is allowed by an approval that was given before, and by
// which rule: Try again by the asker soon after the approval, and an Undo that only takes away
// what was approved, by the asker or the approver.
func (in *Intake) covered(d bot.Delivery, pressed bot.Entry, cmd commands.Command) bool {
	if !pressed.Approved() {
		return false
	}
	asker, approver := d.Caller.Ref == pressed.Caller.Ref, d.Caller.Ref == pressed.Request.Decision.By
	if cmd.Verb == commands.Undo && cmd.Number == pressed.Number {
		takesOnly := !slices.ContainsFunc(cmd.Asks(), func(c commands.Command) bool { return c.Verb != commands.Remove })
		return takesOnly && (asker || approver)
	}
	return asker && reflect.DeepEqual(cmd, pressed.Command) && in.now().Sub(pressed.Begun) <= coveredFor
}
