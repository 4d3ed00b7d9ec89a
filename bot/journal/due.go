package journal

import (
	"context"
	"database/sql"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
)

// dueAtOnce is how many limits of a kind Due returns at most.
const dueAtOnce = 500

// Conditions on a limit: no end has taken it; there is to be a reminder of it
// (commands.RemindFrom, in microseconds) and has been none. An index stands for
// each (grants_over, grants_near), so that asking costs the same however many
// limits there are.
const (
	untaken    = `ending = 0`
	unreminded = `ending = 0 AND NOT reminded AND due = until AND length >= 3600000000`
)

// Due returns the limits whose end is due and untaken, the oldest first, and those
// that are near their end without a reminder; of a limit whose end has failed there
// is none. It returns 500 of a kind at most; if there are more, Next is now.
func (r *Reader) Due(ctx context.Context, now time.Time) (due bot.Due, err error) {
	at, soon := now.UnixMicro(), now.Add(commands.RemindBefore).UnixMicro()
	err = r.read(ctx, "read the limits that are due", func(ctx context.Context, tx executor) (err error) {
		due.Over, err = grantsWhere(ctx, tx, untaken+` AND due <= $1 ORDER BY due, id LIMIT $2`, at, dueAtOnce)
		if err != nil {
			return err
		}
		due.Near, err = grantsWhere(ctx, tx, unreminded+` AND until > $1 AND until <= $2 ORDER BY until, id LIMIT $3`, at, soon, dueAtOnce)
		if err != nil {
			return err
		}
		if len(due.Over) == dueAtOnce || len(due.Near) == dueAtOnce {
			due.Next = now
			return nil
		}
		due.Next, err = nextDue(ctx, tx, at, soon)
		return err
	})
	return due, err
}

// nextDue returns when the first limit becomes due after at, or is to be reminded
// of after its end is as near as soon; zero if there is none.
func nextDue(ctx context.Context, tx executor, at, soon int64) (time.Time, error) {
	var over, near sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT
		(SELECT min(due) FROM grants WHERE `+untaken+` AND due > $1),
		(SELECT min(until) FROM grants WHERE `+unreminded+` AND until > $2)`, at, soon).Scan(&over, &near)
	if err != nil || !over.Valid {
		return time.Time{}, err // who is to be reminded of ends later
	}
	next := moment(over.Int64)
	if reminder := moment(near.Int64).Add(-commands.RemindBefore); near.Valid && reminder.Before(next) {
		next = reminder
	}
	return next, nil
}
