package grammar

import (
	"strings"
	"unicode"

	"liveadmin/commands"
)

// Fields is a command as a platform with options delivers it. Empty ones were
// not given.
type Fields struct {
	Verb    string
	Group   string // one alias or ID; spaces belong to it
	Users   string // a list, as it can be typed
	Replace string // a list, as it can be typed
	For     string
	Reason  string
	New     bool
	DryRun  bool
	About   string // history: a group, user, caller or #NUMBER
	Since   string
	Topic   string // help
}

// New reads a command that came in fields, with the checks of Parse.
func New(f Fields, names commands.Names, sees func(alias string) bool) (commands.Command, *Mistake) {
	p := newParser(names, sees)
	return p.end(f.String(), p.fields(f))
}

// String shows the fields in one line, as Discord does.
func (f Fields) String() string {
	line := strings.TrimSpace(f.Verb)
	for _, option := range f.options() {
		if option.text != "" {
			line += " " + option.name + ":" + option.text
		}
	}
	if f.New {
		line += " new:True"
	}
	if f.DryRun {
		line += " dry_run:True"
	}
	return line
}

type option struct{ name, text string }

func (f Fields) options() []option {
	all := []option{
		{"group", f.Group}, {"about", f.About}, {"command", f.Topic}, {"users", f.Users},
		{"for", f.For}, {"replace", f.Replace}, {"reason", f.Reason}, {"since", f.Since},
	}
	for i := range all {
		all[i].text = strings.TrimSpace(all[i].text)
	}
	return all
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
	for _, option := range f.options() {
		if option.text == "" {
			continue
		}
		if m := p.option(option); m != nil {
			return m
		}
	}
	for _, toggle := range []struct {
		name  string
		given bool
	}{{commands.FlagNew, f.New}, {commands.FlagDryRun, f.DryRun}} {
		if !toggle.given {
			continue
		}
		if m := p.claim(toggle.name, toggle.name); m != nil {
			return m
		}
		p.set(toggle.name)
	}
	return nil
}

func (p *parser) option(o option) *Mistake {
	switch o.name {
	case "group", "about", "command":
		return p.place(readField(o.text))
	case "users":
		if !changesGroup(p.cmd.Verb) {
			return &Mistake{Problem: TooManyWords, Word: o.text}
		}
		return p.list(o.text, &p.cmd.Users)
	}
	name := "--" + o.name
	if m := p.claim(name, name); m != nil {
		return m
	}
	switch name {
	case commands.FlagReplace:
		return p.list(o.text, &p.cmd.Replace)
	case commands.FlagReason:
		return p.setReason(readField(o.text).text, name)
	}
	return p.duration(name, readField(o.text).text)
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
