package journal

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi"
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
	p, url := through(t, direct)
	j, other := reopen(t, url, withLease(testLease)), reopen(t, direct, withLease(testLease))
	e := mustAccept(t, j, entry("k"))
	if err := plan(t.Context(), j, e, e.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, other); len(got) > 0 {
		t.Fatalf("claimed of a living instance: %+v", got)
	}
	term := j.Term()
	p.freeze()
	taken := claimSoon(t, other)[0]
	if err := j.Held(); !errors.Is(err, bot.ErrLost) {
		t.Errorf("another took the entry, and this instance would still send: %v", err)
	}
	eventually(t, "the term ends", func() bool { return term.Err() != nil })
	if taken.Number != e.Number || taken.Attempt != 2 || taken.Changes[0].State != bot.Planned {
		t.Errorf("taken up: %+v", taken)
	}
	p.thaw()
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
	execSQL(t, j.writer, `DELETE FROM instance`)
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
	p, url := through(t, journaltest.Postgres(t))
	j := reopen(t, url, withLease(testLease))
	p.freeze()
	<-j.Term().Done()
	if _, err := j.Claim(t.Context(), nil); !errors.Is(err, bot.ErrLost) {
		t.Errorf("claimed without a lease: %v", err)
	}
}

// TestAcceptBetweenTerms: what comes when this instance has just lost its lease is
// accepted in the next term, or refused; it is never left where nobody takes it up.
func TestAcceptBetweenTerms(t *testing.T) {
	t.Parallel()
	p, url := through(t, journaltest.Postgres(t))
	j := reopen(t, url, withLease(testLease))
	claim(t, j)
	before := j.Term()
	p.freeze()
	<-before.Done()
	if err := j.Ping(t.Context()); !errors.Is(err, bot.ErrLost) {
		t.Errorf("ready without a lease: %v", err)
	}
	if _, _, err := j.Accept(t.Context(), entry("refused"), accepted()); !errors.Is(err, bot.ErrLost) {
		t.Errorf("accepted without a lease: %v", err)
	}
	term := j.Term()
	time.AfterFunc(passes/5, p.thaw)
	var e bot.Entry
	eventually(t, "it is accepted", func() bool { // a busy machine renews later
		got, _, err := j.Accept(t.Context(), entry("k"), accepted())
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

// TestTwoTakeOver: of what is left behind, each entry is taken up by one.
func TestTwoTakeOver(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	gone := reopen(t, url)
	const many = 200
	for i := range many {
		mustAccept(t, gone, entry(fmt.Sprint(i), imapi.GroupID(fmt.Sprint("group", i))))
	}
	var survivors []*Journal
	for range 4 {
		survivors = append(survivors, reopen(t, url))
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	times := make(map[int64]int)
	for _, j := range survivors {
		wg.Go(func() {
			entries, err := j.Claim(t.Context(), nil)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, e := range entries {
				times[e.Number]++
			}
		})
	}
	wg.Wait()
	for number, n := range times {
		if n != 1 {
			t.Errorf("#%d was taken up %d times", number, n)
		}
	}
	if len(times) != many {
		t.Errorf("%d were taken up, want %d", len(times), many)
	}
}

// TestClaimWaitsForNobody: what is just being written is left to the next claim.
func TestClaimWaitsForNobody(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	j, other := reopen(t, url), reopen(t, url)
	busy, idle := mustAccept(t, j, entry("busy")), mustAccept(t, j, entry("idle"))
	tx, err := j.writer.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := j.hold(t.Context(), tx, busy); err != nil {
		t.Fatal(err)
	}
	execSQL(t, j.writer, `DELETE FROM instance WHERE id = $1`, j.terms.now().owner)
	if got := numbersOf(claim(t, other)); !slices.Equal(got, []int64{idle.Number}) {
		t.Errorf("claimed %v, want #%d", got, idle.Number)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := numbersOf(claim(t, other, idle.Number)); !slices.Equal(got, []int64{busy.Number}) {
		t.Errorf("then claimed %v, want #%d", got, busy.Number)
	}
}

// TestSameKeyAtTwoInstances: fifty deliveries at once, half of them here and half
// there.
func TestSameKeyAtTwoInstances(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	both := []*Journal{reopen(t, url), reopen(t, url)}
	var mu sync.Mutex
	var wg sync.WaitGroup
	fresh, numbers := 0, make(map[int64]bool)
	for i := range 50 {
		wg.Go(func() {
			e := entry("same")
			if i%3 == 0 { // other deliveries of what is done once
				e.Key = fmt.Sprint("another", i)
			}
			e.Once = "once"
			e, first, err := both[i%2].Accept(t.Context(), e, accepted())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			numbers[e.Number] = true
			if first {
				fresh++
			}
		})
	}
	wg.Wait()
	if fresh != 1 || len(numbers) != 1 || len(unclosed(t, both[0])) != 1 {
		t.Errorf("%d fresh, numbers %v", fresh, numbers)
	}
}

// TestOrderAcrossInstances: on one group one change at a time, in the order of the
// numbers, whoever carries them.
func TestOrderAcrossInstances(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	both := []*Journal{reopen(t, url), reopen(t, url)}
	const each = 12
	var mu sync.Mutex
	var began []int64
	running := 0
	carry := func(j *Journal, e bot.Entry) {
		c := e.Changes[0]
		eventually(t, fmt.Sprintf("#%d has its turn", e.Number), func() bool {
			turn, err := j.Turn(t.Context(), e, c)
			if err != nil {
				t.Error(err)
			}
			return turn
		})
		mu.Lock()
		began = append(began, e.Number)
		if running++; running > 1 {
			t.Error("two changes at once")
		}
		mu.Unlock()
		if err := plan(t.Context(), j, e, c); err != nil {
			t.Error(err)
		}
		mu.Lock()
		running--
		mu.Unlock()
		if _, err := settle(t.Context(), j, e, c); err != nil {
			t.Error(err)
		}
	}
	var wg sync.WaitGroup
	for i := range 2 * each {
		wg.Go(func() {
			j := both[i%2]
			e, _, err := j.Accept(t.Context(), entry(fmt.Sprint(i)), accepted())
			if err != nil {
				t.Error(err)
				return
			}
			carry(j, e)
		})
	}
	wg.Wait()
	if !slices.IsSorted(began) || len(began) != 2*each {
		t.Errorf("began in the order %v", began)
	}
}

// TestTurnAfterARest: a change at rest holds up nobody, and waits behind the others
// when it wakes.
func TestTurnAfterARest(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	j, other := reopen(t, url), reopen(t, url)
	first, second := mustAccept(t, j, entry("1")), mustAccept(t, other, entry("2"))
	wants := func(what string, a, b bool) {
		t.Helper()
		mine, err1 := j.Turn(t.Context(), first, first.Changes[0])
		theirs, err2 := other.Turn(t.Context(), second, second.Changes[0])
		if err := errors.Join(err1, err2); err != nil || mine != a || theirs != b {
			t.Errorf("%s: turns %v, %v, error %v", what, mine, theirs, err)
		}
	}
	wants("accepted", true, false)
	if err := j.Rest(t.Context(), first, first.Changes[0]); err != nil {
		t.Fatal(err)
	}
	wants("at rest", true, true)
	if err := j.Wake(t.Context(), first, first.Changes[0]); err != nil {
		t.Fatal(err)
	}
	wants("awake", false, true)
	if err := other.Drop(t.Context(), second, bot.Unanswered, bot.Record{}); err != nil {
		t.Fatal(err)
	}
	if turn, err := j.Turn(t.Context(), first, first.Changes[0]); err != nil || !turn {
		t.Errorf("after the other was dropped: turn %v, error %v", turn, err)
	}
}
