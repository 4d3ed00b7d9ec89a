package journal

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// record writes a delivery in one transaction and returns the number that it took. The
// keys are unique in the database: on PostgreSQL the insertion fails. In a batch on a file
// they are looked for first, so that nothing has to be rolled back.
func (j *Journal) record(ctx context.Context, d delivery) (number int64, err error) {
	recorded := func() {
		if d.recorded != nil {
			d.recorded(number)
		}
	}
	if j.batches == nil {
		if err := j.places.enter(ctx, d.rank); err != nil {
			return 0, err
		}
		defer j.places.leave()
		if number, err = inOneRoundTrip(ctx, j.writer, d.statements, j.dialect.lastNumber); err == nil {
			recorded()
		}
		return number, err
	}
	err = j.batches.write(ctx, d.rank, func(ctx context.Context, tx executor) error {
		if err := d.unknown(ctx, tx); err != nil {
			return err
		}
		if err := execAll(ctx, tx, d.statements); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT `+string(j.dialect.lastNumber)).Scan(&number)
	}, recorded)
	return number, err
}

// errTwice says that a key is on record already.
var errTwice = errors.New("it is on record already")

// unknown returns errTwice if one of the keys is on record.
func (d delivery) unknown(ctx context.Context, tx executor) error {
	var rows int
	err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM audit WHERE key = $1) + (SELECT count(*) FROM once WHERE key = $2)`,
		hash(d.key), hash(d.once)).Scan(&rows)
	if err == nil && rows > 0 {
		return errTwice
	}
	return err
}

// inOneRoundTrip runs statements on PostgreSQL and returns the number that they took: the
// statements of a batch are one transaction, which the end of the batch commits.
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
