package journal

import (
	"database/sql"
	"embed"
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
	nobodys    string              // a condition on an entry: its owner does not live
	older      string              // a condition on a change: an older one is open on its group
	skipLocked string              // behind a query: leave out rows that someone is writing
	lockRow    string              // behind a query: no one else writes the row until the transaction ends
	snapshot   sql.IsolationLevel  // of transactions that see one moment

	isTwice func(error) bool  // what is to be unique was written twice
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
		nobodys:    `TRUE`,
		older:      `FALSE`,
		isTwice:    isTwiceSQLite,
		passing:    func(error) bool { return false },
		explain:    func(err error) error { return explainSQLite(file, err) },
		tries:      3,
	}
}

// postgresDialect is the dialect of a PostgreSQL database, which instances share.
// Advisory locks: 1 is for migrations, 2 for leases, 3 for groups.
func postgresDialect(name string) dialect {
	const lives = `(SELECT 1 FROM lease WHERE expires > clock_timestamp() AND id = `
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
		mine:    `number = $1 AND owner = $2 AND attempt = $3 AND EXISTS ` + lives + `$2)`,
		living:  `EXISTS ` + lives + `$1)`,
		nobodys: `NOT EXISTS ` + lives + `entry.owner)`,
		older: `EXISTS (SELECT 1 FROM change AS o JOIN entry AS e ON e.number = o.entry
			WHERE o.group_id = change.group_id AND o.id < change.id AND o.state IN ('waiting', 'planned') AND e.closed_at IS NULL)`,
		skipLocked: `FOR UPDATE SKIP LOCKED`,
		lockRow:    `FOR NO KEY UPDATE`,
		snapshot:   sql.LevelRepeatableRead,
		isTwice:    isTwicePostgres,
		passing:    isPassing,
		explain:    func(err error) error { return explainPostgres(name, err) },
		patience:   operationTime,
		tries:      25,
	}
}
