package journal

import (
	"context"
	"crypto/tls"
	"database/sql"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	writers = 8 // connections that write at the same time

	connectTime = 5 * time.Second
	// operationTime is how long anything but a migration takes at most.
	operationTime = 10 * time.Second
)

// What connections are for. The server ends what an instance that was stopped in
// the middle of it would hold for ever: others wait for that. What is acknowledged
// survives a crash of the server, whatever the database or the user has been given as
// synchronous_commit; the stricter setting stays.
const (
	forWriting  = `SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '5s'; ` + durably
	forReading  = `SET statement_timeout = '10s'; SET default_transaction_read_only = on`
	forRenewing = `SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '1s'; ` + durably

	durably = `SELECT set_config('synchronous_commit', 'on', FALSE) WHERE current_setting('synchronous_commit') <> 'remote_apply'`
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

// VerifiesServer reports whether connections to the database that url names cannot reach
// another server: it is a file, or on this machine, or its certificate is verified
// (sslmode=verify-full or verify-ca). Errors are as in CheckURL.
func VerifiesServer(url string) (bool, error) {
	if !isPostgres(url) {
		return true, CheckURL(url)
	}
	s, err := newServer(url)
	if err != nil {
		return false, err
	}
	ways := append([]*pgconn.FallbackConfig{{Host: s.config.Host, TLSConfig: s.config.TLSConfig}}, s.config.Fallbacks...)
	return !slices.ContainsFunc(ways, func(w *pgconn.FallbackConfig) bool { return !isLocal(w.Host) && !verifies(w.TLSConfig) }), nil
}

// isLocal reports whether a host is a socket's folder or this machine.
func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || host == "localhost" || err == nil && ip.IsLoopback()
}

// verifies reports whether a server's certificate is verified. For verify-ca, pgx does that
// in a function of its own.
func verifies(c *tls.Config) bool {
	return c != nil && (!c.InsecureSkipVerify || c.VerifyPeerCertificate != nil)
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
		share: o.share, dialect: s.dialect, log: o.log, upgraded: make(chan error, 1),
	}
	if err := j.lease.begin(ctx); err != nil {
		return nil, fmt.Errorf("cannot take a lease: %w", err)
	}
	if j.clock == nil {
		j.clock = func() time.Time { return j.lease.clock.Load().now() }
	}
	return j, nil
}
