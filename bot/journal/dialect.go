package journal

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed migrations
var migrations embed.FS

// dialect is all that differs between the databases. Its texts are SQL.
type dialect struct {
	name       string // how errors and the log call this database
	migrations string // the folder of NNNN_name.sql
	hasMeta    string // a query: is there a table meta?
	migrating  string // a statement before migrations: one process at a time

	lockGroups string              // a statement: the groups in the JSON array $1 wait for each other; empty: all do
	takeNumber string              // a statement that takes the next number
	lastNumber expression          // the number that this transaction took
	list       func(string) string // the numbers in a JSON array, as what is behind IN
	mine       string              // a condition on an entry: $1 is its number, $2 its owner and living, $3 its attempt
	living     string              // a condition: $1 is an owner that lives
	ownerless  string              // a condition on an entry: its owner does not live
	older      string              // a condition on a change: an older one is open on its group
	skipLocked string              // behind a query: leave out rows that someone is writing
	lockRow    string              // behind a query: no one else writes the row until the transaction ends
	snapshot   sql.IsolationLevel  // of transactions that see one moment

	passing func(error) bool  // the same may succeed in a moment
	explain func(error) error // a driver's error as one of this package's

	patience time.Duration // how long an operation takes at most; 0: as long as it takes
	tries    int           // of what can be repeated
}

// sqliteDialect is the dialect of a SQLite file, which one instance writes.
func sqliteDialect(file string) dialect {
	return dialect{
		name:       file,
		migrations: "migrations/sqlite",
		hasMeta:    `SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = 'meta'`,
		takeNumber: `UPDATE counter SET number = number + 1`,
		lastNumber: `(SELECT number FROM counter)`,
		list:       func(json string) string { return `(SELECT value FROM json_each(` + json + `))` },
		mine:       `number = $1 AND owner = $2 AND attempt = $3`,
		living:     `$1 <> ''`,
		ownerless:  `TRUE`,
		older:      `FALSE`,
		passing:    func(error) bool { return false },
		explain:    func(err error) error { return explainSQLite(file, err) },
		tries:      3,
	}
}

// postgresDialect is the dialect of a PostgreSQL database, which instances share.
// Advisory locks: 1 is for migrations, 2 for leases, 3 for groups.
func postgresDialect(name string) dialect {
	const lives = `(SELECT 1 FROM holder WHERE expires > clock_timestamp() AND id = `
	return dialect{
		name:       name,
		migrations: "migrations/postgres",
		hasMeta:    `SELECT to_regclass('meta') IS NOT NULL`,
		migrating:  `SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(1, 0)`,
		lockGroups: `SELECT pg_advisory_xact_lock(3, hash) FROM (
			SELECT DISTINCT hashtext(value) AS hash FROM json_array_elements_text($1::text::json) ORDER BY hash) AS groups`,
		takeNumber: `SELECT nextval('numbers')`,
		lastNumber: `currval('numbers')`,
		list: func(json string) string {
			return `(SELECT value::bigint FROM json_array_elements_text(` + json + `::text::json))`
		},
		mine:      `number = $1 AND owner = $2 AND attempt = $3 AND EXISTS ` + lives + `$2)`,
		living:    `EXISTS ` + lives + `$1)`,
		ownerless: `NOT EXISTS ` + lives + `entry.owner)`,
		older: `EXISTS (SELECT 1 FROM change AS o JOIN entry AS e ON e.number = o.entry
			WHERE o.group_id = change.group_id AND o.id < change.id AND o.state IN ('waiting', 'planned') AND e.closed_at IS NULL)`,
		skipLocked: `FOR UPDATE SKIP LOCKED`,
		lockRow:    `FOR NO KEY UPDATE`,
		snapshot:   sql.LevelRepeatableRead,
		passing:    isPassing,
		explain:    func(err error) error { return explainPostgres(name, err) },
		patience:   operationTime,
		tries:      25,
	}
}

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
		return 0, fmt.Errorf("the database %s has the schema version %q, which is no number: restore a copy, or use another database", d.name, text)
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
