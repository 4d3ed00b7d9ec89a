package journal

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi"
)

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
	execSQL(t, j.writer, `DELETE FROM lease WHERE id = $1`, j.terms.now().owner)
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
			e, first, err := both[i%2].Accept(t.Context(), e, accepted(), nil)
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
			e, _, err := j.Accept(t.Context(), entry(fmt.Sprint(i)), accepted(), nil)
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

// TestTurnAfterARest: a change at rest holds up no one, and waits behind the others
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
