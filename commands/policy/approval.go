package policy

import (
	"slices"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// withApproval completes the decision about a command that the rules without approval do not
// allow by themselves: with the approval of somebody, the others may. What is decided for each
// group is whether its right has to wait.
func withApproval(rules []Rule, place commands.Place, row commands.Row, cmd commands.Command) Decision {
	if cmd.DryRun { // it waits for nobody, and shows what the command would do
		cmd.DryRun = false
		d := withApproval(rules, place, row, cmd)
		d.Approvers, d.Waiting = nil, nil
		return d
	}
	if cmd.Verb == commands.List || !slices.ContainsFunc(rules, func(r Rule) bool { return len(r.Approval) > 0 }) {
		return judge(rules, place, row, cmd)
	}
	free := filter(rules, func(r Rule) bool { return len(r.Approval) == 0 })
	if d := judge(free, place, row, cmd); d.Allowed {
		return d
	}
	all := judge(rules, place, row, cmd)
	if !all.Allowed {
		return all
	}
	giving := filter(rules, func(r Rule) bool { return r.gives(cmd.Verb) && r.holdsIn(place) })
	length := cmd.For
	if cmd.Verb == commands.Add && length == 0 {
		all.Limit = longestOfBoth(giving, cmd.Target.Groups)
		length = all.Limit
	}
	var used []Rule
	for _, g := range cmd.Target.Groups {
		fit := filter(giving, func(r Rule) bool { return r.covers(g) && (cmd.Verb != commands.Add || r.reaches(length)) })
		if free := filter(fit, func(r Rule) bool { return len(r.Approval) == 0 }); len(free) > 0 {
			used = appendRules(used, free)
			continue
		}
		if len(fit) == 0 {
			return Decision{Denial: LimitTooLong, Limit: all.Limit, Some: true}
		}
		used = appendRules(used, fit)
		all.Waiting = append(all.Waiting, g)
		all.Approvers = appendSet(all.Approvers, fit)
	}
	all.Rule = ruleNames(used)
	return all
}

// longestOfBoth is longestFor, by the rules without approval of each group that has one.
func longestOfBoth(rules []Rule, groups []imapi.GroupID) time.Duration {
	var smallest time.Duration
	for _, g := range groups {
		covering := filter(rules, func(r Rule) bool { return r.covers(g) })
		if free := filter(covering, func(r Rule) bool { return len(r.Approval) == 0 }); len(free) > 0 {
			covering = free
		}
		if most := longestFor(covering, []imapi.GroupID{g}); most > 0 && (smallest == 0 || most < smallest) {
			smallest = most
		}
	}
	return smallest
}

// reaches reports whether the rule gives a right for that length; 0: without an end.
func (r Rule) reaches(length time.Duration) bool {
	return r.For == 0 || length > 0 && length <= r.For
}

func appendRules(all, more []Rule) []Rule {
	for _, r := range more {
		if !slices.ContainsFunc(all, func(have Rule) bool { return have.Name == r.Name }) {
			all = append(all, r)
		}
	}
	return all
}

// appendSet adds who approves one of the rules, unless the same people are there already.
func appendSet(sets [][]string, rules []Rule) [][]string {
	var set []string
	for _, r := range rules {
		for _, ref := range r.Approval {
			if !slices.Contains(set, ref) {
				set = append(set, ref)
			}
		}
	}
	if slices.ContainsFunc(sets, func(have []string) bool { return slices.Equal(have, set) }) {
		return sets
	}
	return append(sets, set)
}

// answerable takes from a decision those who can never approve: the caller, and who is
// blocked. If then no caller or membership is left that can approve all that waits, the
// command is not allowed.
func (p Policy) answerable(caller commands.Caller, d Decision) Decision {
	if !d.Allowed || len(d.Approvers) == 0 {
		return d
	}
	for i, set := range d.Approvers {
		d.Approvers[i] = filter(set, func(ref string) bool { return ref != caller.Ref && !slices.Contains(p.Blocked, ref) })
	}
	if len(d.Named()) == 0 {
		return d.Unapproved()
	}
	return d
}

// Unapproved is the decision about a command that no one person can approve: those who can approve a
// part of it are among its Approvers.
func (d Decision) Unapproved() Decision {
	return Decision{Denial: NobodyApproves, Denied: d.Waiting, Approvers: d.Approvers, Some: true}
}

// Named returns the callers and memberships that can approve all that waits, in the order of
// the rules.
func (d Decision) Named() []string {
	if len(d.Approvers) == 0 {
		return nil
	}
	return filter(d.Approvers[0], func(ref string) bool {
		return !slices.ContainsFunc(d.Approvers, func(set []string) bool { return !slices.Contains(set, ref) })
	})
}

// Answer is whether somebody may decide a request.
type Answer string

// The answers about a decider.
const (
	MayDecide     Answer = "may"
	MayNotDecide  Answer = "may not"
	DeciderUnread Answer = "unread" // it depends on a membership that cannot be read right now
)

// MayApprove reports whether a caller is among those who can approve each right that waits.
// Somebody on another platform than the request counts by their own ref alone.
func (p Policy) MayApprove(decider commands.Caller, approvers [][]string, samePlatform bool) Answer {
	if len(approvers) == 0 || p.shut(decider) != "" {
		return MayNotDecide
	}
	held, unread := decider.Memberships, decider.Unread
	if !samePlatform {
		held, unread = nil, nil
	}
	answer := MayDecide
	for _, set := range approvers {
		switch {
		case slices.Contains(set, decider.Ref), overlap(set, held):
		case overlap(set, unread):
			answer = DeciderUnread
		default:
			return MayNotDecide
		}
	}
	if overlap(p.Blocked, decider.Unread) {
		return DeciderUnread
	}
	return answer
}

// Approvers returns the callers and memberships that begin with a prefix and approve under some
// rule, each once.
func (p Policy) Approvers(prefix string) []string {
	var all []string
	for _, r := range p.Rules {
		all = append(all, r.Approval...)
	}
	all = filter(all, func(ref string) bool { return strings.HasPrefix(ref, prefix) })
	slices.Sort(all)
	return slices.Compact(all)
}

// UnreadApprovers returns the memberships that cannot be read right now and by which the caller would
// approve something.
func (p Policy) UnreadApprovers(caller commands.Caller) []string {
	return common(caller.Unread, p.Approvers(""))
}

// Oversees reports whether the caller approves some command on one of the groups.
func (p Policy) Oversees(caller commands.Caller, groups ...imapi.GroupID) bool {
	return slices.ContainsFunc(p.approving(caller), func(r Rule) bool { return slices.ContainsFunc(groups, r.covers) })
}

// approving returns the rules that wait for the approval of the caller.
func (p Policy) approving(caller commands.Caller) []Rule {
	if p.shut(caller) != "" {
		return nil
	}
	return p.waitingFor(caller.Memberships, caller.Ref)
}

// waitingFor returns the rules that wait for the approval of the caller or a membership.
func (p Policy) waitingFor(memberships []string, ref string) []Rule {
	return filter(p.Rules, func(r Rule) bool { return names(r.Approval, memberships, ref) })
}

// ofApprover completes the decision about somebody whom no rule allows anything: who approves
// counts as one with some right. rules are those that they approve under.
func ofApprover(rules []Rule, row commands.Row, cmd commands.Command, d Decision) Decision {
	switch {
	case d.Some || len(rules) == 0:
		return d
	case anyRight(row):
		return Decision{Allowed: true, Rule: ruleNames(rules), Some: true}
	}
	return Decision{Denial: NoRule, Denied: cmd.Target.Groups, Some: true}
}

// OnPlatform returns those of some callers and memberships that are of a platform.
func OnPlatform(platform string, refs []string) []string {
	return filter(refs, func(ref string) bool { return strings.HasPrefix(ref, platform+":") })
}
