package terminal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/terminal"
	"liveadmin/commands/words"
)

// console is a terminal of so many columns.
type console int

func (c console) Raw() (func(), error) { return func() {}, nil }
func (c console) Width() int           { return int(c) }

// stage notes what it is asked to do.
type stage struct {
	asked []string
	err   error
}

func (s *stage) Faults() []string { return []string{"reset", "none"} }

func (s *stage) Fault(kind string) bool {
	s.asked = append(s.asked, "fault "+kind)
	return slices.Contains(s.Faults(), kind)
}

func (s *stage) Wait(_ context.Context, d time.Duration) error {
	s.asked = append(s.asked, fmt.Sprint("wait ", d))
	return s.err
}

// typedInto types into a terminal in front of a door that takes everything, and returns what
// was delivered and what is shown.
func typedInto(t *testing.T, o terminal.Options, typed string) (delivered []string, shown string) {
	t.Helper()
	var out bytes.Buffer
	o.In, o.Out, o.Speakers, o.Zone = strings.NewReader(typed), &out, []string{"alice", "bob"}, time.UTC
	err := newTerminal(t, o).Run(t.Context(), doorFunc(func(ctx context.Context, d bot.Delivery, ack bot.Ack) error {
		if d.Click != nil {
			d.Text = d.Click.Text()
		}
		delivered = append(delivered, d.Caller.Name+": "+d.Text)
		return ack.Answer(ctx, bot.Answer{Private: &words.Message{}})
	}))
	if err != nil {
		t.Error(err)
	}
	return delivered, text(o, out.String())
}

// At a terminal, commands need no prefix. In a pipe they do.
func TestPrefix(t *testing.T) {
	const typed = "hello\nlist  x\n/liveadmin list y\n/as bob\n/press 3 Undo\n/press 4 done-QFRHUw\n/bogus\n quit \nlist z\n"
	tests := []struct {
		name  string
		o     terminal.Options
		want  []string
		hints int
	}{
		{"a pipe", terminal.Options{}, []string{"alice: list y", "bob: click undo #3", "bob: click done-QFRHUw #4"}, 3},
		{
			"a terminal", terminal.Options{Console: console(80)},
			[]string{"alice: hello", "alice: list  x", "alice: list y", "bob: click undo #3", "bob: click done-QFRHUw #4"}, 1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, shown := typedInto(t, test.o, typed)
			if !slices.Equal(got, test.want) || strings.Count(shown, hint) != test.hints {
				t.Errorf("delivered %q, want %q; shown:\n%s", got, test.want, shown)
			}
		})
	}
}

func TestStageCommands(t *testing.T) {
	tests := []struct{ typed, asked, want string }{
		{"/fault reset", "fault reset", "Changes at Tencent Chat now fail like this: reset. To end it: /fault none\n"},
		{"/FAULT  NONE ", "fault none", "Changes at Tencent Chat work again.\n"},
		{"/fault", "fault ", "There is no fault \"\". Choose one: reset, none\n"},
		{"/fault \x1b[2J", "fault \x1b[2j", "There is no fault \"\\x1b[2j\". Choose one: reset, none\n"},
		{"/wait 2h30m", "wait 2h30m0s", "The clock moves forward: 2h30m\nThe command was not taken: the disk is full\n"},
		{"/wait 0s", "", "Write how long, from 1 second to 30 days. Example: /wait 2h30m\n"},
		{"/wait 31d", "", "Write how long, from 1 second to 30 days. Example: /wait 2h30m\n"},
		{"/wait \u202e", "", "Write how long, from 1 second to 30 days. Example: /wait 2h30m\n"},
	}
	for _, test := range tests {
		t.Run(test.typed, func(t *testing.T) {
			s := &stage{err: errors.New("the disk is full")}
			_, shown := typedInto(t, terminal.Options{Stage: s}, test.typed+"\n")
			if asked := strings.Join(s.asked, "; "); asked != test.asked || shown != test.want {
				t.Errorf("asked %q, want %q; shown %q, want %q", asked, test.asked, shown, test.want)
			}
		})
	}
	if _, shown := typedInto(t, terminal.Options{}, "/fault reset\n/wait 2h\n"); shown != hint+hint {
		t.Errorf("without a stage: %q", shown)
	}
}

// Ten buttons have nine keys: the tenth takes the first one's.
func TestKeys(t *testing.T) {
	var out bytes.Buffer
	o := terminal.Options{
		In: strings.NewReader("1\r2\r x1\r1\x7f\r"), Out: &out, Console: console(80), Speakers: []string{"alice"}, Zone: time.UTC,
	}
	term := newTerminal(t, o)
	result := words.Message{Entry: 7}
	for i := range 10 {
		result.Actions = append(result.Actions, words.Action{Name: fmt.Sprint("replace-", i), Label: "Replace\x1b[2J", Entry: 7})
	}
	for _, m := range []words.Message{result, {Actions: result.Actions[9:]}} { // written again, it keeps its key
		if _, err := term.Report(t.Context(), bot.Entry{Number: 7}, nil, m); err != nil {
			t.Fatal(err)
		}
	}
	if shown := text(o, out.String()); strings.Count(shown, `    9 [Replace\x1b[2J]   /press 7 replace-8`) != 1 || strings.Count(shown, `    1 [Replace\x1b[2J]   /press 7 replace-9`) != 2 {
		t.Errorf("shown:\n%s", shown)
	}
	var clicks []string
	err := term.Run(t.Context(), doorFunc(func(_ context.Context, d bot.Delivery, _ bot.Ack) error {
		if d.Click == nil {
			d.Click = &bot.Click{Action: d.Text}
		}
		clicks = append(clicks, d.Click.Action)
		return nil
	}))
	if want := []string{"replace-9", "replace-1", "x1"}; err != nil || !slices.Equal(clicks[:min(3, len(clicks))], want) {
		t.Errorf("clicked %q, want %q, %v", clicks, want, err)
	}
}

// Whatever is typed, Enter and the keys to leave do what they do.
func TestKeysAreTakenAtOnce(t *testing.T) {
	for _, tc := range []struct{ typed, want string }{
		{"\x1b|list x\r", "list x"},
		{"\x1b|\r|list x\r", "list x"},
		{"lis\x1b[|\x15list x\r", "list x"},
		{"\x1b[" + strings.Repeat("0", 100) + "|\x15list x\r", "list x"},
		{"list caf\xe9\xe9 \xff\r", "list caf?? ?"},
		{"list \ufffd\r", "list ?"},
		{"list \xe5\x91|\xa8\r", "list \u5468"},
		{"list \xe5|\r", "list ?"},
		{"list x\x1b[D\x1b[|D\x1b|[Dab\r", "lisabt x"},
		{"\x1b", ""},
	} {
		t.Run(fmt.Sprintf("%.20q", tc.typed), func(t *testing.T) {
			in, typed := io.Pipe()
			term := newTerminal(t, terminal.Options{In: in, Out: io.Discard, Console: console(80), Speakers: []string{"alice"}, Zone: time.UTC})
			said, ended := make(chan string, 10), make(chan error, 1)
			go func() {
				ended <- term.Run(t.Context(), doorFunc(func(_ context.Context, d bot.Delivery, _ bot.Ack) error {
					said <- d.Text
					return nil
				}))
			}()
			for part := range strings.SplitSeq(tc.typed, "|") {
				if _, err := io.WriteString(typed, part); err != nil {
					t.Fatal(err)
				}
			}
			if tc.want != "" {
				if got := <-said; got != tc.want {
					t.Errorf("said %q, want %q", got, tc.want)
				}
			}
			if _, err := io.WriteString(typed, "\x04"); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// suggesting is a door that suggests.
type suggesting []string

func (suggesting) Receive(context.Context, bot.Delivery, bot.Ack) error { return nil }

func (s suggesting) Suggest(context.Context, bot.Question) []string { return slices.Clone(s) }

// Nothing that is suggested drives the terminal, in the list or in the line.
func TestHostileSuggestions(t *testing.T) {
	for _, found := range []suggesting{
		{"u\x1b[2J", "u_1"}, {"u\u202e", "u\u009b2J"}, {"us\x1b]0;x\a", "user_1", "user_2", "user_\n3"}, {"\xff"},
	} {
		var out bytes.Buffer
		o := terminal.Options{In: strings.NewReader("remove x u\t\t\x15\r"), Out: &out, Console: console(80), Speakers: []string{"alice"}, Zone: time.UTC}
		if err := newTerminal(t, o).Run(t.Context(), found); err != nil {
			t.Error(err)
		}
		harmless(t, text(o, out.String()))
		if want := found[1%len(found)]; words.Visible(want) == want && !strings.Contains(out.String(), want) {
			t.Errorf("%q is not suggested: %q", want, out.String())
		}
	}
}

// A group that is suggested in quotes is completed as it is.
func TestQuotedSuggestion(t *testing.T) {
	var out bytes.Buffer
	o := terminal.Options{In: strings.NewReader("list fri\t\x15\r"), Out: &out, Console: console(80), Speakers: []string{"alice"}, Zone: time.UTC}
	if err := newTerminal(t, o).Run(t.Context(), suggesting{`"friday-shov"`}); err != nil {
		t.Error(err)
	}
	if got := text(o, out.String()); !strings.Contains(got, `list "friday-shov"`) {
		t.Errorf("it shows %q", got)
	}
}

// Somebody who leaves does not wait for the clock.
func TestLeavingWhileWaiting(t *testing.T) {
	in, typed := io.Pipe()
	s := waiting{began: make(chan struct{})}
	term := newTerminal(t, terminal.Options{In: in, Out: io.Discard, Console: console(80), Stage: s, Speakers: []string{"alice"}, Zone: time.UTC})
	ended := make(chan error, 1)
	go func() { ended <- term.Run(t.Context(), suggesting{}) }()
	if _, err := io.WriteString(typed, "/wait 30d\r"); err != nil {
		t.Fatal(err)
	}
	<-s.began
	if _, err := io.WriteString(typed, "\x03"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// waiting is a stage whose clock never gets there.
type waiting struct {
	began chan struct{}
}

func (waiting) Faults() []string  { return []string{"none"} }
func (waiting) Fault(string) bool { return true }
func (w waiting) Wait(ctx context.Context, _ time.Duration) error {
	close(w.began)
	<-ctx.Done()
	return ctx.Err()
}

// A line of the log fits the width, too.
func TestLogLines(t *testing.T) {
	var out bytes.Buffer
	o := terminal.Options{In: strings.NewReader("add"), Out: &out, Console: console(20), Speakers: []string{"alice"}, Zone: time.UTC}
	term := newTerminal(t, o)
	if n, err := term.Write([]byte("level=WARN msg=\"the disk is full\"\n")); n != 34 || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	if got, want := text(o, out.String()), "level=WARN msg=\"the\ndisk is full\"\n"; got != want {
		t.Errorf("shown %q, want %q", got, want)
	}
}
