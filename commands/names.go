package commands

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"liveadmin/imapi"
)

// Names is what people can type instead of IDs: aliases of groups, and names of
// people and crews, some of whom have accounts in a chat. Names compare as Fold writes them.
// The zero value has none.
type Names struct {
	groups   map[string]named[imapi.GroupID] // by folded name
	people   map[string]named[imapi.UserID]
	called   map[imapi.UserID]string   // the first name that is someone's alone
	alone    map[imapi.GroupID]string  // the first alias that is one group's alone
	owners   map[string]Person         // by account, as Caller.Ref
	accounts map[imapi.UserID][]string // of those in owners, sorted
	first    string                    // an alias
	caller   string                    // Caller.Ref of the one who types; empty: not known
}

// Fold writes a name so that it can be compared with others: in lower case and in Unicode's
// form NFC, whatever keyboard it was typed on.
func Fold(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// named is a name as it is written, and what it means.
type named[ID any] struct {
	name string
	ids  []ID
}

// NewNames takes the names as the config file writes them. Two names that
// Fold makes the same are the config file's mistake; the last one counts.
func NewNames(groups map[string][]imapi.GroupID, people map[string][]imapi.UserID) Names {
	return Names{groups: byFolded(groups), people: byFolded(people), called: alone(people), alone: alone(groups)}
}

// alone returns the first name that is an ID's alone.
func alone[ID comparable](ids map[string][]ID) map[ID]string {
	all := make(map[ID]string)
	for _, name := range slices.Sorted(maps.Keys(ids)) {
		if named := ids[name]; len(named) == 1 && all[named[0]] == "" {
			all[named[0]] = name
		}
	}
	return all
}

func byFolded[ID any](ids map[string][]ID) map[string]named[ID] {
	all := make(map[string]named[ID], len(ids))
	for _, name := range slices.Sorted(maps.Keys(ids)) {
		all[Fold(name)] = named[ID]{name, ids[name]}
	}
	return all
}

func sorted[ID any](all map[string]named[ID]) []string {
	names := make([]string, 0, len(all))
	for _, n := range all {
		names = append(names, n.name)
	}
	slices.Sort(names)
	return names
}

// Aliases returns the names of all aliases, sorted.
func (n Names) Aliases() []string { return sorted(n.groups) }

// Everybody returns the names of people and crews, sorted.
func (n Names) Everybody() []string { return sorted(n.people) }

// StartingWith returns the names with one of the aliases as the first.
func (n Names) StartingWith(alias string) Names {
	n.first = alias
	return n
}

// First returns the first alias as the config file writes them, or "" if there is none.
func (n Names) First() string { return n.first }

// Called returns the first name that is someone's alone, or "" if there is none.
func (n Names) Called(id imapi.UserID) string { return n.called[id] }

// AliasOf returns the first alias that is the group's alone, or "" if there is none.
func (n Names) AliasOf(id imapi.GroupID) string { return n.alone[id] }

// Covering returns aliases of several groups each, all of which are among groups, the
// largest first and none without a group of its own, and the groups that are in none of them.
func (n Names) Covering(groups []imapi.GroupID) (aliases []string, rest []imapi.GroupID) {
	all := slices.Collect(maps.Values(n.groups))
	slices.SortFunc(all, func(a, b named[imapi.GroupID]) int {
		return cmp.Or(cmp.Compare(len(b.ids), len(a.ids)), cmp.Compare(a.name, b.name))
	})
	given, covered := make(map[imapi.GroupID]bool, len(groups)), make(map[imapi.GroupID]bool, len(groups))
	for _, g := range groups {
		given[g] = true
	}
	isOther := func(g imapi.GroupID) bool { return !given[g] }
	isLeft := func(g imapi.GroupID) bool { return !covered[g] }
	for _, a := range all {
		if len(a.ids) > 1 && !slices.ContainsFunc(a.ids, isOther) && slices.ContainsFunc(a.ids, isLeft) {
			aliases = append(aliases, a.name)
			for _, g := range a.ids {
				covered[g] = true
			}
		}
	}
	for _, g := range groups {
		if isLeft(g) {
			rest = append(rest, g)
		}
	}
	return aliases, rest
}

// Seen returns the names without those aliases that sees does not report, the first among
// them.
func (n Names) Seen(sees func(alias string) bool) Names {
	groups := make(map[string][]imapi.GroupID)
	for _, a := range n.groups {
		if sees(a.name) {
			groups[a.name] = a.ids
		}
	}
	seen := n
	seen.groups, seen.alone, seen.first = byFolded(groups), alone(groups), ""
	if sees(n.first) {
		return seen.StartingWith(n.first)
	}
	if all := seen.Aliases(); len(all) > 0 {
		return seen.StartingWith(all[0])
	}
	return seen
}

// Group resolves an alias.
func (n Names) Group(word string) (Target, bool) {
	a, ok := n.groups[Fold(word)]
	if !ok {
		return Target{}, false
	}
	return Target{Alias: a.name, Groups: slices.Clone(a.ids)}, true
}

// People resolves a name or a crew.
func (n Names) People(word string) ([]Person, bool) {
	c, ok := n.people[Fold(word)]
	if !ok {
		return nil, false
	}
	people := make([]Person, len(c.ids))
	for i, id := range c.ids {
		people[i] = Person{Name: c.name, ID: id}
	}
	return people, true
}
