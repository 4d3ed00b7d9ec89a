package cli

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// screen is what a terminal of so many columns shows of the text and the escape sequences that
// are written to it. It has as many rows as are needed: nothing is lost above.
type screen struct {
	columns int
	rows    [][]rune // a character of two columns is followed by 0
	x, y    int
	held    []byte // the beginning of a character or an escape sequence
	wrong   string // what no terminal test expects
	wrapped int    // lines that were longer than a row
}

func (s *screen) Write(p []byte) (int, error) {
	s.held = append(s.held, p...)
	for len(s.held) > 0 {
		size := s.next(s.held)
		if size == 0 {
			break // the rest is to come
		}
		s.held = s.held[size:]
	}
	return len(p), nil
}

// next carries out what comes first, and returns how long it is; 0 if it is not complete.
func (s *screen) next(p []byte) int {
	switch {
	case p[0] == '\r':
		s.x = 0
	case p[0] == '\n':
		s.y++
	case p[0] == 0x1b:
		return s.escape(string(p))
	case p[0] < ' ':
		s.wrong += strconv.Quote(string(p[0]))
	case !utf8.FullRune(p):
		return 0
	default:
		r, size := utf8.DecodeRune(p)
		s.put(r)
		return size
	}
	return 1
}

func (s *screen) escape(p string) int {
	if len(p) < 2 {
		return 0
	}
	end := strings.IndexFunc(p[2:], func(r rune) bool { return r >= '@' && r <= '~' })
	if p[1] != '[' {
		s.wrong += strconv.Quote(p[:2])
		return 2
	}
	if end < 0 {
		return 0
	}
	n, err := strconv.Atoi(p[2 : 2+end])
	if err != nil {
		n = 1
	}
	switch p[2+end] {
	case 'A':
		s.y = max(s.y-n, 0)
	case 'B':
		s.y += n
	case 'C':
		s.x = min(s.x+n, s.columns-1)
	case 'D':
		s.x = max(min(s.x, s.columns-1)-n, 0)
	case 'K':
		s.row()
		s.rows[s.y] = s.rows[s.y][:min(s.x, len(s.rows[s.y]))]
	case 'm':
	default:
		s.wrong += strconv.Quote(p[:3+end])
	}
	return 3 + end
}

// row makes the row of the cursor.
func (s *screen) row() {
	for len(s.rows) <= s.y {
		s.rows = append(s.rows, nil)
	}
}

// put shows a character at the cursor. Behind the last column it begins a new row first.
func (s *screen) put(r rune) {
	wide := 1
	switch kind := width.LookupRune(r).Kind(); {
	case r == '\ufe0f' || r == '\u200d':
		return
	case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
		wide = 2
	}
	if s.x+wide > s.columns {
		s.x, s.y, s.wrapped = 0, s.y+1, s.wrapped+1
	}
	s.row()
	row := &s.rows[s.y]
	for len(*row) < s.x+wide {
		*row = append(*row, ' ')
	}
	(*row)[s.x] = r
	if wide == 2 {
		(*row)[s.x+1] = 0
	}
	s.x += wide
}

// String is what is to be seen, without spaces at the ends of rows.
func (s *screen) String() string {
	var b strings.Builder
	for _, row := range s.rows {
		b.WriteString(strings.TrimRight(strings.ReplaceAll(string(row), "\x00", ""), " ") + "\n")
	}
	return b.String()
}
