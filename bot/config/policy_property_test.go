package config_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// writtenRule is a rule as the file writes it. Empty parts are left out.
type writtenRule struct {
	allow, commands, groups, channels []string
	limit                             string
}

// scene is a policy file and a question to it, both by chance, of so few names that
// they often meet.
type scene struct {
	*rand.Rand
	aliases   map[string][]string
	blocked   []string
	rules     []writtenRule
	allowlist []string

	caller commands.Caller
	place  commands.Place
	cmd    commands.Command
}

func newScene(r *rand.Rand) scene {
	s := scene{Rand: r, aliases: map[string][]string{
		"Friday": {"@TGS#a1"}, "weekend": {"@TGS#a1", "show-1"}, "all": {"@TGS#a1", "show-1", "show-2"},
	}}
	for range r.IntN(4) {
		s.rules = append(s.rules, s.rule())
	}
	s.blocked = s.some(0.1, "slack:user:U1", "slack:usergroup:S1", "slack:usergroup:S2")
	s.allowlist = s.some(0.1, "slack:user:U1", "slack:usergroup:S2")
	s.caller = commands.Caller{
		Ref: fmt.Sprint("slack:user:U", r.IntN(3)), Memberships: s.some(0.4, "slack:usergroup:S1", "slack:usergroup:S2"),
	}
	s.place.Channel = fmt.Sprint("slack:C", r.IntN(3))
	s.cmd.Verb = []commands.Verb{commands.Add, commands.Remove, commands.List, commands.Groups}[r.IntN(4)]
	for _, g := range s.some(0.5, "@TGS#a1", "show-1", "show-2") {
		s.cmd.Target.Groups = append(s.cmd.Target.Groups, imapi.GroupID(g))
	}
	return s
}

func (s scene) rule() writtenRule {
	return writtenRule{
		allow:    append(s.some(0.4, "slack:user:U1", "slack:user:U2", "slack:usergroup:S1"), "slack:user:U9"),
		commands: s.some(0.3, "add", "remove", "list", "groups"), groups: s.some(0.3, "friday", "WEEKEND", "@TGS#a1", "show-*", "show-2"),
		channels: s.some(0.2, "slack:C1", "slack:C2"), limit: []string{"", "1h", "2h", "3h"}[s.IntN(4)],
	}
}

func (s scene) some(chance float64, all ...string) []string {
	return slices.DeleteFunc(all, func(string) bool { return s.Float64() >= chance })
}

// file writes the policy.
func (s scene) file() string {
	var b strings.Builder
	list := func(indent, key string, values []string) {
		if len(values) > 0 {
			fmt.Fprintf(&b, "%s%s: [\"%s\"]\n", indent, key, strings.Join(values, `", "`))
		}
	}
	list("", "blocked", s.blocked)
	if len(s.rules) > 0 {
		b.WriteString("rules:\n")
	}
	for _, r := range s.rules {
		list("- ", "allow", r.allow)
		list("  ", "commands", r.commands)
		list("  ", "groups", r.groups)
		list("  ", "channels", r.channels)
		if r.limit != "" {
			fmt.Fprintf(&b, "  for: %s\n", r.limit)
		}
	}
	b.WriteString("groups:\n")
	for name, ids := range s.aliases {
		list("  ", name, ids)
	}
	return b.String()
}

func (s scene) decide(t *testing.T) policy.Decision {
	t.Helper()
	return parsePolicy(t, s.file(), s.allowlist...).Policy.Decide(s.caller, s.place, s.cmd)
}

func (s scene) named(allow []string) bool {
	return slices.ContainsFunc(allow, func(ref string) bool {
		return ref == s.caller.Ref || slices.Contains(s.caller.Memberships, ref)
	})
}

func TestPolicyFileProperties(t *testing.T) {
	for _, property := range []struct {
		name  string
		holds func(t *testing.T, s scene) bool
	}{
		{"nothing is allowed without a rule that names the caller", func(t *testing.T, s scene) bool {
			s.rules = slices.DeleteFunc(s.rules, func(r writtenRule) bool { return s.named(r.allow) })
			s.allowlist = nil
			d := s.decide(t)
			return !d.Allowed && !d.Some && len(d.Denied) == 0
		}},
		{"one more rule takes no right away", func(t *testing.T, s scene) bool {
			before := s.decide(t)
			s.rules = slices.Insert(s.rules, s.IntN(len(s.rules)+1), s.rule())
			after := s.decide(t)
			longer := after.Limit == 0 || before.Limit > 0 && after.Limit >= before.Limit
			return !before.Allowed || after.Allowed && longer
		}},
		{"the order of rules does not matter", func(t *testing.T, s scene) bool {
			before := s.decide(t)
			s.Shuffle(len(s.rules), func(i, j int) { s.rules[i], s.rules[j] = s.rules[j], s.rules[i] })
			after := s.decide(t)
			before.Rule, after.Rule = "", "" // rules are named by their place
			return reflect.DeepEqual(before, after)
		}},
		{"a rule for an alias is one for its groups", func(t *testing.T, s scene) bool {
			before := s.decide(t)
			for i, r := range s.rules {
				s.rules[i].groups = nil
				for _, g := range r.groups {
					s.rules[i].groups = append(s.rules[i].groups, s.resolved(g)...)
				}
			}
			return reflect.DeepEqual(before, s.decide(t))
		}},
		{"a typed alias is decided as its groups", func(t *testing.T, s scene) bool {
			rules := parsePolicy(t, s.file(), s.allowlist...)
			alias, _ := rules.Names.Group([]string{"FRIDAY", "weekend", "All"}[s.IntN(3)])
			s.cmd.Target = alias
			before := rules.Policy.Decide(s.caller, s.place, s.cmd)
			s.cmd.Target.Alias = ""
			return len(alias.Groups) > 0 && reflect.DeepEqual(before, rules.Policy.Decide(s.caller, s.place, s.cmd))
		}},
		{"blocked beats every rule and ALLOWLIST", func(t *testing.T, s scene) bool {
			s.allowlist = append(s.allowlist, s.caller.Ref)
			s.blocked = append(s.blocked, append(s.caller.Memberships, s.caller.Ref)[s.IntN(len(s.caller.Memberships)+1)])
			d := s.decide(t)
			return !d.Allowed && !d.Some && d.Denial == policy.CallerBlocked
		}},
		{"ALLOWLIST allows everything else", func(t *testing.T, s scene) bool {
			s.allowlist = append(s.allowlist, s.caller.Ref)
			d := s.decide(t)
			return s.named(s.blocked) || s.cmd.Verb != commands.Groups && len(s.cmd.Target.Groups) == 0 || d.Allowed && d.Limit == 0
		}},
	} {
		t.Run(property.name, func(t *testing.T) {
			for seed := range uint64(500) {
				if s := newScene(rand.New(rand.NewPCG(2, seed))); !property.holds(t, s) {
					t.Fatalf("not with seed %d: %+v asks %+v at %+v of\n%s", seed, s.caller, s.cmd, s.place, s.file())
				}
			}
		})
	}
}

// resolved returns the groups that a group of a rule means.
func (s scene) resolved(group string) []string {
	for name, ids := range s.aliases {
		if strings.EqualFold(name, group) {
			return ids
		}
	}
	return []string{group}
}

// FuzzPolicy: whatever a file says, it is refused as a whole, with a line for each
// problem, or everything that it gives is valid, to callers that it names.
func FuzzPolicy(f *testing.F) {
	f.Add(documented)
	f.Add("groups: {a: g1}\nrules:\n- allow: [discord:role:1]\n  groups: [A, b*]\n")
	f.Add("people:\n  minho: [u1, 'u 2']\ncontact: Sam\nblocked:\n- slack:user:U1\n")
	f.Add("groups: [*a, &a b]\n---\n? !!str x\n: |\n  y\n")
	for seed := range uint64(5) {
		f.Add(newScene(rand.New(rand.NewPCG(3, seed))).file())
	}
	f.Fuzz(func(t *testing.T, file string) {
		rules, err := parseTwice(t, file)
		if err != nil {
			checkRefusal(t, rules, err)
			return
		}
		stranger := commands.Caller{Ref: "slack:user:USTRANGER"}
		if strings.Contains(file, "USTRANGER") {
			stranger.Ref = ""
		}
		list := commands.Command{Verb: commands.List, Target: commands.Target{Groups: []imapi.GroupID{"show-1"}}}
		if d := rules.Policy.Decide(stranger, commands.Place{}, list); d.Allowed || d.Some {
			t.Errorf("a caller that no rule names: %+v", d)
		}
		checkRules(t, rules)
	})
}

func checkRules(t *testing.T, rules bot.Rules) {
	t.Helper()
	given := []commands.Verb{commands.Add, commands.Remove, commands.List, commands.History, commands.Groups}
	for _, r := range rules.Policy.Rules {
		if len(r.Allow) == 0 || r.Name == "" || r.For < 0 || r.For > commands.MaxFor {
			t.Errorf("the rule %+v", r)
		}
		for _, v := range r.Commands {
			if !slices.Contains(given, v) {
				t.Errorf("the command %q", v)
			}
		}
		for _, g := range r.Groups {
			if _, err := imapi.ParseGroupID(strings.ReplaceAll(g, "*", "x")); err != nil && len(g) <= imapi.MaxGroupIDBytes {
				t.Errorf("the group %q: %v", g, err)
			}
		}
	}
	if strings.ContainsAny(rules.Policy.Contact, "\n\r\x1b") {
		t.Errorf("the contact %q", rules.Policy.Contact)
	}
	for _, name := range rules.Names.Aliases() {
		alias, ok := rules.Names.Group(name)
		if !ok || !grammar.IsName(name) || len(alias.Groups) == 0 || len(alias.Groups) > 1000 {
			t.Errorf("the alias %+v", alias)
		}
		for _, g := range alias.Groups {
			if _, err := imapi.ParseGroupID(string(g)); err != nil {
				t.Errorf("the group %q of %q: %v", g, name, err)
			}
		}
	}
}
