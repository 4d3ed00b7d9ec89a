// Package grammar reads what people type or fill in as a command, or as a mistake that says
// what was meant, and writes a command as it is typed.
package grammar

import (
	"slices"
	"strings"

	"liveadmin/commands"
)

// maxText is how long a typed command can be, in bytes; a valid one is far
// shorter.
const maxText = 4096

// Parse reads what follows "/liveadmin". sees says which aliases the caller may
// know of: only these are suggested, nil means none. Every alias resolves; the
// policy decides later. An empty text is Welcome.
func Parse(text string, names commands.Names, sees func(alias string) bool) (commands.Command, *Mistake) {
	return Of(commands.Table).Parse(text, names, sees)
}

// Parse is Parse for the commands of the table.
func (g Grammar) Parse(text string, names commands.Names, sees func(alias string) bool) (commands.Command, *Mistake) {
	p := g.parser(names, sees)
	return p.end(text, p.typed(text))
}

// parser fills in a command word by word. A mistake ends it.
type parser struct {
	Grammar
	names commands.Names
	sees  func(alias string) bool
	scan  scanner
	row   commands.Row // of the verb
	words int          // that are no flags, so far, without the verb
	flags []string     // so far
	cmd   commands.Command
}

func (g Grammar) parser(names commands.Names, sees func(alias string) bool) *parser {
	if sees == nil {
		sees = func(string) bool { return false }
	}
	return &parser{Grammar: g, names: names, sees: sees}
}

// end returns the command, or the mistake that was made.
func (p *parser) end(typed string, m *Mistake) (commands.Command, *Mistake) {
	if m == nil {
		m = p.complete()
	}
	if m == nil {
		return p.cmd, nil
	}
	m.Typed = typed
	if m.Verb == "" {
		m.Verb = p.cmd.Verb
	}
	return commands.Command{}, m
}

func (p *parser) typed(text string) *Mistake {
	if len(text) > maxText {
		return &Mistake{Problem: TooLong, Count: len(text), Limit: maxText}
	}
	p.scan = newScanner(strings.TrimLeftFunc(text, isInvisible)) // a pasted text can begin with a mark
	if !p.scan.skip() {
		p.cmd.Verb = commands.Welcome
		return nil
	}
	verb, m := p.scan.word()
	if m == nil {
		m = p.verb(verb)
	}
	if m != nil {
		return m
	}
	return p.arguments()
}

func (p *parser) verb(l lexeme) *Mistake {
	row, m := p.readVerb(l)
	if m != nil {
		return m
	}
	p.row, p.cmd.Verb = row, row.Verb
	return nil
}

func (g Grammar) readVerb(l lexeme) (commands.Row, *Mistake) {
	if m := invisibleIn(l.text); m != nil {
		return commands.Row{}, m
	}
	word := l.text
	if isHelp(word) {
		word = string(commands.Help)
	}
	row, ok := g.rowOf(word)
	if ok {
		return row, nil
	}
	if m := otherVerb(l.text); m != nil {
		return commands.Row{}, m
	}
	return commands.Row{}, &Mistake{Problem: UnknownVerb, Word: l.text, Nearest: string(row.Verb), Verb: row.Verb}
}

// arguments reads words and flags to the end of the text.
func (p *parser) arguments() *Mistake {
	for p.scan.skip() {
		take := p.argument
		if p.scan.atFlag() {
			take = p.flag
		}
		if m := take(); m != nil {
			return m
		}
	}
	return nil
}

func (p *parser) argument() *Mistake {
	f, ok := p.next()
	read := p.scan.wholeWord
	if isList(f) || p.words > 0 {
		read = p.scan.word
	}
	l, m := read()
	if m != nil {
		return m
	}
	p.words++
	if ok {
		return p.take(f, l)
	}
	if m := p.optionWord(l); m != nil && m.Nearest != "" {
		return m
	}
	return &Mistake{Problem: TooManyWords, Word: l.text}
}

// next returns which argument the next word is; a list takes all that follow.
func (p *parser) next() (_ commands.Field, ok bool) {
	args := p.row.Args
	switch {
	case p.words < len(args):
		return args[p.words], true
	case len(args) > 0 && isList(args[len(args)-1]):
		return args[len(args)-1], true
	}
	return commands.Field{}, false
}

func isList(f commands.Field) bool {
	_, list := f.Kind.(commands.Users)
	return list
}

// take gives a word its meaning.
func (p *parser) take(f commands.Field, l lexeme) *Mistake {
	switch kind := f.Kind.(type) {
	case commands.Group:
		return p.group(l)
	case commands.About:
		return p.about(l)
	case commands.Topic:
		row, m := p.readVerb(l)
		p.cmd.Topic = row.Verb
		return m
	case commands.Users:
		return p.user(l, kind(&p.cmd))
	case commands.Text:
		return p.setText(kind, l.text, f.Name)
	case commands.Limit:
		return setDuration(kind(&p.cmd), l.text, ParseFor)
	case commands.Age:
		return setDuration(kind(&p.cmd), l.text, parseAge)
	}
	return &Mistake{Problem: TooManyWords, Word: l.text}
}

// complete finds what only the whole command shows.
func (p *parser) complete() *Mistake {
	for i, f := range p.row.Fields() {
		switch kind := f.Kind.(type) {
		case commands.Group:
			if !f.Optional && len(p.cmd.Target.Groups) == 0 {
				return &Mistake{Problem: GroupMissing}
			}
		case commands.Users:
			n, word := len(*kind(&p.cmd)), ""
			if i >= len(p.row.Args) {
				word = f.Flag()
			}
			switch {
			case n == 0 && word == "" && !f.Optional:
				return &Mistake{Problem: UsersMissing}
			case n > commands.MaxUsers:
				return &Mistake{Problem: TooManyUsers, Word: word, Count: n, Limit: commands.MaxUsers}
			}
		}
	}
	for _, old := range p.cmd.Replace {
		switch {
		case old.Name != "" && slices.Contains(p.cmd.Users, old):
			return &Mistake{Problem: AddAndReplace, Word: old.Name} // as it was typed
		case holds(p.cmd.Users, old.ID):
			return &Mistake{Problem: AddAndReplace, Word: string(old.ID)}
		}
	}
	return nil
}

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
