package grammar

import (
	"slices"
	"strings"
	"time"
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
	f, m := p.claim(name, typed)
	if m != nil {
		return m
	}
	switch kind := f.Kind.(type) {
	case commands.Switch:
		if assigned {
			return &Mistake{Problem: FlagNoValue, Word: typed}
		}
		*kind(&p.cmd) = true
		return nil
	case commands.Text:
		return p.prose(kind, typed)
	}
	if !p.scan.skip() || p.scan.atFlag() {
		return &Mistake{Problem: FlagValue, Word: typed}
	}
	if users, ok := f.Kind.(commands.Users); ok {
		return p.people(users(&p.cmd))
	}
	l, m := p.scan.word()
	if m != nil {
		return m
	}
	if l.text == "" {
		return &Mistake{Problem: FlagValue, Word: typed}
	}
	if m := p.take(f, l); m != nil {
		return m
	}
	return p.restOfDuration(l)
}

// help turns a command with --help into the question how that command is typed.
func (p *parser) help() {
	about := p.cmd.Verb
	p.row, _ = p.table.Row(commands.Help)
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

// claim returns the flag of that name, if the command has it, and not yet.
func (p *parser) claim(name, typed string) (commands.Field, *Mistake) {
	if m := invisibleIn(typed); m != nil {
		return commands.Field{}, m
	}
	f, ok := p.row.Flag(name)
	switch {
	case !ok && p.table.HasFlag(name):
		return f, &Mistake{Problem: FlagElsewhere, Word: typed}
	case !ok:
		return f, &Mistake{Problem: UnknownFlag, Word: typed, Nearest: p.nearestFlag(name)}
	case slices.Contains(p.flags, name):
		return f, &Mistake{Problem: FlagTwice, Word: typed}
	}
	p.flags = append(p.flags, name)
	return f, nil
}

// nearestFlag compares without the dashes, which would count as letters.
func (p *parser) nearestFlag(name string) string {
	var words []string
	for _, f := range p.row.Flags {
		words = append(words, f.Name)
	}
	word := strings.TrimLeft(name, "-")
	if meant, ok := p.optionOf(word); ok {
		word = strings.TrimLeft(meant, "-")
	}
	if near := nearestOrPrefix(word, words); near != "" {
		return "--" + near
	}
	return ""
}

// setDuration keeps a duration that parse takes.
func setDuration(kept *time.Duration, text string, parse func(string) (time.Duration, *Mistake)) *Mistake {
	m := invisibleIn(text)
	if m == nil {
		*kept, m = parse(text)
	}
	return m
}

// parseAge reads how far back something goes.
func parseAge(text string) (time.Duration, *Mistake) {
	d, ok := ParseDuration(text)
	if !ok || d == 0 {
		return 0, &Mistake{Problem: BadDuration, Word: text}
	}
	return d, nil
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
		return nil // what is wrong with that word is said when it is read
	}
	if _, ok := ParseDuration(next.text); ok {
		return &Mistake{Problem: BadDuration, Word: first.text + " " + next.text}
	}
	return nil
}

// prose reads a quoted text, or all words up to the next flag.
func (p *parser) prose(text commands.Text, typed string) *Mistake {
	ahead := p.scan
	ahead.skip()
	l, quoted, m := ahead.quotation(true)
	if m != nil {
		return m
	}
	if quoted {
		p.scan = ahead
		return p.setText(text, l.text, typed)
	}
	var words []string
	for {
		p.scan.rest = strings.TrimLeftFunc(p.scan.rest, unicode.IsSpace)
		if p.scan.rest == "" || p.scan.atFlagInProse() {
			return p.setText(text, strings.Join(words, " "), typed)
		}
		words = append(words, p.scan.bare(unicode.IsSpace).text)
	}
}

// atFlagInProse is atFlag, but a dash that is alone is punctuation.
func (s scanner) atFlagInProse() bool {
	s.rest = strings.TrimLeftFunc(s.rest, isEdge)
	return s.atFlag() && strings.TrimFunc(s.bare(unicode.IsSpace).text, isDash) != ""
}

// setText keeps a text like a reason: one space for every run of white space, and
// nothing in it that is not seen or that drives a terminal.
func (p *parser) setText(kind commands.Text, text, typed string) *Mistake {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = strings.TrimFunc(word, func(r rune) bool { return isInvisible(r) && !joinsLetters(r) })
	}
	reason := strings.Join(strings.Fields(strings.Join(words, " ")), " ")
	if strings.TrimFunc(reason, isInvisible) == "" {
		return &Mistake{Problem: FlagValue, Word: typed}
	}
	for _, r := range reason {
		if unicode.IsControl(r) || isInvisible(r) && !joinsLetters(r) {
			return &Mistake{Problem: ReasonChar, Word: typed, Char: r}
		}
	}
	if n := utf8.RuneCountInString(reason); n > commands.MaxReason {
		return &Mistake{Problem: ReasonTooLong, Word: typed, Count: n, Limit: commands.MaxReason}
	}
	*kind(&p.cmd) = reason
	return nil
}

// joinsLetters reports the invisible characters that emoji and some scripts are
// made with: the joiners and the variation selectors.
func joinsLetters(r rune) bool {
	return r == '\u200c' || r == '\u200d' || unicode.Is(unicode.Variation_Selector, r)
}
