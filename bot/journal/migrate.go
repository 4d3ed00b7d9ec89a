package journal

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// migration is one step of the schema.
type migration struct {
	version int
	sql     string
}

// steps returns the migrations in order; versions count from 1 without a gap.
func (d dialect) steps() ([]migration, error) {
	names, err := fs.Glob(d.migrations, "*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var steps []migration
	for i, name := range names {
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s should have the number %d", name, i+1)
		}
		text, err := fs.ReadFile(d.migrations, name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, migration{version, string(text)})
	}
	return steps, nil
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
	for _, step := range steps[from:] {
		if _, err := tx.ExecContext(ctx, step.sql); err != nil {
			return 0, 0, fmt.Errorf("migration %d: %w", step.version, err)
		}
	}
	if from < to {
		_, err = tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('schema', $1)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, strconv.Itoa(to))
		if err != nil {
			return 0, 0, err
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('sdkappid', $1)
		ON CONFLICT (name) DO NOTHING`, strconv.FormatInt(sdkAppID, 10))
	if err != nil {
		return 0, 0, err
	}
	return from, to, d.checkApplication(ctx, tx, sdkAppID)
}

// checkReadable refuses to read what migrate would have to change.
func checkReadable(ctx context.Context, db querier, d dialect, sdkAppID int64) error {
	if err := d.checkVersion(ctx, db); err != nil {
		return err
	}
	return d.checkApplication(ctx, db, sdkAppID)
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
