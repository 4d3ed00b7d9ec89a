package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// Reader reads a journal, also beside the bot that writes it.
type Reader struct {
	db      *sql.DB
	dialect dialect
	damaged sync.Map // the numbers of entries that could not be read
}

// OpenReader opens a journal for reading only. It takes no lock and changes
// nothing, so it works beside a running bot; a journal that is not there or not
// up to date is refused. Errors are as in Open.
func OpenReader(ctx context.Context, url string, sdkAppID int64) (*Reader, error) {
	r, err := newReader(url)
	if err != nil {
		return nil, err
	}
	limited, cancel := r.dialect.limit(ctx)
	defer cancel()
	err = r.dialect.checkVersion(limited, r.db)
	if err == nil {
		err = r.dialect.checkApplication(limited, r.db, sdkAppID)
	}
	if err != nil {
		r.db.Close()
		return nil, r.failed(ctx, "open the journal", err)
	}
	return r, nil
}

// newReader understands a URL. Nothing connects yet.
func newReader(url string) (*Reader, error) {
	if isPostgres(url) {
		s, err := newServer(url)
		if err != nil {
			return nil, err
		}
		return &Reader{db: s.pool(forReading, readers), dialect: s.dialect}, nil
	}
	file, err := sqliteFile(url)
	if err != nil {
		return nil, err
	}
	db, err := openPool(reading(file), readers)
	return &Reader{db: db, dialect: sqliteDialect(file)}, err
}

// Close closes the connections.
func (r *Reader) Close() error { return r.db.Close() }

// Ping asks whether the database answers.
func (r *Reader) Ping(ctx context.Context) error {
	limited, cancel := r.dialect.limit(ctx)
	defer cancel()
	_, err := readMeta(limited, r.db, "schema")
	return r.failed(ctx, "ask the journal", err)
}

// Recall returns the value that was remembered under a name, or "".
func (r *Reader) Recall(ctx context.Context, name string) (value string, err error) {
	query := statement{`SELECT coalesce((SELECT value FROM meta WHERE name = $1), '')`, []any{name}}
	return value, r.ask(ctx, "read the journal", query, &value)
}

// Counts counts what is open.
func (r *Reader) Counts(ctx context.Context) (bot.Counts, error) {
	c := bot.Counts{Open: make(map[bot.State]int)}
	err := r.read(ctx, "count what is open", func(ctx context.Context, tx executor) error {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM grants`).Scan(&c.Grants); err != nil {
			return err
		}
		open := statement{text: `SELECT state, count(*) FROM entry WHERE closed_at IS NULL GROUP BY state`}
		return each(ctx, tx, open, func(rows *sql.Rows) error {
			var state bot.State
			var n int
			err := rows.Scan(&state, &n)
			c.Open[state] = n
			return err
		})
	})
	return c, err
}

// Damaged returns the numbers of the entries that could not be read since the journal was
// opened, in order.
func (r *Reader) Damaged() (numbers []int64) {
	r.damaged.Range(func(number, _ any) bool {
		numbers = append(numbers, number.(int64))
		return true
	})
	slices.Sort(numbers)
	return numbers
}

// read reads several tables as they were at one moment. It may do so again.
func (r *Reader) read(ctx context.Context, doing string, do func(context.Context, executor) error) error {
	err := r.dialect.retry(ctx, func(ctx context.Context) error {
		tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: r.dialect.snapshot})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		return do(ctx, tx)
	})
	return r.failed(ctx, doing, err)
}

// readRows reads rows as read does. Those that can no longer be read come as a *CorruptError
// each beside the others; with any other error there are no rows.
func readRows[T any](
	ctx context.Context, r *Reader, doing string, do func(context.Context, executor) ([]T, []error, error),
) (rows []T, err error) {
	var corrupt []error
	err = r.read(ctx, doing, func(ctx context.Context, tx executor) (err error) {
		rows, corrupt, err = do(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rows, errors.Join(corrupt...)
}

// ask reads one value with one query.
func (r *Reader) ask(ctx context.Context, doing string, query statement, value any) error {
	err := r.dialect.retry(ctx, func(ctx context.Context) error {
		return r.db.QueryRowContext(ctx, query.text, query.args...).Scan(value)
	})
	return r.failed(ctx, doing, err)
}

// failed says what could not be done and why, unless err is nil. A transaction whose
// context ended fails with the consequence; the cause is what the caller wants to know.
func (r *Reader) failed(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("cannot %s: %w: %w", doing, cause, err)
	}
	explained := r.dialect.explain(err)
	if isUnsure(err) {
		explained = &commitError{explained}
	}
	return fmt.Errorf("cannot %s: %w", doing, explained)
}

// DecidedBy returns the numbers of the newest 500 requests that somebody approved or denied, the
// newest first.
func (r *Reader) DecidedBy(ctx context.Context, ref string) (numbers []int64, err error) {
	err = r.read(ctx, "read who decided what", func(ctx context.Context, tx executor) error {
		numbers, err = column[int64](ctx, tx, statement{`SELECT a.number FROM audit_about AS a
			WHERE a.about = $1 AND EXISTS (SELECT 1 FROM audit AS w WHERE w.number = a.number AND w.caller = $1 AND w.what IN ('approved', 'denied'))
			ORDER BY a.number DESC LIMIT $2`, []any{clean(ref), lookedAt}})
		return err
	})
	return numbers, err
}

// mostTouches is how many of the newest outcomes about somebody are looked at.
const mostTouches = 2000

// Touches returns what was done to somebody, the newest first. What can no longer be read has no
// Outcome.
func (r *Reader) Touches(ctx context.Context, user imapi.UserID) (all []bot.Touch, err error) {
	query := statement{`
		SELECT w.group_id, w.verb, w.outcome, w.users, c.outcome, coalesce((SELECT min(f.asked) FROM audit AS f WHERE f.number = w.number AND f.key IS NOT NULL), '')
		FROM audit_about AS a JOIN audit AS w ON w.number = a.number AND w.what = 'outcome'
		LEFT JOIN change AS c ON c.entry = w.number AND c.group_id = w.group_id
		WHERE a.about = $1 ORDER BY w.id DESC LIMIT $2`, []any{clean(user), mostTouches}}
	err = r.read(ctx, "read what was done to somebody", func(ctx context.Context, tx executor) error {
		return each(ctx, tx, query, func(rows *sql.Rows) error {
			var t bot.Touch
			var users string
			var outcome sql.NullString
			if err := rows.Scan(&t.Group, &t.Verb, &t.Status, &users, &outcome, &t.Text); err != nil {
				return err
			}
			var named []imapi.UserID
			if decode("users", users, &named) == nil && !slices.Contains(named, user) {
				return nil // it was done to others
			}
			if found := new(commands.Outcome); outcome.Valid && decode("outcome", outcome.String, found) == nil {
				t.Outcome = found
			}
			all = append(all, t)
			return nil
		})
	})
	return all, err
}
