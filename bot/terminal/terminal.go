// Package terminal is the demo's platform: people type on standard input and
// read the channel on standard output. A thread is indented under its root.
// In a pipe, lines come and go as they are. At a terminal they can be edited, Tab completes
// them, and what is written is in colour, fits the width and does not disturb what is being typed.
package terminal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/term"

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
	// Console is the terminal behind In and Out; nil: a pipe.
	Console Console
	// Colour has what is written at a Console in colour.
	Colour bool
	// Speakers are the names that "/as NAME" takes; the first one begins.
	Speakers []string
	// Stage is for "/fault KIND" and "/wait DURATION"; nil: there are no such commands.
	Stage Stage
	// Zone is how times are shown.
	Zone *time.Location
	// Language is the language of the greeting; empty: English.
	Language commands.Language
}

// Terminal is a bot.Platform.
type Terminal struct {
	Options
	editor *term.Terminal // of a Console

	mu      sync.Mutex // of what follows, and of Out
	speaker string
	keys    keys

	finishing sync.Mutex
	reported  sync.Map // by entry number: a channel, closed when the result has been written
}

// New returns a terminal.
func New(o Options) (*Terminal, error) {
	if o.In == nil || o.Out == nil || len(o.Speakers) == 0 || o.Zone == nil {
		return nil, errors.New("a terminal needs an input, an output, a speaker and a time zone")
	}
	t := &Terminal{Options: o, speaker: o.Speakers[0]}
	if o.Console == nil {
		t.Colour = false
	} else {
		t.editor = t.newEditor()
	}
	return t, nil
}

// Name is "terminal".
func (t *Terminal) Name() string { return Name }

// Ref is a speaker's entry for the allowlist.
func Ref(speaker string) string { return Name + ":user:" + speaker }

// Run reads lines until the input or the context ends. In a pipe each line is answered
// before the next one is read, so that what the pipe carries stays in order.
func (t *Terminal) Run(ctx context.Context, door bot.Door) error {
	next := t.lineReader()
	if t.Console != nil {
		leave, err := t.sitDown(ctx, door)
		if err != nil {
			return err
		}
		defer leave()
		next = t.typedLine
	}
	there, left := context.WithCancel(ctx) // while somebody is
	defer left()
	lines := make(chan string)
	var failed error // set before lines is closed
	go func() {      // reading cannot be interrupted
		defer close(lines)
		failed = read(ctx, next, lines)
		if t.Console != nil {
			left()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok {
				return failed
			}
			t.say(ctx, there, door, line)
		}
	}
}

// say handles one line. What only shows something ends when nobody is there any more.
func (t *Terminal) say(ctx, there context.Context, door bot.Door, line string) {
	line = strings.TrimSpace(line)
	word, rest := line, ""
	if end := strings.IndexFunc(word, unicode.IsSpace); end >= 0 {
		word, rest = word[:end], strings.TrimSpace(word[end:])
	}
	switch command := strings.ToLower(word); {
	case word == "":
	case command == words.Name:
		t.deliver(ctx, door, bot.Delivery{Text: rest}, 0)
	case command == pressCommand:
		t.press(ctx, door, rest)
	case command == asCommand:
		t.as(strings.TrimPrefix(rest, "@"))
	case command == faultCommand && t.Stage != nil:
		t.fault(strings.ToLower(rest))
	case command == waitCommand && t.Stage != nil:
		t.wait(there, rest)
	case t.Console != nil && !strings.HasPrefix(word, "/"):
		t.deliver(ctx, door, bot.Delivery{Text: line}, 0)
	default:
		t.tell(words.In(t.Language).Demo.Prefix, words.Slots{"command": {{Text: words.Name}}, "help": {{Text: words.Name + " help"}}})
	}
}

// What can be typed besides the commands of the bot.
const (
	pressCommand = "/press"
	asCommand    = "/as"
	faultCommand = "/fault"
	waitCommand  = "/wait"
	quitCommand  = "/quit"
)

// tell writes a sentence of the terminal's own.
func (t *Terminal) tell(sentence string, values words.Slots) {
	t.write(t.line(words.Fill(sentence, values)) + "\n")
}

// longestWork is longer than any command takes.
const longestWork = 2 * time.Minute

// deliver takes something that the speaker typed to the door. In a pipe it waits for its result
// or, of a button, for that of the entry whose message the button is under.
func (t *Terminal) deliver(ctx context.Context, door bot.Door, d bot.Delivery, pressed int64) {
	d.Key, d.Caller, d.Place = Name+":"+rand.Text(), t.caller(), here
	entry := pressed
	err := door.Receive(ctx, d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
		if a.Entry != 0 || a.Private != nil {
			entry = a.Entry
		}
		if a.Private == nil {
			return "", nil
		}
		shown := t.onlyFor(d.Caller.Name) + t.lines(*a.Private, "  ")
		if t.Console != nil {
			shown += t.buttons(a.Private.Actions, "  ")
		}
		t.write(shown)
		return "", nil
	})
	if err != nil {
		t.tell(words.In(t.Language).Demo.NotTaken, words.Slots{"error": {{Text: err.Error()}}})
	}
	if entry == 0 || t.Console != nil {
		return
	}
	select {
	case <-t.done(entry):
	case <-time.After(longestWork): // of a press that is not answered there is none
	case <-ctx.Done():
	}
}

// here is where everything is said.
var here = commands.Place{Platform: Name, Channel: Name + ":demo"}

// caller is the speaker.
func (t *Terminal) caller() commands.Caller {
	t.mu.Lock()
	defer t.mu.Unlock()
	return commands.Caller{Ref: Ref(t.speaker), Name: t.speaker}
}

func (t *Terminal) as(name string) {
	for _, s := range t.Speakers {
		if strings.EqualFold(s, name) {
			t.mu.Lock()
			t.speaker = s
			t.mu.Unlock()
			if t.editor != nil {
				t.editor.SetPrompt(t.prompt())
			}
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

// finish notes that what there was to say of an entry has been written.
func (t *Terminal) finish(entry int64) {
	t.finishing.Lock()
	defer t.finishing.Unlock()
	done := t.done(entry)
	select {
	case <-done:
	default:
		close(done)
	}
}

// write writes lines.
func (t *Terminal) write(s string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var err error
	if t.editor == nil {
		_, err = io.WriteString(t.Out, s)
	} else {
		err = t.writeAbove(s)
	}
	if err != nil {
		return fmt.Errorf("writing to the terminal: %w", err)
	}
	return nil
}
