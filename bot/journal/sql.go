package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
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

// statement is one of SQL, with its arguments.
type statement struct {
	text string
	args []any
}

// expression is an argument that is in a statement's text as it is.
type expression string

// query is a statement in the making: its tables of its own (WITH) and its arguments.
type query struct {
	tables []string
	args   []any
}

// place adds an argument, and returns what is in its place in the text.
func (q *query) place(value any) string {
	if x, ok := value.(expression); ok {
		return string(x)
	}
	q.args = append(q.args, value)
	return "$" + strconv.Itoa(len(q.args))
}

// table adds a table that is made once.
func (q *query) table(name, text string) {
	q.tables = append(q.tables, name+` AS MATERIALIZED (`+text+`)`)
}

func (q *query) statement(text string) statement {
	if len(q.tables) > 0 {
		text = `WITH ` + strings.Join(q.tables, `, `) + ` ` + text
	}
	return statement{text, q.args}
}

// insertion is the statement that inserts rows of the same length.
func insertion(head string, rows [][]any, tail string) statement {
	q := &query{}
	var values []string
	for _, row := range rows {
		var places []string
		for _, v := range row {
			places = append(places, q.place(v))
		}
		values = append(values, "("+strings.Join(places, ", ")+")")
	}
	return q.statement(head + strings.Join(values, ", ") + tail)
}

// execAll runs statements in order.
func execAll(ctx context.Context, tx executor, statements ...statement) error {
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s.text, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// changed runs a statement and reports whether it changed a row.
func changed(ctx context.Context, tx executor, s statement) (bool, error) {
	result, err := tx.ExecContext(ctx, s.text, s.args...)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}

// each runs a query and calls row for each of its rows.
func each(ctx context.Context, db querier, s statement, row func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, s.text, s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// column returns the one column that a query returns.
func column[T any](ctx context.Context, db querier, s statement) (values []T, err error) {
	err = each(ctx, db, s, func(rows *sql.Rows) error {
		var value T
		err := rows.Scan(&value)
		values = append(values, value)
		return err
	})
	return values, err
}

// inJSON is an argument that is stored as JSON.
type inJSON struct{ value any }

// Value returns the JSON.
func (j inJSON) Value() (driver.Value, error) {
	text, err := json.Marshal(j.value)
	return string(text), err
}

// list is an argument for dialect.list: a JSON array, also of none.
func list[T any](values []T) inJSON { return inJSON{append([]T{}, values...)} }

// decode reads the JSON of the column with that name.
func decode(column, text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("%s: %w", column, err)
	}
	return nil
}

// hash is how the key of a delivery is stored: it may hold a trigger_id, which
// is a secret.
func hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// clean makes a text that every database takes: PostgreSQL refuses NUL bytes and
// invalid UTF-8.
func clean[T ~string](s T) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(s), "\uFFFD"), "\x00", "\uFFFD")
}

// moment is the time of a BIGINT of microseconds.
func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
