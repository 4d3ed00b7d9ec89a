package policy

import (
	"reflect"
	"testing"
	"time"

	"liveadmin/commands"
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
			{Name: "rule 1", Allow: []string{alice, mods}, Commands: []commands.Verb{commands.Add, commands.List}, Groups: []string{"g1", "show-*"}, For: 8 * time.Hour},
			{Name: "rule 2", Allow: []string{mods}, Commands: []commands.Verb{commands.Add}, Groups: []string{"g1"}, For: 24 * time.Hour},
			{Name: "rule 3", Allow: []string{alice}, Commands: []commands.Verb{commands.Add}, Groups: []string{"g2"}, For: 2 * time.Hour},
			{Name: "rule 4", Allow: []string{alice}, Commands: []commands.Verb{commands.Remove}, Groups: []string{"g9"}, Channels: []string{"slack:COPS"}},
			{Name: "rule 5", Allow: []string{leads}},
		},
	}
}

func TestDecide(t *testing.T) {
	on := func(v commands.Verb, groups ...imapi.GroupID) commands.Command {
		return commands.Command{Verb: v, Target: commands.Target{Groups: groups}}
	}
	limited := func(c commands.Command, d time.Duration) commands.Command { c.For = d; return c }
	here, ops := commands.Place{Platform: "slack", Channel: "slack:CANY"}, commands.Place{Platform: "slack", Channel: "slack:COPS"}
	for _, tt := range []struct {
		name   string
		caller commands.Caller
		place  commands.Place
		cmd    commands.Command
		want   Decision
	}{
		{"everything by the allowlist", commands.Caller{Ref: "slack:user:UBOSS"}, here, on(commands.Remove, "any", "@TGS#a1"), Decision{Allowed: true, Rule: "ALLOWLIST", Some: true}},
		{"nobody by default", commands.Caller{Ref: "slack:user:UNOBODY"}, here, on(commands.List, "g1"), Decision{Denial: NoRight}},
		{"a caller without a ref", commands.Caller{}, here, on(commands.List, "g1"), Decision{Denial: NoRight}},
		{"a ref is compared exactly", commands.Caller{Ref: "slack:user:u024be7lh"}, here, on(commands.List, "g1"), Decision{Denial: NoRight}},
		{"a name never counts", commands.Caller{Ref: "slack:user:UNOBODY", Name: alice}, here, on(commands.List, "g1"), Decision{Denial: NoRight}},
		{"one command on one group", commands.Caller{Ref: alice}, here, on(commands.List, "g1"), Decision{Allowed: true, Rule: "rule 1", Some: true}},
		{"a pattern", commands.Caller{Ref: alice}, here, on(commands.List, "show-2026"), Decision{Allowed: true, Rule: "rule 1", Some: true}},
		{"by a membership", commands.Caller{Ref: "slack:user:UMOD", Memberships: []string{mods}}, here, on(commands.List, "g1"), Decision{Allowed: true, Rule: "rule 1", Some: true}},
		{"another group", commands.Caller{Ref: alice}, here, on(commands.List, "g7"), Decision{Denial: GroupsDenied, Denied: []imapi.GroupID{"g7"}, Some: true}},
		{"another command", commands.Caller{Ref: alice}, here, on(commands.End, "g1"), Decision{Denial: NoRule, Denied: []imapi.GroupID{"g1"}, Some: true}},
		{"one group of an alias", commands.Caller{Ref: alice}, here, on(commands.List, "g1", "g7", "g8"), Decision{Denial: GroupsDenied, Denied: []imapi.GroupID{"g7", "g8"}, Some: true}},
		{"no groups at all", commands.Caller{Ref: "slack:user:UBOSS"}, here, on(commands.List), Decision{Denial: NoRule, Some: true}},
		{"an unknown command", commands.Caller{Ref: "slack:user:UBOSS"}, here, on("frob", "g1"), Decision{Denial: NoRule, Some: true}},
		{"groups of an alias by several rules", commands.Caller{Ref: alice}, here, on(commands.Add, "g1", "g2"),
			Decision{Allowed: true, Rule: "rule 1, rule 3", Limit: 2 * time.Hour, Some: true}},

		{"an add gets the longest limit", commands.Caller{Ref: "slack:user:UMOD", Memberships: []string{mods}}, here, on(commands.Add, "g1"),
			Decision{Allowed: true, Rule: "rule 1, rule 2", Limit: 24 * time.Hour, Some: true}},
		{"as long as the limit", commands.Caller{Ref: alice}, here, limited(on(commands.Add, "g1"), 8*time.Hour), Decision{Allowed: true, Rule: "rule 1", Limit: 8 * time.Hour, Some: true}},
		{"longer than the limit", commands.Caller{Ref: alice}, here, limited(on(commands.Add, "g1"), 9*time.Hour), Decision{Denial: LimitTooLong, Limit: 8 * time.Hour, Some: true}},
		{"a rule without a limit is longest", commands.Caller{Ref: alice, Memberships: []string{leads}}, here, on(commands.Add, "g1"),
			Decision{Allowed: true, Rule: "rule 1, rule 5", Some: true}},
		{"no limit for list", commands.Caller{Ref: alice}, here, on(commands.List, "g1"), Decision{Allowed: true, Rule: "rule 1", Some: true}},

		{"in the rule's channel", commands.Caller{Ref: alice}, ops, on(commands.Remove, "g9"), Decision{Allowed: true, Rule: "rule 4", Some: true}},
		{"in another channel", commands.Caller{Ref: alice}, here, on(commands.Remove, "g9"), Decision{Denial: ElsewhereOnly, Denied: []imapi.GroupID{"g9"}, Some: true}},
		{"in no channel", commands.Caller{Ref: alice}, commands.Place{Platform: "slack"}, on(commands.Remove, "g9"), Decision{Denial: ElsewhereOnly, Denied: []imapi.GroupID{"g9"}, Some: true}},
		{"in another channel on another group", commands.Caller{Ref: alice}, here, on(commands.Remove, "g8"), Decision{Denial: GroupsDenied, Denied: []imapi.GroupID{"g8"}, Some: true}},

		{"blocked beats the allowlist", commands.Caller{Ref: mallory}, here, on(commands.List, "g1"), Decision{Denial: CallerBlocked}},
		{"a blocked membership beats every rule", commands.Caller{Ref: alice, Memberships: []string{"slack:usergroup:SBANNED"}}, here, on(commands.List, "g1"), Decision{Denial: CallerBlocked}},
		{"an outsider never fits", commands.Caller{Ref: alice, Memberships: []string{mods}, Outsider: true}, here, on(commands.List, "g1"), Decision{Denial: CallerOutsider}},

		{"a membership that cannot be read", commands.Caller{Ref: "slack:user:UMOD", Unread: []string{mods, "slack:usergroup:SOTHER"}}, here, on(commands.List, "g1"),
			Decision{Denial: MembershipUnread, Unread: []string{mods}}},
		{"one that would not help", commands.Caller{Ref: "slack:user:UMOD", Unread: []string{mods}}, here, on(commands.Remove, "g1"), Decision{Denial: NoRight}},
		{"one that would give a longer limit", commands.Caller{Ref: alice, Unread: []string{mods}}, here, limited(on(commands.Add, "g1"), 12*time.Hour),
			Decision{Denial: MembershipUnread, Unread: []string{mods}, Some: true}},
		{"one that is not needed", commands.Caller{Ref: alice, Unread: []string{leads}}, here, on(commands.List, "g1"), Decision{Allowed: true, Rule: "rule 1", Some: true}},
		{"a block that cannot be read", commands.Caller{Ref: alice, Unread: []string{"slack:usergroup:SBANNED"}}, here, on(commands.List, "g1"),
			Decision{Denial: MembershipUnread, Unread: []string{"slack:usergroup:SBANNED"}, Some: true}},
		{"an unread block of somebody without a rule", commands.Caller{Ref: "slack:user:UX", Unread: []string{"slack:usergroup:SBANNED"}}, here, on(commands.List, "g1"), Decision{Denial: NoRight}},
		{"an outsider's membership that cannot be read", commands.Caller{Ref: alice, Outsider: true, Unread: []string{mods}}, here, on(commands.List, "g1"), Decision{Denial: CallerOutsider}},

		{"help for everybody", commands.Caller{Ref: "slack:user:UNOBODY"}, here, commands.Command{Verb: commands.Help}, Decision{Allowed: true}},
		{"whoami for the blocked", commands.Caller{Ref: mallory}, here, commands.Command{Verb: commands.Whoami}, Decision{Allowed: true}},
		{"a bare command for outsiders", commands.Caller{Ref: alice, Outsider: true}, here, commands.Command{Verb: commands.Welcome}, Decision{Allowed: true}},
		{"history for everybody", commands.Caller{Ref: alice}, here, commands.Command{Verb: commands.History, Target: commands.Target{Groups: []imapi.GroupID{"g7"}}}, Decision{Allowed: true, Some: true}},
		{"groups for who has some right", commands.Caller{Ref: alice}, here, commands.Command{Verb: commands.Groups}, Decision{Allowed: true, Rule: "rule 1, rule 3, rule 4", Some: true}},
		{"groups for nobody else", commands.Caller{Ref: "slack:user:UNOBODY"}, here, commands.Command{Verb: commands.Groups}, Decision{Denial: NoRight}},
		{"groups for who may have some right", commands.Caller{Ref: "slack:user:UMOD", Unread: []string{mods}}, here, commands.Command{Verb: commands.Groups}, Decision{Denial: MembershipUnread, Unread: []string{mods}}},
		{"groups for the blocked", commands.Caller{Ref: mallory}, here, commands.Command{Verb: commands.Groups}, Decision{Denial: CallerBlocked}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stage().Decide(tt.caller, tt.place, tt.cmd); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestSees(t *testing.T) {
	names := commands.NewNames(map[string][]imapi.GroupID{
		"one": {"g1"}, "ops": {"g9"}, "mixed": {"g1", "g9"}, "both": {"g1", "g2"}, "other": {"g7"},
	}, nil)
	for _, tt := range []struct {
		name   string
		caller commands.Caller
		want   []string
	}{
		// mixed: each group is allowed something, but no command is allowed on both.
		{"by rules, wherever they hold", commands.Caller{Ref: alice}, []string{"both", "one", "ops"}},
		{"the allowlist sees all", commands.Caller{Ref: "slack:user:UBOSS"}, []string{"both", "mixed", "one", "ops", "other"}},
		{"nobody", commands.Caller{Ref: "slack:user:UNOBODY"}, nil},
		{"the blocked", commands.Caller{Ref: mallory}, nil},
		{"who may be blocked", commands.Caller{Ref: alice, Unread: []string{"slack:usergroup:SBANNED"}}, nil},
		{"outsiders", commands.Caller{Ref: alice, Outsider: true}, nil},
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
	if stage().SeesGroups(commands.Caller{Ref: "slack:user:UBOSS"}) {
		t.Error("no groups are seen")
	}
}

func TestRights(t *testing.T) {
	place := commands.Place{Platform: "slack", Channel: "slack:CANY"}
	for _, tt := range []struct {
		name   string
		caller commands.Caller
		want   Rights
	}{
		{"by rules", commands.Caller{Ref: alice, Unread: []string{mods, "slack:usergroup:SOTHER"}}, Rights{
			Given: []Right{
				{Rule: "rule 1", Commands: []commands.Verb{commands.Add, commands.List}, Groups: []string{"g1", "show-*"}, Here: true, Limit: 8 * time.Hour},
				{Rule: "rule 3", Commands: []commands.Verb{commands.Add}, Groups: []string{"g2"}, Here: true, Limit: 2 * time.Hour},
				{Rule: "rule 4", Commands: []commands.Verb{commands.Remove}, Groups: []string{"g9"}, Channels: []string{"slack:COPS"}},
			},
			Unread: []string{mods},
		}},
		{"nobody", commands.Caller{Ref: "slack:user:UNOBODY"}, Rights{}},
		{"the blocked", commands.Caller{Ref: mallory}, Rights{Denial: CallerBlocked}},
		{"outsiders", commands.Caller{Ref: alice, Outsider: true}, Rights{Denial: CallerOutsider}},
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
	adding := commands.Command{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"g"}}, Users: []commands.Person{{ID: "u"}}}
	replacing := adding
	replacing.Replace = []commands.Person{{ID: "boss"}}
	removing := commands.Command{Verb: commands.Remove, Target: adding.Target, Users: replacing.Replace}
	add := Rule{Name: "rule 1", Allow: []string{alice}, Commands: []commands.Verb{commands.Add}, For: time.Hour}
	remove := Rule{Name: "rule 2", Allow: []string{alice}, Commands: []commands.Verb{commands.Remove}}
	both := Rule{Name: "rule 3", Allow: []string{alice}, Commands: []commands.Verb{commands.Add, commands.Remove}, For: 2 * time.Hour}
	elsewhere := Rule{Name: "rule 4", Allow: []string{alice}, Commands: []commands.Verb{commands.Remove}, Channels: []string{"slack:COPS"}}
	for _, tt := range []struct {
		name  string
		rules []Rule
		cmd   commands.Command
		asked commands.Command
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
		{"nothing is asked for", []Rule{both}, commands.Command{Verb: commands.Undo}, commands.Command{Verb: commands.Undo}, Decision{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked, got := Policy{Rules: tt.rules}.DecideAll(commands.Caller{Ref: alice}, commands.Place{Channel: "slack:CANY"}, tt.cmd)
			if !reflect.DeepEqual(asked, tt.asked) || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("\n got %+v, %+v\nwant %+v, %+v", asked, got, tt.asked, tt.want)
			}
		})
	}
}

func TestKnows(t *testing.T) {
	for _, tt := range []struct {
		name   string
		caller commands.Caller
		want   Standing
	}{
		{"by a rule", commands.Caller{Ref: alice, Unread: []string{leads}}, Known},
		{"by a membership", commands.Caller{Ref: "slack:user:UX", Memberships: []string{mods}}, Known},
		{"a membership cannot be read", commands.Caller{Ref: "slack:user:UX", Unread: []string{mods}}, Maybe},
		{"nobody", commands.Caller{Ref: "slack:user:UX"}, Stranger},
		{"blocked, whatever cannot be read", commands.Caller{Ref: mallory, Unread: []string{mods}}, Stranger},
		{"an outsider, whatever cannot be read", commands.Caller{Ref: alice, Outsider: true, Unread: []string{mods}}, Stranger},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stage().Knows(tt.caller); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
