package journal

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"liveadmin/bot"
)

// transact does something in one transaction: all of it is durable when transact
// returns nil, none of it happened when it fails; only after a *commitError it may
// be either.
func transact(ctx context.Context, db *sql.DB, do func(context.Context, executor) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(ctx, tx); err != nil {
		// Beside the error of do, one of the rollback says nothing new: the
		// connection that could not roll back is thrown away.
		_ = tx.Rollback()
		return err
	}
	return commit(tx)
}

// commit commits a transaction. It fails with a *commitError if it is not known whether
// that happened.
func commit(tx *sql.Tx) error {
	err := tx.Commit()
	if err != nil && !isUnwritten(err) {
		return &commitError{err}
	}
	return err
}

// commitError says that it is not known whether something was written.
type commitError struct{ error }

func (e *commitError) Unwrap() []error { return []error{e.error, bot.ErrUnsure} }

// isUnsure reports whether it is not known if a transaction happened.
func isUnsure(err error) bool {
	_, unsure := errors.AsType[*commitError](err)
	return unsure
}

// write does in one transaction what can be repeated: what is there already it
// takes for its own.
func (j *Journal) write(ctx context.Context, r rank, doing string, do func(context.Context, executor) error) error {
	err := j.dialect.retry(ctx, func(ctx context.Context) error { return j.transact(ctx, r, do) })
	return j.wrote(ctx, doing, err)
}

// transact is the function transact, but on a file the transaction is shared with other
// writes.
func (j *Journal) transact(ctx context.Context, r rank, do func(context.Context, executor) error) error {
	if j.batches != nil {
		return j.batches.write(ctx, r, do, nil)
	}
	if err := j.places.enter(ctx, r); err != nil {
		return err
	}
	defer j.places.leave()
	return transact(ctx, j.writer, do)
}

// line is what waits to be written here.
func (j *Journal) line() *line {
	if j.batches != nil {
		return &j.batches.line
	}
	return &j.places.line
}

// wrote says why a write failed, if it did, and takes notice of a refusal. That one
// succeeded says nothing: it may have changed nothing.
func (j *Journal) wrote(ctx context.Context, doing string, err error) error {
	err = j.failed(ctx, doing, err)
	if _, refused := errors.AsType[*StorageError](err); refused {
		j.refused.Store(true)
	}
	return err
}

// passes is how long a cause that may pass, before anything was written, is waited
// for. The caller that acknowledges a command has to learn in time that it was not recorded.
const passes = 3 * time.Second / 2

// retry tries something again while its outcome is unknown or the cause of its
// failure may pass, for as long as the dialect gives an operation.
func (d dialect) retry(ctx context.Context, try func(context.Context) error) error {
	limited, cancel := d.limit(ctx)
	defer cancel()
	began, unsure := time.Now(), false
	for n := 1; ; n++ {
		err := try(limited)
		unsure = unsure || isUnsure(err)
		switch {
		case err == nil || !isUnsure(err) && !d.passing(err):
			return err
		case n == d.tries || !unsure && time.Since(began) > passes || !pause(limited, n):
			return err
		}
	}
}

// limit is the time that an operation has.
func (d dialect) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.patience == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d.patience)
}

// pause waits after the nth try, and returns false if the context ends.
func pause(ctx context.Context, n int) bool {
	select {
	case <-time.After(min(5*time.Millisecond<<min(n, 10), time.Second/2)):
		return true
	case <-ctx.Done():
		return false
	}
}
