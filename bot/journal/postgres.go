package journal

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
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
	return server{config, postgresDialect(fmt.Sprintf("%s on %s:%d", config.Database, config.Host, config.Port))}, nil
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

// openServer opens the journal in a PostgreSQL database, as one of the instances
// that share it.
func (j *Journal) openServer(ctx context.Context, url string, sdkAppID int64, o options) error {
	s, err := newServer(url)
	if err != nil {
		return err
	}
	j.writer, j.places = s.pool(forWriting, writers), &places{free: writers}
	if err := j.bringUpToDate(ctx, sdkAppID, o.log); err != nil {
		return err
	}
	j.lease = &lease{
		db: s.pool(forRenewing, 1), length: o.lease, terms: j.terms,
		share: o.share, dialect: j.dialect, log: o.log, upgraded: make(chan error, 1),
	}
	if err := j.lease.begin(ctx); err != nil {
		return fmt.Errorf("cannot take a lease: %w", err)
	}
	return nil
}

// inOneRoundTrip runs statements on PostgreSQL and returns the number that they took: the
// statements of a batch are one transaction, which the end of the batch commits.
// Its error is errTwice if a key is on record already.
func inOneRoundTrip(ctx context.Context, db *sql.DB, statements []statement, lastNumber expression) (number int64, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	batch := &pgx.Batch{}
	for _, s := range statements {
		batch.Queue(s.text, s.args...)
	}
	batch.Queue(`SELECT ` + string(lastNumber)).QueryRow(func(row pgx.Row) error { return row.Scan(&number) })
	err = conn.Raw(func(conn any) error {
		return conn.(*stdlib.Conn).Conn().SendBatch(ctx, batch).Close()
	})
	if err == nil || pgconn.SafeToRetry(err) {
		return number, err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && !endsConnection(e.Code) {
		if e.Code == "23505" { // a UNIQUE or PRIMARY KEY
			err = fmt.Errorf("%w: %w", errTwice, err)
		}
		return 0, err // the server says that it did nothing
	}
	return 0, &commitError{err}
}

// endsConnection reports whether an error of the server, of this SQLSTATE, ended the
// connection, or was one in making it.
func endsConnection(code string) bool {
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P")
}

// isPassing reports whether the same may succeed in a moment: the connection was
// lost, the server is starting, or two transactions were in each other's way.
func isPassing(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return endsConnection(e.Code) || e.Code == "40001" || e.Code == "40P01"
	}
	return isConnection(err) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled)
}

// isConnection reports whether an error is about the connection.
func isConnection(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	lost := []error{driver.ErrBadConn, pgconn.ErrConnClosed, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed}
	return slices.ContainsFunc(lost, func(lost error) bool { return errors.Is(err, lost) })
}

// explainPostgres puts in words what a server refuses; other errors stay.
func explainPostgres(name string, err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		if problem := problemOfState(e.Code); problem != "" {
			return &StorageError{Database: name, Server: true, Problem: problem, Err: e}
		}
		return err
	}
	if isConnection(err) || errors.Is(err, context.DeadlineExceeded) {
		return &StorageError{Database: name, Server: true, Problem: Unreachable, Err: cause(err)}
	}
	return err
}

// problemOfState reads a SQLSTATE (PostgreSQL's manual, appendix A); empty if it is none
// of storage.
func problemOfState(code string) StorageProblem {
	switch code {
	case "53100":
		return Full
	case "58030", // an I/O error
		"25006",          // read-only
		"42501",          // no right
		"28P01", "28000", // user or password
		"3D000", // no such database
		"53300": // too many connections
		return Refused
	case "55P03", "57014", "25P03", "25P04":
		return Locked
	}
	if endsConnection(code) {
		return Unreachable
	}
	return ""
}

// cause is the innermost error that says what happened to a connection: those
// around it repeat the user, and one line for each way that was tried.
func cause(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return err
}
