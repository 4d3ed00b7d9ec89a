package journal

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"syscall"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// readers is how many connections read at the same time.
const readers = 4

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

// openWriter returns the one connection that writes a file. synchronous=FULL
// makes a commit survive the loss of power too; secure_delete overwrites a reply
// handle that is forgotten.
func openWriter(file string) (*sql.DB, error) {
	return openPool(file, 1, url.Values{
		"mode":    {"rw"},
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)"},
	})
}

// openReaders returns connections that cannot write.
func openReaders(file string) (*sql.DB, error) {
	return openPool(file, readers, url.Values{
		"mode":    {"ro"},
		"_pragma": {"busy_timeout(5000)", "query_only(1)"},
	})
}

func openPool(file string, connections int, settings url.Values) (*sql.DB, error) {
	name := url.URL{Scheme: "file", Path: file, RawQuery: settings.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", file, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// explainSQLite puts what a file or disk refuses in words; other errors stay.
func explainSQLite(file string, err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	problem, ok := problemOf(e.Code())
	if !ok {
		return err
	}
	return &StorageError{File: file, Problem: problem, Err: err}
}

// problemOf reads a result code of SQLite (sqlite.org/rescode.html).
func problemOf(code int) (StorageProblem, bool) {
	// The shared-memory file beside the database could not grow (4874): what a
	// full disk looks like in WAL mode.
	if code == sqlitelib.SQLITE_IOERR_SHMSIZE {
		return DiskFull, true
	}
	const primary = 0xff // the rest of a code is detail
	switch code & primary {
	case sqlitelib.SQLITE_FULL:
		return DiskFull, true
	case sqlitelib.SQLITE_IOERR:
		return DiskFault, true
	case sqlitelib.SQLITE_READONLY:
		return NotWritable, true
	case sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_PERM, sqlitelib.SQLITE_AUTH:
		return Unreachable, true
	case sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB:
		return Damaged, true
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return Locked, true
	}
	return "", false
}

// unreachable puts an error of the operating system about a file in words.
func unreachable(file string, err error) error {
	problem := Unreachable
	switch {
	case errors.Is(err, syscall.ENOSPC):
		problem = DiskFull
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		problem = NotWritable
	}
	return &StorageError{File: file, Problem: problem, Err: err}
}
