package journal

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
)

// TestConnectionLost: what was sent over a connection that was lost is found out, or
// sent again; no one notices.
func TestConnectionLost(t *testing.T) {
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
				{"announce", func() error { return j.Announce(t.Context(), e, "root") }},
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
// was lost with the server. Whoever typed it is told so soon, and not that it was not.
func TestServerGoneInACommit(t *testing.T) {
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
				t.Errorf("that was told after %s", took)
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
	if err := j.Ping(t.Context()); err != nil {
		t.Errorf("after it answers again: %v", err)
	}
}
