package journal

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
)

// testLease is the length of a lease where a test waits for its end: as long as a
// busy machine needs to renew it.
const testLease = 2 * time.Second

// eventually waits until something is true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// claimSoon claims until there is something.
func claimSoon(t testing.TB, j *Journal, carried ...int64) (entries []bot.Entry) {
	t.Helper()
	eventually(t, "an entry is claimed", func() bool {
		got, err := j.Claim(t.Context(), carried)
		if err != nil && !errors.Is(err, bot.ErrLost) {
			t.Fatal(err)
		}
		entries = got
		return len(got) > 0
	})
	return entries
}

// TestLeaseRunsOut: an instance whose renewals are not answered stops before
// another takes up what it carried, and begins anew when they are answered again.
func TestLeaseRunsOut(t *testing.T) {
	t.Parallel()
	direct := journaltest.Postgres(t)
	p, url := journaltest.Through(t, direct)
	j, other := reopen(t, url, withLease(testLease)), reopen(t, direct, withLease(testLease))
	term := j.Term()
	e := mustAccept(t, j, entry("k"))
	if err := plan(t.Context(), j, e, e.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, other); len(got) > 0 {
		t.Fatalf("claimed of a living instance: %+v", got)
	}
	p.Freeze()
	taken := claimSoon(t, other)[0]
	if err := j.Held(); !errors.Is(err, bot.ErrLost) {
		t.Errorf("another took the entry, and this instance would still send: %v", err)
	}
	eventually(t, "the term ends", func() bool { return term.Err() != nil })
	if taken.Number != e.Number || taken.Attempt != 2 || taken.Changes[0].State != bot.Planned {
		t.Errorf("taken up: %+v", taken)
	}
	p.Thaw()
	eventually(t, "the next term begins", func() bool { return j.Held() == nil })
	if j.Term().Err() != nil {
		t.Error("the next term has ended")
	}
	if _, err := settle(t.Context(), j, e, e.Changes[0]); !errors.Is(err, bot.ErrLost) {
		t.Errorf("settled what another has taken up: %v", err)
	}
	if got := claim(t, j); len(got) > 0 {
		t.Errorf("claimed of the other: %+v", got)
	}
	if _, err := settle(t.Context(), other, taken, taken.Changes[0]); err != nil {
		t.Error(err)
	}
}

// TestStopWithoutLease: an instance whose lease has run out has nothing to give back, and does not
// wait for a server that does not answer.
func TestStopWithoutLease(t *testing.T) {
	t.Parallel()
	p, url := journaltest.Through(t, journaltest.Postgres(t))
	j := reopen(t, url, withLease(testLease))
	p.Freeze()
	eventually(t, "the lease has run out", func() bool { return j.Held() != nil })
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// TestSlowStart: an instance starts on a database that takes longer than a renewal may.
func TestSlowStart(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	held, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close(context.WithoutCancel(t.Context()))
	if _, err := held.Exec(t.Context(), `SELECT pg_advisory_lock(2, 0)`); err != nil { // the turn of all who renew
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	go func() {
		j, err := Open(t.Context(), url, app, withLease(testLease), WithLogger(slog.New(slog.DiscardHandler)))
		if err == nil {
			defer j.Close()
		}
		opened <- err
	}()
	tries := make(map[int]bool) // by the server's process: each has a connection of its own
	eventually(t, "the first try is over", func() bool {
		rows, _ := held.Query(t.Context(), `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		waiting, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range waiting {
			tries[pid] = true
		}
		return len(tries) > 1
	})
	if _, err := held.Exec(t.Context(), `SELECT pg_advisory_unlock(2, 0)`); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}

// TestTermWithoutAnother: after a gap an instance must claim its own entries anew.
func TestTermWithoutAnother(t *testing.T) {
	t.Parallel()
	j := reopen(t, journaltest.Postgres(t), withLease(testLease))
	claim(t, j)
	e := mustAccept(t, j, entry("k"))
	term := j.Term()
	execSQL(t, j.writer, `DELETE FROM holder`)
	if err := plan(t.Context(), j, e, e.Changes[0]); !errors.Is(err, bot.ErrLost) {
		t.Errorf("planned without a lease: %v", err)
	}
	eventually(t, "the renewal finds that its row is gone", func() bool { return term.Err() != nil })
	eventually(t, "the next term begins", func() bool { return j.Held() == nil })
	if err := plan(t.Context(), j, e, e.Changes[0]); !errors.Is(err, bot.ErrLost) {
		t.Errorf("planned in another term: %v", err)
	}
	again := claim(t, j, e.Number) // carried in the term before: no longer
	if len(again) != 1 || again[0].Attempt != 2 {
		t.Fatalf("claimed %+v", again)
	}
	mustFinish(t, j, again[0])
}

// TestNoLeaseNoClaim: between two terms nothing is claimed.
func TestNoLeaseNoClaim(t *testing.T) {
	t.Parallel()
	p, url := journaltest.Through(t, journaltest.Postgres(t))
	j := reopen(t, url, withLease(testLease))
	p.Freeze()
	<-j.Term().Done()
	if _, err := j.Claim(t.Context(), nil); !errors.Is(err, bot.ErrLost) {
		t.Errorf("claimed without a lease: %v", err)
	}
}

// TestAcceptBetweenTerms: what comes when this instance has just lost its lease is
// accepted in the next term, or refused; it is never left where no one takes it up.
func TestAcceptBetweenTerms(t *testing.T) {
	t.Parallel()
	p, url := journaltest.Through(t, journaltest.Postgres(t))
	j := reopen(t, url, withLease(testLease))
	claim(t, j)
	before := j.Term()
	p.Freeze()
	<-before.Done()
	if err := j.Ping(t.Context()); !errors.Is(err, bot.ErrLost) {
		t.Errorf("ready without a lease: %v", err)
	}
	if _, _, err := j.Accept(t.Context(), entry("refused"), accepted(), nil); !errors.Is(err, bot.ErrLost) {
		t.Errorf("accepted without a lease: %v", err)
	}
	term := j.Term()
	time.AfterFunc(passes/5, p.Thaw)
	var e bot.Entry
	eventually(t, "it is accepted", func() bool { // a busy machine renews later
		got, _, err := j.Accept(t.Context(), entry("k"), accepted(), nil)
		e = got
		return err == nil
	})
	if turn, err := j.Turn(t.Context(), e, e.Changes[0]); !turn || err != nil || term.Err() != nil {
		t.Errorf("turn %v, %v, in a term that ended: %v", turn, err, term.Err())
	}
	if open := unclosed(t, j); len(open) != 1 || j.Ping(t.Context()) != nil {
		t.Errorf("open: %+v", open)
	}
}

// TestLongerThanALease: what a living instance works on stays its own.
func TestLongerThanALease(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	const long = 2 * testLease // it must not run out even where little time is left for this test
	j, other := reopen(t, url, withLease(long)), reopen(t, url, withLease(long))
	e := mustAccept(t, j, entry("k"))
	term := j.Term()
	for end := time.Now().Add(3 * long / 2); time.Now().Before(end); time.Sleep(long / 40) {
		if got := claim(t, other); len(got) > 0 {
			t.Fatalf("claimed %+v", got)
		}
	}
	if err := errors.Join(term.Err(), j.Held()); err != nil {
		t.Errorf("the term has ended: %v", err)
	}
	mustFinish(t, j, e)
}

// TestGiveBack: what a closed instance carried can be claimed at once.
func TestGiveBack(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	j, other := reopen(t, url), reopen(t, url)
	claim(t, j)
	mustAccept(t, j, entry("k"))
	done := mustAccept(t, j, entry("done"))
	mustFinish(t, j, done)
	mustClose(t, j, mustAccept(t, j, entry("closed")))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, other); len(got) != 2 || got[0].Attempt != 2 || got[1].State != bot.Done {
		t.Errorf("claimed %+v", got)
	}
	if err := j.Held(); !errors.Is(err, bot.ErrLost) {
		t.Errorf("a closed journal holds: %v", err)
	}
}

// TestNewerBeside: an instance ends when a newer liveadmin has upgraded the database, and
// carries nothing on.
func TestNewerBeside(t *testing.T) {
	t.Parallel()
	j := reopen(t, journaltest.Postgres(t), withLease(testLease))
	ended := make(chan error, 1)
	go func() { ended <- j.Run(t.Context()) }()
	mustAccept(t, j, entry("k"))
	if _, err := j.writer.ExecContext(t.Context(), `UPDATE meta SET value = '99' WHERE name = 'schema'`); err != nil {
		t.Fatal(err)
	}
	if newer, ok := errors.AsType[*VersionError](<-ended); !ok || newer.Have != 99 {
		t.Errorf("ended with %v", newer)
	}
	if err := j.Held(); !errors.Is(err, bot.ErrLost) {
		t.Errorf("it would still send: %v", err)
	}
}

// TestShared: an instance knows whether others were alive when it last renewed its lease, also
// after it has lost it.
func TestShared(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	p, way := journaltest.Through(t, url)
	lease := withLease(600 * time.Millisecond)
	first := reopen(t, way, lease)
	if first.Shared() {
		t.Error("a lone one has others")
	}
	reopen(t, url, lease)
	eventually(t, "the other is seen", first.Shared)
	p.Freeze()
	eventually(t, "the lease is over", func() bool { return first.Held() != nil })
	if !first.Shared() {
		t.Error("the other is forgotten")
	}
	p.Thaw()
}

// TestSuspended: a machine that was suspended has a wall clock that is further than its
// steady clock. The lease that it had is over by then, and another instance works.
func TestSuspended(t *testing.T) {
	t.Parallel()
	var slept atomic.Int64
	j := reopen(t, journaltest.Postgres(t), withLease(testLease), withClocks(func() instant {
		now := readClocks()
		now.wall = now.wall.Add(time.Duration(slept.Load()))
		return now
	}))
	if err := j.Held(); err != nil {
		t.Fatal(err)
	}
	term := j.Term()
	slept.Store(int64(time.Hour))
	if err := j.Held(); term.Err() == nil && !errors.Is(err, bot.ErrLost) {
		t.Errorf("the lease that ended while the machine slept is held: %v", err)
	}
	eventually(t, "the term ends", func() bool { return term.Err() != nil })
	eventually(t, "the next term begins", func() bool { return j.Held() == nil })
}

// TestWallClockSetBack: a wall clock that is set back makes no lease longer or shorter.
func TestWallClockSetBack(t *testing.T) {
	now := readClocks()
	back := now.add(time.Second)
	back.wall = back.wall.Add(-time.Hour)
	for _, test := range []struct {
		name string
		now  instant
		want time.Duration
	}{
		{"as before", now, 2 * time.Second},
		{"a second later", now.add(time.Second), time.Second},
		{"a second later, set back", back, time.Second},
		{"set forward", instant{now.steady, now.wall.Add(time.Hour)}, 2*time.Second - time.Hour},
	} {
		if got := test.now.left(now.add(2 * time.Second)); got != test.want {
			t.Errorf("%s: %s is left, want %s", test.name, got, test.want)
		}
	}
}

// TestServerClock: the journal's time is that of the server, whatever the machine's clock
// says, and is asked for at each renewal.
func TestServerClock(t *testing.T) {
	t.Parallel()
	j := reopen(t, journaltest.Postgres(t), withLease(testLease))
	apart := func() time.Duration {
		var server time.Time
		if err := j.db.QueryRow(`SELECT clock_timestamp()`).Scan(&server); err != nil {
			t.Fatal(err)
		}
		return server.Sub(j.Now()).Abs()
	}
	eventually(t, "the journal's clock is that of the server", func() bool { return apart() < time.Second })
	wrong := serverClock{said: time.Now().Add(time.Hour), at: time.Now()}
	if d := time.Until(wrong.now()); d < 59*time.Minute {
		t.Errorf("a server's clock that is an hour further is %s further", d)
	}
	j.lease.clock.Store(&wrong) // as if the server's clock had been set back since
	eventually(t, "a renewal has read the clock", func() bool { return apart() < time.Second })
	e := mustAccept(t, j, entry("k"))
	if d := time.Since(e.Accepted).Abs(); d > time.Minute {
		t.Errorf("accepted %s away from now", d)
	}
}

// TestSynchronousCommit: what is acknowledged is durable, whatever the database has as its
// default; a stricter default stays.
func TestSynchronousCommit(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{"off": "on", "local": "on", "remote_write": "on", "on": "on", "remote_apply": "remote_apply"} {
		url := journaltest.Postgres(t)
		first := reopen(t, url)
		execSQL(t, first.writer, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = `+setting+`', current_database()); END $$`)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		j := reopen(t, url)
		var got string
		if err := j.writer.QueryRow(`SHOW synchronous_commit`).Scan(&got); err != nil || got != want {
			t.Errorf("with the default %s it is %s, want %s; error %v", setting, got, want, err)
		}
	}
}

// TestVerifiesServer: only a server elsewhere has to be verified.
func TestVerifiesServer(t *testing.T) {
	for url, want := range map[string]bool{
		"sqlite://live.db":                                         true,
		"postgres://u:p@localhost/db":                              true,
		"postgres://u:p@127.0.0.1:5433/db":                         true,
		"postgres://u:p@[::1]/db":                                  true,
		"postgres:///db?host=/run/postgresql":                      true,
		"postgres://u:p@db.example/db":                             false,
		"postgres://u:p@db.example/db?sslmode=disable":             false,
		"postgres://u:p@db.example/db?sslmode=prefer":              false,
		"postgres://u:p@db.example/db?sslmode=require":             false,
		"postgres://u:p@db.example/db?sslmode=verify-ca":           true,
		"postgres://u:p@db.example/db?sslmode=verify-full":         true,
		"postgres://u:p@localhost,db.example/db":                   false,
		"postgres://u:p@localhost,db.example/db?sslmode=verify-ca": true,
	} {
		if got, err := VerifiesServer(url); got != want || err != nil {
			t.Errorf("%s: %v, want %v; error %v", url, got, want, err)
		}
	}
	if _, err := VerifiesServer("postgres://u:p@db.example/db?sslmode=never"); err == nil {
		t.Error("an unknown mode is taken")
	}
}
