package terminal

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"liveadmin/bot"
)

// FindRoot looks for an entry's root line in the transcript. A root's last line
// can end like one, with the ID of a group, but has its result indented under it.
func (t *Terminal) FindRoot(_ context.Context, e bot.Entry) (bot.Post, bool, error) {
	return t.find(e, func(line, next string) bool {
		return strings.HasSuffix(line, mark(e)) && !strings.HasPrefix(line, " ") && !strings.HasPrefix(next, " ")
	})
}

// FindResult looks for the number under an entry's result in the transcript.
func (t *Terminal) FindResult(_ context.Context, e bot.Entry) (bot.Post, bool, error) {
	number := fmt.Sprintf("    #%d", e.Number)
	return t.find(e, func(line, _ string) bool { return line == number })
}

// find looks for a line, with the one after it, that fits. A line without its end
// was not written.
func (t *Terminal) find(e bot.Entry, fits func(line, next string) bool) (bot.Post, bool, error) {
	if t.Transcript == nil {
		return "", false, nil
	}
	lines := bufio.NewReader(io.NewSectionReader(t.Transcript, 0, 1<<62))
	line := ""
	for {
		next, err := lines.ReadString('\n')
		switch {
		case err != nil && err != io.EOF:
			return "", false, fmt.Errorf("reading the transcript: %w", err)
		case fits(line, next):
			return place(e), true, nil
		case err == io.EOF:
			return "", false, nil
		}
		line = strings.TrimSuffix(next, "\n")
	}
}

// mark is the entry's number behind its root line.
func mark(e bot.Entry) string { return fmt.Sprintf("   #%d", e.Number) }

func place(e bot.Entry) bot.Post { return bot.Post(fmt.Sprintf("#%d", e.Number)) }
