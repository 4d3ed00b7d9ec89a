package journal

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	writers = 8 // connections that write at the same time

	connectTime = 5 * time.Second
	// operationTime is how long anything but a migration takes at most.
	operationTime = 10 * time.Second
)

// What connections are for. The server ends what an instance that was stopped in
// the middle of it would hold for ever: others wait for that.
const (
	forWriting  = `SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '5s'`
	forReading  = `SET statement_timeout = '10s'; SET default_transaction_read_only = on`
	forRenewing = `SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '1s'`
)

// isPostgres reports whether a URL is one of a PostgreSQL database.
func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// server is a PostgreSQL database and how to connect to it.
type server struct {
	config  *pgx.ConnConfig
	dialect dialect
}

// newServer understands a URL. Nothing connects yet.
func newServer(url string) (server, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// The error may quote a part of the URL, and so of the password.
		return server{}, &URLError{Problem: "it cannot be understood"}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTime
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "liveadmin"
	}
	d, err := postgresDialect(fmt.Sprintf("%s on %s:%d", config.Database, config.Host, config.Port))
	return server{config, d}, err
}

// pool returns connections for a purpose.
func (s server) pool(purpose string, connections int) *sql.DB {
	db := stdlib.OpenDB(*s.config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, purpose)
		return err
	}))
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db
}

// openServerReader opens the journal in a PostgreSQL database for reading.
func openServerReader(url string) (*Reader, error) {
	s, err := newServer(url)
	if err != nil {
		return nil, err
	}
	return &Reader{db: s.pool(forReading, readers), dialect: s.dialect}, nil
}

// openServer opens the journal in a PostgreSQL database, as one of the instances
// that share it.
func openServer(ctx context.Context, url string, sdkAppID int64, o options) (_ *Journal, err error) {
	s, err := newServer(url)
	if err != nil {
		return nil, err
	}
	j := newJournal(s.dialect, o)
	defer func() {
		if err != nil {
			j.Close() // the error that counts is the one before
		}
	}()
	j.writer = s.pool(forWriting, writers)
	j.places = &places{free: writers}
	if err := j.bringUpToDate(ctx, sdkAppID, o.log); err != nil {
		return nil, err
	}
	j.db = s.pool(forReading, readers)
	j.lease = &lease{
		db: s.pool(forRenewing, 1), length: o.lease, terms: j.terms,
		share: o.share, explain: s.dialect.explain, log: o.log,
	}
	if err := j.lease.begin(ctx); err != nil {
		return nil, fmt.Errorf("cannot take a lease: %w", err)
	}
	return j, nil
}
