package grammar

import (
	"slices"
	"strings"
	"unicode"

	"liveadmin/commands"
)

// Fields is a command as a platform with options delivers it.
type Fields struct {
	Verb    string
	Options []Option // those that were filled in
}

// Option is a field that was filled in. Its name is that of the table, as
// commands.Field.Option writes it.
type Option struct {
	Name string
	Text string // as it could be typed; of a switch that is on, "True"
}

// Get returns the text of an option; empty if it was not filled in.
func (f Fields) Get(name string) string {
	for _, o := range f.Options {
		if o.Name == name {
			return o.Text
		}
	}
	return ""
}

// With returns the fields with one more option.
func (f Fields) With(name, text string) Fields {
	f.Options = append(slices.Clone(f.Options), Option{name, text})
	return f
}

// String shows the fields in one line, as Discord does.
func (f Fields) String() string {
	line := strings.TrimSpace(f.Verb)
	for _, o := range f.Options {
		if text := strings.TrimSpace(o.Text); text != "" {
			line += " " + o.Name + ":" + text
		}
	}
	return line
}

// New reads a command that came in fields, with the checks of Parse.
func New(f Fields, names commands.Names, sees func(alias string) bool) (commands.Command, *Mistake) {
	return Of(commands.Table).New(f, names, sees)
}

// New is New for the commands of the table.
func (g Grammar) New(f Fields, names commands.Names, sees func(alias string) bool) (commands.Command, *Mistake) {
	p := g.parser(names, sees)
	c, m := p.end(f.String(), p.fields(f))
	if m != nil && m.Field == "" {
		switch m.Problem {
		case GroupMissing:
			m.Field = "group"
		case UsersMissing, TooManyUsers, AddAndReplace:
			m.Field = "users"
		}
	}
	return c, m
}

// Begun returns what is there of a command whose group or users are missing, as Parse reads
// it.
func Begun(text string, names commands.Names) commands.Command {
	p := Of(commands.Table).parser(names, nil)
	_ = p.typed(text) // what is wrong is in the mistake of Parse
	return p.cmd
}

// BegunIn is Begun for a command that came in fields.
func BegunIn(f Fields, names commands.Names) commands.Command {
	p := Of(commands.Table).parser(names, nil)
	_ = p.fields(f)
	return p.cmd
}

func (p *parser) fields(f Fields) *Mistake {
	typed := f.String()
	if len(typed) > maxText {
		return &Mistake{Problem: TooLong, Count: len(typed), Limit: maxText}
	}
	if typed == "" {
		p.cmd.Verb = commands.Welcome
		return nil
	}
	if m := p.verb(readField(f.Verb)); m != nil {
		return m
	}
	fields := p.row.Fields()
	for _, field := range fields {
		if text := strings.TrimSpace(f.Get(field.Option())); text != "" {
			if m := p.option(field, text); m != nil {
				m.Field = field.Option()
				return m
			}
		}
	}
	for _, o := range f.Options {
		known := slices.ContainsFunc(fields, func(f commands.Field) bool { return f.Option() == o.Name })
		if strings.TrimSpace(o.Text) != "" && !known {
			return p.stray(o)
		}
	}
	return nil
}

// option reads a field of the command. What is in it is all meant for it.
func (p *parser) option(f commands.Field, text string) *Mistake {
	switch kind := f.Kind.(type) {
	case commands.Switch:
		*kind(&p.cmd) = strings.EqualFold(text, "true")
		return nil
	case commands.Text:
		return p.setText(kind, readField(text).text, f.Flag())
	case commands.Users:
		return p.list(text, kind(&p.cmd))
	}
	return p.take(f, readField(text))
}

// stray is the mistake about an option that the command does not have.
func (p *parser) stray(o Option) *Mistake {
	if flag := "--" + strings.ReplaceAll(o.Name, "_", "-"); p.table.HasFlag(flag) {
		return &Mistake{Problem: FlagElsewhere, Word: flag}
	}
	return &Mistake{Problem: TooManyWords, Word: strings.TrimSpace(o.Text)}
}

// list reads a field of USERs. A flag has its own field.
func (p *parser) list(text string, list *[]commands.Person) *Mistake {
	p.scan = newScanner(text)
	if m := p.people(list); m != nil || p.scan.rest == "" {
		return m
	}
	_, typed, _ := p.scan.flag()
	return &Mistake{Problem: TooManyWords, Word: typed}
}

// readField reads a field that holds one thing, whatever spaces are in it.
func readField(text string) lexeme {
	s := newScanner(text)
	s.rest = strings.TrimLeftFunc(s.rest, func(r rune) bool { return unicode.IsSpace(r) || isEdge(r) })
	whole := s
	if l, found, _ := whole.quotation(true); found && strings.TrimSpace(whole.rest) == "" {
		return l
	}
	l := s.bare(func(rune) bool { return false })
	l.text = strings.TrimRightFunc(l.text, func(r rune) bool { return unicode.IsSpace(r) || isEdge(r) })
	l.text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, l.text)
	return l
}
