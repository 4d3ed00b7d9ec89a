package terminal_test

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// harmless complains about anything that could drive the terminal of a reader, or
// mislead the reader about the order of what is there.
func harmless(t *testing.T, shown string) {
	t.Helper()
	if !utf8.ValidString(shown) {
		t.Errorf("invalid UTF-8: %q", shown)
	}
	for _, r := range shown {
		switch {
		case r < 0x20 && r != '\n', r >= 0x7f && r <= 0x9f: // controls, ESC among them
		case r == '\u061c', r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069': // direction
		case r == '\u2028', r == '\u2029', r == '\ufeff', r == '\u00ad', r == '\u200b': // line ends, invisible
		default:
			continue
		}
		t.Fatalf("%U is shown as it is: %q", r, shown)
	}
}

func TestVisible(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "user1 Ünï-ço_de 直播 👍", "user1 Ünï-ço_de 直播 👍"},
		{"joined emoji", "👩\u200d💻 ⚠\ufe0f", "👩\u200d💻 ⚠\ufe0f"},
		{"escape sequence", "\x1b[2J\x1b]0;title\x07", `\x1b[2J\x1b]0;title\a`},
		{"one-byte escape sequence", "\u009b31m", `\u009b31m`},
		{"line ends", "a\r\nb\u2028c\u0085", `a\r\nb\u2028c\u0085`},
		{"null, backspace, delete", "a\x00b\bc\x7f", `a\x00b\bc\x7f`},
		{"direction", "abc\u202edef\u2066", `abc\u202edef\u2066`},
		{"invisible", "us\u200ber\ufeff1\u00ad", `us\u200ber\ufeff1\u00ad`},
		{"tags", "a\U000e0041", `a\U000e0041`},
		{"invalid UTF-8", "a\xffb\x9bc", "a\ufffdb\ufffdc"},
		{"a backslash stays", `C:\n`, `C:\n`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var shown bytes.Buffer
			term := newTerminal(t, terminal.Options{In: strings.NewReader(""), Out: &shown, Speakers: []string{"alice"}, Zone: time.UTC})
			if _, err := term.Announce(t.Context(), bot.Entry{Number: 7}, words.Text{{Text: test.text}}); err != nil {
				t.Fatal(err)
			}
			if want := test.want + "   #7\n"; shown.String() != want {
				t.Errorf("shown as %q, want %q", shown.String(), want)
			}
			harmless(t, shown.String())
		})
	}
}

func TestTimesInTheReadersZone(t *testing.T) {
	var shown bytes.Buffer
	zone := time.FixedZone("HKT", 8*60*60)
	term := newTerminal(t, terminal.Options{In: strings.NewReader(""), Out: &shown, Speakers: []string{"alice"}, Zone: zone})
	moment := words.Text{{Kind: words.Moment, Time: time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC)}}
	if _, err := term.Announce(t.Context(), bot.Entry{Number: 7}, moment); err != nil {
		t.Fatal(err)
	}
	if want := "2026-11-21 04:00 HKT   #7\n"; shown.String() != want {
		t.Errorf("shown as %q, want %q", shown.String(), want)
	}
}

// Whatever comes through the real bot is harmless: what is typed, what the config
// file says, what Tencent answers.
func TestHostileWords(t *testing.T) {
	const evil = "\x1b[2J\x00\u202e\u0085\x9b\r\x07"
	stage := bottest.NewStage(t, nil)
	stage.API.AddGroup(group, simulator.Group{})
	stage.API.AddAccount("user1", "Nick"+evil)
	stage.Rules.Set(bot.Rules{
		Policy: policy.Policy{
			Contact: "Sam" + evil,
			Rules: []policy.Rule{
				{Name: "rule" + evil, Allow: []string{terminal.Ref("alice")}},
				{Name: "bob" + evil, Allow: []string{terminal.Ref("bob")}, Groups: []string{"g" + evil}, Channels: []string{"c" + evil}},
			},
		},
		Names: commands.NewNames(map[string][]imapi.GroupID{"show" + evil: {group}}, map[string][]imapi.UserID{"minho" + evil: {"user1"}}),
	})
	fault := simulator.Fault{Command: "modify_admin", Code: 10004, Info: "words" + evil}
	if err := stage.API.Inject(fault); err != nil {
		t.Fatal(err)
	}
	lines := []string{
		"add " + group + " user1", // refused with the words
		"add " + group + " user1 --for 2h",
		"list " + group, "groups", "whoami", "history",
		"add " + group + " user1 --reason a" + evil, "ad" + evil, evil, "add \"show" + evil + "\" \"minho" + evil + "\"",
		"history " + evil, "history #" + evil, "add " + evil + " --for " + evil,
	}
	typed := "/liveadmin " + strings.Join(lines, "\n/liveadmin ") + "\n" + evil + "\n/as " + evil +
		"\n/as bob\n/liveadmin whoami\n/as mallory\n/liveadmin list " + group
	shown := sitting(t, stage, typed)
	harmless(t, shown)
	seen := `\x1b[2J\x00\u202e\u0085` + "\ufffd" + `\r\a`
	for _, want := range []string{"Tencent says: words", "Nick" + seen, "show" + seen, "g" + seen, "Sam" + seen, "c" + seen} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not shown in\n%s", want, shown)
		}
	}
}

// FuzzTyped types anything at all. What is typed comes back in every kind of
// piece, and as an error.
func FuzzTyped(f *testing.F) {
	f.Add([]byte("/liveadmin add a b\n/as bob\nhello"))
	f.Add([]byte("/liveadmin \x1b[2J\x00\x9b\u202e\r\n/as \x1b[2J"))
	f.Add([]byte("/liveadmin \xff\xc2\x85\xe2\x80"))
	f.Add([]byte("add\t\x1b[A\x1b[1;3Dx\x7f\x0c\x14\u202e\u009b2J\r/\t\t1\r")) // keys
	f.Add([]byte("\x1b" + strings.Repeat("0", 301)))
	f.Fuzz(func(t *testing.T, typed []byte) {
		var shown bytes.Buffer
		o := terminal.Options{In: bytes.NewReader(typed), Out: &shown, Speakers: []string{"alice", "bob"}, Zone: time.UTC}
		if len(typed)%2 == 0 {
			o.Console, o.Colour = console(40), true
		}
		term := newTerminal(t, o)
		entry := int64(0)
		err := term.Run(t.Context(), doorFunc(func(ctx context.Context, d bot.Delivery, ack bot.Ack) error {
			entry++
			m := everyKind(d.Text)
			_, err1 := term.Announce(ctx, bot.Entry{Number: entry}, m.Lines[0].Text)
			_, err2 := term.Report(ctx, bot.Entry{Number: entry}, m.Lines[0].Text, m)
			if err := errors.Join(err1, err2); err != nil {
				t.Error(err)
			}
			return errors.Join(ack.Answer(ctx, bot.Answer{Entry: entry, Private: &m}), errors.New(d.Text))
		}))
		if err != nil {
			t.Error(err)
		}
		harmless(t, text(o, shown.String()))
	})
}

// escapes are the escape sequences that a Console gets.
var escapes = regexp.MustCompile(`\r|\x1b\[\d*[A-DHJKm]`)

// text is what was written without escape sequences, at a Console.
func text(o terminal.Options, shown string) string {
	if o.Console == nil {
		return shown
	}
	return escapes.ReplaceAllString(shown, "")
}

// FuzzShown has any text in a result: it stays harmless, and makes no line that
// could be taken for another one's.
func FuzzShown(f *testing.F) {
	f.Add("\x1b[2J\x00\x9b\u202e\r\n    #8\n")
	f.Add("alice:\nbob: \u2028 \xff \u200d")
	f.Add("x   #7")
	f.Add("    #8")
	f.Fuzz(func(t *testing.T, said string) {
		var shown bytes.Buffer
		o := terminal.Options{In: strings.NewReader(""), Out: &shown, Speakers: []string{"alice"}, Zone: time.UTC}
		m := everyKind(said)
		if _, err := newTerminal(t, o).Report(t.Context(), bot.Entry{Number: 7}, m.Lines[0].Text, m); err != nil {
			t.Fatal(err)
		}
		harmless(t, shown.String())
		if got, want := strings.Count(shown.String(), "\n"), 1+len(m.Lines)+1; got != want {
			t.Errorf("%d lines, want %d: %q", got, want, shown.String())
		}
	})
}

// everyKind is a message with a text in every kind of piece and line.
func everyKind(text string) words.Message {
	var all words.Text
	for _, kind := range []words.SpanKind{words.Plain, words.Moment, words.Quoted, words.Account, words.Code} {
		all = append(all, words.Span{Kind: kind, Text: text})
	}
	m := words.Message{Entry: 7}
	for _, style := range []words.LineStyle{words.Head, words.Item, words.Body, words.Block} {
		m.Lines = append(m.Lines, words.Line{Style: style, Text: all})
	}
	return m
}
