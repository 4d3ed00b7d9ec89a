package intake

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

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
		v := undecided(d, "decided before", func(w words.Words, entry int64) words.Message { return e.Late(w, entry) })
		v.Reply.Closed = &e
		return v
	}
	asked, own, withdraws := d.Caller.Ref == e.Caller.Ref, rules.SamePerson(d.Caller.Ref, e.Caller.Ref), d.Click.Action == words.WithdrawAction
	switch {
	case withdraws && asked:
		return decide(d, e, bot.Decision{State: bot.Withdrawn})
	case own && !asked:
		return undecided(d, "own request", func(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.NotOwnHere) })
	case withdraws:
		return undecided(d, "not the asker", func(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.NotYours) })
	case own:
		return undecided(d, "own request", func(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.NotOwn) })
	case d.Click.Action == words.ApproveAction && rules.MakesAdmin(d.Caller.Ref, e.Command):
		return undecided(d, "for themselves", func(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.NotSelf) })
	}
	return in.judged(d, e, asker, rules)
}

// judged decides about approving or denying by the rules of now.
func (in *Intake) judged(d bot.Delivery, e bot.Entry, asker commands.Caller, rules bot.Rules) bot.Verdict {
	_, decision := rules.Policy.DecideAll(asker, e.Place, e.Command)
	decision.Allowed = decision.Allowed && !tooLong(e.Command, decision)
	here := d.Place.Platform == e.Place.Platform || mapped(rules.Names, d.Caller.Ref, e.Caller.Ref)
	sets := e.ApproversBy(decision)
	answer := rules.Policy.MayApprove(d.Caller, sets, here)
	could := answer != policy.MayNotDecide || rules.Policy.Oversees(d.Caller, e.Command.Target.Groups...)
	switch {
	case !could:
		return in.notYou(d, e, sets, rules)
	case answer == policy.DeciderUnread, decision.Denial == policy.MembershipUnread:
		return undecided(d, "membership unread", unread)
	case !decision.Allowed:
		return decide(d, e, bot.Decision{State: bot.Denied, Lapsed: true})
	case answer == policy.MayNotDecide:
		return in.notYou(d, e, sets, rules)
	case d.Click.Action == words.DenyAction:
		return decide(d, e, bot.Decision{State: bot.Denied, Rule: e.RuleBy(decision)})
	}
	return decide(d, e, bot.Decision{State: bot.Accepted, Rule: e.RuleBy(decision), Renamed: renamed(rules.Names, e.Command)})
}

// notYou answers somebody who cannot decide: who can, and the command if they may do it
// themselves.
func (in *Intake) notYou(d bot.Delivery, e bot.Entry, sets [][]string, rules bot.Rules) bot.Verdict {
	switch rules.Policy.Knows(d.Caller) {
	case policy.Stranger: // they learn nothing about people
		return refuse(d, commands.Command{Verb: e.Command.Verb}, policy.Decision{Denial: policy.NoRight})
	case policy.Maybe:
		return undecided(d, "membership unread", unread)
	}
	row, _ := commands.Table.Row(e.Command.Verb)
	_, own := rules.Policy.DecideAll(d.Caller, d.Place, e.Command)
	command, typed := toCopy(rules.Names, e.Command)
	can := typed && own.Allowed && !own.Waits() && !row.Hidden
	there := rules.Policy.MayApprove(d.Caller, sets, true) == policy.MayDecide
	return undecided(d, "cannot decide", func(w words.Words, entry int64) words.Message {
		q := e.Shown(d.Place.Platform)
		q.Command, q.Named, q.There = command, rules.Named(e, sets), there
		return w.NotYou(entry, q, can)
	})
}

// decide is the verdict that somebody decides a request by pressing a button. Without a rule of its
// own, the decision is by the rule by which the request was asked.
func decide(d bot.Delivery, e bot.Entry, made bot.Decision) bot.Verdict {
	made.By, made.Place, made.Rule, made.Delivery = d.Caller.Ref, d.Place, cmp.Or(made.Rule, e.Rule), fingerprint(d.Key)
	r := note(d, made.Event(), made.Status(), e.Command.Verb, "", made.Rule)
	if made.Lapsed {
		r.Detail += ": the rules no longer allow this"
	}
	r.Groups, r.Users = e.Command.Target.Groups, bot.UsersOf(e.Command)
	return bot.Verdict{Decide: &bot.Deciding{Number: e.Number, Decision: made, Record: r}}
}

// renamed returns the names in a command that mean something else by now than they did.
func renamed(names commands.Names, c commands.Command) (all []string) {
	if c.Number != 0 {
		return nil // nobody typed it
	}
	if now, _ := names.Group(c.Target.Alias); c.Target.Alias != "" && !sameAs(now.Groups, c.Target.Groups) {
		all = append(all, c.Target.Alias)
	}
	for _, people := range [][]commands.Person{c.Users, c.Replace} {
		for _, p := range people {
			now, _ := names.People(p.Name)
			gone := !holds(now, p.ID)
			more := slices.ContainsFunc(now, func(one commands.Person) bool { return !holds(people, one.ID) })
			if p.Name != "" && (gone || more) && !slices.Contains(all, p.Name) {
				all = append(all, p.Name)
			}
		}
	}
	return all
}

// toCopy is a command as it is typed by now: what a name does not mean any more is written in IDs. ok is
// false if that cannot be typed.
func toCopy(names commands.Names, c commands.Command) (_ commands.Command, ok bool) {
	changed := renamed(names, c)
	if slices.Contains(changed, c.Target.Alias) {
		c.Target.Alias = ""
	}
	for _, people := range []*[]commands.Person{&c.Users, &c.Replace} {
		*people = slices.Clone(*people)
		for i, p := range *people {
			if slices.Contains(changed, p.Name) {
				(*people)[i].Name = ""
			}
		}
	}
	return c, c.Target.Alias != "" || len(c.Target.Groups) == 1
}

// sameAs reports whether two lists have the same groups.
func sameAs(a, b []imapi.GroupID) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// undecided answers a press that decides nothing.
func undecided(d bot.Delivery, why string, say func(words.Words, int64) words.Message) bot.Verdict {
	return bot.Verdict{Reply: &bot.Reply{Record: note(d, bot.WasMistaken, commands.Mistaken, "", "", why), Say: say}}
}

// unread answers that it cannot be read whether somebody may decide.
func unread(w words.Words, entry int64) words.Message { return w.Undecided(entry, w.Requests.Unread) }

func stale(d bot.Delivery) bot.Verdict { return undecided(d, "stale button", words.Words.Stale) }

// mapped reports whether the config file says who both accounts are.
func mapped(names commands.Names, a, b string) bool {
	_, one := names.Owner(a)
	_, both := names.Owner(b)
	return one && both
}

// tooLong reports whether a command, for as long as it was asked, gives more than the rules do by
// now. Of an extension, that is decided with its length.
func tooLong(c commands.Command, now policy.Decision) bool {
	return c.Verb != commands.Extend && now.Limit > 0 && (c.For == 0 || c.For > now.Limit)
}
