package commands

import (
	"maps"
	"slices"
	"strings"

	"liveadmin/imapi"
)

// Names is what people can type instead of IDs: aliases of groups, and names of
// people and crews. Names count in any case. The zero value has none.
type Names struct {
	groups map[string]alias // by lower-case name
	people map[string]crew
	called map[imapi.UserID]string // the first name that is someone's alone
	first  string                  // an alias
}

type alias struct {
	name string
	ids  []imapi.GroupID
}

type crew struct {
	name string
	ids  []imapi.UserID
}

// NewNames takes the names as the config file writes them. Two names that
// differ only in case are the config file's mistake; the last one counts.
func NewNames(groups map[string][]imapi.GroupID, people map[string][]imapi.UserID) Names {
	n := Names{groups: make(map[string]alias, len(groups)), people: make(map[string]crew, len(people)), called: make(map[imapi.UserID]string)}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		n.groups[strings.ToLower(name)] = alias{name, groups[name]}
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		n.people[strings.ToLower(name)] = crew{name, people[name]}
		if ids := people[name]; len(ids) == 1 && n.called[ids[0]] == "" {
			n.called[ids[0]] = name
		}
	}
	return n
}

// Aliases returns the names of all aliases, sorted.
func (n Names) Aliases() []string {
	names := make([]string, 0, len(n.groups))
	for _, a := range n.groups {
		names = append(names, a.name)
	}
	slices.Sort(names)
	return names
}

// Everyone returns the names of people and crews, sorted.
func (n Names) Everybody() []string {
	names := make([]string, 0, len(n.people))
	for _, c := range n.people {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return names
}

// StartingWith returns the names with one of the aliases as the first.
func (n Names) StartingWith(alias string) Names {
	n.first = alias
	return n
}

// First returns the first alias as the config file writes them, or "" if there is none.
func (n Names) First() string { return n.first }

// Called returns the first name that is someone's alone, or "" if there is none.
func (n Names) Called(id imapi.UserID) string { return n.called[id] }

// Group resolves an alias.
func (n Names) Group(word string) (Target, bool) {
	a, ok := n.groups[strings.ToLower(word)]
	if !ok {
		return Target{}, false
	}
	return Target{Alias: a.name, Groups: slices.Clone(a.ids)}, true
}

// People resolves a name or a crew.
func (n Names) People(word string) ([]Person, bool) {
	c, ok := n.people[strings.ToLower(word)]
	if !ok {
		return nil, false
	}
	people := make([]Person, len(c.ids))
	for i, id := range c.ids {
		people[i] = Person{Name: c.name, ID: id}
	}
	return people, true
}
