package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"liveadmin/bot"
)

// Reader reads a journal, also beside the bot that writes it.
type Reader struct {
	db      *sql.DB
	dialect dialect
}

// executor is a transaction: a *sql.Tx, or that of a batch.
type executor interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// querier is a *sql.DB or a transaction that is only read.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// OpenReader opens a journal for reading only. It takes no lock and changes
// nothing, so it works beside a running bot; a journal that is not there or not
// up to date is refused. Errors are as in Open.
func OpenReader(ctx context.Context, url string, sdkAppID int64) (*Reader, error) {
	open := openFileReader
	if isPostgres(url) {
		open = openServerReader
	}
	r, err := open(url)
	if err != nil {
		return nil, err
	}
	limited, cancel := r.dialect.limit(ctx)
	defer cancel()
	if err := checkReadable(limited, r.db, r.dialect, sdkAppID); err != nil {
		r.db.Close()
		return nil, r.failed(ctx, "open the journal", err)
	}
	return r, nil
}

// Close closes the connections.
func (r *Reader) Close() error { return r.db.Close() }

// Ping asks whether the database answers.
func (r *Reader) Ping(ctx context.Context) error {
	limited, cancel := r.dialect.limit(ctx)
	defer cancel()
	if _, err := readMeta(limited, r.db, "schema"); err != nil {
		return r.failed(ctx, "ask the journal", err)
	}
	return nil
}

// read reads several tables as they were at one moment. It may do so again.
func (r *Reader) read(ctx context.Context, doing string, do func(context.Context, executor) error) error {
	err := r.dialect.insist(ctx, func(ctx context.Context) error {
		tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: r.dialect.snapshot})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		return do(ctx, tx)
	})
	if err != nil {
		return r.failed(ctx, doing, err)
	}
	return nil
}

// ask reads one value with one query.
func (r *Reader) ask(ctx context.Context, doing string, query statement, value any) error {
	err := r.dialect.insist(ctx, func(ctx context.Context) error {
		return r.db.QueryRowContext(ctx, query.text, query.args...).Scan(value)
	})
	if err != nil {
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
	explained := r.dialect.explain(err)
	if isUnsure(err) {
		explained = &commitError{explained}
	}
	return fmt.Errorf("cannot %s: %w", doing, explained)
}

// Counts counts what is open.
func (r *Reader) Counts(ctx context.Context) (bot.Counts, error) {
	c := bot.Counts{Open: make(map[bot.State]int)}
	err := r.read(ctx, "count what is open", func(ctx context.Context, tx executor) error {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM grants`).Scan(&c.Grants); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT state, count(*) FROM entry WHERE closed_at IS NULL GROUP BY state`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var state bot.State
			var n int
			if err := rows.Scan(&state, &n); err != nil {
				return err
			}
			c.Open[state] = n
		}
		return rows.Err()
	})
	return c, err
}
