package journaltest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// run runs a statement and returns what it returns, if anything.
func run(t *testing.T, url, statement string) (value string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return value
}

const tables = `SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'`

// TestInstalled says what is left out where PostgreSQL is not installed.
func TestInstalled(t *testing.T) {
	if _, err := programs(); err != nil {
		missing(t, fmt.Errorf("%w; every test of two instances, of shares of the rate limit, and of a database that goes away is left out", err))
	}
}

func TestDatabasesAreApart(t *testing.T) {
	first, second := Postgres(t), Postgres(t)
	run(t, first, `CREATE TABLE mine (x int)`)
	if a, b := run(t, first, tables), run(t, second, tables); a != "1" || b != "0" {
		t.Errorf("%s tables here, %s there; want 1, 0", a, b)
	}
}

// TestDurableServer: what was committed is there after a shutdown and after a crash.
func TestDurableServer(t *testing.T) {
	s := NewServer(t)
	url := s.Database(t)
	if got := run(t, url, `SHOW fsync`); got != "on" {
		t.Errorf("fsync is %s", got)
	}
	run(t, url, `CREATE TABLE kept (x int)`)
	for name, end := range map[string]func(testing.TB){"stopped": s.Stop, "killed": s.Kill} {
		end(t)
		if conn, err := pgx.Connect(t.Context(), url); err == nil {
			conn.Close(t.Context())
			t.Errorf("%s: it still answers", name)
		}
		s.Start(t)
		if got := run(t, url, tables); got != "1" {
			t.Errorf("%s: %s tables, want 1", name, got)
		}
	}
}

func TestQuiet(t *testing.T) {
	url := Postgres(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var leaving atomic.Bool
	go func() {
		_, _ = conn.Exec(t.Context(), `SELECT pg_sleep(0.1)`)
		leaving.Store(true)
		conn.Close(t.Context())
	}()
	Quiet(t, url)
	if !leaving.Load() {
		t.Error("somebody was still at work")
	}
}
