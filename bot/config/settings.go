package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"liveadmin/bot"

	"github.com/joho/godotenv"
)

const dotEnv = ".env"

const (
	maxFile   = 64 << 10 // bytes of a .env file or a secret's file
	maxBroken = 10       // lines of a .env file that are named: a file with more broken ones is something else
)

// sources are the values by the names of their variables, as they are written,
// and what was found wrong so far. An empty value counts as not set.
type sources struct {
	dir      string
	values   map[string]string
	problems bot.Problems
}

// read takes every value that can be used, and returns the problems of the others.
func read(dir string, environ []string) (Config, bot.Problems) {
	s := gather(dir, environ)
	var c Config
	checked := make(map[string]Variable)
	for _, v := range c.settings() {
		text, ok := s.text(v.Variable)
		if ok {
			checked[v.Name] = v.Variable
		} else {
			text = "?" // it counts as set: nothing else says that it is missing
		}
		if text != "" {
			set(v.field, text)
		}
	}
	for _, p := range c.check() {
		if v, ok := checked[p.Variable]; ok {
			s.problems.Add(v.Name, s.quoted(v, p.What), p.Remedy)
		}
	}
	if _, ok := checked["LIVEADMIN_CONFIG"]; !ok {
		c.PolicyFile = ""
		return c, s.problems
	}
	c.PolicyFile = s.path(c.PolicyFile)
	if s.values["LIVEADMIN_CONFIG"] == "" && !isThere(c.PolicyFile) {
		c.PolicyFile, c.PolicyAwaited = "", c.PolicyFile
	}
	return c, s.problems
}

// gather merges the .env file and the environment, which wins: also with a secret over
// the file of one, and the other way around.
func gather(dir string, environ []string) *sources {
	s := &sources{dir: dir, values: map[string]string{}}
	s.readDotEnv()
	outer := make(map[string]string)
	for _, pair := range environ {
		if name, value, _ := strings.Cut(pair, "="); value != "" {
			outer[name] = value
		}
	}
	for _, v := range Variables() {
		if file := v.Name + fileSuffix; v.Secret && outer[v.Name]+outer[file] != "" {
			delete(s.values, v.Name)
			delete(s.values, file)
		}
	}
	maps.Copy(s.values, outer)
	return s
}

// readDotEnv takes the values of the .env file, if there is one. Unlike in the
// environment, which is full of other people's variables, a name that is nearly
// one of ours is a mistake here.
func (s *sources) readDotEnv() {
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
	if values, ok := unmarshal(text); ok {
		return values, nil
	}
	values = make(map[string]string)
	for i, line := range strings.Split(text, "\n") {
		one, ok := unmarshal(line)
		if ok {
			maps.Copy(values, one)
		} else if len(broken) < maxBroken {
			broken = append(broken, i+1)
		}
	}
	if len(broken) == 0 {
		broken = []int{1}
	}
	return values, broken
}

// unmarshal also refuses a value without a name, which the parser lets pass.
func unmarshal(text string) (values map[string]string, ok bool) {
	values, err := godotenv.Unmarshal(text + "\n")
	_, nameless := values[""]
	return values, err == nil && !nameless
}

// text is what a variable says. It is empty if nothing is set and there is no default. If
// what is set cannot be used, that is noted, and ok is false.
func (s *sources) text(v Variable) (text string, ok bool) {
	before := len(s.problems)
	text = s.values[v.Name]
	if file := s.values[v.Name+fileSuffix]; v.Secret && file != "" {
		if text != "" {
			s.problems.Add(v.Name, fmt.Sprintf("%s and %s%s are both set", v.Name, v.Name, fileSuffix), "keep one of them")
		} else {
			text = s.secretFrom(v.Name, file)
		}
	}
	// After a quote that is not closed on its line, a value of .env goes on into
	// the secrets below: it must not be shown.
	if strings.ContainsAny(text, "\r\n") {
		s.problems.Add(v.Name, "has a line break", "write the value on one line, and close its quote there")
	}
	return cmp.Or(text, v.Default), len(s.problems) == before
}

// quoted puts the value that something is wrong with before what is wrong, unless it is
// a secret, or may hold one.
func (s *sources) quoted(v Variable, what string) string {
	value := s.values[v.Name]
	switch {
	case value == "" || v.Secret || strings.HasPrefix(what, `"`) || strings.HasPrefix(what, hidden): // it quotes its own part of the value
		return what
	case strings.HasSuffix(v.Name, "_URL") && strings.ContainsAny(value, "@?"):
		return "the URL (not shown, because it may hold a password) " + what
	}
	return shown(value) + " " + what
}

// shortestToken is how many bytes a token or a key has at least.
const shortestToken = 32

// hidden takes the place of a value that looks like a secret.
const hidden = "its value (not shown, because it looks like a secret)"

// shown quotes a value, unless it looks like a token or a key, which somebody may have put into
// the wrong variable: those are one long word.
func shown(value string) string {
	if len(value) >= shortestToken && !strings.ContainsAny(value, `/\:, `) {
		return hidden
	}
	return strconv.Quote(value)
}

// secretFrom reads the file that a variable names.
func (s *sources) secretFrom(variable, file string) string {
	shown := fmt.Sprintf("the file %q of %s%s", file, variable, fileSuffix)
	if mayBeSecret(file) {
		shown = fmt.Sprintf("the file of %s%s (its name is not shown, because it looks like a secret)", variable, fileSuffix)
	}
	content, err := readFile(s.path(file), maxFile)
	value := strings.TrimRight(content, "\r\n")
	switch {
	case err != nil:
		s.problems.Add(variable, fmt.Sprintf("%s cannot be read (%v)", shown, err), "name a file that liveadmin can read, with nothing but the value in it")
	case value == "":
		s.problems.Add(variable, shown+" is empty", "write the value into it")
	}
	return value
}

// mayBeSecret guards against showing a value that was put where the name of its
// file belongs: a token or key is long and has no slash, a database has a URL.
// A name with a line break may go on into the secrets below it in .env.
func mayBeSecret(file string) bool {
	return strings.Contains(file, "://") || strings.ContainsAny(file, "\r\n") ||
		len(file) >= shortestToken && !strings.ContainsAny(file, `/\`)
}

// path makes a path start from dir.
func (s *sources) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(s.dir, file)
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// readFile reads a file of up to most bytes. Its errors do not repeat the path.
func readFile(path string, most int64) (text string, err error) {
	defer func() {
		if inner, ok := errors.AsType[*fs.PathError](err); ok {
			err = inner.Err
		}
	}()
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if int64(len(content)) > most {
		return "", fmt.Errorf("it has more than %d bytes", most)
	}
	return string(content), err
}
