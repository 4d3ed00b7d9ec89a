package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

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

// insertion is the statement that inserts rows of the same length.
func insertion(head string, rows [][]any, tail string) statement {
	var values []string
	var args []any
	for _, row := range rows {
		var places []string
		for _, v := range row {
			if x, ok := v.(expression); ok {
				places = append(places, string(x))
				continue
			}
			args = append(args, v)
			places = append(places, "$"+strconv.Itoa(len(args)))
		}
		values = append(values, "("+strings.Join(places, ", ")+")")
	}
	return statement{head + strings.Join(values, ", ") + tail, args}
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

// changes runs a statement and reports whether it changed a row.
func changes(ctx context.Context, tx executor, s statement) (bool, error) {
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
