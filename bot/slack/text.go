package slack

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"liveadmin/commands"
)

// longestPiece is how many bytes a piece of a line has at most, so that any piece
// fits a section.
const longestPiece = 2400

// pieces writes a line in Slack's markup, in pieces that can stand in two messages.
// Nothing in it can mention, link or end a code span; only the caller is mentioned,
// and only if mention is set.
func pieces(t commands.Text, mention bool) []string {
	var all []string
	for _, s := range t {
		switch s.Kind {
		case commands.Code, commands.Quoted, commands.Flag:
			all = append(all, codeSpan("`", s.Text)...)
		case commands.Asker:
			if user := userOf(s.Text); mention && user != "" {
				all = append(all, "<@"+user+">")
			} else {
				all = append(all, codeSpan("`", commands.ShortRef(s.Text))...)
			}
		case commands.Moment:
			all = append(all, fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", s.Time.Unix(), commands.UTC(s.Time)))
		default:
			all = append(all, cut(s.Text, plainRune)...)
		}
	}
	return all
}

// codeSpan writes text between marks, several times if it is long. Nothing
// between marks would show the marks, so it is shown as two quotes.
func codeSpan(mark, text string) []string {
	if text == "" {
		return []string{`""`}
	}
	parts := cut(text, codeRune)
	for i := range parts {
		parts[i] = mark + parts[i] + mark
	}
	return parts
}

// cut writes every character and cuts between two of them.
func cut(text string, write func(rune) string) []string {
	var parts []string
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		s := write(r)
		if b.Len()+len(s) > longestPiece {
			parts = append(parts, b.String())
			b.Reset()
		}
		b.WriteString(s)
	}
	if b.Len() > 0 {
		parts = append(parts, b.String())
	}
	return parts
}

// plainRune writes a character outside of code. Emoji are joined and coloured by
// two characters that cannot be seen.
func plainRune(r rune) string {
	if r == '\u200d' || r == '\ufe0f' {
		return string(r)
	}
	return codeRune(r)
}

// codeRune writes a character so that it shows as itself: line ends as spaces, a
// backtick as the quote that commands read alike, and what cannot be seen, or
// changes the direction of text, as its number.
func codeRune(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '`':
		return "'"
	case '\n', '\r', '\t':
		return " "
	}
	if unicode.IsPrint(r) && !unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && r != '\u2800' {
		return string(r)
	}
	number := strconv.QuoteRuneToASCII(r)
	return number[1 : len(number)-1]
}
