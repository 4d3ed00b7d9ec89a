// Package terminal is the demo's platform: people type on standard input and
// read the channel on standard output. A thread is indented under its root.
package terminal

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// Name is the platform's name in places and callers.
const Name = "terminal"

// Options say where to read and write.
type Options struct {
	In  io.Reader
	Out io.Writer
	// Interactive shows a greeting and prompts.
	Interactive bool
	// Speakers are the names that "/as NAME" takes; the first one begins.
	Speakers []string
	// Zone is how times are shown.
	Zone *time.Location
}

// Terminal is a bot.Platform.
type Terminal struct {
	Options
	session string
	speaker string

	mu       sync.Mutex // of Out
	waiting  sync.Mutex
	reported map[int64]chan struct{}
}

// New returns a terminal.
func New(o Options) (*Terminal, error) {
	if o.In == nil || o.Out == nil || len(o.Speakers) == 0 || o.Zone == nil {
		return nil, fmt.Errorf("a terminal needs an input, an output, a speaker and a time zone")
	}
	return &Terminal{
		Options: o, session: rand.Text(), speaker: o.Speakers[0], reported: make(map[int64]chan struct{}),
	}, nil
}

// Name is "terminal".
func (t *Terminal) Name() string { return Name }

// Run reads lines until the input or the context ends. Each line is answered
// before the next one is read, so that what a pipe carries stays in order.
func (t *Terminal) Run(ctx context.Context, door bot.Door) error {
	lines := readLines(ctx, t.In)
	if t.Interactive {
		t.greet()
	}
	for n := 1; ; n++ {
		t.prompt()
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok || line.err != nil {
				return line.err
			}
			if t.say(ctx, door, n, line.text) {
				return nil
			}
		}
	}
}

// say handles one line and reports whether it was the last.
func (t *Terminal) say(ctx context.Context, door bot.Door, n int, line string) (last bool) {
	word, rest := strings.TrimSpace(line), ""
	if end := strings.IndexFunc(word, unicode.IsSpace); end >= 0 {
		word, rest = word[:end], strings.TrimSpace(word[end:])
	}
	switch strings.ToLower(word) {
	case "":
	case words.Name:
		t.command(ctx, door, n, rest)
	case "/as":
		t.as(strings.TrimPrefix(rest, "@"))
	case "/quit", "/exit", "quit", "exit":
		return true
	default:
		t.write("Commands begin with " + words.Name + ". Try: " + words.Name + " help\n")
	}
	return false
}

// command brings a command through the door and waits for its result.
func (t *Terminal) command(ctx context.Context, door bot.Door, n int, text string) {
	d := bot.Delivery{
		Key:    fmt.Sprintf("%s:%s:%d", Name, t.session, n),
		Caller: commands.Caller{Ref: Ref(t.speaker), Name: t.speaker},
		Place:  commands.Place{Platform: Name, Channel: Name + ":demo"},
		Text:   text,
	}
	var entry int64
	err := door.Receive(ctx, d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
		entry = a.Entry
		if a.Private != nil {
			t.whisper(*a.Private)
		}
		return "", nil
	})
	if err != nil {
		t.write("The command was not taken: " + words.Visible(err.Error()) + "\n")
	}
	if entry != 0 {
		select {
		case <-t.done(entry):
		case <-ctx.Done():
		}
	}
}

// Ref is a speaker's entry for the allowlist.
func Ref(speaker string) string { return Name + ":user:" + speaker }

func (t *Terminal) as(name string) {
	for _, s := range t.Speakers {
		if strings.EqualFold(s, name) {
			t.speaker = s
			t.write("You are now @" + s + ".\n")
			return
		}
	}
	t.write(fmt.Sprintf("There is nobody with the name \"%s\" here. You can be %s.\n", words.Visible(name), strings.Join(t.Speakers, ", ")))
}

// done is closed when the result of an entry has been written.
func (t *Terminal) done(entry int64) chan struct{} {
	t.waiting.Lock()
	defer t.waiting.Unlock()
	if t.reported[entry] == nil {
		t.reported[entry] = make(chan struct{})
	}
	return t.reported[entry]
}

// Announce writes the root line.
func (t *Terminal) Announce(_ context.Context, e bot.Entry, root words.Text) (bot.Post, error) {
	return place(e), t.write(fmt.Sprintf("%s   #%d\n", t.line(root), e.Number))
}

// Report writes the root's last line and the result under it.
func (t *Terminal) Report(_ context.Context, e bot.Entry, root words.Text, result words.Message) (bot.Post, error) {
	if err := t.write(t.line(root) + "\n" + t.lines(result, "    ")); err != nil {
		return "", err
	}
	close(t.done(e.Number))
	return place(e), nil
}

// Update does nothing: what a terminal has shown cannot be changed.
func (t *Terminal) Update(context.Context, bot.Entry, words.Text) error { return nil }

func (t *Terminal) whisper(m words.Message) {
	_ = t.write("(only @" + t.speaker + " sees this)\n" + t.lines(m, "  "))
}

func (t *Terminal) write(s string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := io.WriteString(t.Out, s); err != nil {
		return fmt.Errorf("writing to the terminal: %w", err)
	}
	return nil
}

func (t *Terminal) prompt() {
	if t.Interactive {
		_ = t.write("\n@" + t.speaker + "> ")
	}
}

func place(e bot.Entry) bot.Post { return bot.Post(fmt.Sprintf("#%d", e.Number)) }

func (t *Terminal) greet() {
	_ = t.write("This is a chat with liveadmin in it, and a stand-in for Tencent Chat behind it.\n" +
		"Try:  " + words.Name + " add @TGS#a6I4ZUUGO user1\n" +
		"      " + words.Name + " list @TGS#a6I4ZUUGO\n" +
		"      " + words.Name + " groups\n" +
		"/as NAME speaks as somebody else (" + t.others() + "). /quit ends.\n")
}

func (t *Terminal) others() string {
	s := ""
	for i, name := range t.Speakers[1:] {
		if i > 0 {
			s += ", "
		}
		s += name
	}
	return s
}

// lines writes a message, each line behind an indent.
func (t *Terminal) lines(m words.Message, indent string) string {
	var b strings.Builder
	for _, l := range m.Lines {
		b.WriteString(indent)
		if l.Style == words.Item {
			b.WriteString("• ")
		}
		b.WriteString(t.line(l.Text))
		b.WriteByte('\n')
	}
	if m.Entry != 0 {
		fmt.Fprintf(&b, "%s#%d\n", indent, m.Entry)
	}
	return b.String()
}

func (t *Terminal) line(text words.Text) string {
	var b strings.Builder
	for _, s := range text {
		switch s.Kind {
		case words.Asker:
			b.WriteString("@" + words.Visible(words.ShortRef(s.Text)))
		case words.Quoted:
			b.WriteString(`"` + words.Visible(s.Text) + `"`)
		case words.Moment:
			b.WriteString(s.Time.In(t.Zone).Format("2006-01-02 15:04 MST"))
		default:
			b.WriteString(words.Visible(s.Text))
		}
	}
	return b.String()
}

// longestLine is how much of a line is kept, in bytes: more than any command may
// have, so that a longer one is answered as too long.
const longestLine = 64 << 10

type line struct {
	text string
	err  error
}

// readLines reads in the background, because reading cannot be interrupted. The
// channel is closed at the end of the input.
func readLines(ctx context.Context, in io.Reader) <-chan line {
	lines := make(chan line)
	go func() {
		defer close(lines)
		r := bufio.NewReader(in)
		for {
			text, err := readLine(r)
			if err == io.EOF && text == "" {
				return
			}
			l := line{text: text}
			if err != nil && err != io.EOF {
				l.err = err
			}
			select {
			case lines <- l:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// readLine reads to the end of a line and drops what is beyond the longest.
func readLine(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		part, more, err := r.ReadLine()
		b.Write(part[:min(len(part), longestLine-b.Len())])
		if err != nil || !more {
			return b.String(), err
		}
	}
}
