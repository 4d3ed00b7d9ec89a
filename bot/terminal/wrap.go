package terminal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// wrap breaks a line that is longer than so many columns, between words or beside Chinese and
// Japanese characters. What is moved to the next row stays behind the line's indent.
func wrap(line string, columns int) string {
	indent := hang(line)
	if len(indent) > min(columns/2, columns-2) { // the widest character has two
		indent, line = "", strings.TrimLeft(line, " ")
	}
	var b strings.Builder
	spaces, column := "", 0 // spaces are not written yet: there are none at the end of a row
	for line != "" {
		chunk, wide := nextChunk(line)
		line = line[len(chunk):]
		if wide > 0 && strings.TrimLeft(chunk, " ") == "" {
			spaces = chunk
			continue
		}
		if column > 0 && column+len(spaces)+wide > columns && wide <= columns-len(indent) {
			b.WriteString("\n")
			spaces, column = indent, 0
		}
		if wide > 0 {
			chunk, spaces = spaces+chunk, ""
		}
		for chunk != "" { // one that is longer than a row is broken anywhere
			size, wide := nextCharacter(chunk)
			if column+wide > columns {
				b.WriteString("\n" + indent)
				column = len(indent)
			}
			b.WriteString(chunk[:size])
			column += wide
			chunk = chunk[size:]
		}
	}
	return b.String()
}

// hang is the indent of what follows the first row of a line: under its text.
func hang(line string) string {
	text := strings.TrimLeft(line, " ")
	indent := len(line) - len(text)
	if strings.HasPrefix(text, "• ") || strings.HasPrefix(text, "> ") {
		indent += 2
	}
	return strings.Repeat(" ", indent)
}

// nextChunk returns what is not broken at the beginning of a line: a word, spaces, or a
// character that is one alone with the marks that open and close it; and how many columns it has.
// Escape sequences go with words.
func nextChunk(line string) (chunk string, columns int) {
	rest, first := line, rune(0)
	for rest != "" {
		size, wide := nextCharacter(rest)
		r, _ := utf8.DecodeRuneInString(rest)
		before := line[:len(line)-len(rest)]
		switch {
		case r == '\x1b' && first == ' ':
			return before, columns
		case wide == 0: // goes with what is before it
		case first == 0 && r == ' ' && before != "":
			return before, columns
		case first == 0:
			first = r
		case opens(first) && r != ' ':
			first = r
		case (r == ' ') != (first == ' '), !closes(r) && (breaks(r) || breaks(first)):
			return before, columns
		}
		columns += wide
		rest = rest[size:]
	}
	return line, columns
}

// nextCharacter returns how many bytes the character, or the escape sequence, at the beginning
// of a line has, and how many columns.
func nextCharacter(line string) (size, columns int) {
	if strings.HasPrefix(line, "\x1b[") {
		if end := strings.IndexByte(line, 'm'); end > 0 { // the shades end so, and no other is written
			return end + 1, 0
		}
	}
	r, size := utf8.DecodeRuneInString(line)
	return size, columnsOf(r)
}

// columnsOf is how many columns a character has at a terminal.
func columnsOf(r rune) int {
	switch kind := width.LookupRune(r).Kind(); {
	case r == '\ufe0f':
		return 1 // it turns the sign before it into an emoji of two
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// breaks reports whether a line can be broken on both sides of a character: it has two columns, and
// is not Korean, which has spaces between words.
func breaks(r rune) bool { return columnsOf(r) == 2 && !unicode.Is(unicode.Hangul, r) }

// opens reports whether a mark does not end a row: it belongs to what follows.
func opens(r rune) bool { return unicode.In(r, unicode.Ps, unicode.Pi) }

// closes reports whether a mark does not begin a line: it belongs to what is before it.
func closes(r rune) bool {
	return unicode.In(r, unicode.Pe, unicode.Pf) || strings.ContainsRune("、。，．：；！？ー…", r)
}
