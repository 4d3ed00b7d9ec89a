// Package grammar reads what people type or fill in as a command, or as a mistake that says
// what was meant, and writes a command as it is typed.
package grammar

import (
	"strings"

	"liveadmin/commands"
)

// maxText is how long a typed command can be, in bytes; a valid one is far
// shorter.
const maxText = 4096

// Parse reads what follows "/liveadmin". sees tells which aliases the caller may
// know of: only these are suggested, nil means none. Every alias resolves; the
// policy decides later. An empty text is Welcome.
func Parse(text string, names commands.Names, sees func(alias string) bool) (commands.Command, *Mistake) {
	p := newParser(names, sees)
	return p.end(text, p.typed(text))
}

// parser fills in a command word by word. A mistake ends it.
type parser struct {
	names commands.Names
	sees  func(alias string) bool
	scan  scanner
	form  commands.Form // of the verb
	first bool          // the word that follows the verb has been read
	flags []string      // so far
	cmd   commands.Command
}

func newParser(names commands.Names, sees func(alias string) bool) *parser {
	if sees == nil {
		sees = func(string) bool { return false }
	}
	return &parser{names: names, sees: sees}
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
	f, m := readVerb(l)
	if m != nil {
		return m
	}
	p.form, p.cmd.Verb = f, f.Verb
	return nil
}

func readVerb(l lexeme) (commands.Form, *Mistake) {
	if m := invisibleIn(l.text); m != nil {
		return commands.Form{}, m
	}
	word := l.text
	if isHelp(word) {
		word = string(commands.Help)
	}
	f, ok := formOf(word)
	if ok {
		return f, nil
	}
	if m := otherVerb(l.text); m != nil {
		return commands.Form{}, m
	}
	return commands.Form{}, &Mistake{Problem: UnknownVerb, Word: l.text, Nearest: string(f.Verb), Verb: f.Verb}
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
	read := p.scan.wholeWord
	if p.first {
		read = p.scan.word
	}
	l, m := read()
	if m != nil {
		return m
	}
	return p.place(l)
}

// place gives a word that is no flag its meaning.
func (p *parser) place(l lexeme) *Mistake {
	if p.first && changesGroup(p.cmd.Verb) {
		return p.user(l, &p.cmd.Users)
	}
	if !p.first {
		p.first = true
		switch p.cmd.Verb {
		case commands.Add, commands.Remove, commands.List:
			return p.group(l)
		case commands.History:
			return p.about(l)
		case commands.Help:
			f, m := readVerb(l)
			p.cmd.Topic = f.Verb
			return m
		}
	}
	if m := p.optionWord(l); m != nil && m.Nearest != "" {
		return m
	}
	return &Mistake{Problem: TooManyWords, Word: l.text}
}

// changesGroup reports whether the verb takes USERs, as typed.
func changesGroup(v commands.Verb) bool { return v == commands.Add || v == commands.Remove }

// complete finds what only the whole command shows.
func (p *parser) complete() *Mistake {
	c := p.cmd
	if c.Verb != commands.List && !changesGroup(c.Verb) {
		return nil
	}
	if !p.first {
		return &Mistake{Problem: GroupMissing}
	}
	if len(c.Users) == 0 && changesGroup(c.Verb) {
		return &Mistake{Problem: UsersMissing}
	}
	if len(c.Users) > commands.MaxUsers {
		return &Mistake{Problem: TooManyUsers, Count: len(c.Users), Limit: commands.MaxUsers}
	}
	if len(c.Replace) > commands.MaxUsers {
		return &Mistake{Problem: TooManyUsers, Word: commands.FlagReplace, Count: len(c.Replace), Limit: commands.MaxUsers}
	}
	for _, old := range c.Replace {
		if holds(c.Users, old.ID) {
			return &Mistake{Problem: AddAndReplace, Word: string(old.ID)}
		}
	}
	return nil
}
