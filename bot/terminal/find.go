package terminal

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"liveadmin/bot"
)

// FindRoot looks for an entry's root line in the transcript.
func (t *Terminal) FindRoot(_ context.Context, e bot.Entry) (bot.Post, bool, error) {
	return t.find(e, func(line string) bool { return strings.HasSuffix(line, mark(e)) && !strings.HasPrefix(line, " ") })
}

// FindResult looks for the number under an entry's result in the transcript.
func (t *Terminal) FindResult(_ context.Context, e bot.Entry) (bot.Post, bool, error) {
	number := fmt.Sprintf("    #%d", e.Number)
	return t.find(e, func(line string) bool { return line == number })
}

func (t *Terminal) find(e bot.Entry, fits func(string) bool) (bot.Post, bool, error) {
	if t.Transcript == nil {
		return "", false, nil
	}
	lines := bufio.NewReader(io.NewSectionReader(t.Transcript, 0, 1<<62))
	for {
		line, err := lines.ReadString('\n')
		switch {
		case err == nil && fits(strings.TrimSuffix(line, "\n")):
			return place(e), true, nil
		case err == io.EOF:
			return "", false, nil
		case err != nil:
			return "", false, fmt.Errorf("reading the transcript: %w", err)
		}
	}
}

// mark is the entry's number behind its root line.
func mark(e bot.Entry) string { return fmt.Sprintf("   #%d", e.Number) }

func place(e bot.Entry) bot.Post { return bot.Post(fmt.Sprintf("#%d", e.Number)) }
