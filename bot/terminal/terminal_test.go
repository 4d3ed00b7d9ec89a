package terminal_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/terminal"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

const group = "@TGS#a6I4ZUUGO"

func newTerminal(t testing.TB, o terminal.Options) *terminal.Terminal {
	t.Helper()
	term, err := terminal.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return term
}

// newStage has one group, where alice is allowed everything.
func newStage(t *testing.T) *bottest.Stage {
	t.Helper()
	stage := bottest.NewStage(t, nil)
	stage.API.AddGroup(group, simulator.Group{})
	stage.API.AddAccount("user1", "")
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{
		Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{terminal.Ref("alice")}}},
	}})
	return stage
}

// sitting types lines into a terminal with the real bot behind it, until the end
// of the input, and returns what is shown.
func sitting(t *testing.T, stage *bottest.Stage, typed string) string {
	t.Helper()
	var shown bytes.Buffer
	term := newTerminal(t, terminal.Options{
		In: strings.NewReader(typed), Out: &shown, Speakers: []string{"alice", "bob", "mallory"}, Zone: time.UTC,
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := stage.Bot.Run(ctx, term); err != nil || ctx.Err() != nil {
		t.Fatalf("the bot ended: %v, %v", err, ctx.Err())
	}
	return shown.String()
}

const (
	hint   = "Commands begin with /liveadmin. Try: /liveadmin help\n"
	listed = "⏳ Working · @alice · " + group + ": list   #1\n" +
		"✅ Done · @alice · " + group + ": 0 of 5 seats\n" +
		"    " + group + " has 0 of 5 administrators\n" +
		"    #1\n"
)

func TestLines(t *testing.T) {
	list := "/liveadmin list " + group
	tests := []struct{ name, typed, want string }{
		{"nothing", "", ""},
		{"a command", list + "\n", listed},
		{"without a newline at the end", list, listed},
		{"lines of another system", list + "\r\n", listed},
		{"spaces around", "  " + list + " \t\n", listed},
		{"a tab behind the name", "/liveadmin\tlist " + group, listed},
		{"a no-break space behind the name", "/liveadmin\u00a0list " + group, listed},
		{"the name in capitals", "/LiveAdmin list " + group, listed},
		{"empty lines say nothing", "\n   \n\t\n\r\n", ""},
		{"no command", "hello\n", hint},
		{"the name without its slash", "liveadmin help\n", hint},
		{"a name that only begins like it", "/liveadminx help\n", hint},
		{"in order", "hello\n" + list + "\nhello", hint + listed + hint},
		{"/quit", "/quit\n" + list, ""},
		{"/exit", "/exit\n" + list, ""},
		{"QUIT", "QUIT\n" + list, ""},
		{"exit", " exit \n" + list, ""},
		{"as bob", "/as bob\n", "You are now @bob.\n"},
		{"as bob in capitals", "/AS BOB\n", "You are now @bob.\n"},
		{"as bob with his sign", "/as  @bob\n", "You are now @bob.\n"},
		{"as nobody", "/as\n", "No one here is called \"\". You can be: alice, bob, mallory\n"},
		{"as somebody who is not here", "/as eve\x1b[31m\n/as bob",
			"No one here is called \"eve\\x1b[31m\". You can be: alice, bob, mallory\nYou are now @bob.\n"},
		{
			"as somebody who is not allowed", "/as mallory\n" + list,
			"You are now @mallory.\n(only @mallory sees this)\n" +
				"  You are not allowed to use list on " + group + ".\n" +
				"  Ask the people who run this bot to allow: terminal:user:mallory\n  #1\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := sitting(t, newStage(t), test.typed); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

// The same line again is another command, in the same run and in the next.
func TestSameLineAgain(t *testing.T) {
	stage := newStage(t)
	line := "/liveadmin add " + group + " user1\n"
	got := sitting(t, stage, line+line)
	stage.Restart(t)
	got += sitting(t, stage, line)
	for _, want := range []string{"    • user1: added\n", "    #1\n", "    #2\n", "    #3\n"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%q is there %d times in\n%s", want, strings.Count(got, want), got)
		}
	}
}

func TestLongLine(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"64 KiB", "/liveadmin add " + strings.Repeat("a", 64<<10), "  The text has 65525 bytes. It can have up to 4096.\n"},
		{"a megabyte", "/liveadmin add " + strings.Repeat("a", 1<<20), "  The text has 65525 bytes. It can have up to 4096.\n"},
		{"cut within a character", "/liveadmin add x" + strings.Repeat("€", 1<<18), "  The text has 65525 bytes. It can have up to 4096.\n"},
		{"no command", strings.Repeat("a ", 1<<18), hint},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := sitting(t, newStage(t), test.typed+"\n/liveadmin list "+group)
			if !strings.Contains(got, test.want) || !strings.Contains(got, group+" has 0 of 5 administrators\n") {
				t.Errorf("shown: %.2000s\nwant %q, and the next line's answer", got, test.want)
			}
			if len(got) > 8<<10 {
				t.Errorf("%d bytes are shown", len(got))
			}
		})
	}
}

func TestUnreadableInput(t *testing.T) {
	broken := errors.New("the cable is out")
	term := newTerminal(t, terminal.Options{
		In: io.MultiReader(strings.NewReader("hello\n"), iotest.ErrReader(broken)), Out: io.Discard,
		Speakers: []string{"alice"}, Zone: time.UTC,
	})
	if err := term.Run(t.Context(), nil); !errors.Is(err, broken) {
		t.Errorf("Run returned %v, want %v", err, broken)
	}
}

// doorFunc is a door that decides for itself.
type doorFunc func(context.Context, bot.Delivery, bot.Ack) error

func (f doorFunc) Receive(ctx context.Context, d bot.Delivery, ack bot.Ack) error {
	return f(ctx, d, ack)
}

func TestDelivery(t *testing.T) {
	var got []bot.Delivery
	door := doorFunc(func(_ context.Context, d bot.Delivery, _ bot.Ack) error {
		got = append(got, d)
		return errors.New("the socket\x1b[2J broke")
	})
	var shown bytes.Buffer
	term := newTerminal(t, terminal.Options{
		In: strings.NewReader("/liveadmin\n/as bob\n/liveadmin  add a  b \n"), Out: &shown,
		Speakers: []string{"alice", "bob"}, Zone: time.UTC,
	})
	if err := term.Run(t.Context(), door); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Key == got[1].Key {
		t.Fatalf("delivered: %+v", got)
	}
	for i, want := range []struct{ text, ref string }{{"", "terminal:user:alice"}, {"add a  b", "terminal:user:bob"}} {
		if got[i].Text != want.text || got[i].Caller.Ref != want.ref || got[i].Place.Platform != terminal.Name {
			t.Errorf("delivered: %+v, want %+v", got[i], want)
		}
	}
	want := "The command was not taken: the socket\\x1b[2J broke\n"
	if want = want + "You are now @bob.\n" + want; shown.String() != want {
		t.Errorf("shown: %q, want %q", shown.String(), want)
	}
}

// A stop is not held up: not by someone who types nothing, not by a result that
// does not come.
func TestStop(t *testing.T) {
	tests := []struct{ name, typed string }{
		{"waiting for a line", ""},
		{"waiting for a result", "/liveadmin list x\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, typed := io.Pipe()
				defer typed.Close()
				term := newTerminal(t, terminal.Options{In: in, Out: io.Discard, Speakers: []string{"alice"}, Zone: time.UTC})
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- term.Run(ctx, takes(1)) }()
				_, _ = io.WriteString(typed, test.typed)
				synctest.Wait()
				if len(ended) > 0 {
					t.Fatalf("ended too early: %v", <-ended)
				}
				cancel()
				synctest.Wait()
				select {
				case err := <-ended:
					if err != nil {
						t.Errorf("ended with %v", err)
					}
				default:
					t.Error("it goes on")
				}
			})
		})
	}
}

// takes is a door that takes everything as one entry and never has a result.
func takes(entry int64) doorFunc {
	return func(ctx context.Context, _ bot.Delivery, ack bot.Ack) error {
		return ack.Answer(ctx, bot.Answer{Entry: entry})
	}
}

// screen fails as often as it is set to, then writes.
type screen struct {
	mu    sync.Mutex
	fails int
	shown []string
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 {
		s.fails--
		return 0, errors.New("no space left")
	}
	s.shown = append(s.shown, string(p))
	return len(p), nil
}

// What could not be written is no post: it fails, can be written again, and only
// then is the line answered.
func TestBrokenScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := &screen{fails: 3}
		term := newTerminal(t, terminal.Options{
			In: strings.NewReader("/liveadmin list x\nhello\n"), Out: broken, Speakers: []string{"alice"}, Zone: time.UTC,
		})
		ended := make(chan error, 1)
		go func() { ended <- term.Run(t.Context(), takes(7)) }()
		e, root := bot.Entry{Number: 7}, words.Text{{Text: "root"}}
		result := words.Message{Lines: []words.Line{{Text: words.Text{{Text: "result"}}}}, Entry: 7}
		if post, err := term.Announce(t.Context(), e, root); err == nil || post == "" {
			t.Errorf("announced at %q, %v", post, err)
		}
		for range 2 {
			if post, err := term.Report(t.Context(), e, root, result); err == nil || post != "" {
				t.Errorf("reported at %q, %v", post, err)
			}
		}
		synctest.Wait()
		if len(broken.shown) > 0 || len(ended) > 0 {
			t.Fatalf("shown: %q", broken.shown)
		}
		if post, err := term.Report(t.Context(), e, root, result); err != nil || post == "" {
			t.Errorf("reported at %q, %v", post, err)
		}
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
		if want := []string{"root\n    result\n    #7\n", hint}; !slices.Equal(broken.shown, want) {
			t.Errorf("shown: %q, want %q", broken.shown, want)
		}
	})
}

func TestNew(t *testing.T) {
	good := terminal.Options{In: strings.NewReader(""), Out: io.Discard, Speakers: []string{"alice"}, Zone: time.UTC}
	tests := []struct {
		name   string
		change func(*terminal.Options)
	}{
		{"no input", func(o *terminal.Options) { o.In = nil }},
		{"no output", func(o *terminal.Options) { o.Out = nil }},
		{"nobody to speak", func(o *terminal.Options) { o.Speakers = nil }},
		{"no time zone", func(o *terminal.Options) { o.Zone = nil }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := good
			test.change(&o)
			if _, err := terminal.New(o); err == nil {
				t.Error("built")
			}
		})
	}
	newTerminal(t, good)
}
