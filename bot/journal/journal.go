// Package journal is the durable record of the flow: the queue, the
// audit trail, the history, and the memory of where a thread is.
//
// Statements are written for SQLite and PostgreSQL alike: $1 placeholders, times
// as BIGINT microseconds in UTC, JSON as TEXT, ON CONFLICT, RETURNING. What
// differs is the dialect's.
package journal

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"math"
	"sync"
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

	damage  sync.Mutex
	damaged map[int64]bool // entries that could not be read

	claimed atomic.Bool // Claim was called
	refused atomic.Bool // a write was, by the database or its disk
}

// Option changes how a journal is opened.
type Option func(*options) error

type options struct {
	clock  func() time.Time
	log    *slog.Logger
	share  share
	lease  time.Duration
	clocks func() instant
}

// WithClock replaces the clock of the machine or the server.
func WithClock(clock func() time.Time) Option {
	return func(o *options) error {
		if clock == nil {
			return errors.New("the journal's clock is nil")
		}
		o.clock = clock
		return nil
	}
}

// WithLogger replaces slog.Default.
func WithLogger(log *slog.Logger) Option {
	return func(o *options) error {
		if log == nil {
			return errors.New("the journal's logger is nil")
		}
		o.log = log
		return nil
	}
}

// WithShares divides a rate limit, in calls a second, among all instances. set gets the
// number by which this instance is to divide it: once before Open returns, and whenever
// that changes, one call at a time. 0 means that nothing is to be sent yet. The parts of
// all instances, each rounded down, are never more than the whole. With more instances
// than calls a second, those that have something to send, as busy reports, take turns. On
// a file the number is 1.
func WithShares(limit int, set func(instances int), busy func() bool) Option {
	return func(o *options) error {
		if limit < 1 || set == nil || busy == nil {
			return errors.New("a rate limit and who is to keep to its parts are needed")
		}
		o.share = share{limit, set, busy}
		return nil
	}
}

// withLease replaces the length of a lease, for tests.
func withLease(length time.Duration) Option {
	return func(o *options) error {
		o.lease = length
		return nil
	}
}

// withClocks replaces the clocks by which a lease runs out, for tests.
func withClocks(clocks func() instant) Option {
	return func(o *options) error {
		o.clocks = clocks
		return nil
	}
}

func newOptions(opts []Option) (options, error) {
	o := options{log: slog.Default(), lease: leaseLength, clocks: readClocks,
		share: share{math.MaxInt, func(int) {}, func() bool { return false }},
	}
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return options{}, err
		}
	}
	return o, nil
}

// Open opens the journal that url names for an application, makes it if there is
// none, and brings an older one up to date. The URL is "sqlite://FILE", FILE taken
// literally, or "postgres://…", as libpq understands it. It may fail with an
// *URLError, *InUseError, *ApplicationError, *VersionError or *StorageError, whose
// text says what to do.
func Open(ctx context.Context, url string, sdkAppID int64, opts ...Option) (*Journal, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	if isPostgres(url) {
		return openServer(ctx, url, sdkAppID, o)
	}
	return openFile(ctx, url, sdkAppID, o)
}

func newJournal(d dialect, o options) *Journal {
	return &Journal{
		Reader: &Reader{dialect: d}, clock: o.clock, terms: &terms{current: newTerm(), clocks: o.clocks},
		damaged: make(map[int64]bool),
	}
}

// bringUpToDate makes or migrates the database.
func (j *Journal) bringUpToDate(ctx context.Context, sdkAppID int64, log *slog.Logger) error {
	var from, to int
	err := transact(ctx, j.writer, func(ctx context.Context, tx executor) (err error) {
		from, to, err = migrate(ctx, tx, j.dialect, sdkAppID)
		return err
	})
	if err != nil {
		return j.failed(ctx, "open the journal", err)
	}
	if from != to {
		log.InfoContext(ctx, "journal migrated", "database", j.dialect.name, "from", from, "to", to)
	}
	return nil
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

// Close gives everything back: the file, or what this instance carries in a shared
// database, which others can claim at once. What is running must have ended.
func (j *Journal) Close() error {
	var errs []error
	if j.lease != nil {
		errs = append(errs, j.lease.end(context.Background()))
	}
	if j.db != nil {
		errs = append(errs, j.Reader.Close())
	}
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
