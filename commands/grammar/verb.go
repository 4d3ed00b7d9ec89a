package grammar

import (
	"strings"

	"liveadmin/commands"
)

// Grammar reads and writes the commands of a table.
type Grammar struct{ table commands.Set }

// Of returns the grammar of a table. The functions of this package use commands.Table.
func Of(table commands.Set) Grammar { return Grammar{table} }

// VerbOf finds which verb a word means, as itself or as a synonym, in any case.
// Otherwise ok is false, and the verb is the nearest one, if one is near.
func VerbOf(word string) (_ commands.Verb, ok bool) { return Of(commands.Table).VerbOf(word) }

// VerbOf is VerbOf for the verbs of the table.
func (g Grammar) VerbOf(word string) (_ commands.Verb, ok bool) {
	row, ok := g.rowOf(word)
	return row.Verb, ok
}

// rowOf finds what a word means as a verb. Otherwise ok is false, and the row is of the
// nearest verb, if one is near.
func (g Grammar) rowOf(word string) (_ commands.Row, ok bool) {
	var all []string
	meant := make(map[string]commands.Row)
	for _, row := range g.table {
		if row.Hidden {
			continue
		}
		for _, name := range append([]string{string(row.Verb)}, row.Synonyms...) {
			all = append(all, name)
			meant[name] = row
		}
	}
	if row, ok := meant[strings.ToLower(word)]; ok {
		return row, true
	}
	return meant[nearestOrPrefix(strings.TrimLeftFunc(word, isDash), all)], false
}
