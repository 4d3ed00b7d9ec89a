package intake

import (
	"context"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// opensForm reports whether a command that is not complete is answered by a form for the rest.
func opensForm(d bot.Delivery, m grammar.Mistake) bool {
	missing := m.Problem == grammar.GroupMissing || m.Problem == grammar.UsersMissing
	return d.Opens && d.Form == nil && missing && slices.Contains(words.Formed, m.Verb)
}

// formsFor returns the commands whose forms can be opened in answer to a delivery.
func formsFor(d bot.Delivery, p policy.Policy) (verbs []commands.Verb) {
	for _, v := range words.Formed {
		if d.Opens && p.Somewhere(d.Caller, d.Place, commands.Command{Verb: v}).Allowed {
			verbs = append(verbs, v)
		}
	}
	return verbs
}

// begun is a command as far as it was typed or filled in.
func begun(d bot.Delivery, names commands.Names) commands.Command {
	if d.Fields != nil {
		return grammar.BegunIn(*d.Fields, names)
	}
	return grammar.Begun(d.Text, names)
}

// open answers by a form for what is not there yet of a command, if the caller may use the
// command at all, and where no form can be opened by the mistake. What a form has no field
// for cannot be lost in it.
func (in *Intake) open(d bot.Delivery, cmd commands.Command, m grammar.Mistake, rules bot.Rules) bot.Verdict {
	offer, decision := offered(rules, d.Caller, d.Place, cmd)
	if !decision.Allowed {
		return refuse(d, cmd, decision)
	}
	offer.Starts.Fixed = d.Fixed
	if !d.Opens || len(cmd.Replace) > 0 || cmd.New || cmd.DryRun {
		return in.mistaken(d, m)
	}
	r := note(d, bot.WasAnswered, commands.Answered, cmd.Verb, m.Typed, "form")
	return bot.Verdict{Reply: &bot.Reply{
		About: cmd, Record: r,
		Say:  func(w words.Words, entry int64) words.Message { return w.Mistake(entry, m) },
		Form: func(w words.Words) words.Form { return w.Form(offer) },
	}}
}

// Offer returns what a form offers somebody in a place, where so much is filled in, and whether
// they are allowed the command at all.
func (in *Intake) Offer(ctx context.Context, caller commands.Caller, place commands.Place, filled bot.Filled) (words.Offer, policy.Decision) {
	rules := in.rules()
	cmd := grammar.BegunIn(filled.Fields(), rules.TypedBy(caller))
	cmd.Verb = filled.Verb
	offer, decision := offered(rules, caller, place, cmd)
	if decision.Allowed && filled.Verb == commands.Remove && filled.Asked == words.UsersField {
		q := bot.Question{Caller: caller, Place: place, Fields: filled.Fields()}
		offer.People = withAdmins(offer.People, in.adminsFor(ctx, q, rules))
	}
	return offer, decision
}

// withAdmins are the administrators of a group and then other people, each once.
func withAdmins(people []words.Choice, admins []string) (all []words.Choice) {
	for _, user := range admins {
		all = append(all, words.Choice{Typed: user, Means: []commands.Person{{ID: imapi.UserID(user)}}})
	}
	return append(all, slices.DeleteFunc(people, func(c words.Choice) bool {
		return len(c.Means) == 1 && c.Typed != grammar.Me && slices.Contains(admins, string(c.Means[0].ID))
	})...)
}

// offered is what a form offers for a command that is begun, by the rules and names alone.
// Whose group is not allowed may choose another one.
func offered(rules bot.Rules, caller commands.Caller, place commands.Place, cmd commands.Command) (words.Offer, policy.Decision) {
	o := words.Offer{
		Verb: cmd.Verb, Platform: place.Platform, Placed: place.Channel != "",
		Aliases: usable(rules, caller, place, cmd.Verb), People: choices(rules, caller),
		Starts: words.Started{Users: cmd.Users, For: cmd.For, Reason: cmd.Reason},
	}
	o.Starts.Group = cmd.Target.Alias
	if o.Starts.Group == "" && len(cmd.Target.Groups) == 1 {
		o.Starts.Group = typedGroup(rules, caller, cmd.Target.Groups[0])
	}
	if o.Starts.Group == "" && len(o.Aliases) == 1 {
		o.Starts.Group = o.Aliases[0]
		cmd.Target, _ = rules.Names.Group(o.Aliases[0])
	}
	decide := func(length time.Duration) policy.Decision {
		asked := commands.Command{Verb: cmd.Verb, Target: cmd.Target, For: length}
		if len(asked.Target.Groups) > 0 {
			if _, d := rules.Policy.DecideAll(caller, place, asked); d.Allowed || d.Denial != policy.ElsewhereOnly || place.Channel != "" {
				return d
			}
		}
		return rules.Policy.Somewhere(caller, place, asked)
	}
	decision := decide(0)
	if !decision.Allowed {
		return o, decision
	}
	start := decision
	if cmd.Verb == commands.Add {
		o.Lengths = lengths(decide, decision, cmd.For)
		o.Starts.For = starting(o.Lengths, cmd.For, decision.Limit)
		start = decide(o.Starts.For)
	}
	o.Waits = start.Waits()
	for _, l := range o.Lengths {
		if !start.Waits() && l.Waits {
			start = decide(l.For)
		}
	}
	if start.Waits() {
		start.Approvers = rules.Approvers(caller.Ref, cmd, start.Approvers)
		o.Approvers = policy.OnPlatform(place.Platform, start.Named())
	}
	return o, decision
}

// typedGroup is the ID of a group as it can be typed: in quotes if it would be read as something
// else without.
func typedGroup(rules bot.Rules, caller commands.Caller, g imapi.GroupID) string {
	read, mistake := grammar.New(naming(commands.List, string(g)), rules.Names, rules.Policy.Sees(caller, rules.Names))
	if mistake == nil && read.Target.Alias == "" && slices.Equal(read.Target.Groups, []imapi.GroupID{g}) {
		return string(g)
	}
	return grammar.FormatFields(commands.Command{Verb: commands.List, Target: commands.Target{Groups: []imapi.GroupID{g}}}).Get(words.GroupField)
}

// usable returns the aliases on which the caller may use a command. Of a form that is opened in
// no channel, those that are allowed in some channel are among them.
func usable(rules bot.Rules, caller commands.Caller, place commands.Place, v commands.Verb) []string {
	sees := rules.Policy.Sees(caller, rules.Names)
	return slices.DeleteFunc(rules.Names.Aliases(), func(alias string) bool {
		if !sees(alias) {
			return true
		}
		target, _ := rules.Names.Group(alias)
		_, d := rules.Policy.DecideAll(caller, place, commands.Command{Verb: v, Target: target})
		return !d.Allowed && (place.Channel != "" || d.Denial != policy.ElsewhereOnly)
	})
}

// choices are the people and crews whom the config file names, and the caller.
func choices(rules bot.Rules, caller commands.Caller) (all []words.Choice) {
	names := rules.TypedBy(caller)
	for _, word := range peopleFor(bot.Question{Caller: caller}, rules, "") {
		cmd := grammar.BegunIn(naming(commands.Remove, "").With("users", word), names)
		all = append(all, words.Choice{Typed: word, Means: cmd.Users})
	}
	return all
}

// The lengths that a form offers, as far as the rules allow them, and the one with which it
// starts.
var formLengths = []time.Duration{
	30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour, commands.MaxFor,
}

const formStart = 2 * time.Hour

// lengths returns how long an add can be: usual lengths, what was typed, the limit, and for
// ever, each if the rules allow it. base is what is decided of an add without a length.
func lengths(decide func(time.Duration) policy.Decision, base policy.Decision, typed time.Duration) (all []words.Length) {
	candidates := append(slices.Clone(formLengths), typed, base.Limit, decide(commands.MaxFor).Limit)
	slices.Sort(candidates)
	for _, d := range slices.Compact(candidates) {
		if d <= 0 || d > commands.MaxFor {
			continue
		}
		if made := decide(d); made.Allowed {
			all = append(all, words.Length{For: d, Waits: made.Waits()})
		}
	}
	if base.Limit == 0 {
		all = append(all, words.Length{Waits: base.Waits()})
	}
	return all
}

// starting is the length with which a form starts: what was typed, or two hours, or the limit
// if that is shorter.
func starting(all []words.Length, typed, limit time.Duration) time.Duration {
	want := formStart
	if typed > 0 {
		want = typed
	} else if limit > 0 {
		want = min(want, limit)
	}
	var best time.Duration
	for _, l := range all {
		if l.For <= want && l.For > best {
			best = l.For
		}
	}
	return best
}

// fieldOf is the field of a form that a refusal is about; empty: the group.
func fieldOf(d bot.Delivery, decision policy.Decision) string {
	switch {
	case decision.Denial == policy.LimitTooLong:
		return words.ForField
	case decision.Denial == policy.ElsewhereOnly && d.Place.Picked:
		return words.ChannelField
	}
	return ""
}
