package journal

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// batchSize is how many writes share a commit at most.
const batchSize = 100

// batches writes a SQLite file: one goroutine takes what waits and commits it together,
// since a commit that survives the loss of power costs far more than what is in it. What
// comes alone is committed at once.
type batches struct {
	line
	db     *sql.DB
	kept   map[string]*sql.Stmt // prepared for good
	wake   sync.Cond            // of mu: something waits, or closed is set
	closed bool                 // under mu
	done   chan struct{}        // closed when run has returned
}

// write is one caller's part of a batch. Its fields are the writing goroutine's until
// done is closed.
type write struct {
	ctx       context.Context
	do        func(context.Context, executor) error
	committed func() // called after the commit, in the order of the batch; may be nil
	done      chan struct{}
	err       error
	panicked  any
}

var errClosed = errors.New("the journal is closed")

// newBatches starts to write with db, which has one connection.
func newBatches(db *sql.DB) *batches {
	b := &batches{db: db, kept: make(map[string]*sql.Stmt), done: make(chan struct{})}
	b.wake.L = &b.mu
	go b.run()
	return b
}

// close commits what waits and ends the goroutine.
func (b *batches) close() {
	b.mu.Lock()
	b.closed = true
	b.wake.Signal()
	b.mu.Unlock()
	<-b.done
}

// write does something in a transaction that it may share with others: all of it is
// durable when write returns nil, none of it happened when it fails; only after a
// *commitError it may be either. do gets a context that does not end, since SQLite rolls
// back the whole transaction of a statement that is interrupted. If ctx ends before do has
// returned, nothing is written; after that, write waits for the commit.
func (b *batches) write(ctx context.Context, r rank, do func(context.Context, executor) error, committed func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{ctx: ctx, do: do, committed: committed, done: make(chan struct{})}
	if !b.add(w, r) {
		return errClosed
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		if b.withdraw(w) {
			return ctx.Err()
		}
		<-w.done
	}
	if w.panicked != nil {
		panic(w.panicked) // here, where the caller can recover
	}
	return w.err
}

// add returns false if the journal is closed.
func (b *batches) add(w *write, r rank) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.join(w, r)
		b.wake.Signal()
	}
	return !b.closed
}

// take takes the next batch from what waits.
func (b *batches) take() (batch []*write) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(batch) < batchSize {
		w := b.next()
		if w == nil {
			break
		}
		batch = append(batch, w)
	}
	return batch
}

// run commits what waits until the journal is closed.
func (b *batches) run() {
	defer close(b.done)
	for b.more() {
		b.commit()
	}
}

// more waits until something is to be written. It returns false once nothing is and the
// journal is closed.
func (b *batches) more() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.count() == 0 && !b.closed {
		b.wake.Wait()
	}
	return b.count() > 0
}

// commit writes one batch. It is chosen when the transaction has begun: what waits for a
// file that another program has locked can still be withdrawn.
func (b *batches) commit() {
	begun, err := b.db.BeginTx(context.Background(), nil)
	batch := b.take()
	if err != nil {
		end(batch, err)
		return
	}
	tx := &transaction{Tx: begun, kept: b.kept, own: make(map[string]*sql.Stmt)}
	defer b.keep(tx)
	for _, w := range batch {
		if err == nil {
			err = w.save(tx, len(batch) > 1)
		}
	}
	if err != nil {
		_ = begun.Rollback() // it says nothing new
	} else {
		err = commit(begun)
	}
	end(batch, err)
}

// keep prepares for good what a transaction has used, if that is not too much: some
// statements differ with the number of their rows.
func (b *batches) keep(tx *transaction) {
	const most = 100
	for text := range tx.own {
		if b.kept[text] == nil && len(b.kept) < most {
			if p, err := b.db.Prepare(text); err == nil {
				b.kept[text] = p
			}
		}
	}
}

// save does a write, if it has company in a savepoint of its own, which it rolls back if
// that fails. It returns an error if the whole transaction is lost: SQLite rolls it back by
// itself when the disk is full or fails.
func (w *write) save(tx *transaction, company bool) error {
	if !company {
		return w.attempt(tx)
	}
	begin, undo, end := statement{text: `SAVEPOINT one`}, statement{text: `ROLLBACK TO one`}, statement{text: `RELEASE one`}
	if err := execAll(context.Background(), tx, begin); err != nil {
		return err
	}
	if w.err = w.attempt(tx); w.err != nil {
		if err := execAll(context.Background(), tx, undo); err != nil {
			return w.err
		}
	}
	return execAll(context.Background(), tx, end)
}

func (w *write) attempt(tx *transaction) error {
	err := w.recovering(func() error { return w.do(context.WithoutCancel(w.ctx), tx) })
	return cmp.Or(err, w.ctx.Err())
}

// recovering keeps a panic for the caller: the writing goroutine is everyone's.
func (w *write) recovering(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			w.panicked = fmt.Sprintf("%v\n%s", r, debug.Stack())
		}
	}()
	return do()
}

// end says how a batch ended: err is nil or, for all of it, why it is not on record.
// Even what failed by itself fails with that, as it may have failed because of what
// another write of the batch had put there.
func end(batch []*write, err error) {
	for _, w := range batch {
		if err != nil {
			w.err = err
		}
		if w.err == nil && w.committed != nil {
			_ = w.recovering(func() error { w.committed(); return nil })
		}
		close(w.done)
	}
}

// transaction is that of a batch. It uses what is prepared for good; the rows of a query must
// be closed before the same is asked again.
type transaction struct {
	*sql.Tx
	kept map[string]*sql.Stmt
	own  map[string]*sql.Stmt // by text, what was used: as prepared for this transaction, or nil
}

func (tx *transaction) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if p := tx.prepared(text); p != nil {
		return p.ExecContext(ctx, args...)
	}
	return tx.Tx.ExecContext(ctx, text, args...)
}

func (tx *transaction) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if p := tx.prepared(text); p != nil {
		return p.QueryContext(ctx, args...)
	}
	return tx.Tx.QueryContext(ctx, text, args...)
}

func (tx *transaction) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	if p := tx.prepared(text); p != nil {
		return p.QueryRowContext(ctx, args...)
	}
	return tx.Tx.QueryRowContext(ctx, text, args...)
}

func (tx *transaction) prepared(text string) *sql.Stmt {
	p, used := tx.own[text]
	if kept := tx.kept[text]; !used && kept != nil {
		p = tx.Stmt(kept)
	}
	tx.own[text] = p
	return p
}
