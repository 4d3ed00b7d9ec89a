package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// maxFile is how many bytes a .env file or a secret's file can have.
const maxFile = 64 << 10

// settings are the values by the names of their variables, as they are written,
// and what was found wrong so far. An empty value counts as not set.
type settings struct {
	dir      string
	values   map[string]string
	problems Problems
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
	for _, v := range table() {
		if file := v.Name + fileSuffix; outer[v.Name] != "" || v.Secret && outer[file] != "" {
			delete(s.values, v.Name)
			delete(s.values, file)
		}
	}
	maps.Copy(s.values, outer)
	return s
}

func (s *settings) note(variable string, problems ...Problem) {
	for _, p := range problems {
		p.Variable = variable
		s.problems = append(s.problems, p)
	}
}

// given reports whether a variable, or its file, is set, be it badly.
func (s *settings) given(name string) bool {
	file := name + fileSuffix
	return s.values[name] != "" || known(file) && s.values[file] != ""
}

// value is what a variable is to be set to. It is empty if nothing is set and
// there is no default, or if what is set cannot be used, which is noted.
func (s *settings) value(v variable) string {
	value, file := s.values[v.Name], ""
	if v.Secret {
		file = s.values[v.Name+fileSuffix]
	}
	switch {
	case value == "" && file == "":
		return v.Default
	case value != "" && file != "":
		s.note(v.Name, wrong(fmt.Sprintf("%s and %s%s are both set", v.Name, v.Name, fileSuffix),
			"keep one of them")...)
		return ""
	case file != "":
		value = s.secretFrom(v.Name, file)
	}
	// After a quote that is not closed on its line, a value of .env goes on into
	// the secrets below: it must not be shown.
	if strings.ContainsAny(value, "\r\n") {
		s.note(v.Name, wrong("has a line break", "write the value on one line, and close its quote there")...)
		return ""
	}
	return value
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
		s.note(variable, wrong(fmt.Sprintf("%s cannot be read (%v)", shown, err),
			"name a file that liveadmin can read, with nothing but the value in it")...)
	case value == "":
		s.note(variable, wrong(shown+" is empty", "write the value into it")...)
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

// policyFile is the path of the policy file; or, if nobody named one and the default
// is not there, the path where it is awaited. Both are empty if the one that was
// named cannot be one.
func (s *settings) policyFile(file string) (path, awaited string) {
	if file == "" {
		return "", ""
	}
	path = s.path(file)
	if !s.given("LIVEADMIN_CONFIG") && !isThere(path) {
		return "", path
	}
	return path, ""
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
