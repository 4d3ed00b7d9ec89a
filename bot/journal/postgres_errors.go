package journal

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// isTwicePostgres reports whether an error is that of a UNIQUE or PRIMARY KEY.
func isTwicePostgres(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "23505"
}

// ended reports whether an error of the server ended the connection, or was one in
// making it.
func ended(e *pgconn.PgError) bool {
	return strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57P")
}

// isPassing reports whether the same may succeed in a moment: the connection was
// lost, the server is starting, or two transactions were in each other's way.
func isPassing(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return ended(e) || e.Code == "40001" || e.Code == "40P01"
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
	for _, lost := range []error{driver.ErrBadConn, pgconn.ErrConnClosed, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, lost) {
			return true
		}
	}
	return false
}

// explainPostgres puts in words what a server refuses; other errors stay.
func explainPostgres(name string, err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		if problem, ok := problemOfState(e.Code); ok {
			return &StorageError{Database: name, Server: true, Problem: problem, Err: e}
		}
		return err
	}
	if isConnection(err) || errors.Is(err, context.DeadlineExceeded) {
		return &StorageError{Database: name, Server: true, Problem: Unreachable, Err: cause(err)}
	}
	return err
}

// problemOfState reads a SQLSTATE (PostgreSQL's manual, appendix A).
func problemOfState(code string) (StorageProblem, bool) {
	switch code {
	case "53100":
		return Full, true
	case "58030", // an I/O error
		"25006",          // read-only
		"42501",          // no right
		"28P01", "28000", // user or password
		"3D000", // no such database
		"53300": // too many connections
		return Refused, true
	case "55P03", "57014", "25P03", "25P04":
		return Locked, true
	}
	if strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P") {
		return Unreachable, true
	}
	return "", false
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
