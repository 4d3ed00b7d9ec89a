package terminal

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// longestLine is how many bytes of a line are kept: more than any command may
// have, so that a longer one is answered as too long.
const longestLine = 64 << 10

// read sends each line until one leaves, there are no more, or the context ends.
func read(ctx context.Context, next func() (string, error), lines chan<- string) error {
	for {
		line, err := next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if leaves(line) {
			return nil
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

// leaves reports whether a line says that nobody will type any more.
func leaves(line string) bool {
	switch strings.ToLower(strings.TrimSpace(line)) {
	case quitCommand, "/exit", "quit", "exit":
		return true
	}
	return false
}

// lineReader returns a function that reads the next line of the input and drops what is
// beyond the longest.
func (t *Terminal) lineReader() func() (string, error) {
	r := bufio.NewReader(t.In)
	return func() (string, error) {
		var b strings.Builder
		for {
			part, more, err := r.ReadLine()
			b.Write(part[:min(len(part), longestLine-b.Len())])
			if err != nil || !more {
				return b.String(), err
			}
		}
	}
}
