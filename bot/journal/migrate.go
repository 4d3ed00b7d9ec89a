package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// steps returns the migrations in order: the version of the schema is how many were made.
func (d dialect) steps() (steps []string, err error) {
	names, err := fs.Glob(migrations, d.migrations+"/*.sql") // sorted
	for i, name := range names {
		if !strings.HasPrefix(path.Base(name), fmt.Sprintf("%04d_", i+1)) {
			return nil, fmt.Errorf("migration %s should have the number %d", name, i+1)
		}
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, string(text))
	}
	return steps, err
}

// migrate brings a database up to date and binds it to an application, in one
// transaction: what is refused is not touched. It returns the version before
// and after.
func migrate(ctx context.Context, tx executor, d dialect, sdkAppID int64) (from, to int, err error) {
	steps, err := d.steps()
	if err != nil {
		return 0, 0, err
	}
	to = len(steps)
	if d.migrating != "" {
		if _, err := tx.ExecContext(ctx, d.migrating); err != nil {
			return 0, 0, err
		}
	}
	if from, err = d.version(ctx, tx); err != nil {
		return 0, 0, err
	}
	if from > to {
		return 0, 0, &VersionError{Database: d.name, Have: from, Want: to}
	}
	for i, step := range steps[from:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return 0, 0, fmt.Errorf("migration %d: %w", from+i+1, err)
		}
	}
	binding := []statement{{`INSERT INTO meta (name, value) VALUES ('sdkappid', $1) ON CONFLICT (name) DO NOTHING`,
		[]any{strconv.FormatInt(sdkAppID, 10)}}}
	if from < to {
		binding = append(binding, remembering("schema", strconv.Itoa(to)))
	}
	if err := execAll(ctx, tx, binding...); err != nil {
		return 0, 0, err
	}
	return from, to, d.checkApplication(ctx, tx, sdkAppID)
}

// checkVersion returns a *VersionError if the schema is another than this program's.
func (d dialect) checkVersion(ctx context.Context, db querier) error {
	steps, err := d.steps()
	if err != nil {
		return err
	}
	have, err := d.version(ctx, db)
	if err != nil {
		return err
	}
	if want := len(steps); have != want {
		return &VersionError{Database: d.name, Have: have, Want: want}
	}
	return nil
}

// version returns the version of the schema; 0 if there is none.
func (d dialect) version(ctx context.Context, db querier) (int, error) {
	var there bool
	if err := db.QueryRowContext(ctx, d.hasMeta).Scan(&there); err != nil || !there {
		return 0, err
	}
	text, err := readMeta(ctx, db, "schema")
	if err != nil {
		return 0, err
	}
	version, err := strconv.Atoi(text)
	if err != nil || version < 1 {
		return 0, fmt.Errorf("the database %s has the schema version %q, which is no number: restore a copy, or name another DATABASE_URL", d.name, text)
	}
	return version, nil
}

// checkApplication refuses the database of another application.
func (d dialect) checkApplication(ctx context.Context, db querier, sdkAppID int64) error {
	have, err := readMeta(ctx, db, "sdkappid")
	if err != nil {
		return err
	}
	if have != strconv.FormatInt(sdkAppID, 10) {
		return &ApplicationError{Database: d.name, Have: have, Want: sdkAppID}
	}
	return nil
}

// readMeta returns what every journal has under a name.
func readMeta(ctx context.Context, db querier, name string) (value string, err error) {
	err = db.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = $1`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("the table meta has no %q: another program's database?", name)
	}
	return value, err
}

// remembering is what keeps a value under a name, in place of the one before.
func remembering(name, value string) statement {
	return statement{`INSERT INTO meta (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, []any{name, value}}
}
