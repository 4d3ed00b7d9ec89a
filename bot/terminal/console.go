package terminal

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// Console is a terminal at which somebody sits.
type Console interface {
	// Raw has keys delivered one by one, as they are pressed, until restore is called.
	Raw() (restore func(), err error)
	// Width is how many columns it has now.
	Width() int
}

// TTY is the Console of a process: its standard input and output.
type TTY struct{ in, out *os.File }

// NewTTY returns the terminal that is behind both files, or false if one of them is something
// else: a pipe, a file.
func NewTTY(in, out *os.File) (TTY, bool) {
	return TTY{in, out}, term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// Raw is Console's Raw.
func (t TTY) Raw() (restore func(), err error) {
	before, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return nil, fmt.Errorf("reading single keys: %w", err)
	}
	restore = func() { _ = term.Restore(int(t.in.Fd()), before) }
	if err := interpretEscapes(t.out); err != nil {
		restore()
		return nil, fmt.Errorf("moving the cursor: %w", err)
	}
	return restore, nil
}

// usualWidth is the width of a terminal that does not say it.
const usualWidth = 80

// Width is Console's Width.
func (t TTY) Width() int {
	if width, _, err := term.GetSize(int(t.out.Fd())); err == nil && width > 0 {
		return width
	}
	return usualWidth
}
