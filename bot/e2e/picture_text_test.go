package e2e

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// look is how a piece of text looks: a class of the style sheet.
type look string

const (
	plain   look = "plain"
	strong  look = "strong"
	faint   look = "faint"
	code    look = "code"
	mention look = "mention"
	label   look = "label" // on a button
)

// span is a piece of a line that looks the same all over. Code and mentions have a
// ground of their own and are not broken.
type span struct {
	look look
	text string
}

func (s span) grounded() bool { return s.look == code || s.look == mention }

// groundPadding is how far a ground reaches beyond its text, in pixels.
const groundPadding = 4

// fontSize is in pixels, for a span of a paragraph of some size: code is smaller.
func (s span) fontSize(size float64) float64 {
	if s.look == code {
		return size * 0.87
	}
	return size
}

// width is how many pixels a span takes. Whatever font the reader has, each text is
// drawn exactly that wide.
func (s span) width(size float64) float64 {
	em := 0.0
	for _, r := range s.text {
		switch {
		case s.look == code:
			em += 0.602
		case s.look == strong || s.look == label:
			em += 1.06 * letterWidth(r)
		default:
			em += letterWidth(r)
		}
	}
	width := em * s.fontSize(size)
	if s.grounded() {
		width += 2 * groundPadding
	}
	return width
}

// letterWidth is in parts of the font size, as in Helvetica and its like.
func letterWidth(r rune) float64 {
	switch {
	case strings.ContainsRune("ijl'|", r):
		return 0.222
	case strings.ContainsRune(" !,./:;I[]\\ft·", r):
		return 0.278
	case strings.ContainsRune("-()r`\"{}•", r):
		return 0.34
	case strings.ContainsRune("JLckszvxy", r):
		return 0.5
	case strings.ContainsRune("FTZ+=<>~", r):
		return 0.6
	case strings.ContainsRune("ABEKPSVXY&", r):
		return 0.667
	case strings.ContainsRune("CDHNRUwGOQ", r):
		return 0.74
	case strings.ContainsRune("mM%W", r):
		return 0.86
	case strings.ContainsRune("@→…", r):
		return 1
	case unicode.Is(unicode.So, r): // the signs
		return 1.3
	case unicode.Is(unicode.Mn, r):
		return 0
	}
	return 0.556
}

// row is what stands side by side.
type row []placed

type placed struct {
	span
	x, width float64
}

// wrap breaks a line between words, so that each row is so many pixels wide at most.
func wrap(spans []span, size, most float64) []row {
	rows := []row{nil}
	x := 0.0
	for _, s := range spans {
		for _, word := range s.words() {
			piece := placed{span{s.look, word}, x, 0}
			piece.width = piece.span.width(size)
			if blank := strings.TrimSpace(word) == ""; x == 0 && blank {
				continue
			} else if x+piece.width > most && x > 0 && !blank {
				rows = append(rows, nil)
				piece.x, x = 0, 0
			}
			now := &rows[len(rows)-1]
			now.add(piece)
			x += piece.width
		}
	}
	return rows
}

// add puts a piece at the end, and into one with what looks the same.
func (r *row) add(p placed) {
	if n := len(*r); n > 0 && (*r)[n-1].look == p.look && !p.grounded() {
		(*r)[n-1].text += p.text
		(*r)[n-1].width += p.width
		return
	}
	*r = append(*r, p)
}

// words are the words and the blanks between them, in turn.
func (s span) words() []string {
	if s.grounded() {
		return []string{s.text}
	}
	var all []string
	for rest := s.text; rest != ""; {
		first, _ := utf8.DecodeRuneInString(rest)
		end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) != unicode.IsSpace(first) })
		if end < 0 {
			end = len(rest)
		}
		all = append(all, rest[:end])
		rest = rest[end:]
	}
	return all
}
