package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// CheckURL finds what is wrong with a DATABASE_URL without looking for the database. Its
// error is a *URLError.
func CheckURL(url string) error {
	if isPostgres(url) {
		_, err := newServer(url)
		return err
	}
	_, err := fileName(url)
	return err
}

// sqliteFile takes the file out of "sqlite://FILE", as an absolute path.
func sqliteFile(url string) (string, error) {
	file, err := fileName(url)
	if err != nil {
		return "", err
	}
	return realPath(file)
}

// fileName takes the file out of "sqlite://FILE". All after the slashes is the
// file's name, literally, so that spaces, # and % need no escaping; only ? is
// refused, because it is nearly always meant as the start of options, of which
// there are none.
func fileName(url string) (string, error) {
	scheme, file, ok := strings.Cut(url, "://")
	switch {
	case !ok:
		// The text may hold a password, wherever it is: it is not quoted.
		return "", &URLError{Problem: "it has no scheme"}
	case !isScheme(scheme):
		return "", &URLError{Problem: "what stands before :// is no scheme"}
	case scheme != "sqlite":
		return "", &URLError{Problem: fmt.Sprintf("the scheme %q is not known", scheme)}
	case file == "":
		return "", &URLError{Problem: "it names no file"}
	case strings.ContainsAny(file, "?\x00"):
		return "", &URLError{Problem: "a file name with ? or a NUL byte cannot be used, and there are no options"}
	case strings.HasPrefix(file, ":memory:"):
		return "", &URLError{Problem: "a journal in memory would lose what was accepted"}
	}
	return file, nil
}

// isScheme reports whether s looks like a scheme and so not like a secret.
func isScheme(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789+"
	return s != "" && len(s) <= 16 && strings.Trim(s, letters) == ""
}

// realPath follows symbolic links, so that two names of one file share its lock.
func realPath(file string) (string, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", unreachable(path, err)
	}
	path = filepath.Join(folder, filepath.Base(path))
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&os.ModeSymlink != 0 {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil && !os.IsNotExist(err) {
		return "", unreachable(path, err)
	}
	return path, nil
}
