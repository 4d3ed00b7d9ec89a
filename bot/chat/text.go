package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// Number is how the number of an entry is written.
func Number(entry int64) string { return "#" + strconv.FormatInt(entry, 10) }

// Click reads a button: what it does, and the number of its entry; 0 if that is no number.
func Click(action, number string) *bot.Click {
	entry, err := strconv.ParseUint(number, 10, 63)
	if err != nil {
		entry = 0
	}
	return &bot.Click{Action: action, Entry: int64(entry)}
}

// Headed is a message under the line of its root, for where there is no root above it.
func Headed(line words.Text, m words.Message) words.Message {
	m.Lines, m.Title = slices.Concat([]words.Line{{Text: line}}, m.Lines), nil
	return m
}

// Sections packs lines into texts of a limited number of bytes. write writes a line in
// pieces that can be in two texts, each shorter than that.
func Sections(lines []words.Line, most int, write func(words.Line) []string) []string {
	var all []string
	now := ""
	for _, l := range lines {
		between := "\n"
		for _, piece := range write(l) {
			if len(now)+len(between)+len(piece) > most {
				all = append(all, now)
				now = ""
			}
			now = Join(now, between, piece)
			between = ""
		}
	}
	if now != "" {
		all = append(all, now)
	}
	return all
}

// Join puts something between two texts, unless the first is empty.
func Join(a, between, b string) string {
	if a == "" {
		return b
	}
	return a + between + b
}

// longestPiece is how many bytes a piece of a line may have, so that any fits into a section.
const longestPiece = 2400

// Cut writes every character of a text and cuts it between two of them, so that any
// part fits into a section.
func Cut(text string, write func(rune) string) []string {
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

// Code writes text between marks, several times if it is long. Nothing between marks
// would show the marks, so it is shown as two quotes.
func Code(mark, text string, write func(rune) string) []string {
	if text == "" {
		return []string{`""`}
	}
	parts := Cut(text, write)
	for i := range parts {
		parts[i] = mark + parts[i] + mark
	}
	return parts
}

// Visible writes a character so that it shows as itself: line ends as spaces, a backtick
// as the quote that commands read alike, and what cannot be seen, or changes the
// direction of text, as its number.
func Visible(r rune) string {
	switch r {
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

// JoinsEmoji reports whether a character is one of the two that join and colour emoji
// and cannot be seen.
func JoinsEmoji(r rune) bool { return r == '\u200d' || r == '\ufe0f' }

// Token is something in a text that is cut off as a whole: "<@U1>", "&amp;".
type Token struct{ From, To string }

// Length is how many characters a text has, as the platforms count at most. Discord's API counts
// code points, its components UTF-16 (github.com/discord/discord-api-docs/issues/1315,
// github.com/NousResearch/hermes-agent/issues/54968), and Slack does not say: a character that
// takes two of UTF-16 is two.
func Length(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// Beginning is the beginning of a text, so many characters at most: up to the end of a line
// if there is one in its second half, never up to the inside of a token, or of what is seen as
// one character.
func Beginning(s string, most int, tokens ...Token) string {
	s = strings.ToValidUTF8(s, "")
	end, size, before := 0, 0, ' '
	for i, r := range s {
		if !joined(before, r) {
			end = i
		}
		if size += utf16.RuneLen(r); size > most {
			s = s[:end]
			break
		}
		before = r
	}
	if line := strings.LastIndexByte(s, '\n'); Length(s[:line+1]) > most/2 {
		s = s[:line+1]
	}
	for _, t := range tokens {
		if i := strings.LastIndex(s, t.From); i >= 0 && !strings.Contains(s[i:], t.To) {
			s = s[:i]
		}
	}
	return s
}

// joined reports whether two characters are seen as one: a letter with its accent, the parts of
// an emoji, the two halves of a flag.
func joined(before, r rune) bool {
	return before == '\u200d' || JoinsEmoji(r) || unicode.Is(unicode.M, r) || unicode.Is(unicode.Sk, r) && r > 0xffff ||
		unicode.Is(unicode.Regional_Indicator, before) && unicode.Is(unicode.Regional_Indicator, r)
}

// MessageRef is where a message is, in a platform's own words: what a bot.Post holds. Its
// fields are texts.
type MessageRef interface {
	// Room is the channel or thread.
	Room() string
}

// Post is a MessageRef as the journal keeps it.
func Post(s MessageRef) bot.Post {
	text, _ := json.Marshal(s) // texts alone cannot fail
	return bot.Post(text)
}

// ReadPost reads a MessageRef. Every one has a room.
func ReadPost[S MessageRef](p bot.Post) (S, error) {
	var s, none S
	if err := json.Unmarshal([]byte(p), &s); err != nil || s.Room() == "" {
		return none, fmt.Errorf("%q does not say where a message is", p)
	}
	return s, nil
}
