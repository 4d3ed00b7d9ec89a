// Package journal is the durable record behind bot.Journal: the queue, the
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
	"os"
	"time"

	"liveadmin/bot"
)

var _ bot.Journal = (*Journal)(nil)

// Journal is the record of the one bot that writes it.
type Journal struct {
	*Reader
	writer *sql.DB  // one connection
	lock   *os.File // held for as long as the journal is open
	clock  func() time.Time
}

// Option changes how a journal is opened.
type Option func(*options) error

type options struct {
	clock func() time.Time
	log   *slog.Logger
}

// WithClock replaces time.Now.
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

func newOptions(opts []Option) (options, error) {
	o := options{clock: time.Now, log: slog.Default()}
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return options{}, err
		}
	}
	return o, nil
}

// Open opens the journal that url names ("sqlite://FILE", FILE taken literally)
// for an application, makes it if there is none, and brings an older one up to
// date. It may fail with an *URLError, *InUseError, *ApplicationError,
// *VersionError or *StorageError, whose text says what to do.
func Open(ctx context.Context, url string, sdkAppID int64, opts ...Option) (_ *Journal, err error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	file, err := sqliteFile(url)
	if err != nil {
		return nil, err
	}
	d, err := sqliteDialect(file)
	if err != nil {
		return nil, err
	}
	j := &Journal{Reader: &Reader{dialect: d}, clock: o.clock}
	defer func() {
		if err != nil {
			j.Close() // the error that counts is the one before
		}
	}()
	if j.lock, err = lockFile(file); err != nil {
		return nil, err
	}
	if err := makeFile(file); err != nil {
		return nil, err
	}
	if j.writer, err = openWriter(file); err != nil {
		return nil, err
	}
	var from, to int
	err = j.write(ctx, "open the journal", func(tx *sql.Tx) (err error) {
		from, to, err = migrate(ctx, tx, d, sdkAppID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if from != to {
		o.log.InfoContext(ctx, "journal migrated", "database", d.name, "from", from, "to", to)
	}
	if j.db, err = openReaders(file); err != nil {
		return nil, err
	}
	return j, nil
}

// Close gives the file back. What is running must have ended.
func (j *Journal) Close() error {
	var errs []error
	if j.db != nil {
		errs = append(errs, j.Reader.Close())
	}
	if j.writer != nil {
		errs = append(errs, j.writer.Close())
	}
	if j.lock != nil {
		errs = append(errs, j.lock.Close()) // last: the file is closed by now
	}
	return errors.Join(errs...)
}

// write does something in one transaction: all of it is durable when write
// returns nil, none of it happened when do fails. Only when the commit itself
// fails can it be either.
func (j *Journal) write(ctx context.Context, doing string, do func(*sql.Tx) error) error {
	tx, err := j.writer.BeginTx(ctx, nil)
	if err != nil {
		return j.failed(ctx, doing, err)
	}
	if err := do(tx); err != nil {
		// Beside the error of do, one of the rollback says nothing new: the
		// connection that could not roll back is thrown away.
		_ = tx.Rollback()
		return j.failed(ctx, doing, err)
	}
	if err := tx.Commit(); err != nil {
		return j.failed(ctx, doing, err)
	}
	return nil
}
