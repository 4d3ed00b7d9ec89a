package journal

import (
	"embed"
	"io/fs"
)

// dialect is all that differs between the databases.
type dialect struct {
	name       string            // how errors and the log call this database
	migrations fs.FS             // NNNN_name.sql
	hasMeta    string            // a query: is there a table meta?
	takeNumber string            // a statement that takes the next number
	explain    func(error) error // a driver's error as one of this package's
}

//go:embed migrations
var migrations embed.FS

// sqliteDialect is the dialect of a SQLite file.
func sqliteDialect(file string) (dialect, error) {
	steps, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return dialect{}, err
	}
	return dialect{
		name:       file,
		migrations: steps,
		hasMeta:    `SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = 'meta'`,
		takeNumber: `UPDATE counter SET number = number + 1 RETURNING number`,
		explain:    func(err error) error { return explainSQLite(file, err) },
	}, nil
}
