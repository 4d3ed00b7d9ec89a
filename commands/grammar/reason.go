package grammar

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"liveadmin/commands"
)

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
