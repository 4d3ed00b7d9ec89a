package intake

import (
	"context"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// giveBack decides about done: it is for everybody whom the config file knows, for themselves
// alone. Where no rule gives the caller a command, the result is for them alone, and it says
// nothing about groups that they may not know of.
func (in *Intake) giveBack(ctx context.Context, d bot.Delivery, cmd commands.Command, rules bot.Rules) bot.Verdict {
	decision := rules.Policy.Decide(d.Caller, d.Place, cmd)
	if !decision.Allowed {
		return refuse(d, cmd, decision)
	}
	owner, known := rules.Names.Owner(d.Caller.Ref)
	if !known {
		return in.mistaken(d, grammar.Mistake{Problem: grammar.UnknownCaller, Verb: cmd.Verb, Account: d.Caller.Ref, Typed: typedIn(d)})
	}
	if len(cmd.Target.Groups) == 0 {
		return in.ownGroups(ctx, d, cmd, owner.ID)
	}
	cmd.Users = []commands.Person{owner}
	given := rules.Policy.Rights(d.Caller, d.Place).Given
	cmd.Private = !slices.ContainsFunc(given, func(r policy.Right) bool { return r.Here })
	cmd.Veiled = !rules.Policy.SeesGroups(d.Caller, cmd.Target.Groups...)
	if word, _ := read(d, commands.Names{}, nil); cmd.Veiled && cmd.Target.Alias != "" && len(word.Target.Groups) == 1 {
		cmd.Target.Alias = string(word.Target.Groups[0]) // as they typed it
	}
	a := acceptance(d, rules, cmd, decision)
	a.Record.Text = grammar.Format(cmd)
	if d.Click != nil {
		a.Presses = presses(*d.Click)
	}
	return bot.Verdict{Accept: a}
}

// typedIn is what was typed or filled in; nothing of a click.
func typedIn(d bot.Delivery) string {
	if d.Fields != nil {
		return d.Fields.String()
	}
	return d.Text
}

// ownGroups answers in which groups the record knows somebody as an administrator.
func (in *Intake) ownGroups(ctx context.Context, d bot.Delivery, cmd commands.Command, user imapi.UserID) bot.Verdict {
	limited, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	groups, err := in.administers(limited, user)
	if err != nil {
		in.log.Error("question not answered", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
		return bot.Verdict{Unread: true}
	}
	r := note(d, bot.WasAnswered, commands.Answered, cmd.Verb, grammar.Format(cmd), "")
	return bot.Verdict{Reply: &bot.Reply{About: cmd, Record: r, Say: func(w words.Words, entry int64) words.Message {
		return w.GiveBack(entry, groups)
	}}}
}

// administers returns the groups where the record knows somebody as an administrator: those
// with a time on record, and those where the last that was done to them made them one.
func (in *Intake) administers(ctx context.Context, user imapi.UserID) ([]imapi.GroupID, error) {
	limits, err := in.record.Grants(ctx, "")
	if err != nil {
		return nil, err
	}
	var groups []imapi.GroupID
	decided := make(map[imapi.GroupID]bool)
	note := func(g imapi.GroupID, admin bool) {
		if !decided[g] && admin {
			groups = append(groups, g)
		}
		decided[g] = true
	}
	for _, l := range limits {
		if l.User == user {
			note(l.Group, true)
		}
	}
	touches, err := in.record.Touches(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, t := range touches {
		if t.Outcome == nil {
			if admin, decided := byTrail(t); decided {
				note(t.Group, admin)
			}
			continue
		}
		for _, made := range change.Decided(*t.Outcome) {
			if made.User == user {
				note(t.Group, made.Admin && !made.Unsure)
			}
		}
	}
	slices.Sort(groups)
	return groups, nil
}

// byTrail reports whether an entry of which nothing but its audit rows is left decided about those
// in them, and whether they certainly were administrators then: a replacement is about others, too, and
// what a button did is not said.
func byTrail(t bot.Touch) (admin, decided bool) {
	changes := t.Verb == commands.Add || t.Verb == commands.Undo || t.Verb.Cancels()
	if !changes || t.Status == commands.Failed || strings.Contains(t.Text, "--dry-run") {
		return false, false
	}
	return t.Verb == commands.Add && t.Status.Fine() && !strings.Contains(t.Text, "--replace") && !strings.HasPrefix(t.Text, "click "), true
}
