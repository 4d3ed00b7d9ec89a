package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"liveadmin/bot"
)

// takenFor is how long an entry that this instance has accepted is left alone
// although nobody says that it carries it: its Accept may not have returned yet.
const takenFor = time.Minute

// Claim takes up, oldest first, every entry that is not closed and that nobody
// carries: no living instance, nor this one, which carries those given. What this
// instance accepts after its first Claim is left to it until it was once among those
// given. The keys of entries are on record as hashes only, so Key is empty. Plans and
// outcomes of settled changes are not read.
//
// An entry that can no longer be read is left out and comes as a *CorruptError,
// joined with those of others, beside the entries that can: these are to be
// worked on all the same. It stays open, and is not claimed again by this instance.
// With any other error there are no entries, but nil.
func (j *Journal) Claim(ctx context.Context, carried []int64) (entries []bot.Entry, err error) {
	first := !j.claimed.Swap(true)
	old := j.now().Add(-takenFor).UnixMicro()
	if first {
		old = math.MaxInt64
	}
	term := j.terms.now()
	if err := j.Held(); err != nil {
		return nil, fmt.Errorf("cannot take up what is open: %w", err)
	}
	kept, err := encode(term.kept(carried, first))
	if err != nil {
		return nil, err
	}
	var corrupt []error
	err = j.write(ctx, "take up what is open", func(ctx context.Context, tx *sql.Tx) error {
		numbers, err := column(tx.QueryContext(ctx, `
			UPDATE entry SET owner = $1, attempt = attempt + 1 WHERE number IN (
				SELECT number FROM entry WHERE closed_at IS NULL
				AND CASE WHEN owner = $1
					THEN number NOT IN `+j.dialect.list(`$2`)+` AND (attempt > 1 OR accepted_at < $3)
					ELSE `+j.dialect.nobodys+` END
				ORDER BY number `+j.dialect.skipLocked+`)
			AND `+j.dialect.living+` RETURNING number`, term.owner, kept, old))
		if err != nil {
			return err
		}
		claimed, err := encode(numbers)
		if err != nil {
			return err
		}
		entries, corrupt, err = entriesWhere(ctx, tx, unsettled, `number IN `+j.dialect.list(`$1`), claimed)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, err := range corrupt {
		if c, ok := errors.AsType[*CorruptError](err); ok {
			term.take(c.Number)
		}
	}
	return entries, errors.Join(corrupt...)
}

// column returns the one column of numbers that a statement returns.
func column(rows *sql.Rows, err error) ([]int64, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	numbers := []int64{}
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, rows.Err()
}
