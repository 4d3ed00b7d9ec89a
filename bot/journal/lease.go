package journal

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// leaseLength is how long an instance lives without a renewal, by the database's
// clock.
const leaseLength = 6 * time.Second

// lease keeps this instance alive in a database that several share, and divides
// the rate limit among them. The database's clock says who lives; when this
// instance must stop is decided by its own clock, which never goes back.
type lease struct {
	db      *sql.DB // one connection, so that a renewal waits for nothing else
	length  time.Duration
	terms   *terms
	share   share
	dialect dialect
	log     *slog.Logger

	clock atomic.Pointer[serverClock]

	owner string    // of the row; empty: none
	shown int       // the divisor in the row
	uses  int       // the divisor in use; 0 or less: nothing is sent
	fewer time.Time // since when there have been fewer instances than that; zero: there are not
	taken time.Time // when it was 0 or less last
	many  bool      // there are more instances than calls a second

	others atomic.Bool // there were other instances at the last renewal

	upgraded chan error // gets a *VersionError once a newer liveadmin has upgraded the database

	stop context.CancelFunc
	done chan struct{} // closed when keep has returned
}

// How a lease is used, in parts of its length: this instance stops a sixth sooner
// than others may take over, which is longer than what it sent last counts in a
// rate limit by the second. It renews three times in a length, more often after a
// failure, while it may send nothing, and while others may wait for its part.
func (l *lease) margin() time.Duration  { return l.length / 6 }
func (l *lease) pause() time.Duration   { return l.length / 3 }
func (l *lease) hurried() time.Duration { return l.length / 24 }

// errGone says that this instance's row is not there or has run out.
var errGone = errors.New("its row is gone")

// begin takes the lease and starts to renew it. A database that is slow just now has the time of
// any operation.
func (l *lease) begin(ctx context.Context) error {
	limited, cancel := l.dialect.limit(ctx)
	defer cancel()
	err := l.renew(limited)
	for n := 1; errors.Is(err, context.DeadlineExceeded) && pause(limited, n); n++ {
		err = l.renew(limited)
	}
	if err != nil {
		return err
	}
	if l.uses <= 0 {
		l.share.set(0) // else renew has said how many there are
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop, l.done = stop, make(chan struct{})
	go l.keep(work)
	return nil
}

// keep renews the lease until the work ends. A lease that has run out ends the
// term; the next one begins with a new lease.
func (l *lease) keep(ctx context.Context) {
	defer close(l.done)
	failing := false
	pause := l.pause()
	for {
		if l.uses <= 0 || l.many || failing {
			pause = l.hurried()
		}
		if left, ok := l.terms.left(); ok {
			pause = min(pause, left)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		err := l.renew(ctx)
		if _, ok := errors.AsType[*VersionError](err); ok {
			l.lose("a newer liveadmin has upgraded the database")
			l.upgraded <- err
			return
		}
		switch failed := err != nil && ctx.Err() == nil; {
		case failed && !failing:
			l.log.WarnContext(ctx, "this instance's lease is not renewed", "err", err)
		case !failed && failing:
			l.log.InfoContext(ctx, "this instance's lease is renewed again")
		}
		failing = err != nil
		pause = l.pause()
		if l.shown != l.uses {
			pause = 0 // others wait for it
		}
	}
}

// renew takes or renews the lease, and then uses the share of the rate limit that
// is this instance's.
func (l *lease) renew(ctx context.Context) error {
	left, begun := l.terms.left()
	if begun && left <= 0 {
		l.lose("it ran out")
		begun = false
	}
	patience := l.pause()
	if begun {
		patience = min(patience, left)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	term := l.terms.now()
	clocks := l.terms.clocks()
	sent := clocks.steady
	shown, next, others := l.uses, l.uses, false
	var clock serverClock
	err := transact(ctx, l.db, func(ctx context.Context, tx executor) error {
		if err := l.dialect.checkVersion(ctx, tx); err != nil { // first: the tables can be others
			return err
		}
		if err := l.stay(ctx, tx, term.owner, begun); err != nil {
			return err
		}
		divisors, err := column[int](ctx, tx, statement{
			`SELECT divisor FROM holder WHERE id <> $1 AND expires > clock_timestamp()`, []any{term.owner}})
		if err != nil {
			return err
		}
		if clock, err = readServerClock(ctx, tx); err != nil {
			return err
		}
		instances := 1 + len(divisors)
		others = len(divisors) > 0
		l.many = instances > l.share.limit
		next = l.share.divide(l.uses, divisors, l.fewerFor(instances, sent) >= l.length, sent.Sub(l.taken) >= l.length)
		if l.uses > 0 && (next <= 0 || next >= l.uses) {
			return nil
		}
		shown = next // a larger part is on record before it is used
		return execAll(ctx, tx, statement{`UPDATE holder SET divisor = $2 WHERE id = $1`, []any{term.owner, shown}})
	})
	if errors.Is(err, errGone) {
		l.lose(err.Error())
	}
	if err != nil {
		return l.dialect.explain(err)
	}
	if !l.terms.extend(clocks.add(l.length - l.margin())) {
		l.lose("its renewal took too long")
		return context.DeadlineExceeded
	}
	l.clock.Store(&clock)
	l.owner, l.shown = term.owner, shown
	l.others.Store(others)
	l.use(next)
	return nil
}

// stay writes this instance's row. All who do that, and look at the others' rows,
// do so in turn.
func (l *lease) stay(ctx context.Context, tx executor, owner string, begun bool) error {
	turn := statement{text: `SELECT pg_advisory_xact_lock(2, 0)`}
	length := l.length.Seconds()
	if !begun {
		return execAll(ctx, tx, turn,
			statement{`DELETE FROM holder WHERE id = $1 OR expires < clock_timestamp() - interval '1 minute'`, []any{l.owner}},
			statement{`INSERT INTO holder (id, expires, divisor) VALUES ($1, clock_timestamp() + make_interval(secs => $2), 0)
				ON CONFLICT (id) DO UPDATE SET expires = excluded.expires, divisor = excluded.divisor`, []any{owner, length}})
	}
	if err := execAll(ctx, tx, turn); err != nil {
		return err
	}
	there, err := changed(ctx, tx, statement{`
		UPDATE holder SET expires = clock_timestamp() + make_interval(secs => $2), divisor = $3
		WHERE id = $1 AND expires > clock_timestamp()`, []any{owner, length, l.uses}})
	if err == nil && !there {
		return errGone
	}
	return err
}

// fewerFor is for how long there have been fewer instances than the divisor in use.
func (l *lease) fewerFor(instances int, now time.Time) time.Duration {
	if instances >= l.uses {
		l.fewer = time.Time{}
		return 0
	}
	if l.fewer.IsZero() {
		l.fewer = now
	}
	return now.Sub(l.fewer)
}

// lose ends the term.
func (l *lease) lose(why string) {
	l.log.Error("lease lost, leaving its entries to other instances", "why", why)
	l.terms.next()
	l.fewer = time.Time{}
	l.use(0)
}

// use changes the divisor in use.
func (l *lease) use(divisor int) {
	before, after := max(l.uses, 0), max(divisor, 0)
	l.uses = divisor
	if before == 0 {
		l.taken = time.Now()
	}
	if after != before {
		l.share.set(after)
	}
}

// end gives everything back: what this instance carries can be claimed at once.
func (l *lease) end(ctx context.Context) error {
	defer l.db.Close()
	if l.stop == nil {
		return nil // it has none
	}
	l.stop()
	<-l.done
	if left, begun := l.terms.left(); !begun || left <= 0 {
		return nil // it has run out, and others may claim all of it
	}
	owner := l.terms.now().owner
	l.terms.next()
	ctx, cancel := context.WithTimeout(ctx, l.pause())
	defer cancel()
	return l.dialect.explain(transact(ctx, l.db, func(ctx context.Context, tx executor) error {
		return execAll(ctx, tx,
			statement{`UPDATE entry SET owner = NULL WHERE owner = $1 AND closed_at IS NULL`, []any{owner}},
			statement{`DELETE FROM holder WHERE id = $1`, []any{owner}})
	}))
}

// share is how the rate limit of the API is divided: what an instance has of it, and
// what it needs.
type share struct {
	limit int                 // calls a second of all instances together
	set   func(instances int) // takes the part that this instance has from now on
	busy  func() bool         // reports whether it has calls to send
}

// An instance's divisor, in use and on record, says which part of the limit it has: above
// 0, limit/divisor calls a second, rounded down; 0, none. Below 0 it has none and waits
// for a part: those with -1 are the first in that line, then -2, and so on.

// divide returns the divisor that an instance has next, of those on record of the other
// living instances. has is its own now. fewer says that for a whole lease there have been
// fewer instances than that; long, that it has had its part for a whole lease.
//
// A part is taken only while all parts on record leave that much of the limit; all look
// and take in turn, so they never exceed it. A smaller part can be used at once; then
// others find room. With more instances than calls a second, a part is one call, and only
// who has something to send takes one: it is given up to one that waits once nothing is
// left to send, or after a lease.
func (s share) divide(has int, others []int, fewer, long bool) int {
	instances := 1 + len(others)
	crowded := instances > s.limit
	fair := min(instances, s.limit)
	free, ahead, last := s.limit, 0, 0
	for _, other := range others {
		switch {
		case other > 0:
			free -= s.limit / other
		case other < 0 && (has >= 0 || other > has):
			ahead++
		}
		last = min(last, other)
	}
	room := free >= s.limit/fair*(1+ahead)
	switch {
	case has > 0 && crowded && last < 0 && (long || !s.busy()):
		return 0
	case has > 0 && (fair > has || fair < has && fewer && free >= s.limit/fair):
		return fair
	case has > 0:
		return has
	case crowded && !s.busy():
		return 0
	case room:
		return fair
	case has < 0:
		return has
	}
	return last - 1
}

// serverClock is the clock of a database server: what it said, and when.
type serverClock struct{ said, at time.Time }

// readServerClock asks for the server's time.
func readServerClock(ctx context.Context, tx executor) (serverClock, error) {
	asked := time.Now()
	var said time.Time
	if err := tx.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&said); err != nil {
		return serverClock{}, err
	}
	return serverClock{said: said.UTC(), at: asked.Add(time.Since(asked) / 2)}, nil
}

// now is the server's time.
func (c *serverClock) now() time.Time { return c.said.Add(time.Since(c.at)) }
