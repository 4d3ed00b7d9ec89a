// Package journaltest runs PostgreSQL for tests: servers in folders of their own,
// on free ports, that end with the tests.
//
// Where PostgreSQL is not installed, tests that ask for it are skipped, unless CI
// is set or LIVEADMIN_TEST_POSTGRES is "required".
package journaltest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Password is that of the servers' user. It is in every URL, and must be nowhere else.
const Password = "only-in-the-url"

// shared is the server of this test process for all tests that only need a database. It
// gives up durability for speed. It is the one package variable: tests of a package
// have nothing else in common, and a server for each would take a second each.
var shared = sync.OnceValues(func() (*Server, error) {
	return start("fsync=off", "full_page_writes=off", "synchronous_commit=off")
})

// Postgres returns the URL of a new, empty database, which is dropped when the test
// ends.
func Postgres(t testing.TB) (url string) {
	t.Helper()
	s, err := shared()
	if err != nil {
		missing(t, err)
	}
	return s.Database(t)
}

// missing ends a test for which no server could be started: only where PostgreSQL
// is not installed, and need not be, it is skipped.
func missing(t testing.TB, err error) {
	t.Helper()
	optional := os.Getenv("CI") == "" && os.Getenv("LIVEADMIN_TEST_POSTGRES") != "required"
	if errors.Is(err, errNotInstalled) && optional {
		t.Skip(err)
	}
	t.Fatal(err)
}

var errNotInstalled = errors.New("PostgreSQL is not installed: neither initdb nor pg_ctl was found")

// programs returns the folder of initdb and pg_ctl: that in the PATH, or the
// newest where distributions put them outside of it.
func programs() (string, error) {
	if path, err := exec.LookPath("pg_ctl"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/pg_ctl", "/usr/pgsql-*/bin/pg_ctl", "/opt/homebrew/opt/postgresql@*/bin/pg_ctl"} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			slices.Sort(found)
			return filepath.Dir(found[len(found)-1]), nil
		}
	}
	return "", errNotInstalled
}

// Database makes a new, empty database, drops it when the test ends, and returns
// its URL.
func (s *Server) Database(t testing.TB) (url string) {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text())
	s.admin(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { s.admin(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return s.url(name)
}

func (s *Server) url(database string) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable", superuser, Password, s.Port, database)
}

// admin runs a statement in the server's own database.
func (s *Server) admin(t testing.TB, statement string) {
	t.Helper()
	connected(t, s.url("postgres"), func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, statement)
		return err
	})
}

// connected does something with a connection. t's context may have ended.
func connected(t testing.TB, url string, do func(context.Context, *pgx.Conn) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := do(ctx, conn); err != nil {
		t.Fatal(err)
	}
}

// Quiet waits until nothing is connected to a database: what a killed process had
// sent is done by then.
func Quiet(t testing.TB, url string) {
	t.Helper()
	connected(t, url, func(ctx context.Context, conn *pgx.Conn) (err error) {
		for others := 1; err == nil && others > 0; {
			err = conn.QueryRow(ctx, `SELECT count(*), pg_sleep(0.02)::text FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&others, nil)
		}
		return err
	})
}
