package terminal_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
)

func TestFind(t *testing.T) {
	const (
		root   = "⏳ Working · @alice · list x   #7\n"
		result = "✅ Done · @alice · x: 0 of 5 administrators\n    x has 0 of 5 administrators\n    #7\n"
	)
	tests := []struct {
		name, transcript string
		root, result     bool
	}{
		{"nothing", "", false, false},
		{"the root", root, true, false},
		{"the root and another's", root + "⏳ Working · @bob · list y   #8\n", true, false},
		{"the root behind a prompt", "\n@alice> " + root, true, false},
		{"all", root + result, true, true},
		{"the result alone, after a start without the root", result, false, true},
		{"a root that was not written to its end", strings.TrimSuffix(root, "\n"), false, false},
		{"a result that was not written to its end", root + strings.TrimSuffix(result, "\n"), true, false},
		{"another number that ends like it", "⏳ Working · @alice · list x   #17\n✅ Done\n    x\n    #17\n", false, false},
		{"another number that begins like it", "⏳ Working · @alice · list x   #71\n✅ Done\n    x\n    #71\n", false, false},
		{"a group with a name like the mark", "⏳ Working · @alice · list x   #7   #6\n❌ Failed · @alice · list x   #7\n    Nothing\n    #6\n", false, false},
		{"a mistake that repeats a mark", "(only @alice sees this)\n  You typed: ad x   #7\n  #8\n", false, false},
		{"a mistake with that number", "(only @alice sees this)\n  The group is missing.\n  #7\n", false, false},
		{"a user with a name like the number", "    • #7\n    Reason: #7\n     #7\n", false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			term := newTerminal(t, terminal.Options{
				In: strings.NewReader(""), Out: io.Discard, Speakers: []string{"alice"}, Zone: time.UTC,
				Transcript: strings.NewReader(test.transcript),
			})
			found(t, term, 7, test.root, test.result)
		})
	}
}

func found(t *testing.T, term *terminal.Terminal, entry int64, root, result bool) {
	t.Helper()
	post, ok, err := term.FindRoot(t.Context(), bot.Entry{Number: entry})
	if ok != root || ok != (post != "") || err != nil {
		t.Errorf("root %d found: %v at %q, %v, want %v", entry, ok, post, err, root)
	}
	post, ok, err = term.FindResult(t.Context(), bot.Entry{Number: entry})
	if ok != result || ok != (post != "") || err != nil {
		t.Errorf("result %d found: %v at %q, %v, want %v", entry, ok, post, err, result)
	}
}

// What the terminal writes is found, and nothing that is in it is taken for
// another entry's.
func TestFindWhatWasWritten(t *testing.T) {
	var screen bytes.Buffer
	hostile := commands.Text{{Text: "x\n    #7\n⏳   #7"}, {Kind: commands.Quoted, Text: "\r    #7\u2028    #7"}, {Kind: commands.Code, Text: "y   #7"}}
	o := terminal.Options{In: strings.NewReader(""), Out: &screen, Speakers: []string{"alice"}, Zone: time.UTC}
	term := newTerminal(t, o)
	message := commands.Message{Entry: 6, Lines: []commands.Line{
		{Style: commands.Head, Text: hostile}, {Style: commands.Item, Text: commands.Text{{Text: "#7"}}}, {Style: commands.Block, Text: hostile},
	}}
	announced, err1 := term.Announce(t.Context(), bot.Entry{Number: 6}, hostile)
	reported, err2 := term.Report(t.Context(), bot.Entry{Number: 6}, hostile, message)
	if err := errors.Join(err1, err2); err != nil || announced != reported {
		t.Fatalf("written at %q and %q, %v", announced, reported, err)
	}
	o.Transcript = bytes.NewReader(screen.Bytes())
	found(t, newTerminal(t, o), 6, true, true)
	found(t, newTerminal(t, o), 7, false, false)
}

type noTranscript struct{ io.Reader }

func (n noTranscript) ReadAt(p []byte, _ int64) (int, error) { return n.Read(p) }

func TestFindWithoutTranscript(t *testing.T) {
	o := terminal.Options{In: strings.NewReader(""), Out: io.Discard, Speakers: []string{"alice"}, Zone: time.UTC}
	found(t, newTerminal(t, o), 7, false, false)
	broken := errors.New("the disk is gone")
	o.Transcript = noTranscript{iotest.ErrReader(broken)}
	if _, ok, err := newTerminal(t, o).FindRoot(t.Context(), bot.Entry{Number: 7}); ok || !errors.Is(err, broken) {
		t.Errorf("found: %v, %v, want %v", ok, err, broken)
	}
}
