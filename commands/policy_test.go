package commands

import (
	"reflect"
	"testing"
	"time"

	"liveadmin/imapi"
)

const (
	alice   = "slack:user:U024BE7LH"
	mods    = "slack:usergroup:SMODS"
	leads   = "slack:usergroup:SLEADS"
	mallory = "slack:user:U0MALLORY"
)

// stage is a policy with every kind of rule.
func stage() Policy {
	return Policy{
		Blocked: []string{mallory, "slack:usergroup:SBANNED"},
		Rules: []Rule{
			{Name: "ALLOWLIST", Allow: []string{"slack:user:UBOSS", mallory}},
			{Name: "rule 1", Allow: []string{alice, mods}, Commands: []Verb{Add, List}, Groups: []string{"g1", "show-*"}, For: 8 * time.Hour},
			{Name: "rule 2", Allow: []string{mods}, Commands: []Verb{Add}, Groups: []string{"g1"}, For: 24 * time.Hour},
			{Name: "rule 3", Allow: []string{alice}, Commands: []Verb{Add}, Groups: []string{"g2"}, For: 2 * time.Hour},
			{Name: "rule 4", Allow: []string{alice}, Commands: []Verb{Remove}, Groups: []string{"g9"}, Channels: []string{"slack:COPS"}},
			{Name: "rule 5", Allow: []string{leads}},
		},
	}
}

func TestDecide(t *testing.T) {
	on := func(v Verb, groups ...imapi.GroupID) Command { return Command{Verb: v, Target: Target{Groups: groups}} }
	limited := func(c Command, d time.Duration) Command { c.For = d; return c }
	here, ops := Place{Platform: "slack", Channel: "slack:CANY"}, Place{Platform: "slack", Channel: "slack:COPS"}
	for _, tt := range []struct {
		name   string
		caller Caller
		place  Place
		cmd    Command
		want   Decision
	}{
		{"everything by the allowlist", Caller{Ref: "slack:user:UBOSS"}, here, on(Remove, "any", "@TGS#a1"), Decision{Allowed: true, Rule: "ALLOWLIST", Some: true}},
		{"nobody by default", Caller{Ref: "slack:user:UNOBODY"}, here, on(List, "g1"), Decision{Denial: NoRight}},
		{"a caller without a ref", Caller{}, here, on(List, "g1"), Decision{Denial: NoRight}},
		{"a ref is compared exactly", Caller{Ref: "slack:user:u024be7lh"}, here, on(List, "g1"), Decision{Denial: NoRight}},
		{"a name never counts", Caller{Ref: "slack:user:UNOBODY", Name: alice}, here, on(List, "g1"), Decision{Denial: NoRight}},
		{"one command on one group", Caller{Ref: alice}, here, on(List, "g1"), Decision{Allowed: true, Rule: "rule 1", Some: true}},
		{"a pattern", Caller{Ref: alice}, here, on(List, "show-2026"), Decision{Allowed: true, Rule: "rule 1", Some: true}},
		{"by a membership", Caller{Ref: "slack:user:UMOD", Memberships: []string{mods}}, here, on(List, "g1"), Decision{Allowed: true, Rule: "rule 1", Some: true}},
		{"another group", Caller{Ref: alice}, here, on(List, "g7"), Decision{Denial: GroupsDenied, Denied: []imapi.GroupID{"g7"}, Some: true}},
		{"another command", Caller{Ref: alice}, here, on(End, "g1"), Decision{Denial: NoRule, Denied: []imapi.GroupID{"g1"}, Some: true}},
		{"one group of an alias", Caller{Ref: alice}, here, on(List, "g1", "g7", "g8"), Decision{Denial: GroupsDenied, Denied: []imapi.GroupID{"g7", "g8"}, Some: true}},
		{"no groups at all", Caller{Ref: "slack:user:UBOSS"}, here, on(List), Decision{Denial: NoRule, Some: true}},
		{"an unknown command", Caller{Ref: "slack:user:UBOSS"}, here, on("frob", "g1"), Decision{Denial: NoRule, Some: true}},
		{"groups of an alias by several rules", Caller{Ref: alice}, here, on(Add, "g1", "g2"),
			Decision{Allowed: true, Rule: "rule 1, rule 3", Limit: 2 * time.Hour, Some: true}},

		{"an add gets the longest limit", Caller{Ref: "slack:user:UMOD", Memberships: []string{mods}}, here, on(Add, "g1"),
			Decision{Allowed: true, Rule: "rule 1, rule 2", Limit: 24 * time.Hour, Some: true}},
		{"as long as the limit", Caller{Ref: alice}, here, limited(on(Add, "g1"), 8*time.Hour), Decision{Allowed: true, Rule: "rule 1", Limit: 8 * time.Hour, Some: true}},
		{"longer than the limit", Caller{Ref: alice}, here, limited(on(Add, "g1"), 9*time.Hour), Decision{Denial: LimitTooLong, Limit: 8 * time.Hour, Some: true}},
		{"a rule without a limit is longest", Caller{Ref: alice, Memberships: []string{leads}}, here, on(Add, "g1"),
			Decision{Allowed: true, Rule: "rule 1, rule 5", Some: true}},
		{"no limit for list", Caller{Ref: alice}, here, on(List, "g1"), Decision{Allowed: true, Rule: "rule 1", Some: true}},

		{"in the rule's channel", Caller{Ref: alice}, ops, on(Remove, "g9"), Decision{Allowed: true, Rule: "rule 4", Some: true}},
		{"in another channel", Caller{Ref: alice}, here, on(Remove, "g9"), Decision{Denial: ElsewhereOnly, Denied: []imapi.GroupID{"g9"}, Some: true}},
		{"in no channel", Caller{Ref: alice}, Place{Platform: "slack"}, on(Remove, "g9"), Decision{Denial: ElsewhereOnly, Denied: []imapi.GroupID{"g9"}, Some: true}},
		{"in another channel on another group", Caller{Ref: alice}, here, on(Remove, "g8"), Decision{Denial: GroupsDenied, Denied: []imapi.GroupID{"g8"}, Some: true}},

		{"blocked beats the allowlist", Caller{Ref: mallory}, here, on(List, "g1"), Decision{Denial: CallerBlocked}},
		{"a blocked membership beats every rule", Caller{Ref: alice, Memberships: []string{"slack:usergroup:SBANNED"}}, here, on(List, "g1"), Decision{Denial: CallerBlocked}},
		{"an outsider never fits", Caller{Ref: alice, Memberships: []string{mods}, Outsider: true}, here, on(List, "g1"), Decision{Denial: CallerOutsider}},

		{"a membership that cannot be read", Caller{Ref: "slack:user:UMOD", Unread: []string{mods, "slack:usergroup:SOTHER"}}, here, on(List, "g1"),
			Decision{Denial: MembershipUnread, Unread: []string{mods}}},
		{"one that would not help", Caller{Ref: "slack:user:UMOD", Unread: []string{mods}}, here, on(Remove, "g1"), Decision{Denial: NoRight}},
		{"one that would give a longer limit", Caller{Ref: alice, Unread: []string{mods}}, here, limited(on(Add, "g1"), 12*time.Hour),
			Decision{Denial: MembershipUnread, Unread: []string{mods}, Some: true}},
		{"one that is not needed", Caller{Ref: alice, Unread: []string{leads}}, here, on(List, "g1"), Decision{Allowed: true, Rule: "rule 1", Some: true}},
		{"a block that cannot be read", Caller{Ref: alice, Unread: []string{"slack:usergroup:SBANNED"}}, here, on(List, "g1"),
			Decision{Denial: MembershipUnread, Unread: []string{"slack:usergroup:SBANNED"}, Some: true}},
		{"an unread block of somebody without a rule", Caller{Ref: "slack:user:UX", Unread: []string{"slack:usergroup:SBANNED"}}, here, on(List, "g1"), Decision{Denial: NoRight}},
		{"an outsider's membership that cannot be read", Caller{Ref: alice, Outsider: true, Unread: []string{mods}}, here, on(List, "g1"), Decision{Denial: CallerOutsider}},

		{"help for everybody", Caller{Ref: "slack:user:UNOBODY"}, here, Command{Verb: Help}, Decision{Allowed: true}},
		{"whoami for the blocked", Caller{Ref: mallory}, here, Command{Verb: Whoami}, Decision{Allowed: true}},
		{"a bare command for outsiders", Caller{Ref: alice, Outsider: true}, here, Command{Verb: Welcome}, Decision{Allowed: true}},
		{"history for everybody", Caller{Ref: alice}, here, Command{Verb: History, Target: Target{Groups: []imapi.GroupID{"g7"}}}, Decision{Allowed: true, Some: true}},
		{"groups for who has some right", Caller{Ref: alice}, here, Command{Verb: Groups}, Decision{Allowed: true, Rule: "rule 1, rule 3, rule 4", Some: true}},
		{"groups for nobody else", Caller{Ref: "slack:user:UNOBODY"}, here, Command{Verb: Groups}, Decision{Denial: NoRight}},
		{"groups for who may have some right", Caller{Ref: "slack:user:UMOD", Unread: []string{mods}}, here, Command{Verb: Groups}, Decision{Denial: MembershipUnread, Unread: []string{mods}}},
		{"groups for the blocked", Caller{Ref: mallory}, here, Command{Verb: Groups}, Decision{Denial: CallerBlocked}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stage().Decide(tt.caller, tt.place, tt.cmd); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestSees(t *testing.T) {
	names := NewNames(map[string][]imapi.GroupID{
		"one": {"g1"}, "ops": {"g9"}, "mixed": {"g1", "g9"}, "both": {"g1", "g2"}, "other": {"g7"},
	}, nil)
	for _, tt := range []struct {
		name   string
		caller Caller
		want   []string
	}{
		// mixed: each group is allowed something, but no command is allowed on both.
		{"by rules, wherever they hold", Caller{Ref: alice}, []string{"both", "one", "ops"}},
		{"the allowlist sees all", Caller{Ref: "slack:user:UBOSS"}, []string{"both", "mixed", "one", "ops", "other"}},
		{"nobody", Caller{Ref: "slack:user:UNOBODY"}, nil},
		{"the blocked", Caller{Ref: mallory}, nil},
		{"who may be blocked", Caller{Ref: alice, Unread: []string{"slack:usergroup:SBANNED"}}, nil},
		{"outsiders", Caller{Ref: alice, Outsider: true}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sees := stage().Sees(tt.caller, names)
			if got := filter(names.Aliases(), sees); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("sees %q, want %q", got, tt.want)
			}
			if sees("no such alias") {
				t.Error("sees an alias that is none")
			}
		})
	}
	if stage().SeesGroups(Caller{Ref: "slack:user:UBOSS"}) {
		t.Error("no groups are seen")
	}
}

func TestRights(t *testing.T) {
	place := Place{Platform: "slack", Channel: "slack:CANY"}
	for _, tt := range []struct {
		name   string
		caller Caller
		want   Rights
	}{
		{"by rules", Caller{Ref: alice, Unread: []string{mods, "slack:usergroup:SOTHER"}}, Rights{
			Given: []Right{
				{Rule: "rule 1", Commands: []Verb{Add, List}, Groups: []string{"g1", "show-*"}, Here: true, Limit: 8 * time.Hour},
				{Rule: "rule 3", Commands: []Verb{Add}, Groups: []string{"g2"}, Here: true, Limit: 2 * time.Hour},
				{Rule: "rule 4", Commands: []Verb{Remove}, Groups: []string{"g9"}, Channels: []string{"slack:COPS"}},
			},
			Unread: []string{mods},
		}},
		{"nobody", Caller{Ref: "slack:user:UNOBODY"}, Rights{}},
		{"the blocked", Caller{Ref: mallory}, Rights{Denial: CallerBlocked}},
		{"outsiders", Caller{Ref: alice, Outsider: true}, Rights{Denial: CallerOutsider}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stage().Rights(tt.caller, place); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// TestDecideAll: a command that amounts to several is allowed only if each of them is.
func TestDecideAll(t *testing.T) {
	adding := Command{Verb: Add, Target: Target{Groups: []imapi.GroupID{"g"}}, Users: []Person{{ID: "u"}}}
	replacing := adding
	replacing.Replace = []Person{{ID: "boss"}}
	removing := Command{Verb: Remove, Target: adding.Target, Users: replacing.Replace}
	add := Rule{Name: "rule 1", Allow: []string{alice}, Commands: []Verb{Add}, For: time.Hour}
	remove := Rule{Name: "rule 2", Allow: []string{alice}, Commands: []Verb{Remove}}
	both := Rule{Name: "rule 3", Allow: []string{alice}, Commands: []Verb{Add, Remove}, For: 2 * time.Hour}
	elsewhere := Rule{Name: "rule 4", Allow: []string{alice}, Commands: []Verb{Remove}, Channels: []string{"slack:COPS"}}
	for _, tt := range []struct {
		name  string
		rules []Rule
		cmd   Command
		asked Command
		want  Decision
	}{
		{"an add alone", []Rule{add}, adding, adding, Decision{Allowed: true, Rule: "rule 1", Limit: time.Hour, Some: true}},
		{"a replacement without the right to remove", []Rule{add}, replacing, removing,
			Decision{Denial: NoRule, Denied: []imapi.GroupID{"g"}, Some: true}},
		{"a replacement without the right to add", []Rule{remove}, replacing, replacing,
			Decision{Denial: NoRule, Denied: []imapi.GroupID{"g"}, Some: true}},
		{"the right to remove in another channel", []Rule{add, elsewhere}, replacing, removing,
			Decision{Denial: ElsewhereOnly, Denied: []imapi.GroupID{"g"}, Some: true}},
		{"both rights by two rules", []Rule{add, remove}, replacing, replacing,
			Decision{Allowed: true, Rule: "rule 1, rule 2", Limit: time.Hour, Some: true}},
		{"both rights by one rule", []Rule{both}, replacing, replacing,
			Decision{Allowed: true, Rule: "rule 3", Limit: 2 * time.Hour, Some: true}},
		{"nothing is asked for", []Rule{both}, Command{Verb: Undo}, Command{Verb: Undo}, Decision{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked, got := Policy{Rules: tt.rules}.DecideAll(Caller{Ref: alice}, Place{Channel: "slack:CANY"}, tt.cmd)
			if !reflect.DeepEqual(asked, tt.asked) || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("\n got %+v, %+v\nwant %+v, %+v", asked, got, tt.asked, tt.want)
			}
		})
	}
}

func TestKnows(t *testing.T) {
	for _, tt := range []struct {
		name   string
		caller Caller
		want   Standing
	}{
		{"by a rule", Caller{Ref: alice, Unread: []string{leads}}, Known},
		{"by a membership", Caller{Ref: "slack:user:UX", Memberships: []string{mods}}, Known},
		{"a membership cannot be read", Caller{Ref: "slack:user:UX", Unread: []string{mods}}, Maybe},
		{"nobody", Caller{Ref: "slack:user:UX"}, Stranger},
		{"blocked, whatever cannot be read", Caller{Ref: mallory, Unread: []string{mods}}, Stranger},
		{"an outsider, whatever cannot be read", Caller{Ref: alice, Outsider: true, Unread: []string{mods}}, Stranger},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stage().Knows(tt.caller); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
