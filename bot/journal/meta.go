package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Recall returns the value that was remembered under a name, or "".
func (r *Reader) Recall(ctx context.Context, name string) (value string, err error) {
	query := statement{`SELECT coalesce((SELECT value FROM meta WHERE name = $1), '')`, []any{name}}
	return value, r.ask(ctx, "read the journal", query, &value)
}

// Remember keeps a value under a name, in place of the one before.
func (j *Journal) Remember(ctx context.Context, name, value string) error {
	return j.write(ctx, work, "write to the journal", func(ctx context.Context, tx executor) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	})
}

// readMeta returns what every journal has under a name.
func readMeta(ctx context.Context, db querier, name string) (value string, err error) {
	err = db.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = $1`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("the table meta has no %q: another program's database?", name)
	}
	return value, err
}
