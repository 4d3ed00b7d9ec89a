package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
)

// batchOf returns a journal on a file that another program has locked until together is
// called, and that commits as fault says. together unlocks the file once that many writes
// wait, which then are one batch, and waits for those started with start.
func batchOf(t *testing.T, f *fault) (j *Journal, start func(func()), together func(writes int)) {
	j = uncertain(t, f)
	f.commits = 0
	other := sql.OpenDB(cutConnector{j.writer.Driver(), writing(j.dialect.name), &fault{}})
	t.Cleanup(func() { other.Close() })
	lock, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var started sync.WaitGroup
	return j, started.Go, func(writes int) {
		t.Helper()
		for j.batches.waiting() != writes && t.Context().Err() == nil {
			pause(t.Context(), 1)
		}
		if err := lock.Rollback(); err != nil {
			t.Error(err)
		}
		started.Wait()
	}
}

// carrying collects, in order, the entries that Accept has handed over.
type carrying struct {
	mu      sync.Mutex
	numbers []int64
}

func (c *carrying) carry(e bot.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbers = append(c.numbers, e.Number)
}

// TestBatchInOrder: what waits is committed at once, and handed over in the order of the
// record, which is that of the rows of a group.
func TestBatchInOrder(t *testing.T) {
	const entries = 60
	fault := &fault{}
	j, start, together := batchOf(t, fault)
	var carried carrying
	for i := range entries {
		start(func() {
			if _, fresh, err := j.Accept(t.Context(), entry(fmt.Sprint(i)), accepted(), carried.carry); err != nil || !fresh {
				t.Errorf("%d: fresh %v, error %v", i, fresh, err)
			}
		})
	}
	together(entries)
	if fault.commits != 1 {
		t.Errorf("%d commits, want 1", fault.commits)
	}
	if len(carried.numbers) != entries || !slices.IsSorted(carried.numbers) {
		t.Errorf("handed over %v", carried.numbers)
	}
	rows, err := column[int64](t.Context(), j.db, statement{text: `SELECT entry FROM change ORDER BY id`})
	if err != nil || !slices.Equal(rows, carried.numbers) {
		t.Errorf("on record in the order %v, error %v", rows, err)
	}
}

// TestBatchOfOneKey: a key that comes several times in a batch, or is on record already,
// takes one number.
func TestBatchOfOneKey(t *testing.T) {
	fault := &fault{}
	j, start, together := batchOf(t, fault)
	var mu sync.Mutex
	fresh := 0
	var carried carrying
	answer := func(number int64, first bool, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil || number != 1 {
			t.Errorf("answered #%d, error %v", number, err)
		}
		if first {
			fresh++
		}
	}
	for i := range 10 {
		start(func() {
			e := entry("same")
			e.Once = "once"
			if i%2 == 0 {
				e.Key = fmt.Sprint("another press ", i)
			}
			e, first, err := j.Accept(t.Context(), e, accepted(), carried.carry)
			answer(e.Number, first, err)
		})
	}
	together(10)
	if fresh != 1 || len(carried.numbers) != 1 || fault.commits != 1 {
		t.Errorf("%d were fresh, %v was handed over, %d commits", fresh, carried.numbers, fault.commits)
	}
	e, first, err := j.Accept(t.Context(), entry("other"), accepted(), nil)
	if err != nil || !first || e.Number != 2 {
		t.Errorf("the next is #%d, fresh %v, error %v", e.Number, first, err)
	}
}

// TestBatchWithAFailure: a write that fails or panics leaves nothing behind, and the
// others are committed.
func TestBatchWithAFailure(t *testing.T) {
	fault := &fault{}
	j, start, together := batchOf(t, fault)
	failure := errors.New("failed")
	mess := func(_ context.Context, tx executor) error {
		_, err := tx.ExecContext(context.Background(), `DELETE FROM meta`)
		return err
	}
	start(func() {
		err := j.write(t.Context(), work, "try", func(ctx context.Context, tx executor) error { return errors.Join(mess(ctx, tx), failure) })
		if !errors.Is(err, failure) {
			t.Errorf("error %v", err)
		}
	})
	start(func() {
		defer func() {
			if r := recover(); !strings.Contains(fmt.Sprint(r), "a mistake") {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = j.write(t.Context(), work, "try", func(ctx context.Context, tx executor) error {
			_ = mess(ctx, tx)
			panic("a mistake")
		})
		t.Error("the panic did not reach its caller")
	})
	start(func() {
		if err := j.write(t.Context(), work, "try", func(_ context.Context, tx executor) error {
			_, err := tx.ExecContext(context.Background(), `INSERT INTO once (key, number) VALUES ('x', 1), ('x', 2)`)
			return err
		}); err == nil || !strings.Contains(err.Error(), "UNIQUE constraint failed") {
			t.Errorf("error %v", err)
		}
	})
	for i := range 3 {
		start(func() { mustAccept(t, j, entry(fmt.Sprint(i))) })
	}
	together(6)
	if fault.commits != 1 || len(unclosed(t, j)) != 3 {
		t.Errorf("%d commits, open %+v", fault.commits, unclosed(t, j))
	}
	if err := j.Ping(t.Context()); err != nil {
		t.Errorf("meta is gone: %v", err)
	}
}

// TestBatchCancelled: a caller that gives up while its write waits leaves nothing behind.
// Once it is written, it is handed over all the same.
func TestBatchCancelled(t *testing.T) {
	fault := &fault{}
	j, start, together := batchOf(t, fault)
	gone, leave := context.WithCancel(t.Context())
	late, end := context.WithCancel(t.Context())
	var carried carrying
	start(func() {
		if _, fresh, err := j.Accept(late, entry("late"), accepted(), carried.carry); err != nil || !fresh {
			t.Errorf("late: fresh %v, error %v", fresh, err)
		}
	})
	start(func() {
		_, fresh, err := j.Accept(gone, entry("gone"), accepted(), carried.carry)
		if !errors.Is(err, context.Canceled) || fresh {
			t.Errorf("gone: fresh %v, error %v", fresh, err)
		}
	})
	start(func() { // marks are written after deliveries
		err := j.write(t.Context(), work, "try", func(context.Context, executor) error { end(); return nil })
		if err != nil {
			t.Error(err)
		}
	})
	for j.batches.waiting() != 3 {
		pause(t.Context(), 1)
	}
	leave()
	together(2)
	if open := unclosed(t, j); len(open) != 1 || !slices.Equal(carried.numbers, []int64{1}) || fault.commits != 1 {
		t.Errorf("open %+v, handed over %v, %d commits", open, carried.numbers, fault.commits)
	}
}

// TestBatchCommitFails: all of a batch shares the fate of its commit, also what was only
// found to be there already; each caller tries again by itself.
func TestBatchCommitFails(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault fault
		fresh int
	}{
		{"it did not happen", fault{instead: 1}, 20},
		{"it happened", fault{after: 1}, 20},
		{"it never happens", fault{instead: 1000}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			j, start, together := batchOf(t, &test.fault)
			var mu sync.Mutex
			var carried carrying
			fresh := 0
			for i := range 40 {
				start(func() {
					_, first, err := j.Accept(t.Context(), entry(fmt.Sprint(i/2)), accepted(), carried.carry)
					if failed := err != nil; failed != (test.fresh == 0) || failed && !errors.Is(err, errCut) {
						t.Errorf("%d: %v", i, err)
					}
					mu.Lock()
					defer mu.Unlock()
					if first {
						fresh++
					}
				})
			}
			together(40)
			slices.Sort(carried.numbers)
			if fresh != test.fresh || len(slices.Compact(carried.numbers)) != fresh || len(unclosed(t, j)) != fresh {
				t.Errorf("%d were fresh, %d handed over, %d are on record, want %d", fresh, len(carried.numbers), len(unclosed(t, j)), test.fresh)
			}
		})
	}
}

// TestLineIsFair: what has to be on time goes first, then deliveries, but marks do not
// starve; each kind keeps its order.
func TestLineIsFair(t *testing.T) {
	for _, test := range []struct {
		come [ranks]int
		take int
		want [ranks]int
	}{
		{[ranks]int{0, 1, 0}, 1, [ranks]int{0, 1, 0}},
		{[ranks]int{0, 0, 1}, 1, [ranks]int{0, 0, 1}},
		{[ranks]int{0, 1000, 0}, 100, [ranks]int{0, 100, 0}},
		{[ranks]int{0, 0, 1000}, 100, [ranks]int{0, 0, 100}},
		{[ranks]int{0, 1000, 5}, 100, [ranks]int{0, 95, 5}},
		{[ranks]int{0, 1000, 1000}, 100, [ranks]int{0, 100 - 100/markTurn, 100 / markTurn}},
		{[ranks]int{0, 50, 1000}, 100, [ranks]int{0, 50, 50}},
		{[ranks]int{0, 3, 3}, 10, [ranks]int{0, 3, 3}},
		{[ranks]int{20, 1000, 1000}, 20, [ranks]int{20, 0, 0}},
		{[ranks]int{20, 0, 1000}, 100, [ranks]int{20, 0, 80}},
	} {
		l := &line{}
		order := make(map[*write]int)
		kind := make(map[*write]int)
		for r, n := range test.come {
			for range n {
				w := &write{}
				order[w], kind[w] = len(order), r
				l.join(w, rank(r))
			}
		}
		got, last := [ranks]int{}, [ranks]int{-1, -1, -1}
		for range test.take {
			w := l.next()
			if w == nil {
				break
			}
			r := kind[w]
			got[r]++
			if order[w] <= last[r] {
				t.Errorf("%+v: the order is not kept", test)
			}
			last[r] = order[w]
		}
		if got != test.want {
			t.Errorf("%+v: %v were taken", test, got)
		}
	}
}

// TestCalm: work waits while a delivery waits to be recorded, until it is taken or withdrawn,
// or a second is over.
func TestCalm(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(*line, *write)
		took time.Duration
	}{
		{"taken", func(l *line, _ *write) { l.mu.Lock(); defer l.mu.Unlock(); l.next() }, time.Second / 2},
		{"withdrawn", func(l *line, w *write) { l.withdraw(w) }, time.Second / 2},
		{"it waits for long", func(*line, *write) {}, calmTime},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, w := &line{}, &write{}
				l.waitForCalm(t.Context()) // nothing waits
				l.join(&write{}, work)
				l.waitForCalm(t.Context())
				l.join(w, awaited)
				time.AfterFunc(time.Second/2, func() { test.end(l, w) })
				began := time.Now()
				l.waitForCalm(t.Context())
				if took := time.Since(began); took != test.took {
					t.Errorf("it waited for %v, want %v", took, test.took)
				}
			})
		})
	}
}

// TestPlaces: a connection goes from one write to the next, and to no one who gave up.
func TestPlaces(t *testing.T) {
	p := &places{free: 1}
	enter := func(ctx context.Context, r rank, into chan string, name string) {
		err := p.enter(ctx, r)
		if err != nil {
			name = err.Error()
		}
		into <- name
	}
	in := make(chan string, 4)
	enter(t.Context(), work, in, "first")
	if got := <-in; got != "first" {
		t.Fatal(got)
	}
	go enter(t.Context(), work, in, "mark")
	for p.waiting() != 1 {
		pause(t.Context(), 1)
	}
	gone, leave := context.WithCancel(t.Context())
	go enter(gone, awaited, in, "gone")
	for p.waiting() != 2 {
		pause(t.Context(), 1)
	}
	leave()
	if got := <-in; got != context.Canceled.Error() {
		t.Errorf("who gave up got %q", got)
	}
	go enter(t.Context(), awaited, in, "delivery")
	for p.waiting() != 2 {
		pause(t.Context(), 1)
	}
	for _, want := range []string{"delivery", "mark"} {
		p.leave()
		if got := <-in; got != want {
			t.Errorf("%q has the connection, want %q", got, want)
		}
	}
	p.leave()
	if p.free != 1 || p.waiting() != 0 {
		t.Errorf("%d are free, %d wait", p.free, p.waiting())
	}
}
