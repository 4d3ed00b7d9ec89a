package journal

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
	execSQL(t, j.writer, `DELETE FROM holder WHERE id = $1`, j.terms.now().owner)
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
// numbers, on any instance.
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

// TestConnectionLost: what was sent over a connection that was lost is found out, or
// sent again; no one notices.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		t.Run(fmt.Sprintf("before it reached the server: %v", before), func(t *testing.T) {
			p, url := journaltest.Through(t, journaltest.Postgres(t))
			j := reopen(t, url)
			mustAccept(t, j, entry("first")) // the connection has prepared its statements

			in := entry("k")
			in.Once = "once"
			p.Lose(journaltest.Loss{Containing: in.Reply, Before: before})
			e := mustAccept(t, j, in)
			if p.Pending() || e.Once != "once" || e.Key != "k" || e.Attempt != 1 || len(e.Changes) != 1 {
				t.Errorf("accepted %+v", e)
			}
			p.Lose(journaltest.Loss{Containing: "a refused text", Before: before})
			n, fresh, err := j.Note(t.Context(), "n", bot.Record{Event: bot.WasRefused, Text: "a refused text"})
			if err != nil || !fresh || n <= e.Number || p.Pending() {
				t.Errorf("noted: #%d, fresh %v, error %v", n, fresh, err)
			}
			c := e.Changes[0]
			for _, mark := range []struct {
				name string
				make func() error
			}{
				{"answer", func() error { return j.Answer(t.Context(), e) }},
				{"plan", func() error { return plan(t.Context(), j, e, c, limit(friday, "user1", time.Now())) }},
				{"rest", func() error { return j.Rest(t.Context(), e, c) }},
				{"wake", func() error { return j.Wake(t.Context(), e, c) }},
				{"plan again", func() error { return plan(t.Context(), j, e, c) }},
				{"settle", func() error {
					last, err := settle(t.Context(), j, e, c)
					if !last {
						err = errors.Join(err, errors.New("the last change was not the last"))
					}
					return err
				}},
				{"announce", func() error { return j.Announce(t.Context(), e, "root", "") }},
				{"post", func() error { return j.Post(t.Context(), e, "result") }},
			} {
				p.Lose(journaltest.Loss{Containing: "commit", Before: before})
				if err := mark.make(); err != nil || p.Pending() {
					t.Errorf("%s: %v, not lost: %v", mark.name, err, p.Pending())
				}
			}
			if rows := trail(t, j, bot.Filter{}); len(rows) != 1+2+1 {
				t.Errorf("%d audit rows, want 4", len(rows))
			}
			if open := unclosed(t, j); len(open) != 1 {
				t.Errorf("open %+v", open)
			}
		})
	}
}

// TestServerGoneInACommit: no one can know whether a command was recorded whose answer
// was lost with the server. The caller learns soon that it is unsure, and not that it was lost.
func TestServerGoneInACommit(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		t.Run(fmt.Sprintf("before it reached the server: %v", before), func(t *testing.T) {
			t.Parallel()
			direct := journaltest.Postgres(t)
			p, url := journaltest.Through(t, direct)
			j := reopen(t, url)
			in := entry("k")
			p.Lose(journaltest.Loss{Containing: in.Reply, Before: before})
			p.Close()
			began := time.Now()
			_, _, err := j.Accept(t.Context(), in, accepted(), nil)
			if _, away := errors.AsType[*StorageError](err); !errors.Is(err, bot.ErrUnsure) || !away {
				t.Errorf("accepted: %v", err)
			}
			if took := time.Since(began); took > operationTime/2 {
				t.Errorf("the answer came after %s", took)
			}
			if n := len(unclosed(t, reopen(t, direct))); (n == 0) != before {
				t.Errorf("%d entries are on record", n)
			}
		})
	}
}

// TestHungServer: an operation on a server that no longer answers ends, and says
// so.
func TestHungServer(t *testing.T) {
	t.Parallel()
	p, url := journaltest.Through(t, journaltest.Postgres(t))
	j := reopen(t, url)
	e := mustAccept(t, j, entry("k"))
	j.dialect.patience = time.Second / 2
	p.Freeze()
	for name, do := range map[string]func() error{
		"accept": func() error { _, _, err := j.Accept(t.Context(), entry("other"), accepted(), nil); return err },
		"plan":   func() error { return plan(t.Context(), j, e, e.Changes[0]) },
		"read":   func() error { _, err := j.Grants(t.Context(), friday); return err },
		"ping":   func() error { return j.Ping(t.Context()) },
	} {
		err := do()
		away, ok := errors.AsType[*StorageError](err)
		if !ok || away.Problem != Unreachable || !strings.Contains(err.Error(), "cannot be reached") {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.Thaw()
	eventually(t, "it answers again", func() bool { return j.Ping(t.Context()) == nil })
}
