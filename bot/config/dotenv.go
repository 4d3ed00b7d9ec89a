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

// maxBroken is how many lines of a broken .env file are named: a file with more of them
// is something else.
const maxBroken = 10

// readDotEnv takes the values of the .env file, if there is one. Unlike in the
// environment, which is full of other people's variables, a name that is nearly
// one of ours is a mistake here.
func (s *settings) readDotEnv() {
	text, err := readFile(s.path(dotEnv), maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		s.problems.Add(dotEnv, fmt.Sprintf("cannot be read (%v)", err), "make it readable, or remove it")
		return
	}
	values, broken := parseDotEnv(text)
	for _, line := range broken {
		s.problems.Add(dotEnv, fmt.Sprintf("line %d cannot be read", line), "write NAME=value, or NAME='value' if the value has spaces, quotes, # or $")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] == "" {
			continue
		}
		s.values[name] = values[name]
		if meant, owner := nearest(name); meant != "" {
			s.problems.Add(owner, fmt.Sprintf(".env sets %q, which is not known", name), fmt.Sprintf("did you mean %s?", meant))
		}
	}
}

// parseDotEnv returns the values, and the numbers, from 1, of lines that cannot be read.
// The parser's own errors cannot be used: they quote the file, secrets and all, and name no
// line. So in a broken file each line is read by itself, also one that is part of a value
// of several lines.
func parseDotEnv(text string) (values map[string]string, broken []int) {
	text = strings.TrimPrefix(text, "\ufeff") // some editors begin a file with it
	if values, err := unmarshal(text); err == nil {
		return values, nil
	}
	values = make(map[string]string)
	for i, line := range strings.Split(text, "\n") {
		one, err := unmarshal(line)
		if err != nil {
			broken = append(broken, i+1)
		}
		maps.Copy(values, one)
	}
	if len(broken) == 0 {
		broken = []int{1}
	}
	return values, broken[:min(len(broken), maxBroken)]
}

// unmarshal also refuses a value without a name, which the parser lets pass.
func unmarshal(text string) (map[string]string, error) {
	values, err := godotenv.Unmarshal(text + "\n")
	if _, nameless := values[""]; err == nil && nameless {
		err = errors.New("a value has no name")
	}
	if err != nil {
		return nil, err
	}
	return values, nil
}
