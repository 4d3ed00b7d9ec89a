package grammar

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveadmin/commands"
)

// flag reads the flag here and its value.
func (p *parser) flag() *Mistake {
	name, typed, assigned := p.scan.flag()
	if isHelp(name) {
		p.help()
		return nil
	}
	if m := p.claim(name, typed); m != nil {
		return m
	}
	switch name {
	case commands.FlagNew, commands.FlagDryRun:
		if assigned {
			return &Mistake{Problem: FlagNoValue, Word: typed}
		}
		p.set(name)
		return nil
	case commands.FlagReason:
		return p.reason(typed)
	}
	if !p.scan.skip() || p.scan.atFlag() {
		return &Mistake{Problem: FlagValue, Word: typed}
	}
	if name == commands.FlagReplace {
		return p.people(&p.cmd.Replace)
	}
	l, m := p.scan.word()
	if m != nil {
		return m
	}
	if l.text == "" {
		return &Mistake{Problem: FlagValue, Word: typed}
	}
	if m := p.duration(name, l.text); m != nil {
		return m
	}
	return p.restOfDuration(l)
}

// help makes of a command with --help the question how that command is typed.
func (p *parser) help() {
	about := p.cmd.Verb
	p.form, _ = formOf(string(commands.Help))
	p.cmd, p.scan = commands.Command{Verb: commands.Help}, scanner{}
	if about != commands.Help {
		p.cmd.Topic = about
	}
}

// flag reads a flag's name as it is meant and as it was typed, and whether an =
// follows.
func (s *scanner) flag() (name, typed string, assigned bool) {
	end := strings.IndexFunc(s.rest, func(r rune) bool { return r == '=' || isSeparator(r) })
	if end < 0 {
		end = len(s.rest)
	}
	typed = strings.TrimRightFunc(s.rest[:end], isEdge)
	s.rest, assigned = strings.CutPrefix(s.rest[end:], "=")
	word := strings.TrimLeftFunc(typed, isDash)
	dashes := strings.TrimSuffix(typed, word)
	sign := "--"
	// Keyboards make an en or em dash of two hyphens, but nothing makes a hyphen.
	if utf8.RuneCountInString(dashes) == 1 && !strings.ContainsAny(dashes, "–—―") {
		sign = "-"
	}
	word = strings.Map(func(r rune) rune {
		if isDash(r) {
			return '-'
		}
		return unicode.ToLower(r)
	}, word)
	return sign + word, typed, assigned
}

// claim checks that the verb has the flag, and not yet.
func (p *parser) claim(name, typed string) *Mistake {
	if m := invisibleIn(typed); m != nil {
		return m
	}
	if !slices.Contains(p.form.FlagNames(), name) {
		if commands.IsFlag(name) {
			return &Mistake{Problem: FlagElsewhere, Word: typed}
		}
		return &Mistake{Problem: UnknownFlag, Word: typed, Nearest: nearestFlag(name, p.form.FlagNames())}
	}
	if slices.Contains(p.flags, name) {
		return &Mistake{Problem: FlagTwice, Word: typed}
	}
	p.flags = append(p.flags, name)
	return nil
}

// nearestFlag compares without the dashes, which would count as letters.
func nearestFlag(name string, flags []string) string {
	var words []string
	for _, flag := range flags {
		words = append(words, strings.TrimPrefix(flag, "--"))
	}
	if near := nearestOrPrefix(strings.TrimLeft(name, "-"), words); near != "" {
		return "--" + near
	}
	return ""
}

// set turns a switch on.
func (p *parser) set(name string) {
	p.cmd.New = p.cmd.New || name == commands.FlagNew
	p.cmd.DryRun = p.cmd.DryRun || name == commands.FlagDryRun
}

// duration takes the value of --for or --since.
func (p *parser) duration(name, text string) *Mistake {
	if m := invisibleIn(text); m != nil {
		return m
	}
	if name == commands.FlagSince {
		d, ok := ParseDuration(text)
		if !ok || d == 0 {
			return &Mistake{Problem: BadDuration, Word: text}
		}
		p.cmd.Since = d
		return nil
	}
	limit, m := ParseFor(text)
	p.cmd.For = limit
	return m
}

// restOfDuration finds a second half after a space ("2h 30m"), which would
// otherwise be taken for a UserID.
func (p *parser) restOfDuration(first lexeme) *Mistake {
	ahead := p.scan
	if !ahead.skip() || ahead.atFlag() {
		return nil
	}
	next, m := ahead.word()
	if m != nil || next.quoted {
		return nil // whoever reads that word says what is wrong with it
	}
	if _, ok := ParseDuration(next.text); ok {
		return &Mistake{Problem: BadDuration, Word: first.text + " " + next.text}
	}
	return nil
}
