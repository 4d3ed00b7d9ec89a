package words

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFill(t *testing.T) {
	values := Slots{
		"user": code("user1"), "n": number(1), "many": number(2), "none": number(0), "typed": quoted("{n} {"), "nobody": nil,
	}
	tests := []struct{ sentence, want string }{
		{"", ""},
		{"No place.", "No place."},
		{"{user}", "user1"},
		{"Added {user} to it.", "Added user1 to it."},
		{"{user}{user}", "user1user1"},
		{"{n} {n|seat|seats}", "1 seat"},
		{"{many} {many|seat|seats}", "2 seats"},
		{"{none} {none|seat|seats}", "0 seats"},
		{"{n|is|are} taken", "is taken"},
		{"You typed {typed}.", `You typed "{n} {".`}, // a value is no sentence
		{"It is {nobody}.", "It is ."},
		{"It is {unheard}.", "It is ."},

		// Odd ones.
		{"{", ""},
		{"}", "}"},
		{"{}", ""},
		{"a } b", "a } b"},
		{"a {user", "a user1"},
		{"{{user}}", "}"},
		{"{|}", ""},
		{"{n|}", ""},
		{"{n|seat", "seat"},
		{"{many|seat", ""},
		{"{many|seat|", ""},
		{"{many|a|b|c}", "b|c"},
	}
	for _, test := range tests {
		t.Run(test.sentence, func(t *testing.T) {
			if got := Fill(test.sentence, values).String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// FuzzFill fills any sentence: what is outside of places stays, and a value
// comes back as it is, whatever is in it.
func FuzzFill(f *testing.F) {
	f.Add("a {x} b {x|one|many} c", "{x}")
	f.Add("{{x}|}{", "1")
	f.Fuzz(func(t *testing.T, sentence, value string) {
		_ = Fill(sentence, Slots{"x": code(value)}).String()
		text := strings.NewReplacer("{", "", "}", "").Replace(sentence)
		if got, want := Fill(text+"{x}"+text, Slots{"x": code(value)}).String(), text+value+text; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestTextString(t *testing.T) {
	moment := time.Date(2026, 11, 21, 1, 30, 59, 0, time.FixedZone("HKT", 8*60*60))
	tests := []struct {
		name string
		text Text
		want string
	}{
		{"nothing", nil, ""},
		{"plain", plain("a *b*"), "a *b*"},
		{"code", code("@TGS#a"), "@TGS#a"},
		{"quoted", quoted(`a"b`), `"a"b"`},
		{"the caller", Words{}.who("slack:user:U024BE7LH"), "@U024BE7LH"},
		{"a moment", Text{{Kind: Moment, Text: "not shown", Time: moment}}, "2026-11-20 17:30 UTC"},
		{"joined", join(", ", plain("a"), code("b"), nil, plain("c")), "a, b, , c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.text.String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestFlagsStandApart: a flag in a sentence is a piece of its own, one in a value is not.
func TestFlagsStandApart(t *testing.T) {
	for _, test := range []struct {
		sentence string
		want     Text
	}{
		{"add --new.", Text{{Text: "add "}, {Kind: Flag, Text: "--new"}, {Text: "."}}},
		{"--dry-run: {x}", Text{{Kind: Flag, Text: "--dry-run"}, {Text: ": "}, {Text: "--for"}}},
		{"a - b, -- or --- is none", Text{{Text: "a - b, -- or --- is none"}}},
		{"ends with --", Text{{Text: "ends with --"}}},
		{"----x", Text{{Kind: Flag, Text: "----x"}}},
	} {
		if got := Fill(test.sentence, Slots{"x": plain("--for")}); !slices.Equal(got, test.want) {
			t.Errorf("%q: %+v, want %+v", test.sentence, got, test.want)
		}
	}
}

func TestMessageString(t *testing.T) {
	var m Message
	m.add(Head, plain("Done."))
	m.add(Body, nil) // no line
	m.add(Item, code("user1"))
	m.add(Block, code("add x"))
	if got, want := m.String(), "Done.\n• user1\nadd x\n"; got != want {
		t.Errorf("without an entry: %q, want %q", got, want)
	}
	m.Entry = 42
	if got, want := m.String(), "Done.\n• user1\nadd x\n#42\n"; got != want {
		t.Errorf("with an entry: %q, want %q", got, want)
	}
}

func TestShortRef(t *testing.T) {
	tests := []struct{ ref, want string }{
		{"slack:user:U024BE7LH", "U024BE7LH"}, {"alice", "alice"}, {"", ""}, {"slack:user:", ""},
	}
	for _, test := range tests {
		if got := ShortRef(test.ref); got != test.want {
			t.Errorf("%q: %q, want %q", test.ref, got, test.want)
		}
	}
}
