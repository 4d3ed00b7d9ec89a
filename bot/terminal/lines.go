package terminal

import (
	"bufio"
	"context"
	"io"
	"strings"
)

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
