package intake

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// tencent answers reads after a while, and counts them.
type tencent struct {
	mu     sync.Mutex
	takes  time.Duration
	admins []imapi.Admin
	err    error
	reads  int
}

func (f *tencent) Admins(ctx context.Context, _ imapi.GroupID) ([]imapi.Admin, error) {
	f.mu.Lock()
	f.reads++
	takes, admins, err := f.takes, f.admins, f.err
	f.mu.Unlock()
	select {
	case <-time.After(takes):
		return admins, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (f *tencent) now(err error, users ...imapi.UserID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err, f.admins = err, nil
	for _, u := range users {
		f.admins = append(f.admins, imapi.Admin{User: u})
	}
}

// TestReadings: many who ask at once wait for one read, which counts for half a minute; one that
// fails keeps what was known before; a change of the bot needs no read, and one whose end is
// not known does not make a board read more often.
func TestReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &tencent{takes: time.Second}
		f.now(nil, "user1")
		r := newReadings(f, slog.New(slog.DiscardHandler), time.Now)
		sees := func(reads int, known bool, failed bool, users ...imapi.UserID) {
			t.Helper()
			got := r.forBoard(t.Context(), "g")
			var names []imapi.UserID
			for _, a := range got.admins {
				names = append(names, a.User)
			}
			if f.reads != reads || got.at.IsZero() == known || (got.failure != nil) != failed || !slices.Equal(names, users) {
				t.Errorf("after %d reads: %+v", f.reads, got)
			}
		}
		var asking sync.WaitGroup
		for range 50 {
			asking.Go(func() { r.forBoard(t.Context(), "g") })
		}
		asking.Wait()
		sees(1, true, false, "user1")
		f.now(nil, "user1", "user2")
		time.Sleep(28 * time.Second)
		sees(1, true, false, "user1")
		time.Sleep(time.Second)
		sees(2, true, false, "user1", "user2")

		f.now(errors.New("no answer"))
		time.Sleep(boardAge)
		read := r.known("g").at
		sees(3, true, true, "user1", "user2")
		if at := r.known("g").at; !at.Equal(read) {
			t.Errorf("what is known is of %v, not %v", at, read)
		}

		r.settled("g", commands.Outcome{Status: commands.Unknown})
		sees(3, true, true, "user1", "user2")
		r.settled("g", commands.Outcome{NowKnown: true, Now: []imapi.Admin{{User: "user3"}}})
		time.Sleep(imapi.MayLag - time.Second)
		sees(3, true, false, "user3")
		f.now(nil, "user3")
		time.Sleep(time.Second)
		sees(4, true, false, "user3")

		f.takes = time.Hour
		time.Sleep(boardAge)
		start := time.Now()
		sees(5, true, true, "user3")
		if took := time.Since(start); took > readingTime {
			t.Errorf("it took %v", took)
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if got := r.forBoard(over, "other"); got.failure == nil || !got.at.IsZero() {
			t.Errorf("after the end: %+v", got)
		}
		synctest.Wait()
		time.Sleep(readingTime)
	})
}

// TestReadingsDuringChange: a read that began before a change does not replace what the change
// made.
func TestReadingsDuringChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &tencent{takes: 2 * time.Second}
		r := newReadings(f, slog.New(slog.DiscardHandler), time.Now)
		var asking sync.WaitGroup
		asking.Go(func() { r.forBoard(t.Context(), "g") })
		time.Sleep(time.Second)
		r.settled("g", commands.Outcome{NowKnown: true, Now: []imapi.Admin{{User: "user1"}}})
		asking.Wait()
		if got := r.forBoard(t.Context(), "g"); len(got.admins) != 1 || f.reads != 1 {
			t.Errorf("after %d reads: %+v", f.reads, got)
		}
	})
}

// TestReadingsAreBounded: not every group of a long life is remembered.
func TestReadingsAreBounded(t *testing.T) {
	r := newReadings(&tencent{}, slog.New(slog.DiscardHandler), time.Now)
	for i := range 3 * mostRead {
		r.settled(imapi.GroupID(rune(i)), commands.Outcome{})
	}
	if n := len(r.groups); n > mostRead {
		t.Errorf("%d groups are remembered", n)
	}
}
