package terminal

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/term"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// newEditor returns the editor of the typed line: keys, history, and writing above the line.
func (t *Terminal) newEditor() *term.Terminal {
	e := term.NewTerminal(ends{&keyboard{Reader: bufio.NewReader(t.In)}, t.Out}, t.prompt())
	e.History = history{e.History}
	return e
}

// ends are both ends of a terminal.
type ends struct {
	io.Reader
	io.Writer
}

// history is what was typed, without empty lines.
type history struct{ term.History }

// Add adds a line.
func (h history) Add(line string) {
	if strings.TrimSpace(line) != "" {
		h.History.Add(line)
	}
}

func (t *Terminal) prompt() string { return "@" + t.caller().Name + "> " }

// sitDown greets and takes the keys, until leave is called.
func (t *Terminal) sitDown(ctx context.Context, door bot.Door) (leave func(), err error) {
	restore, err := t.Console.Raw()
	if err != nil {
		return nil, err
	}
	t.editor.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		return t.key(ctx, door, line, pos, key)
	}
	t.greet()
	return func() {
		t.editor.SetPrompt("") // what comes late is written without it
		t.mu.Lock()
		defer t.mu.Unlock()
		_, _ = io.WriteString(t.Out, "\r\n")
		restore()
	}, nil
}

// greet says what this is and what can be typed.
func (t *Terminal) greet() {
	says := words.In(t.Language).Demo
	t.write(t.paint(bold, says.Greeting) + "\n" + says.Try + "\n")
	for _, example := range []string{"add friday-show user1 --for 2h", "list friday-show", "groups", "help"} {
		t.write("  " + t.paint(cyan, example) + "\n")
	}
	t.write(says.Keys + "\n")
	t.tell(says.Speak, words.Slots{"people": {{Text: strings.Join(t.Speakers[1:], ", ")}}})
	if t.Stage != nil {
		t.tell(says.Play, words.Slots{"kinds": {{Text: strings.Join(t.Stage.Faults(), ", ")}}})
	}
}

// typedLine reads the next line.
func (t *Terminal) typedLine() (string, error) {
	line, err := t.editor.ReadLine()
	if errors.Is(err, term.ErrPasteIndicator) {
		err = nil
	}
	return line, err
}

// key handles a key that is no key of the editor's own. It returns the line after it, or false
// if the key is what it looks like.
func (t *Terminal) key(ctx context.Context, door bot.Door, line string, pos int, key rune) (string, int, bool) {
	t.mu.Lock()
	press := t.keys.pressOf(key)
	t.mu.Unlock()
	switch {
	case key == '\t':
		typed, list := t.complete(ctx, door, line[:pos])
		if len(list) > 0 {
			t.write(strings.Join(list, "  ") + "\n")
		}
		rest := line[pos:]
		if strings.HasSuffix(typed, " ") {
			rest = strings.TrimPrefix(rest, " ")
		}
		return typed + rest, len(typed), true
	case line == "" && press != "":
		line = pressCommand + " " + press
		return line, len(line), true
	case words.Visible(string(key)) != string(key):
		return line, pos, true // it would drive the terminal
	}
	return "", 0, false
}

// clearLine goes to the first column and clears the line. The editor has done that, but it
// counts every character as one column.
const clearLine = "\r\x1b[K"

// writeAbove writes lines above the one that is being typed.
func (t *Terminal) writeAbove(s string) error {
	width := t.Console.Width()
	if err := t.editor.SetSize(width, usualWidth); err != nil {
		return err
	}
	b := []byte(clearLine)
	for line := range strings.Lines(s) {
		text, end := strings.CutSuffix(line, "\n")
		b = append(b, wrap(text, width)...)
		if end {
			b = append(b, '\n')
		}
	}
	_, err := t.editor.Write(b)
	return err
}
