// Package journal is the durable record of the flow: the queue, the
// audit trail, the history, and the memory of where a thread is.
//
// Statements are written for SQLite and PostgreSQL alike: $1 placeholders, times
// as BIGINT microseconds in UTC, JSON as TEXT, ON CONFLICT, RETURNING. What
// differs is the dialect's.
package journal

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
)

// Journal is the record of the one bot that writes a file, or of one of those that
// share a PostgreSQL database.
type Journal struct {
	*Reader
	writer  *sql.DB
	batches *batches     // of a file: all writes
	places  *places      // of a PostgreSQL database: the connections of writer
	lock    *flock.Flock // of a file, held for as long as the journal is open
	lease   *lease       // of a PostgreSQL database
	terms   *terms
	clock   func() time.Time

	claimed atomic.Bool // Claim was called
	refused atomic.Bool // a write was, by the database or its disk
}

// Option changes how a journal is opened.
type Option func(*options)

type options struct {
	clock  func() time.Time // nil: that of the server
	log    *slog.Logger
	share  share
	lease  time.Duration
	clocks func() instant
}

// WithClock replaces the clock of the machine or the server.
func WithClock(clock func() time.Time) Option { return func(o *options) { o.clock = clock } }

// WithLogger replaces slog.Default.
func WithLogger(log *slog.Logger) Option { return func(o *options) { o.log = log } }

// WithShares divides a rate limit, in calls a second, among all instances. set gets the
// number by which this instance is to divide it: once before Open returns, and whenever
// that changes, one call at a time. 0 means that nothing is to be sent yet. The parts of
// all instances, each rounded down, are never more than the whole. With more instances
// than calls a second, those that have something to send, as busy reports, take turns. On
// a file the number is 1.
func WithShares(limit int, set func(instances int), busy func() bool) Option {
	return func(o *options) { o.share = share{limit, set, busy} }
}

// withLease replaces the length of a lease, for tests.
func withLease(length time.Duration) Option { return func(o *options) { o.lease = length } }

// withClocks replaces the clocks by which a lease runs out, for tests.
func withClocks(clocks func() instant) Option { return func(o *options) { o.clocks = clocks } }

// Open opens the journal that url names for an application, makes it if there is
// none, and brings an older one up to date. The URL is "sqlite://FILE", FILE taken
// literally, or "postgres://…", as libpq understands it. It may fail with an
// *URLError, *InUseError, *ApplicationError, *VersionError or *StorageError, whose
// text says what to do.
func Open(ctx context.Context, url string, sdkAppID int64, opts ...Option) (*Journal, error) {
	j := &Journal{}
	o := options{clock: j.databaseClock, log: slog.Default(), lease: leaseLength, clocks: readClocks,
		share: share{math.MaxInt, func(int) {}, func() bool { return false }},
	}
	for _, opt := range opts {
		opt(&o)
	}
	if o.clock == nil || o.log == nil || o.share.limit < 1 || o.share.set == nil || o.share.busy == nil {
		return nil, errors.New("a journal needs a clock, a logger, a rate limit and users of its parts")
	}
	j.clock, j.terms = o.clock, &terms{current: newTerm(), clocks: o.clocks}
	var err error
	if j.Reader, err = newReader(url); err != nil {
		return nil, err
	}
	if isPostgres(url) {
		err = j.openServer(ctx, url, sdkAppID, o)
	} else {
		err = j.openFile(ctx, sdkAppID, o)
	}
	if err != nil {
		j.Close() // the error that counts is the one before
		return nil, err
	}
	return j, nil
}

// CheckURL finds what is wrong with a DATABASE_URL without looking for the database. Its
// error is a *URLError.
func CheckURL(url string) error {
	if isPostgres(url) {
		_, err := newServer(url)
		return err
	}
	_, err := fileName(url)
	return err
}

// bringUpToDate makes or migrates the database.
func (j *Journal) bringUpToDate(ctx context.Context, sdkAppID int64, log *slog.Logger) error {
	var from, to int
	err := transact(ctx, j.writer, func(ctx context.Context, tx executor) (err error) {
		from, to, err = migrate(ctx, tx, j.dialect, sdkAppID)
		return err
	})
	if err == nil && from != to {
		log.InfoContext(ctx, "journal migrated", "database", j.dialect.name, "from", from, "to", to)
	}
	return j.failed(ctx, "open the journal", err)
}

// Run waits until the context ends, or a newer liveadmin has upgraded the database, which
// several instances share: then it returns a *VersionError, and this one must end.
func (j *Journal) Run(ctx context.Context) error {
	var upgraded chan error
	if j.lease != nil {
		upgraded = j.lease.upgraded
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-upgraded:
		return err
	}
}

// Ping asks whether the database answers, and whether this instance can write to it:
// with a write of its own if the last one was refused, as by a full disk.
func (j *Journal) Ping(ctx context.Context) error {
	if err := j.Held(); err != nil {
		return err
	}
	if !j.refused.Load() {
		return j.Reader.Ping(ctx)
	}
	err := j.Remember(ctx, "probed", rand.Text())
	if err == nil {
		j.refused.Store(false)
	}
	return err
}

// Remember keeps a value under a name, in place of the one before.
func (j *Journal) Remember(ctx context.Context, name, value string) error {
	return j.write(ctx, work, "write to the journal", func(ctx context.Context, tx executor) error {
		return execAll(ctx, tx, remembering(name, value))
	})
}

// Now is the time by which everything on record is judged: that of the machine or, on
// PostgreSQL, that of the server, so that several instances agree. The server is asked at
// each renewal of the lease.
func (j *Journal) Now() time.Time { return j.clock().UTC() }

// now is the same, as exact as the database keeps it.
func (j *Journal) now() time.Time { return j.Now().Truncate(time.Microsecond) }

func (j *Journal) databaseClock() time.Time {
	if j.lease == nil {
		return time.Now()
	}
	return j.lease.clock.Load().now()
}

// Close gives everything back: the file, or what this instance carries in a shared
// database, which others can claim at once. What is running must have ended.
func (j *Journal) Close() error {
	var errs []error
	if j.lease != nil {
		errs = append(errs, j.lease.end(context.Background()))
	}
	errs = append(errs, j.Reader.Close())
	if j.batches != nil {
		j.batches.close()
	}
	if j.writer != nil {
		errs = append(errs, j.writer.Close())
	}
	if j.lock != nil {
		errs = append(errs, j.lock.Close()) // last: the file is closed by now
	}
	return errors.Join(errs...)
}
