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
)

// maxFile is how many bytes a .env file or a secret's file can have.
const maxFile = 64 << 10

// settings are the values by the names of their variables, as they are written,
// and what was found wrong so far. An empty value counts as not set.
type settings struct {
	dir      string
	values   map[string]string
	problems bot.Problems
}

// read takes every value that can be used, and returns the problems of the others.
func read(dir string, environ []string) (Config, bot.Problems) {
	s := gather(dir, environ)
	var c Config
	unusable := make(map[string]bool)
	eachVariable(&c, func(v Variable, field any) {
		text, ok := s.text(v)
		if unusable[v.Name] = !ok; !ok {
			text = "?" // it counts as set: nothing else says that it is missing
		}
		if text != "" {
			set(field, text)
		}
	})
	for _, p := range c.check() {
		if !unusable[p.Variable] {
			s.problems.Add(p.Variable, s.quoted(p.Variable, p.What), p.Remedy)
		}
	}
	if unusable["LIVEADMIN_CONFIG"] {
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
func gather(dir string, environ []string) *settings {
	s := &settings{dir: dir, values: map[string]string{}}
	s.readDotEnv()
	outer := make(map[string]string)
	for _, pair := range environ {
		if name, value, _ := strings.Cut(pair, "="); value != "" {
			outer[name] = value
		}
	}
	for _, v := range Variables() {
		if file := v.Name + fileSuffix; outer[v.Name] != "" || v.Secret && outer[file] != "" {
			delete(s.values, v.Name)
			delete(s.values, file)
		}
	}
	maps.Copy(s.values, outer)
	return s
}

// text is what a variable says. It is empty if nothing is set and there is no default. If
// what is set cannot be used, that is noted, and ok is false.
func (s *settings) text(v Variable) (text string, ok bool) {
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
func (s *settings) quoted(name, what string) string {
	value := s.values[name]
	secret := slices.ContainsFunc(Variables(), func(v Variable) bool { return v.Name == name && v.Secret })
	switch {
	case value == "" || secret || strings.HasPrefix(what, `"`): // it quotes its own part of the value
		return what
	case strings.HasSuffix(name, "_URL") && strings.ContainsAny(value, "@?"):
		return "the URL (not shown, because it may hold a password) " + what
	}
	return strconv.Quote(value) + " " + what
}

// secretFrom reads the file that a variable names.
func (s *settings) secretFrom(variable, file string) string {
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
	const shortestToken = 32
	return strings.Contains(file, "://") || strings.ContainsAny(file, "\r\n") ||
		len(file) >= shortestToken && !strings.ContainsAny(file, `/\`)
}

// path makes a path start from dir.
func (s *settings) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(s.dir, file)
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// readFile reads a file of so many bytes at most. Its errors do not repeat the path.
func readFile(path string, most int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", withoutPath(err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return "", withoutPath(err)
	}
	if int64(len(content)) > most {
		return "", fmt.Errorf("it has more than %d bytes", most)
	}
	return string(content), nil
}

func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}
