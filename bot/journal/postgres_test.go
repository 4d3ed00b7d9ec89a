package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
)

func TestPostgres(t *testing.T) { suite(t, journaltest.Postgres) }

// TestFourFirstStartsOnAServer: several instances start at once on an empty
// database, and all of them run.
func TestFourFirstStartsOnAServer(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			j, err := Open(t.Context(), url, app)
			if err != nil {
				t.Error(err)
				return
			}
			defer j.Close()
			if _, fresh, err := j.Accept(t.Context(), entry(fmt.Sprint(i)), accepted(), nil); err != nil || !fresh {
				t.Errorf("fresh %v, error %v", fresh, err)
			}
		})
	}
	wg.Wait()
	if n := len(unclosed(t, reopen(t, url))); n != 4 {
		t.Errorf("%d entries, want 4", n)
	}
}

func TestAnotherApplicationOnAServer(t *testing.T) {
	url := journaltest.Postgres(t)
	reopen(t, url)
	_, err1 := Open(t.Context(), url, app+1)
	_, err2 := OpenReader(t.Context(), url, app+1)
	for _, err := range []error{err1, err2} {
		other, ok := errors.AsType[*ApplicationError](err)
		if !ok || other.Have != fmt.Sprint(app) || other.Want != app+1 || strings.Contains(err.Error(), journaltest.Password) {
			t.Errorf("error %v, want an *ApplicationError", err)
		}
	}
}

func TestOtherSchemasOnAServer(t *testing.T) {
	url := journaltest.Postgres(t)
	_, err := OpenReader(t.Context(), url, app)
	if empty, ok := errors.AsType[*VersionError](err); !ok || empty.Have != 0 {
		t.Errorf("an empty database: %v, want a *VersionError", err)
	}
	j := reopen(t, url)
	execSQL(t, j.writer, `UPDATE meta SET value = '999' WHERE name = 'schema'`)
	_, err1 := Open(t.Context(), url, app)
	_, err2 := OpenReader(t.Context(), url, app)
	for _, err := range []error{err1, err2} {
		if newer, ok := errors.AsType[*VersionError](err); !ok || newer.Have != 999 || !strings.Contains(err.Error(), "newer liveadmin") {
			t.Errorf("error %v, want a *VersionError", err)
		}
	}
}

// TestReaderBesideTheBots: a reader changes nothing, the number of instances
// included.
func TestReaderBesideTheBots(t *testing.T) {
	url := journaltest.Postgres(t)
	j := reopen(t, url)
	mustAccept(t, j, entry("k"))
	r, err := OpenReader(t.Context(), strings.Replace(url, "postgres://", "postgresql://", 1), app)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if open, err := r.Unclosed(t.Context()); err != nil || len(open) != 1 || open[0].Attempt != 1 {
		t.Errorf("open %+v, error %v", open, err)
	}
	for _, db := range []*sql.DB{r.db, j.db} {
		if _, err := db.Exec(`DELETE FROM entry`); err == nil || !strings.Contains(err.Error(), "read-only") {
			t.Errorf("a reader wrote: %v", err)
		}
	}
	var instances int
	if err := r.db.QueryRow(`SELECT count(*) FROM holder`).Scan(&instances); err != nil || instances != 1 {
		t.Errorf("%d instances, error %v", instances, err)
	}
}

func TestAuditIsNeverTruncated(t *testing.T) {
	j := reopen(t, journaltest.Postgres(t))
	mustAccept(t, j, entry("k"))
	for _, statement := range []string{`TRUNCATE audit`, `TRUNCATE audit CASCADE`} {
		if _, err := j.writer.Exec(statement); err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: error %v", statement, err)
		}
	}
	if n := len(trail(t, j, bot.Filter{})); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

// TestServerRefusals: each refusal is put in words, without a secret.
func TestServerRefusals(t *testing.T) {
	good := journaltest.Postgres(t)
	admin, err := newServer(good)
	if err != nil {
		t.Fatal(err)
	}
	db := admin.pool(forWriting, 1)
	defer db.Close()
	execSQL(t, db, `CREATE TABLE other (x int)`)
	role := "guest_" + admin.config.Database
	execSQL(t, db, `CREATE ROLE `+role+` LOGIN PASSWORD 'hunter2'`)
	t.Cleanup(func() { _, _ = db.ExecContext(context.Background(), `DROP ROLE `+role) })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()

	change := func(edit func(*url.URL)) string {
		u, err := url.Parse(good)
		if err != nil {
			t.Fatal(err)
		}
		edit(u)
		return u.String()
	}
	guest := change(func(u *url.URL) { u.User = url.UserPassword(role, "hunter2") })
	for _, test := range []struct {
		name, url, prepare string
		want               StorageProblem
		says               string
	}{
		{"a wrong password", change(func(u *url.URL) { u.User = url.UserPassword("postgres", "hunter2") }), "",
			Refused, "password authentication failed for user"},
		{"no such database", change(func(u *url.URL) { u.Path = "/nothing" }), "", Refused, `database "nothing" does not exist`},
		{"no server", change(func(u *url.URL) { u.Host = closed.Addr().String() }), "", Unreachable, "cannot be reached"},
		{"no such host", change(func(u *url.URL) { u.Host = "nothing.invalid:5432" }), "", Unreachable, "cannot be reached"},
		{"no right to make tables", guest, `REVOKE CREATE ON SCHEMA public FROM PUBLIC`, Refused, "permission denied for schema public"},
		{"too many connections", guest, `ALTER ROLE ` + role + ` CONNECTION LIMIT 0`, Refused, "too many connections for role"},
		{"read-only", good, `ALTER DATABASE ` + admin.config.Database + ` SET default_transaction_read_only = on`, Refused, "in a read-only transaction"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.prepare != "" {
				execSQL(t, db, test.prepare)
			}
			_, err := Open(t.Context(), test.url, app)
			e, ok := errors.AsType[*StorageError](err)
			if !ok || e.Problem != test.want || !e.Server || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %s", err, test.want)
			}
			for _, secret := range []string{"hunter2", journaltest.Password, "postgres://", "\n"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("error %q holds %q", err, secret)
				}
			}
		})
	}
}

func TestProblemsOfStates(t *testing.T) {
	for code, want := range map[string]StorageProblem{
		"53100": Full, "58030": Refused, "25006": Refused, "42501": Refused, "28P01": Refused,
		"28000": Refused, "3D000": Refused, "53300": Refused, "57014": Locked, "25P03": Locked,
		"08006": Unreachable, "57P01": Unreachable, "57P03": Unreachable, "23505": "", "42601": "", "": "",
	} {
		if got := problemOfState(code); got != want {
			t.Errorf("code %s: %q, want %q", code, got, want)
		}
	}
}

// TestRestartUnderneath: the server is shut down, and crashes, while two instances
// work. Whatever was accepted is finished, once.
func TestRestartUnderneath(t *testing.T) {
	t.Parallel()
	server := journaltest.NewServer(t)
	url := server.Database(t)
	both := []*Journal{reopen(t, url), reopen(t, url)}
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	var wg sync.WaitGroup
	keys, fresh := make(map[string]int64), 0
	for i := range 4 {
		wg.Go(func() {
			j := both[i%2]
			for n := 0; ctx.Err() == nil; n++ {
				key := fmt.Sprint(i, ":", n)
				var e bot.Entry
				eventually(t, "the entry is accepted", func() bool {
					got, first, err := j.Accept(t.Context(), entry(key), accepted(), nil)
					mu.Lock()
					defer mu.Unlock()
					if e = got; err == nil {
						keys[key] = e.Number
					}
					if first {
						fresh++
					}
					return err == nil
				})
				c := e.Changes[0]
				_ = plan(t.Context(), j, e, c)      // what fails is taken up below
				_, _ = settle(t.Context(), j, e, c) // likewise
			}
		})
	}
	accepted := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(keys)
	}
	for _, end := range []func(testing.TB){server.Stop, server.Kill} {
		before := accepted()
		eventually(t, "there is work", func() bool { return accepted() > before+20 })
		end(t)
		server.Start(t)
	}
	before := accepted()
	eventually(t, "there is work again", func() bool { return accepted() > before+20 })
	stop()
	wg.Wait()
	for _, j := range both {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
	j := reopen(t, url)
	var open []int64
	for _, e := range claim(t, j) {
		open = append(open, e.Number)
		if e.State == bot.Accepted {
			finishRest(t, j, e)
		}
		if err := j.Post(t.Context(), e, "result"); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(open)
	want := make(map[int64]bool)
	for key, number := range keys {
		if want[number] {
			t.Errorf("%s shares #%d with another", key, number)
		}
		want[number] = true
		if _, found := slices.BinarySearch(open, number); !found {
			t.Errorf("#%d, accepted for %s, is not on record", number, key)
		}
	}
	if len(open) != len(keys) || fresh > len(keys) {
		t.Errorf("%d entries for %d keys, %d fresh", len(open), len(keys), fresh)
	}
}

// finishRest does what is left of an entry.
func finishRest(t *testing.T, j *Journal, e bot.Entry) {
	t.Helper()
	for _, c := range e.Changes {
		if c.State == bot.Waiting {
			if err := plan(t.Context(), j, e, c); err != nil {
				t.Fatal(err)
			}
		}
		if c.State != bot.Settled {
			if _, err := settle(t.Context(), j, e, c); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestAwayAndBack: a server that is away is reported at once, and found again.
func TestAwayAndBack(t *testing.T) {
	t.Parallel()
	server := journaltest.NewServer(t)
	j := reopen(t, server.Database(t))
	server.Stop(t)
	_, _, err := j.Accept(t.Context(), entry("k"), accepted(), nil)
	if away, ok := errors.AsType[*StorageError](err); !ok || away.Problem != Unreachable {
		t.Errorf("away: %v", err)
	}
	server.Start(t)
	eventually(t, "it is found again", func() bool {
		_, _, err := j.Accept(t.Context(), entry("k"), accepted(), nil)
		return err == nil
	})
}
