package chat

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// TestSections: lines are packed whole where they fit, and nothing is lost.
func TestSections(t *testing.T) {
	line := func(text string) words.Line { return words.Line{Text: words.Text{{Text: text}}} }
	write := func(l words.Line) []string { return strings.SplitAfter(l.Text.String(), ",") }
	for _, tc := range []struct {
		name  string
		lines []words.Line
		want  []string
	}{
		{"nothing", nil, nil},
		{"one", []words.Line{line("one")}, []string{"one"}},
		{"that fit", []words.Line{line("one"), line("two")}, []string{"one\ntwo"}},
		{"that do not fit", []words.Line{line("12345"), line("67890"), line("1")}, []string{"12345", "67890\n1"}},
		{"in pieces", []words.Line{line("123,456,789,0"), line("x")}, []string{"123,456,", "789,0\nx"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Sections(tc.lines, 9, write); !slices.Equal(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// TestCode: long text is marked in several parts, none is too long or cut inside of a
// character, and nothing is lost.
func TestCode(t *testing.T) {
	text := strings.Repeat("é`", longestPiece)
	parts := Code("`", text, Visible)
	whole := ""
	for _, p := range parts {
		inner := strings.Trim(p, "`")
		if len(inner) > longestPiece || len(p) != len(inner)+2 || !utf8.ValidString(p) {
			t.Errorf("a part of %d bytes", len(p))
		}
		whole += inner
	}
	if whole != strings.ReplaceAll(text, "`", "'") || len(parts) < 2 {
		t.Errorf("%d parts, %d bytes", len(parts), len(whole))
	}
	if got := Code("`", "", Visible); !slices.Equal(got, []string{`""`}) {
		t.Errorf("nothing is %q", got)
	}
}

// TestBeginning: cut where it can be cut.
func TestBeginning(t *testing.T) {
	angle := Token{From: "<", To: ">"}
	for _, tc := range []struct {
		name, text string
		most       int
		want       string
	}{
		{"short enough", "abc", 10, "abc"},
		{"letters", "abcdef", 4, "abcd"},
		{"characters", "aéé", 2, "aé"},
		{"Chinese", "周五晚间节目", 4, "周五晚间"},
		{"characters that may count as two", "a🎤🎤", 4, "a🎤"},
		{"an accent", "abe\u0301", 3, "ab"},
		{"an emoji of several", "ab👩🏽\u200d🎤", 6, "ab"},
		{"a flag", "ab🇰🇷", 4, "ab"},
		{"bytes that are no text", "a\xff\xffbc", 2, "ab"},
		{"lines", "first\nsecond", 9, "first\n"},
		{"a line that is too short to end with", "a\nbcdefghijk", 9, "a\nbcdefgh"},
		{"a token", "a <@U1> <@U2>", 11, "a <@U1> "},
		{"a token that is whole", "a <@U1>b", 7, "a <@U1>"},
		{"no room", "é", 0, ""},
		{"no room for an emoji", "🎤", 1, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Beginning(tc.text, tc.most, angle); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// TestClickOf: what is no number is 0.
func TestClickOf(t *testing.T) {
	for number, want := range map[string]int64{"42": 42, "": 0, "x": 0, "-1": 0, "99999999999999999999": 0} {
		if got := Click("replace-0", number); *got != (bot.Click{Action: "replace-0", Entry: want}) {
			t.Errorf("%q is %+v", number, got)
		}
	}
}

// room is where a message is.
type room struct {
	Name string `json:"name"`
}

// Room is its name.
func (r room) Room() string { return r.Name }

// TestPost: it is read as it was written, and what is none is refused.
func TestPost(t *testing.T) {
	if got, err := ReadPost[room](Post(room{"C1"})); err != nil || got.Name != "C1" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, p := range []bot.Post{"", "x", "{}", `{"name":1}`} {
		if got, err := ReadPost[room](p); err == nil || got != (room{}) {
			t.Errorf("%q is %+v", p, got)
		}
	}
}
