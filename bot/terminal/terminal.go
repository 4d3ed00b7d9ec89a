// Package terminal is the demo's platform: people type on standard input and
// read the channel on standard output. A thread is indented under its root.
package terminal

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
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

// longestLine is how many bytes of a line are kept: more than any command may
// have, so that a longer one is answered as too long.
const longestLine = 64 << 10

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
	// Language is the language of the greeting; empty: English.
	Language commands.Language
}

// Terminal is a bot.Platform.
type Terminal struct {
	Options
	session string
	speaker string

	mu        sync.Mutex // of Out
	finishing sync.Mutex
	reported  sync.Map // by entry number: a channel, closed when the result has been written
}

// greet says what this is and what can be typed.
func (t *Terminal) greet() {
	says := words.In(t.Language).Demo
	t.write(says.Greeting + "\n" + says.Try + "\n" +
		"  " + words.Name + " add @TGS#a6I4ZUUGO user1\n" +
		"  " + words.Name + " list @TGS#a6I4ZUUGO\n" +
		"  " + words.Name + " groups\n" +
		t.line(words.Fill(says.Speak, words.Slots{"people": {{Text: strings.Join(t.Speakers[1:], ", ")}}})) + "\n")
}

// tell writes a sentence of the terminal's own.
func (t *Terminal) tell(sentence string, values words.Slots) error {
	return t.write(t.line(words.Fill(sentence, values)) + "\n")
}

// New returns a terminal.
func New(o Options) (*Terminal, error) {
	if o.In == nil || o.Out == nil || len(o.Speakers) == 0 || o.Zone == nil {
		return nil, errors.New("a terminal needs an input, an output, a speaker and a time zone")
	}
	return &Terminal{Options: o, session: rand.Text(), speaker: o.Speakers[0]}, nil
}

// Name is "terminal".
func (t *Terminal) Name() string { return Name }

// Ref is a speaker's entry for the allowlist.
func Ref(speaker string) string { return Name + ":user:" + speaker }

// Run reads lines until the input or the context ends. Each line is answered
// before the next one is read, so that what a pipe carries stays in order.
func (t *Terminal) Run(ctx context.Context, door bot.Door) error {
	lines := make(chan string)
	var failed error // set before lines is closed
	go func() {      // reading cannot be interrupted
		defer close(lines)
		failed = t.read(ctx, lines)
	}()
	if t.Interactive {
		t.greet()
	}
	for n := 1; ; n++ {
		if t.Interactive {
			t.write("\n@" + t.speaker + "> ")
		}
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok {
				return failed
			}
			if t.say(ctx, door, n, line) {
				return nil
			}
		}
	}
}

// read sends each line of the input until that or the context ends.
func (t *Terminal) read(ctx context.Context, lines chan<- string) error {
	r := bufio.NewReader(t.In)
	for {
		line, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil || line != "" {
			select {
			case lines <- line:
			case <-ctx.Done():
				return nil
			}
		}
		if err != nil {
			return nil
		}
	}
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
	case "/press":
		t.press(ctx, door, n, rest)
	case "/as":
		t.as(strings.TrimPrefix(rest, "@"))
	case "/quit", "/exit", "quit", "exit":
		return true
	default:
		t.tell(words.In(t.Language).Demo.Prefix, words.Slots{"command": {{Text: words.Name}}, "help": {{Text: words.Name + " help"}}})
	}
	return false
}

// command takes a command to the door and waits for its result.
func (t *Terminal) command(ctx context.Context, door bot.Door, n int, text string) {
	d := bot.Delivery{
		Key:    fmt.Sprintf("%s:%s:%d", Name, t.session, n),
		Caller: commands.Caller{Ref: Ref(t.speaker), Name: t.speaker},
		Place:  commands.Place{Platform: Name, Channel: Name + ":demo"},
		Text:   text,
	}
	t.deliver(ctx, door, d, 0)
}

// deliver takes something to the door and waits for its result or, of a button, for that of
// the entry whose message the button is under.
func (t *Terminal) deliver(ctx context.Context, door bot.Door, d bot.Delivery, pressed int64) {
	entry := pressed
	err := door.Receive(ctx, d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
		if a.Entry != 0 || a.Private != nil {
			entry = a.Entry
		}
		if a.Private != nil {
			t.write(t.onlyFor(t.speaker) + t.lines(*a.Private, "  "))
		}
		return "", nil
	})
	if err != nil {
		t.tell(words.In(t.Language).Demo.NotTaken, words.Slots{"error": {{Text: err.Error()}}})
	}
	if entry != 0 {
		select {
		case <-t.done(entry):
		case <-ctx.Done():
		}
	}
}

// onlyFor says that only somebody sees what follows.
func (t *Terminal) onlyFor(name string) string {
	return words.Fill(words.In(t.Language).Demo.Only, words.Slots{"name": {{Text: name}}}).String() + "\n"
}

func (t *Terminal) as(name string) {
	for _, s := range t.Speakers {
		if strings.EqualFold(s, name) {
			t.speaker = s
			t.tell(words.In(t.Language).Demo.Speaking, words.Slots{"name": {{Text: s}}})
			return
		}
	}
	t.tell(words.In(t.Language).Demo.NoOne, words.Slots{"name": {{Kind: words.Quoted, Text: name}}, "people": {{Text: strings.Join(t.Speakers, ", ")}}})
}

// done is closed when the result of an entry has been written.
func (t *Terminal) done(entry int64) chan struct{} {
	done, _ := t.reported.LoadOrStore(entry, make(chan struct{}))
	return done.(chan struct{})
}

// Announce writes the root line.
func (t *Terminal) Announce(_ context.Context, e bot.Entry, root words.Text) (bot.Post, error) {
	if e.Command.Private {
		return place(e), nil
	}
	return place(e), t.write(fmt.Sprintf("%s   #%d\n", t.line(root), e.Number))
}

// Report writes the root's last line and the result under it.
func (t *Terminal) Report(_ context.Context, e bot.Entry, root words.Text, result words.Message) (bot.Post, error) {
	shown := t.line(root) + "\n" + t.lines(result, "    ")
	if e.Command.Private {
		root, result = result.Alone(root)
		shown = t.onlyFor(e.Caller.Name) + "  " + t.line(root) + "\n" + t.lines(result, "  ")
	}
	if err := t.write(shown); err != nil {
		return "", err
	}
	t.finish(e.Number)
	return place(e), nil
}

// Update writes the last line of a request that is not carried out. What a terminal has shown
// cannot be changed.
func (t *Terminal) Update(_ context.Context, e bot.Entry, root words.Text) error {
	if !e.State.Ended() {
		return nil
	}
	defer t.finish(e.Number)
	return t.write(t.line(root) + "\n")
}

func place(e bot.Entry) bot.Post { return bot.Post(fmt.Sprintf("#%d", e.Number)) }

func (t *Terminal) write(s string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := io.WriteString(t.Out, s); err != nil {
		return fmt.Errorf("writing to the terminal: %w", err)
	}
	return nil
}

// lines writes a message, each line behind an indent.
func (t *Terminal) lines(m words.Message, indent string) string {
	var b strings.Builder
	for _, l := range m.Lines {
		b.WriteString(indent)
		switch l.Style {
		case words.Item:
			b.WriteString("• ")
		case words.Quote:
			b.WriteString("> ")
		}
		b.WriteString(t.line(l.Text) + "\n")
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
		case words.Account, words.Team:
			b.WriteString("@" + words.Visible(words.ShortRef(s.Text)))
		case words.Channel:
			b.WriteString("#" + words.Visible(words.ShortRef(s.Text)))
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
