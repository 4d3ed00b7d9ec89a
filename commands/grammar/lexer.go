package grammar

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexeme is one word of what was typed.
type lexeme struct {
	text    string  // as meant: without quotes, backticks, entities
	quoted  bool    // never a flag, nor asked back as a person, channel or alias
	mention mention // the first one in it, unless what was typed in its place is known and quoted
}

// scanner takes a text apart, from its beginning. Its value can be copied to
// look ahead.
type scanner struct{ rest string }

func newScanner(text string) scanner {
	return scanner{unfence(strings.ToValidUTF8(text, string(utf8.RuneError)))}
}

// unfence drops backticks around a whole text.
func unfence(text string) string {
	text = strings.TrimSpace(text)
	for _, fence := range []string{"```", "`"} {
		inner, opened := strings.CutPrefix(text, fence)
		inner, closed := strings.CutSuffix(inner, fence)
		if opened && closed && !strings.Contains(inner, "`") {
			return inner
		}
	}
	return text
}

// skip goes to the beginning of the next word, and reports whether there is one.
func (s *scanner) skip() bool {
	s.rest = strings.TrimLeftFunc(s.rest, func(r rune) bool { return isSeparator(r) || isEdge(r) })
	return s.rest != ""
}

// atFlag reports whether the word here begins with a dash.
func (s scanner) atFlag() bool { return isDash(s.first()) }

// first is the character here; at the end it is none that means anything.
func (s scanner) first() rune {
	r, _ := utf8.DecodeRuneInString(s.rest)
	return r
}

// word reads the word here, up to white space or a comma.
func (s *scanner) word() (lexeme, *Mistake) { return s.read(isSeparator) }

// wholeWord reads the word here; a comma inside it belongs to it, at its end it
// does not.
func (s *scanner) wholeWord() (lexeme, *Mistake) {
	l, m := s.read(unicode.IsSpace)
	if !l.quoted {
		l.text = strings.TrimRightFunc(l.text, func(r rune) bool { return isComma(r) || isEdge(r) })
	}
	return l, m
}

// read reads a quoted word, or up to a character that ends an unquoted one.
func (s *scanner) read(ends func(rune) bool) (lexeme, *Mistake) {
	if l, found, m := s.quotation(false); found || m != nil {
		return l, m
	}
	l := s.bare(ends)
	l.text = strings.TrimRightFunc(l.text, isEdge)
	return l, nil
}

// bare reads up to a character that ends the word, whatever quotes are in it.
func (s *scanner) bare(ends func(rune) bool) lexeme {
	var l lexeme
	var text strings.Builder
	for s.rest != "" && !ends(s.first()) {
		piece, m := s.piece()
		text.WriteString(piece)
		if l.mention.kind == noMention {
			l.mention = m
		}
	}
	l.text = text.String()
	return l
}

// piece takes one character, an entity or a token of the client.
func (s *scanner) piece() (string, mention) {
	meant, m, size := readToken(s.rest)
	if size == 0 {
		meant, size = readEntity(s.rest)
	}
	if size == 0 {
		_, size = utf8.DecodeRuneInString(s.rest)
		meant = s.rest[:size]
	}
	s.rest = s.rest[size:]
	return meant, m
}

// quotation reads a quoted word, if there is one here: a single quotation mark
// without its partner is an apostrophe. In prose a mark between two letters is
// one too.
func (s *scanner) quotation(prose bool) (_ lexeme, found bool, _ *Mistake) {
	start := s.rest
	open := s.first()
	for _, closers := range closersOf(open) {
		l, ok := s.within(closers, prose)
		if !ok {
			continue
		}
		s.rest = strings.TrimLeftFunc(s.rest, isEdge)
		if s.rest != "" && !isSeparator(s.first()) {
			s.bare(isSeparator)
			return lexeme{}, false, &Mistake{Problem: QuoteInside, Word: start[:len(start)-len(s.rest)]}
		}
		return l, true, nil
	}
	if closersOf(open) == nil || isSingleQuote(open) {
		return lexeme{}, false, nil
	}
	s.bare(unicode.IsSpace)
	return lexeme{}, false, &Mistake{Problem: OpenQuote, Word: start[:len(start)-len(s.rest)]}
}

// within reads from an opening mark to past the first of the closing ones. If
// there is none, it stays where it is.
func (s *scanner) within(closers string, prose bool) (lexeme, bool) {
	l := lexeme{quoted: true}
	var text strings.Builder
	inside := scanner{s.rest[utf8.RuneLen(s.first()):]}
	before := rune(0)
	for inside.rest != "" {
		r := inside.first()
		after := scanner{inside.rest[utf8.RuneLen(r):]}
		apostrophe := prose && isSingleQuote(r) && unicode.IsLetter(before) && unicode.IsLetter(after.first())
		switch {
		case r == '\\' && after.rest != "" && strings.ContainsRune(`\"`+closers, after.first()):
			r = after.first()
			inside.rest = after.rest[utf8.RuneLen(r):]
			text.WriteRune(r)
		case strings.ContainsRune(closers, r) && !apostrophe:
			l.text, s.rest = text.String(), after.rest
			return l, true
		case unicode.Is(unicode.Zs, r): // a client's no-break space was typed as a space
			inside = after
			text.WriteRune(' ')
		default:
			piece, m := inside.piece()
			text.WriteString(piece)
			if l.mention.kind == noMention && m.label == "" {
				l.mention = m
			}
		}
		before = r
	}
	return lexeme{}, false
}

// closersOf returns the marks that can close what the mark opens, the better
// ones first, or nil if it opens nothing. Keyboards that turn only one of a pair
// into a curly one are read as meant.
func closersOf(open rune) []string {
	switch open {
	case '"':
		return []string{`"`, "”“"}
	case '“', '”', '„':
		return []string{"”“", `"`}
	case '«', '»':
		return []string{"»«"}
	case '\'':
		return []string{"'", "’‘"}
	case '‘', '’', '‚':
		return []string{"’‘", "'"}
	}
	return nil
}

func isSingleQuote(r rune) bool { return strings.ContainsRune("'‘’‚", r) }

func isSeparator(r rune) bool { return unicode.IsSpace(r) || isComma(r) }

// isComma knows the commas of keyboards in other languages too; no ID can hold
// them.
func isComma(r rune) bool { return strings.ContainsRune(",，、،", r) }

// isEdge is what is dropped at the edges of a word. What is invisible is not: it would make
// two words look the same.
func isEdge(r rune) bool { return r == '`' }

func isDash(r rune) bool { return r == '-' || r == '−' || unicode.Is(unicode.Pd, r) }

// isInvisible reports zero-width, soft-hyphen, direction and filler characters,
// and variation selectors.
func isInvisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
