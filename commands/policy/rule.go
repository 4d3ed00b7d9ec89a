package policy

import (
	"slices"
	"strings"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// gives reports whether the rule is about the command.
func (r Rule) gives(v commands.Verb) bool {
	return len(r.Commands) == 0 || slices.Contains(r.Commands, v)
}

// holdsIn reports whether the rule holds in the place.
func (r Rule) holdsIn(place commands.Place) bool {
	return len(r.Channels) == 0 || !place.Picked && slices.Contains(r.Channels, place.Channel)
}

// covers reports whether the rule is about the group.
func (r Rule) covers(g imapi.GroupID) bool {
	return len(r.Groups) == 0 || slices.ContainsFunc(r.Groups, func(pattern string) bool { return fits(pattern, string(g)) })
}

// right is what the rule is about, in a place.
func (r Rule) right(place commands.Place) Right {
	return Right{Rule: r.Name, Commands: r.Commands, Groups: r.Groups, Channels: r.Channels, Here: r.holdsIn(place), Limit: r.For}
}

// fits reports whether a text fits a pattern: * means any characters, also
// for none, everything else for itself. It takes the leftmost fit of every part
// between two stars and never goes back.
func fits(pattern, text string) bool {
	if !strings.Contains(pattern, "*") {
		return pattern == text
	}
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1:last] {
		if _, text, ok = strings.Cut(text, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(text, parts[last])
}

// uncovered returns the groups that none of the rules is about.
func uncovered(rules []Rule, groups []imapi.GroupID) []imapi.GroupID {
	return filter(groups, func(g imapi.GroupID) bool {
		return !slices.ContainsFunc(rules, func(r Rule) bool { return r.covers(g) })
	})
}

func ruleNames(rules []Rule) string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

// names reports whether a list has the caller or a membership.
func names(list, memberships []string, ref string) bool {
	return ref != "" && (slices.Contains(list, ref) || overlap(list, memberships))
}

func overlap(a, b []string) bool { return len(common(a, b)) > 0 }

// common returns the texts of a that b holds too.
func common(a, b []string) []string {
	return filter(a, func(s string) bool { return slices.Contains(b, s) })
}

func filter[T any](all []T, keep func(T) bool) []T {
	var kept []T
	for _, one := range all {
		if keep(one) {
			kept = append(kept, one)
		}
	}
	return kept
}
