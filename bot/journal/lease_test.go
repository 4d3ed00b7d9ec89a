package journal

import (
	"errors"
	"testing"
	"time"

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
	e := mustAccept(t, j, entry("k"))
	if err := plan(t.Context(), j, e, e.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, other); len(got) > 0 {
		t.Fatalf("claimed of a living instance: %+v", got)
	}
	term := j.Term()
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

// TestTermWithoutAnother: after a gap an instance must claim its own entries anew.
func TestTermWithoutAnother(t *testing.T) {
	t.Parallel()
	j := reopen(t, journaltest.Postgres(t), withLease(testLease))
	claim(t, j)
	e := mustAccept(t, j, entry("k"))
	term := j.Term()
	execSQL(t, j.writer, `DELETE FROM lease`)
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
