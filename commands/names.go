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
	n := Names{groups: make(map[string]alias, len(groups)), people: make(map[string]crew, len(people))}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		n.groups[strings.ToLower(name)] = alias{name, groups[name]}
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		n.people[strings.ToLower(name)] = crew{name, people[name]}
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
