package policy

import (
	"cmp"
	"slices"
	"time"

	"liveadmin/commands"
)

// Somewhere decides whether a command is allowed on some group, for a form in which the group
// is not chosen yet. Of an add, cmd.For is how long; 0: as long as the rules give. In a place
// without a channel, rules for channels count, too: which of them hold is decided about the
// whole command.
func (p Policy) Somewhere(caller commands.Caller, place commands.Place, cmd commands.Command) Decision {
	if denial := p.shut(caller); denial != "" {
		return Decision{Denial: denial}
	}
	row, _ := p.table().Row(cmd.Verb)
	return p.unlessUnread(caller, row, func(memberships []string) Decision {
		return p.answerable(caller, somewhere(p.naming(memberships, caller.Ref), place, cmd))
	})
}

func somewhere(rules []Rule, place commands.Place, cmd commands.Command) Decision {
	d := Decision{Some: len(rules) > 0}
	giving := filter(rules, func(r Rule) bool { return r.gives(cmd.Verb) })
	here := filter(giving, func(r Rule) bool { return place.Channel == "" || r.holdsIn(place) })
	fit := filter(here, func(r Rule) bool { return cmd.Verb != commands.Add || cmd.For == 0 || r.reaches(cmd.For) })
	free := filter(fit, func(r Rule) bool { return len(r.Approval) == 0 })
	if len(free) > 0 {
		fit = free
	}
	if cmd.Verb == commands.Add && len(fit) > 0 {
		d.Limit = longest(fit)
	} else if cmd.Verb == commands.Add && len(here) > 0 {
		d.Limit = longest(here)
	}
	switch {
	case len(rules) == 0:
		d.Denial = NoRight
	case len(giving) == 0:
		d.Denial = NoRule
	case len(here) == 0:
		d.Denial = ElsewhereOnly
	case len(fit) == 0:
		d.Denial = LimitTooLong
	default:
		d.Allowed, d.Rule = true, ruleNames(fit)
		if len(free) == 0 {
			d.Approvers = appendSet(nil, fit)
		}
	}
	return d
}

// longest is the longest that one of the rules gives; 0: no limit.
func longest(rules []Rule) time.Duration {
	if slices.ContainsFunc(rules, func(r Rule) bool { return r.For == 0 }) {
		return 0
	}
	return slices.MaxFunc(rules, func(a, b Rule) int { return cmp.Compare(a.For, b.For) }).For
}
