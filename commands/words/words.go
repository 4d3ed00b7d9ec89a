// Package words makes the sentences that people read, from results and decisions.
package words

import (
	"cmp"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Words are the sentences of one language, with what the config file calls people and
// groups.
type Words struct {
	*Sentences

	language commands.Language
	names    commands.Names
	contact  string       // whom the config file names for help; empty: no one
	table    commands.Set // nil: commands.Table
	brief    bool         // people and groups that have a name are called by it alone, without IDs
}

// Of returns the words for the commands of another table.
func (w Words) Of(table commands.Set) Words {
	w.table = table
	return w
}

// commands is the table of the commands that help is about.
func (w Words) commands() commands.Set {
	if w.table == nil {
		return commands.Table
	}
	return w.table
}

// Naming returns the words with a config file's names for people and groups, and whom it
// names for help.
func (w Words) Naming(n commands.Names, contact string) Words {
	w.names, w.contact = n, contact
	return w
}

// message begins an answer about an entry, or about none with 0.
func (w Words) message(entry int64) Message { return Message{Entry: entry, Language: w.language} }

// outcome begins an answer that says how something ended, or that it has not yet.
func (w Words) outcome(entry int64, s commands.Status) Message {
	m := w.message(entry)
	m.Outcome, m.Title = s, join(" ", plain(signs[s]), plain(w.Outcomes[s]))
	return m
}

// target is what the command's groups are called in one line. Several have no alias if they are
// only some of its groups.
func (w Words) target(t commands.Target) Text {
	if t.Alias != "" {
		return code(t.Alias)
	}
	return w.first(w.groupNames(t.Groups), mostInLine)
}

// group names one group of a command in full.
func (w Words) group(t commands.Target, g imapi.GroupID) Text {
	alias := w.names.AliasOf(g)
	if t.Alias != "" && len(t.Groups) == 1 {
		alias = t.Alias
	}
	if alias == "" {
		return groupID(g)
	}
	if w.brief {
		return code(alias)
	}
	return Fill(w.Names.Group, Slots{"alias": code(alias), "id": groupID(g)})
}

// groupName is a group's alias, or its ID if it has none of its own.
func (w Words) groupName(g imapi.GroupID) Text { return code(cmp.Or(w.names.AliasOf(g), string(g))) }

func (w Words) groupNames(groups []imapi.GroupID) []Text {
	all := make([]Text, len(groups))
	for i, g := range groups {
		all[i] = w.groupName(g)
	}
	return all
}

// duration writes a duration out: "2 hours 30 minutes".
func (w Words) duration(d time.Duration) Text {
	var parts []Text
	for _, unit := range []struct {
		length time.Duration
		says   string
	}{
		{24 * time.Hour, w.Durations.Days}, {time.Hour, w.Durations.Hours}, {time.Minute, w.Durations.Minutes}, {time.Second, w.Durations.Seconds},
	} {
		if n := d / unit.length; n > 0 {
			parts = append(parts, Fill(unit.says, Slots{"n": number(int(n))}))
			d -= n * unit.length
		}
	}
	return join(w.Durations.Between, parts...)
}

// person names somebody: a name of the config file with its UserID, or the UserID.
func (w Words) person(p commands.Person) Text {
	return w.people([]commands.Person{p})
}

// nameOf is what the config file calls somebody, or "".
func (w Words) nameOf(id imapi.UserID) string { return w.names.Called(id) }

// name is what somebody is called: as they were typed, else as the config file does.
func (w Words) name(p commands.Person) string { return cmp.Or(p.Name, w.nameOf(p.ID)) }

// people names several; those of one crew are together: "night (u_1, u_2)".
func (w Words) people(people []commands.Person) Text {
	var all []Text
	for i := 0; i < len(people); {
		name, crew := w.name(people[i]), []Text(nil)
		for ; i < len(people) && w.name(people[i]) == name; i++ {
			crew = append(crew, code(string(people[i].ID)))
		}
		ids := w.list(crew)
		if name != "" && w.brief {
			ids = code(name)
		} else if name != "" {
			ids = Fill(w.Names.Person, Slots{"name": code(name), "id": ids})
		}
		all = append(all, ids)
	}
	return w.list(all)
}

func (w Words) admins(admins []imapi.Admin) Text {
	all := make([]Text, len(admins))
	for i, a := range admins {
		all[i] = w.person(commands.Person{ID: a.User})
	}
	return w.list(all)
}
