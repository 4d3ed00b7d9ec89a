package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
)

func TestSQLite(t *testing.T) {
	suite(t, func(t testing.TB) string {
		url, _ := newURL(t)
		return url
	})
}

func TestSettings(t *testing.T) {
	url, file := newURL(t)
	j := reopen(t, url)
	for _, test := range []struct {
		db           *sql.DB
		pragma, want string
	}{
		{j.writer, "journal_mode", "wal"},
		{j.writer, "synchronous", "2"}, // FULL
		{j.writer, "foreign_keys", "1"},
		{j.writer, "busy_timeout", "5000"},
		{j.db, "query_only", "1"},
		{j.db, "busy_timeout", "5000"},
	} {
		var got string
		if err := test.db.QueryRow(`PRAGMA ` + test.pragma).Scan(&got); err != nil || got != test.want {
			t.Errorf("%s is %q, want %q (error %v)", test.pragma, got, test.want, err)
		}
	}
	tx, err := j.writer.Begin()
	if err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Exec(`BEGIN IMMEDIATE`); err == nil {
		t.Error("a transaction does not hold the write lock from its start")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}

	mustAccept(t, j, entry("k"))
	for _, name := range []string{file, file + "-wal", file + "-shm", file + ".lock"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", name, mode)
		}
	}
}

// TestForgottenHandles looks at the bytes of the file: reply handles that are no
// longer on record are not in its free space either, although SQLite moved rows
// meanwhile: with this seed, rows that hold a handle beside what grows.
func TestForgottenHandles(t *testing.T) {
	t.Parallel()
	url, file := newURL(t)
	j := reopen(t, url)
	random := rand.New(rand.NewPCG(2, 2))
	var open []bot.Entry
	finish := func(i int) {
		e := open[i]
		open = slices.Delete(open, i, i+1)
		if err := j.Announce(t.Context(), e, bot.Post(strings.Repeat("r", 50+random.IntN(80))), ""); err != nil {
			t.Fatal(err)
		}
		mustFinish(t, j, e)
		if err := j.Post(t.Context(), e, bot.Post(strings.Repeat("p", 50+random.IntN(80)))); err != nil {
			t.Fatal(err)
		}
	}
	accept := func(i int) {
		e := entry(fmt.Sprint(i))
		e.Reply = "a-reply-handle" + strings.Repeat("x", 60)
		open = append(open, mustAccept(t, j, e))
	}
	for i := range 400 {
		accept(i)
		for len(open) > 10 && random.IntN(2) > 0 || len(open) > 30 {
			finish(random.IntN(len(open)))
		}
	}
	accept(400)
	if n := handlesIn(t, j, file); n < len(open) {
		t.Fatalf("the file holds %d handles, want %d", n, len(open))
	}
	j = reopen(t, url)
	open = claim(t, j)
	for len(open) > 0 {
		finish(0)
	}
	if n := handlesIn(t, j, file); n != 0 {
		t.Errorf("the file still holds %d handles", n)
	}
}

// handlesIn closes a journal, which brings everything from the log into the file, and
// counts the reply handles in that.
func handlesIn(t *testing.T, j *Journal, file string) int {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(data), "a-reply-handle")
}

func TestOneProcessOwnsTheFile(t *testing.T) {
	url, file := newURL(t)
	j := reopen(t, url)
	link := file + ".link"
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, second := range []string{url, "sqlite://" + link} {
		_, err := Open(t.Context(), second, app)
		// The file may be the demo's, which knows no DATABASE_URL.
		if inUse, ok := errors.AsType[*InUseError](err); !ok || !strings.Contains(inUse.Error(), file) || strings.Contains(err.Error(), "DATABASE_URL") {
			t.Errorf("%s: error %v, want an *InUseError that names %s", second, err, file)
		}
	}
	mustAccept(t, j, entry("k"))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(unclosed(t, reopen(t, url))); n != 1 {
		t.Errorf("%d entries after the first was closed, want 1", n)
	}
}

func TestFourFirstStarts(t *testing.T) {
	url, _ := newURL(t)
	results := make(chan error, 4)
	journals := make(chan *Journal, 4)
	for range 4 {
		go func() {
			j, err := Open(t.Context(), url, app)
			if err == nil {
				journals <- j
			}
			results <- err
		}()
	}
	for range 4 {
		if err := <-results; err != nil {
			if _, ok := errors.AsType[*InUseError](err); !ok {
				t.Errorf("error %v, want an *InUseError", err)
			}
		}
	}
	if len(journals) != 1 {
		t.Errorf("%d of 4 opened it, want 1", len(journals))
	}
	for range len(journals) {
		(<-journals).Close()
	}
}

func TestAnotherApplication(t *testing.T) {
	url, _ := newURL(t)
	reopen(t, url).Close()
	_, err1 := Open(t.Context(), url, app+1)
	_, err2 := OpenReader(t.Context(), url, app+1)
	for _, err := range []error{err1, err2} {
		other, ok := errors.AsType[*ApplicationError](err)
		if !ok || other.Have != fmt.Sprint(app) || other.Want != app+1 {
			t.Errorf("error %v, want an *ApplicationError", err)
		}
	}
	reopen(t, url)
}

func TestNewerSchema(t *testing.T) {
	url, file := newURL(t)
	j := reopen(t, url)
	execSQL(t, j.writer, `UPDATE meta SET value = '999' WHERE name = 'schema'`)
	j.Close()
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err1 := Open(t.Context(), url, app)
	_, err2 := OpenReader(t.Context(), url, app)
	for _, err := range []error{err1, err2} {
		if newer, ok := errors.AsType[*VersionError](err); !ok || newer.Have != 999 || !strings.Contains(err.Error(), "newer liveadmin") {
			t.Errorf("error %v, want a *VersionError", err)
		}
	}
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("the file was touched (error %v)", err)
	}
}

func TestReaderBesideTheBot(t *testing.T) {
	url, file := newURL(t)
	if _, err := OpenReader(t.Context(), url, app); err == nil {
		t.Error("a journal that is not there was opened for reading")
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading made the file (error %v)", err)
	}
	j := reopen(t, url)
	mustAccept(t, j, entry("k"))

	crashed := url + ".crashed" // as a killed process leaves it
	for _, part := range []string{"", "-wal"} {
		data, err := os.ReadFile(file + part)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file+".crashed"+part, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ name, url string }{{"beside", url}, {"after", url}, {"after a crash", crashed}} {
		name := test.name
		r, err := OpenReader(t.Context(), test.url, app)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if records, err := r.Trail(t.Context(), bot.Filter{}); err != nil || len(records) != 1 {
			t.Errorf("%s: records %+v, error %v", name, records, err)
		}
		if open, err := r.Unclosed(t.Context()); err != nil || len(open) != 1 || open[0].Attempt != 1 {
			t.Errorf("%s: open %+v, error %v", name, open, err)
		}
		if _, err := r.db.Exec(`DELETE FROM entry`); err == nil {
			t.Errorf("%s: a reader wrote", name)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		j.Close()
	}

	if err := os.WriteFile(file+".empty", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := OpenReader(t.Context(), url+".empty", app)
	if _, ok := errors.AsType[*VersionError](err); !ok {
		t.Errorf("an empty database: %v, want a *VersionError", err)
	}
}

// TestLogShrinks: the write-ahead log, which cannot be used again while someone reads,
// is small again afterwards.
func TestLogShrinks(t *testing.T) {
	url, file := newURL(t)
	j := reopen(t, url)
	write := func(times int) {
		t.Helper()
		for range times {
			err := j.write(t.Context(), work, "fill", func(ctx context.Context, tx executor) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('large', hex(randomblob(500000)))
					ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	size := func() int64 {
		t.Helper()
		info, err := os.Stat(file + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	const limit, more = 8 << 20, 4 << 20
	reading, err := j.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readMeta(t.Context(), reading, "schema"); err != nil {
		t.Fatal(err)
	}
	write(30)
	if got := size(); got < 2*limit {
		t.Fatalf("under a reader the log has only %d bytes", got)
	}
	if err := reading.Rollback(); err != nil {
		t.Fatal(err)
	}
	write(5)
	if got := size(); got > limit+more {
		t.Errorf("the log has %d bytes when nobody reads", got)
	}
}
