package terminal

import (
	"bufio"
	"io"
	"unicode/utf8"
)

// longestSequence is how many characters an escape sequence has at most: no key has a longer one.
const longestSequence = 32

// keyboard reads what is typed so that the editor never waits for what does not come: it takes a
// byte that is no text for a part of a character, and after the key Escape everything up to a
// letter, also the keys to leave, for a part of an escape sequence.
type keyboard struct {
	*bufio.Reader
	escape bool // the last character was an Escape that came alone: a key, unless a sequence goes on
	open   int  // how many characters the escape sequence has so far that has no end yet; 0: there is none
}

// Read reads whole characters.
func (k *keyboard) Read(p []byte) (n int, err error) {
	const most = 1 + utf8.UTFMax // what belongs to the sequence before, and a character
	if len(p) < most {
		return 0, io.ErrShortBuffer
	}
	for n == 0 || k.Buffered() > 0 && len(p)-n >= most {
		r, _, err := k.ReadRune()
		if err != nil {
			return n, err
		}
		if r == utf8.RuneError {
			r = '?'
		}
		if before := k.before(r); before != 0 {
			p[n] = before
			n++
		}
		if k.escape = r == escape && k.Buffered() == 0; k.escape {
			continue
		}
		switch {
		case r == escape:
			k.open = 1
		case r == endOfSequence || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
			k.open = 0
		case k.open > 0:
			k.open++
		}
		n += utf8.EncodeRune(p[n:], r)
	}
	return n, nil
}

const (
	escape        = '\x1b'
	endOfSequence = '~' // as letters are
)

// before is what the editor has to read before a character: the beginning or the end of an escape
// sequence; 0: nothing.
func (k *keyboard) before(r rune) byte {
	switch {
	case k.escape && (r == '[' || r == 'O'):
		k.open = 1
		return escape
	case k.open > 0 && (r < ' ' || k.open == longestSequence):
		k.open = 0
		return endOfSequence
	}
	return 0
}
