// Package policy decides who is allowed what. It is pure.
package policy

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Policy says who may do what. It is data: the zero value allows nothing to
// anyone, and no one is allowed anything that no rule allows.
type Policy struct {
	Rules   []Rule
	Blocked []string // callers and memberships that no rule ever fits
	Contact string   // the person that refusals name

	Table commands.Set // the commands it is about; nil: commands.Table
}

func (p Policy) table() commands.Set {
	if p.Table == nil {
		return commands.Table
	}
	return p.Table
}

// Rule allows some callers some commands on some groups.
type Rule struct {
	Name     string          // as shown: "ALLOWLIST", "rule 2 (line 14)"
	Allow    []string        // callers and memberships, compared exactly
	Commands []commands.Verb // empty: all
	Groups   []string        // IDs, and patterns with *; empty: all
	Channels []string        // as Place.Channel; empty: anywhere
	For      time.Duration   // the longest limit that add may ask for; 0: none
	Approval []string        // callers and memberships, one of whom has to agree; empty: nobody
}

// Decision is whether a command is allowed, and why.
type Decision struct {
	Allowed bool
	Rule    string          // names of the rules that allow it, separated by ", "
	Denial  Denial          // why it is not allowed
	Denied  []imapi.GroupID // groups that no rule allows; only shown to a caller with some right
	Unread  []string        // with MembershipUnread: the memberships that would decide
	Limit   time.Duration   // add: the longest limit, which an add without --for gets; 0: none
	Some    bool            // some rule allows the caller something, wherever

	// Of what is allowed if somebody agrees: for each right that waits, who can approve it,
	// and the groups on which something waits.
	Approvers [][]string
	Waiting   []imapi.GroupID
	Open      int // with TooManyRequests: how many there are
}

// Waits reports whether the command has to wait for the approval of somebody.
func (d Decision) Waits() bool { return d.Allowed && len(d.Approvers) > 0 }

// Denial is why a command is not allowed.
type Denial string

// Reasons for not allowing a command.
const (
	NoRight          Denial = "no right" // no rule allows the caller anything, wherever
	NoRule           Denial = "no rule"  // no rule allows the caller this command
	CallerBlocked    Denial = "blocked"
	CallerOutsider   Denial = "outsider"          // of another organisation
	GroupsDenied     Denial = "groups"            // the command is allowed, but not for Denied
	ElsewhereOnly    Denial = "channel"           // it is allowed in another channel
	LimitTooLong     Denial = "limit"             // --for is longer than Limit
	MembershipUnread Denial = "membership unread" // it may be allowed: Unread cannot be read right now
	TooMuchOpen      Denial = "too much open"     // it is allowed, but too much is still to be done
	NobodyApproves   Denial = "nobody approves"   // no one person can approve all that waits, on Denied
	NobodyHere       Denial = "nobody here"       // nobody who can approve it could answer in this place
	TooManyRequests  Denial = "too many requests" // of the caller are open
)

// Decide reports whether the caller is allowed this, here. The table says which
// commands everyone may use, and which take any right; which entries and groups those
// show is for SeesGroups to say. undo, extend and end are decided as the commands that
// they make (DecideAll). A membership that cannot be read and would decide, by a rule
// or by Blocked, is reported as MembershipUnread.
func (p Policy) Decide(caller commands.Caller, place commands.Place, cmd commands.Command) Decision {
	row, _ := p.table().Row(cmd.Verb)
	if row.Everybody && row.CallsAPI { // for themselves, unless nothing is for them
		switch denial := p.shut(caller); {
		case denial != "":
			return Decision{Denial: denial}
		case overlap(p.Blocked, caller.Unread):
			return Decision{Denial: MembershipUnread, Unread: common(caller.Unread, p.Blocked)}
		}
	}
	if row.Everybody {
		return Decision{Allowed: true, Some: p.Knows(caller) == Known}
	}
	if denial := p.shut(caller); denial != "" {
		return Decision{Denial: denial}
	}
	return p.unlessUnread(caller, row, func(memberships []string) Decision {
		d := withApproval(p.naming(memberships, caller.Ref), place, row, cmd)
		return ofApprover(p.waitingFor(memberships, caller.Ref), row, cmd, d)
	})
}

// unlessUnread returns what is decided by the memberships of a caller, unless one that cannot be
// read right now would decide: it may give the command, or be blocked.
func (p Policy) unlessUnread(caller commands.Caller, row commands.Row, decide func(memberships []string) Decision) Decision {
	d := decide(caller.Memberships)
	if len(caller.Unread) == 0 || d.Allowed && !overlap(p.Blocked, caller.Unread) {
		return d
	}
	if !decide(slices.Concat(caller.Memberships, caller.Unread)).Allowed {
		return d
	}
	named := slices.Clone(p.Blocked)
	for _, r := range p.Rules {
		switch {
		case d.Allowed:
		case anyRight(row):
			named = slices.Concat(named, r.Allow, r.Approval)
		case r.gives(row.Verb):
			named = append(named, r.Allow...)
		}
	}
	return Decision{Denial: MembershipUnread, Unread: common(caller.Unread, named), Some: d.Some}
}

// DecideAll decides each command that cmd asks for (Command.Asks). If one is not allowed
// it returns that one with its decision, otherwise cmd with all decisions as one: the
// rules of all, and the limit of the add among them.
func (p Policy) DecideAll(caller commands.Caller, place commands.Place, cmd commands.Command) (commands.Command, Decision) {
	var all Decision
	var rules []string
	for _, asked := range cmd.Asks() {
		d := p.Decide(caller, place, asked)
		if !d.Allowed {
			return asked, d
		}
		if d.Rule != "" && !slices.Contains(rules, d.Rule) {
			rules = append(rules, d.Rule)
		}
		d.Rule, d.Limit = strings.Join(rules, ", "), max(all.Limit, d.Limit)
		others := filter(d.Waiting, func(g imapi.GroupID) bool { return !slices.Contains(all.Waiting, g) })
		d.Approvers, d.Waiting = slices.Concat(all.Approvers, d.Approvers), slices.Concat(all.Waiting, others)
		all = d
	}
	return cmd, p.answerable(caller, all)
}

// anyRight reports whether a command is allowed to everyone who has some right: it is
// typed, and not about a group.
func anyRight(row commands.Row) bool { return row.Ruled && !row.CallsAPI }

// judge decides by the rules that fit the caller.
func judge(rules []Rule, place commands.Place, row commands.Row, cmd commands.Command) Decision {
	d := Decision{Some: len(rules) > 0}
	if anyRight(row) && d.Some {
		d.Allowed, d.Rule = true, ruleNames(rules)
		return d
	}
	here := filter(rules, func(r Rule) bool { return r.gives(cmd.Verb) && r.holdsIn(place) })
	var used []Rule
	for _, r := range here {
		if slices.ContainsFunc(cmd.Target.Groups, r.covers) {
			used = append(used, r)
		}
	}
	if d.Some {
		d.Denied = uncovered(here, cmd.Target.Groups)
	}
	if !row.CallsAPI || len(cmd.Target.Groups) == 0 || len(used) == 0 || len(d.Denied) > 0 {
		d.Denial = why(rules, row, cmd)
		return d
	}
	if cmd.Verb == commands.Add {
		d.Limit = longestFor(used, cmd.Target.Groups)
	}
	if d.Limit > 0 && cmd.For > d.Limit {
		d.Denial = LimitTooLong
		return d
	}
	d.Allowed, d.Rule = true, ruleNames(used)
	return d
}

// why returns why a command is denied that some group is not allowed for.
func why(rules []Rule, row commands.Row, cmd commands.Command) Denial {
	anywhere := filter(rules, func(r Rule) bool { return r.gives(cmd.Verb) })
	switch {
	case len(rules) == 0:
		return NoRight
	case !row.CallsAPI || len(cmd.Target.Groups) == 0 || len(anywhere) == 0:
		return NoRule
	case len(uncovered(anywhere, cmd.Target.Groups)) == 0:
		return ElsewhereOnly
	}
	return GroupsDenied
}

// longestFor is the smallest over the groups of the longest that a rule gives; a
// rule without a limit is longer than all.
func longestFor(rules []Rule, groups []imapi.GroupID) time.Duration {
	var smallest time.Duration
	for _, g := range groups {
		covering := filter(rules, func(r Rule) bool { return r.covers(g) })
		if slices.ContainsFunc(covering, func(r Rule) bool { return r.For == 0 }) {
			continue
		}
		byLimit := func(a, b Rule) int { return cmp.Compare(a.For, b.For) }
		if most := slices.MaxFunc(covering, byLimit).For; smallest == 0 || most < smallest {
			smallest = most
		}
	}
	return smallest
}

// Sees returns what Parse wants to know: is the caller allowed the alias for
// anything, wherever. What someone may know of does not depend on the channel.
func (p Policy) Sees(caller commands.Caller, names commands.Names) func(alias string) bool {
	given := sync.OnceValue(func() [][]Rule { return p.given(caller) }) // there can be many aliases
	return func(alias string) bool {
		target, ok := names.Group(alias)
		return ok && coversAll(given(), target.Groups)
	}
}

// SeesGroups reports whether some command is allowed to the caller on every one
// of the groups, wherever.
func (p Policy) SeesGroups(caller commands.Caller, groups ...imapi.GroupID) bool {
	return coversAll(p.given(caller), groups)
}

// given returns, for each command that some rule gives the caller, the rules that do, wherever.
func (p Policy) given(caller commands.Caller) (all [][]Rule) {
	certain := p.certain(caller)
	for _, v := range p.table().Ruled() {
		if giving := filter(certain, func(r Rule) bool { return r.gives(v) }); len(giving) > 0 {
			all = append(all, giving)
		}
	}
	return all
}

// coversAll reports whether the rules of one command are about every one of the groups.
func coversAll(given [][]Rule, groups []imapi.GroupID) bool {
	return len(groups) > 0 && slices.ContainsFunc(given, func(rules []Rule) bool { return len(uncovered(rules, groups)) == 0 })
}

// Gives reports whether some rule gives the caller a command on every one of the groups,
// wherever, if need be with the approval of somebody.
func (p Policy) Gives(caller commands.Caller, v commands.Verb, groups ...imapi.GroupID) bool {
	giving := filter(p.certain(caller), func(r Rule) bool { return r.gives(v) })
	return coversAll([][]Rule{giving}, groups)
}

// certain returns the rules that fit the caller; none if they may be blocked.
func (p Policy) certain(caller commands.Caller) []Rule {
	if overlap(p.Blocked, caller.Unread) {
		return nil
	}
	return p.fitting(caller)
}

// Named returns the callers and memberships that begin with a prefix and are named by a
// rule, as allowed or as approving, or blocked, each once.
func (p Policy) Named(prefix string) []string {
	named := slices.Clone(p.Blocked)
	for _, r := range p.Rules {
		named = append(append(named, r.Allow...), r.Approval...)
	}
	named = slices.DeleteFunc(named, func(ref string) bool { return !strings.HasPrefix(ref, prefix) })
	slices.Sort(named)
	return slices.Compact(named)
}

// shut returns why no rule ever fits the caller, if so.
func (p Policy) shut(caller commands.Caller) Denial {
	switch {
	case caller.Outsider:
		return CallerOutsider
	case slices.Contains(p.Blocked, caller.Ref), overlap(p.Blocked, caller.Memberships):
		return CallerBlocked
	}
	return ""
}

// fitting returns the rules that fit the caller, by what is known of them.
func (p Policy) fitting(caller commands.Caller) []Rule {
	if p.shut(caller) != "" {
		return nil
	}
	return p.naming(caller.Memberships, caller.Ref)
}

// naming returns the rules that name the caller or a membership.
func (p Policy) naming(memberships []string, ref string) []Rule {
	return filter(p.Rules, func(r Rule) bool { return names(r.Allow, memberships, ref) })
}
