package journal

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// inTransaction runs statements one by one and returns the number that they took.
func inTransaction(ctx context.Context, db *sql.DB, statements []statement, lastNumber expression) (number int64, err error) {
	err = transact(ctx, db, func(ctx context.Context, tx *sql.Tx) error {
		if err := execAll(ctx, tx, statements); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT `+string(lastNumber)).Scan(&number)
	})
	return number, err
}

// inOneRoundTrip does the same on PostgreSQL: the statements of a batch are one
// transaction, which the end of the batch commits.
func inOneRoundTrip(ctx context.Context, db *sql.DB, statements []statement, lastNumber expression) (number int64, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	batch := &pgx.Batch{}
	for _, s := range statements {
		batch.Queue(s.text, s.args...)
	}
	batch.Queue(`SELECT ` + string(lastNumber)).QueryRow(func(row pgx.Row) error { return row.Scan(&number) })
	err = conn.Raw(func(driver any) error {
		return driver.(*stdlib.Conn).Conn().SendBatch(ctx, batch).Close()
	})
	if err == nil || pgconn.SafeToRetry(err) {
		return number, err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && !ended(e) {
		return 0, err // the server says that it did nothing
	}
	return 0, &commitError{err}
}
