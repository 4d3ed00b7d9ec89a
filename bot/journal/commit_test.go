package journal

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"

	"liveadmin/bot"
)

// errCut is the error of a COMMIT whose outcome is not reported.
var errCut = errors.New("cut off")

// cutConnector connects to a SQLite file whose commits can fail after they
// happened, or instead.
type cutConnector struct {
	driver driver.Driver
	name   string
	fault  *fault
}

// fault says what becomes of the next commits, and counts all.
type fault struct {
	after, instead int
	commits        int
}

func (c cutConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.name)
	if err != nil {
		return nil, err
	}
	return cutConn{conn.(sqliteConn), c.fault}, nil
}

func (c cutConnector) Driver() driver.Driver { return c.driver }

type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
}

type cutConn struct {
	sqliteConn
	fault *fault
}

func (c cutConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.sqliteConn.BeginTx(ctx, opts)
	return cutTx{tx, c.fault}, err
}

type cutTx struct {
	driver.Tx
	fault *fault
}

func (t cutTx) Commit() error {
	t.fault.commits++
	switch {
	case t.fault.instead > 0:
		t.fault.instead--
		return errors.Join(errCut, t.Tx.Rollback())
	case t.fault.after > 0:
		t.fault.after--
		return errors.Join(errCut, t.Tx.Commit())
	}
	return t.Tx.Commit()
}

// uncertain returns a journal whose next commits fail as fault says.
func uncertain(t *testing.T, fault *fault) *Journal {
	url, file := newURL(t)
	j := reopen(t, url)
	certain := j.writer
	j.writer = sql.OpenDB(cutConnector{certain.Driver(), writing(file), fault})
	j.writer.SetMaxOpenConns(1)
	j.batches.db = j.writer
	if err := certain.Close(); err != nil {
		t.Fatal(err)
	}
	return j
}

// TestCommitUnknown: a commit that failed may have happened. Accept and Note find
// that out.
func TestCommitUnknown(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault fault
		ok    bool
	}{
		{"it happened", fault{after: 1}, true},
		{"it did not happen", fault{instead: 1}, true},
		{"it did not happen, and then it did", fault{instead: 1, after: 1}, true},
		{"it never happens", fault{instead: 9}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := uncertain(t, &test.fault)
			again := test.fault
			in := entry("k")
			in.Once = "once"
			e, fresh, err := j.Accept(t.Context(), in, accepted(), nil)
			if fresh != test.ok || (err == nil) != test.ok || !test.ok && !errors.Is(err, errCut) {
				t.Fatalf("accepted: fresh %v, error %v", fresh, err)
			}
			if test.ok && (e.Number != 1 || e.Key != "k" || e.Once != "once" || len(e.Changes) != 1) {
				t.Errorf("accepted %+v", e)
			}
			test.fault = fault{}
			if e, again, err := j.Accept(t.Context(), in, accepted(), nil); err != nil || again == fresh && fresh || e.Number != 1 {
				t.Errorf("delivered again: #%d, fresh %v, error %v", e.Number, again, err)
			}
			test.fault = again
			n, fresh, err := j.Note(t.Context(), "n", bot.Record{Event: bot.WasRefused})
			if fresh != test.ok || (err == nil) != test.ok || test.ok && n != 2 {
				t.Errorf("noted: #%d, fresh %v, error %v", n, fresh, err)
			}
		})
	}
}

// TestCommitOfAnother: what another delivery of the same key wrote is not taken
// for one's own.
func TestCommitOfAnother(t *testing.T) {
	fault := &fault{}
	j := uncertain(t, fault)
	mustAccept(t, j, entry("k"))
	if _, fresh, err := j.Accept(t.Context(), entry("k"), accepted(), nil); err != nil || fresh {
		t.Errorf("fresh %v, error %v", fresh, err)
	}
	other := entry("other")
	e, fresh, err := j.acceptedBefore(t.Context(), j.terms.now(), entry("k"), true, nil)
	if err != nil || fresh || e.Number != 1 {
		t.Errorf("unsure, with its own on record: #%d, fresh %v, error %v", e.Number, fresh, err)
	}
	mustAccept(t, j, other)
	j.terms.now().forget(2)
	execSQL(t, j.writer, `UPDATE entry SET owner = 'another' WHERE number = 2`)
	if _, fresh, err := j.acceptedBefore(t.Context(), j.terms.now(), other, true, nil); err != nil || fresh {
		t.Errorf("unsure, with another instance's on record: fresh %v, error %v", fresh, err)
	}
}

// TestMarksAfterUnknownCommit: a mark whose commit failed is made again.
func TestMarksAfterUnknownCommit(t *testing.T) {
	fault := &fault{}
	j := uncertain(t, fault)
	e := mustAccept(t, j, entry("k"))
	c := e.Changes[0]
	for _, mark := range []struct {
		name string
		make func() error
	}{
		{"answer", func() error { return j.Answer(t.Context(), e) }},
		{"plan", func() error { return plan(t.Context(), j, e, c) }},
		{"rest", func() error { return j.Rest(t.Context(), e, c) }},
		{"wake", func() error { return j.Wake(t.Context(), e, c) }},
		{"plan again", func() error { return plan(t.Context(), j, e, c) }},
		{"settle", func() error {
			last, err := settle(t.Context(), j, e, c)
			if err == nil && !last {
				t.Error("the last change was not the last")
			}
			return err
		}},
		{"announce", func() error { return j.Announce(t.Context(), e, "root", "") }},
		{"post", func() error { return j.Post(t.Context(), e, "result") }},
	} {
		fault.after = 1
		if err := mark.make(); err != nil || fault.after != 0 {
			t.Errorf("%s: %v", mark.name, err)
		}
	}
	if rows := trail(t, j, bot.Filter{}); len(rows) != 2 {
		t.Errorf("%d audit rows, want 2", len(rows))
	}
}
