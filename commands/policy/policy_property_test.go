package policy

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// scene is a policy and a question to it, both by chance, of so few names that
// they often meet.
type scene struct {
	*rand.Rand
	policy Policy
	caller commands.Caller
	place  commands.Place
	cmd    commands.Command
}

func newScene(r *rand.Rand) scene {
	s := scene{Rand: r}
	for i := range r.IntN(5) {
		s.policy.Rules = append(s.policy.Rules, s.rule(fmt.Sprint("rule ", i)))
	}
	s.policy.Blocked = s.some(0.1, "user:1", "role:1", "role:2")
	s.caller = commands.Caller{
		Ref:         fmt.Sprint("user:", r.IntN(3)),
		Memberships: s.some(0.4, "role:1", "role:2"),
		Unread:      s.some(0.2, "role:3", "role:4"),
		Outsider:    r.IntN(10) == 0,
	}
	s.place.Channel = fmt.Sprint("channel:", r.IntN(3))
	s.cmd = commands.Command{Verb: []commands.Verb{commands.Add, commands.Remove, commands.List, commands.Groups}[r.IntN(4)], For: time.Duration(r.IntN(4)) * time.Hour}
	for _, g := range s.some(0.5, "a1", "a2", "b") {
		s.cmd.Target.Groups = append(s.cmd.Target.Groups, imapi.GroupID(g))
	}
	return s
}

func (s scene) rule(name string) Rule {
	r := Rule{
		Name: name, Allow: s.some(0.4, "user:1", "user:2", "role:1", "role:3"), Groups: s.some(0.3, "a*", "a1", "b"),
		Channels: s.some(0.2, "channel:1", "channel:2"), For: time.Duration(s.IntN(4)) * time.Hour,
	}
	for _, v := range s.some(0.3, string(commands.Add), string(commands.Remove), string(commands.List)) {
		r.Commands = append(r.Commands, commands.Verb(v))
	}
	return r
}

func (s scene) some(chance float64, all ...string) []string {
	return filter(all, func(string) bool { return s.Float64() < chance })
}

func (s scene) decide() Decision { return s.policy.Decide(s.caller, s.place, s.cmd) }

func TestPolicyProperties(t *testing.T) {
	for _, property := range []struct {
		name  string
		holds func(scene) bool
	}{
		{"nothing is allowed without a rule that names the caller", func(s scene) bool {
			s.policy.Rules = filter(s.policy.Rules, func(r Rule) bool {
				return !slices.Contains(r.Allow, s.caller.Ref) && !overlap(r.Allow, s.caller.Memberships)
			})
			d := s.decide()
			return !d.Allowed && !d.Some && len(d.Denied) == 0
		}},
		{"one more rule takes no right away", func(s scene) bool {
			before := s.decide()
			s.policy.Rules = slices.Insert(s.policy.Rules, s.IntN(len(s.policy.Rules)+1), s.rule("one more"))
			after := s.decide()
			longer := after.Limit == 0 || before.Limit > 0 && after.Limit >= before.Limit
			return !before.Allowed || after.Allowed && longer
		}},
		{"the order of rules does not matter", func(s scene) bool {
			before := s.decide()
			s.Shuffle(len(s.policy.Rules), func(i, j int) {
				s.policy.Rules[i], s.policy.Rules[j] = s.policy.Rules[j], s.policy.Rules[i]
			})
			after := s.decide()
			before.Rule, after.Rule = "", "" // the names are in the order of the rules
			return reflect.DeepEqual(before, after)
		}},
		{"an alias is decided as its groups", func(s scene) bool {
			before := s.decide()
			s.cmd.Target.Alias = "alias"
			return reflect.DeepEqual(before, s.decide())
		}},
		{"an alias is allowed only if each of its groups is", func(s scene) bool {
			if s.cmd.Verb == commands.Groups || !s.decide().Allowed {
				return true
			}
			for _, g := range s.cmd.Target.Groups {
				one := s
				one.cmd.Target.Groups = []imapi.GroupID{g}
				if !one.decide().Allowed {
					return false
				}
			}
			return true
		}},
		{"blocked beats everything", func(s scene) bool {
			s.policy.Blocked = append(s.policy.Blocked, s.caller.Ref)
			d := s.decide()
			return !d.Allowed && !d.Some && (d.Denial == CallerBlocked || d.Denial == CallerOutsider)
		}},
		{"an outsider is allowed nothing", func(s scene) bool {
			s.caller.Outsider = true
			return s.decide().Denial == CallerOutsider
		}},
		{"what is allowed is seen", func(s scene) bool {
			return s.cmd.Verb == commands.Groups || !s.decide().Allowed || s.policy.SeesGroups(s.caller, s.cmd.Target.Groups...)
		}},
		{"a form is offered where some group is allowed", func(s scene) bool {
			s.cmd.Verb = []commands.Verb{commands.Add, commands.Remove}[s.IntN(2)]
			allowed := slices.ContainsFunc([]imapi.GroupID{"a1", "a2", "b", "c"}, func(g imapi.GroupID) bool {
				s.cmd.Target.Groups = []imapi.GroupID{g}
				return s.decide().Allowed
			})
			d := s.policy.Somewhere(s.caller, s.place, s.cmd)
			return d.Allowed == allowed && d.Allowed == (d.Denial == "")
		}},
		{"a channel that was picked gives no more than none", func(s scene) bool {
			picked, none := s, s
			picked.place.Picked, none.place.Channel = true, ""
			return reflect.DeepEqual(picked.decide(), none.decide())
		}},
		{"allowed, or a reason", func(s scene) bool {
			d := s.decide()
			return d.Allowed == (d.Denial == "") && d.Allowed == (d.Rule != "")
		}},
	} {
		t.Run(property.name, func(t *testing.T) {
			for seed := range uint64(5000) {
				if s := newScene(rand.New(rand.NewPCG(1, seed))); !property.holds(s) {
					t.Fatalf("not with seed %d: %+v asks %+v at %+v of %+v", seed, s.caller, s.cmd, s.place, s.policy)
				}
			}
		})
	}
}
