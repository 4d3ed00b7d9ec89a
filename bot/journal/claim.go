package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"liveadmin/bot"
)

// takenFor is how long an entry that this instance has accepted is left alone
// although no one says that it carries it: its Accept may not have returned yet.
const takenFor = time.Minute

// Claim takes up, oldest first, every entry that is not closed and that no one
// carries: no living instance, nor this one, which carries those given. What this
// instance accepts after its first Claim is left to it until it was once among those
// given. The keys of entries are on record as hashes only, so Key is empty. Plans and
// outcomes of settled changes are not read.
//
// An entry that can no longer be read is left out and comes as a *CorruptError,
// joined with those of others, beside the entries that can: these are to be
// worked on all the same. It stays open, and is not claimed again by this instance; its
// changes rest, so that others on their groups go on, and the limits that it was to end
// are given back to the record, for an end that can be read. With any other error there are no entries, but nil.
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
	err = j.write(ctx, onTime, "take up what is open", func(ctx context.Context, tx executor) error {
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
		if err != nil {
			return err
		}
		return j.setAside(ctx, tx, corrupt)
	})
	if err != nil {
		return nil, err
	}
	for _, number := range numbersIn(corrupt) {
		term.take(number)
	}
	return entries, j.noteDamage(corrupt)
}

// setAside lets others go on in the place of entries that cannot be read.
func (j *Journal) setAside(ctx context.Context, tx executor, corrupt []error) error {
	list, err := encode(numbersIn(corrupt))
	if err != nil || len(corrupt) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE change SET state = $2 WHERE state <> $3 AND entry IN `+j.dialect.list(`$1`), list, bot.Resting, bot.Settled)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE grants SET ending = 0, tries = tries + 1 WHERE ending IN `+j.dialect.list(`$1`), list)
	return err
}

// numbersIn returns the numbers of the entries that errors say cannot be read.
func numbersIn(errs []error) []int64 {
	numbers := []int64{}
	for _, err := range errs {
		if c, ok := errors.AsType[*CorruptError](err); ok {
			numbers = append(numbers, c.Number)
		}
	}
	return numbers
}

// noteDamage remembers which entries cannot be read.
func (j *Journal) noteDamage(corrupt []error) error {
	j.damage.Lock()
	defer j.damage.Unlock()
	for _, number := range numbersIn(corrupt) {
		j.damaged[number] = true
	}
	return errors.Join(corrupt...)
}

// Damaged returns the numbers of the entries that could not be read since the journal was
// opened, in order.
func (j *Journal) Damaged() []int64 {
	j.damage.Lock()
	defer j.damage.Unlock()
	return slices.Sorted(maps.Keys(j.damaged))
}

// Entry returns an entry, closed or not, or found false. Of one that was purged,
// the command, the posts, the plans and the outcomes are empty.
func (j *Journal) Entry(ctx context.Context, number int64) (bot.Entry, bool, error) {
	e, found, err := j.Reader.Entry(ctx, number)
	if errors.Is(err, bot.ErrDamaged) {
		err = j.noteDamage([]error{err})
	}
	return e, found, err
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
