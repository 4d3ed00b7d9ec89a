package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// readers is how many connections read at the same time.
const readers = 4

// openFile opens the journal in a SQLite file, as its only writer.
func (j *Journal) openFile(ctx context.Context, sdkAppID int64, o options) (err error) {
	file := j.dialect.name
	j.terms.endless = true
	if j.lock, err = lockFile(file); err != nil {
		return err
	}
	if err := makeFile(file); err != nil {
		return err
	}
	if j.writer, err = openPool(writing(file), 1); err != nil {
		return err
	}
	if err := j.bringUpToDate(ctx, sdkAppID, o.log); err != nil {
		return err
	}
	j.batches = newBatches(j.writer)
	o.share.set(1)
	return nil
}

// lockFile takes the lock that says whose the file is. The kernel releases it
// however the process ends; the lock file itself stays, since removing it would
// let two processes lock two files of one name.
func lockFile(file string) (*flock.Flock, error) {
	lock := flock.New(file + ".lock")
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, unreachable(file, err)
	case !locked:
		return nil, &InUseError{File: file}
	}
	return lock, nil
}

// makeFile makes the file, for its owner alone, unless it is there. It must not
// be called while this process has the database open: closing any descriptor of
// a file drops the process's POSIX locks on it.
func makeFile(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return unreachable(file, err)
	}
	return f.Close()
}

// openPool returns connections. Nothing connects yet.
func openPool(dataSource string, connections int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dataSource)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// writing is the driver's name of a file that is written. synchronous=FULL makes
// a commit survive the loss of power too; secure_delete overwrites a reply handle
// that is forgotten. What savepoints keep stays in memory, and the
// write-ahead log, which grows as long as a reader needs it, shrinks to 8 MiB afterwards.
func writing(file string) string {
	return dataSource(file, url.Values{
		"mode":    {"rw"},
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
			"temp_store(MEMORY)", "journal_size_limit(8388608)"},
	})
}

// reading is the driver's name of a file that is only read.
func reading(file string) string {
	return dataSource(file, url.Values{
		"mode":    {"ro"},
		"_pragma": {"busy_timeout(5000)", "query_only(1)"},
	})
}

func dataSource(file string, settings url.Values) string {
	name := url.URL{Scheme: "file", Path: file, RawQuery: settings.Encode()}
	return name.String()
}

// isUnwritten reports whether SQLite could not write what a commit needs, so that it
// did not happen and is rolled back.
func isUnwritten(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlitelib.SQLITE_FULL || e.Code() == sqlitelib.SQLITE_IOERR_WRITE)
}

// explainSQLite puts what a file or disk refuses in words; other errors stay.
func explainSQLite(file string, err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		if problem := problemOf(e.Code()); problem != "" {
			return &StorageError{Database: file, Problem: problem, Err: err}
		}
	}
	return err
}

// problemOf reads a result code of SQLite (sqlite.org/rescode.html); empty if it is none
// of storage.
func problemOf(code int) StorageProblem {
	const primary = 0xff // the rest of a code is detail
	switch code & primary {
	case sqlitelib.SQLITE_FULL:
		return Full
	case sqlitelib.SQLITE_IOERR:
		// The shared-memory file beside the database could not grow: what a full disk
		// looks like in WAL mode.
		if code == sqlitelib.SQLITE_IOERR_SHMSIZE {
			return Full
		}
		return Refused
	case sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_PERM, sqlitelib.SQLITE_AUTH, sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB:
		return Refused
	case sqlitelib.SQLITE_CANTOPEN:
		return Unreachable
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return Locked
	}
	return ""
}

// unreachable puts an error of the operating system about a file in words.
func unreachable(file string, err error) error {
	problem := Unreachable
	switch {
	case errors.Is(err, syscall.ENOSPC):
		problem = Full
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		problem = Refused
	}
	return &StorageError{Database: file, Problem: problem, Err: err}
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
		return "", &URLError{Problem: "what is before :// is no scheme"}
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
