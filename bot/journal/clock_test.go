package journal

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
)

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
	if d := apart(); d > time.Second {
		t.Errorf("the journal's clock differs from the server's by %s", d)
	}
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
