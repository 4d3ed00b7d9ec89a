package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

const dotEnv = ".env"

// Once a .env file turns out to be broken, the search for the lines is limited.
const (
	maxBroken     = 10  // broken lines: a file with more of them is something else
	maxValueLines = 200 // lines of one quoted value: somebody's certificates
)

// readDotEnv takes the values of the .env file, if there is one. Unlike in the
// environment, which is full of other people's variables, a name that is nearly
// one of ours is a mistake here.
func (s *settings) readDotEnv() {
	text, err := readFile(s.path(dotEnv), maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		s.note(dotEnv, wrong(fmt.Sprintf("cannot be read (%v)", err), "make it readable, or remove it")...)
		return
	}
	values, broken := parseDotEnv(text)
	for _, line := range broken {
		s.note(dotEnv, wrong(fmt.Sprintf("line %d cannot be read", line),
			"write NAME=value, or NAME='value' if the value has spaces, quotes, # or $")...)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] == "" {
			continue
		}
		s.values[name] = values[name]
		if meant, owner := nearest(name); meant != "" && !known(name) {
			s.note(owner, wrong(fmt.Sprintf(".env sets %q, which is not known", name), fmt.Sprintf("did you mean %s?", meant))...)
		}
	}
}

// parseDotEnv leaves out the lines that cannot be read and returns their
// numbers, from 1. The parser's own errors cannot be used: they quote the file,
// secrets and all, and tell no line.
func parseDotEnv(text string) (values map[string]string, broken []int) {
	text = strings.TrimPrefix(text, "\ufeff") // some editors begin a file with it
	lines := strings.SplitAfter(text+"\n", "\n")
	values, err := unmarshal(lines)
	if err == nil {
		return values, nil
	}
	for i := 0; i < len(lines); {
		n := readable(lines[i:])
		if n == 0 {
			broken = append(broken, i+1)
			lines[i] = "\n"
			n = 1
		}
		if len(broken) == maxBroken {
			return nil, broken
		}
		i += n
	}
	values, _ = unmarshal(lines) // every piece of it was read before
	return values, broken
}

// readable is how many lines at the beginning can be read by themselves: one, or
// those of a quoted value that goes over several; 0 if none can.
func readable(lines []string) int {
	for n := range min(maxValueLines, len(lines)) {
		if _, err := unmarshal(lines[:n+1]); err == nil {
			return n + 1
		}
	}
	return 0
}

// unmarshal also refuses a value without a name, which the parser lets pass.
func unmarshal(lines []string) (map[string]string, error) {
	values, err := godotenv.Unmarshal(strings.Join(lines, ""))
	if _, nameless := values[""]; err == nil && nameless {
		return nil, errors.New("a value has no name")
	}
	return values, err
}
