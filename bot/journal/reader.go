package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Reader reads a journal, also beside the bot that writes it.
type Reader struct {
	db      *sql.DB
	dialect dialect
}

// querier is a *sql.DB or *sql.Tx that is only read.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// OpenReader opens a journal for reading only. It takes no lock and changes
// nothing, so it works beside a running bot; a journal that is not there or not
// up to date is refused. Errors are as in Open.
func OpenReader(ctx context.Context, url string, sdkAppID int64) (*Reader, error) {
	file, err := sqliteFile(url)
	if err != nil {
		return nil, err
	}
	d, err := sqliteDialect(file)
	if err != nil {
		return nil, err
	}
	db, err := openReaders(file)
	if err != nil {
		return nil, err
	}
	r := &Reader{db: db, dialect: d}
	if err := checkReadable(ctx, db, d, sdkAppID); err != nil {
		db.Close()
		return nil, r.failed(ctx, "open the journal", err)
	}
	return r, nil
}

// Close closes the connections.
func (r *Reader) Close() error { return r.db.Close() }

// Ping asks whether the database answers.
func (r *Reader) Ping(ctx context.Context) error {
	if _, err := readMeta(ctx, r.db, "schema"); err != nil {
		return r.failed(ctx, "ask the journal", err)
	}
	return nil
}

// read reads several tables as they were at one moment.
func (r *Reader) read(ctx context.Context, doing string, do func(*sql.Tx) error) error {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return r.failed(ctx, doing, err)
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return r.failed(ctx, doing, err)
	}
	return nil
}

// failed says what could not be done and why. A transaction whose context ended
// fails with the consequence; the cause is what the caller wants to know.
func (r *Reader) failed(ctx context.Context, doing string, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("cannot %s: %w: %w", doing, cause, err)
	}
	return fmt.Errorf("cannot %s: %w", doing, r.dialect.explain(err))
}
