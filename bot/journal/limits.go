package journal

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// granting is what makes these the limits on record for their users in a group. One
// that is there already (its Due and Tries may differ) keeps its ID, and with more Tries
// is given back by the end that took it; any other gets a new one, since ID and Tries name
// the one end that belongs to it. A grant without an entry is e's.
func granting(e bot.Entry, group imapi.GroupID, grants []commands.Grant) (all []statement) {
	for _, g := range grants {
		if g.Due.IsZero() {
			g.Due = g.Until
		}
		limit := []any{clean(group), clean(g.User), g.Until.UnixMicro(), g.Length.Microseconds(), cmp.Or(g.Entry, e.Number)}
		all = append(all, statement{`
			DELETE FROM grants WHERE group_id = $1 AND user_id = $2
			AND NOT (until = $3 AND length = $4 AND entry = $5)`, limit,
		}, statement{`
			INSERT INTO grants (group_id, user_id, until, length, entry, due, tries) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (group_id, user_id) DO UPDATE SET due = excluded.due, tries = excluded.tries,
			ending = CASE WHEN grants.tries = excluded.tries THEN grants.ending ELSE 0 END`,
			slices.Concat(limit, []any{g.Due.UnixMicro(), g.Tries}),
		})
	}
	return all
}

// ungranting is what forgets the limits of users in a group.
func ungranting(group imapi.GroupID, users []imapi.UserID) (all []statement) {
	for _, u := range users {
		all = append(all, statement{`DELETE FROM grants WHERE group_id = $1 AND user_id = $2`, []any{clean(group), clean(u)}})
	}
	return all
}

// Grants returns the limits on record, the next end first. Times and lengths are
// exact to the microsecond; Due is zero where it is Until.
func (r *Reader) Grants(ctx context.Context, g imapi.GroupID) (grants []commands.Grant, err error) {
	err = r.read(ctx, "read the limited administrators", func(ctx context.Context, tx executor) error {
		grants, err = grantsWhere(ctx, tx, `($1 = '' OR group_id = $1) ORDER BY until, id`, clean(g))
		return err
	})
	return grants, err
}

const grantColumns = `id, group_id, user_id, until, length, entry, due, tries`

// grantsWhere returns the limits that a condition chooses, in the order that it
// asks for.
func grantsWhere(ctx context.Context, tx executor, condition string, args ...any) ([]commands.Grant, error) {
	return grantsOf(ctx, tx, statement{`SELECT ` + grantColumns + ` FROM grants WHERE ` + condition, args})
}

// grantsOf returns the limits of a statement that returns grantColumns.
func grantsOf(ctx context.Context, tx executor, s statement) (grants []commands.Grant, _ error) {
	err := each(ctx, tx, s, func(rows *sql.Rows) error {
		var g commands.Grant
		var until, length, due int64
		err := rows.Scan(&g.ID, &g.Group, &g.User, &until, &length, &g.Entry, &due, &g.Tries)
		g.Until, g.Length = moment(until), time.Duration(length)*time.Microsecond
		if due != until {
			g.Due = moment(due)
		}
		grants = append(grants, g)
		return err
	})
	return grants, err
}

// dueAtOnce is how many limits of a kind Due returns at most.
const dueAtOnce = 500

// Conditions on a limit: no end has taken it; there is to be a reminder of it
// (commands.RemindFrom, in microseconds) and has been none. Each has an
// index (grants_over, grants_near), so that asking costs the same however many limits
// there are.
const (
	untaken    = `ending = 0`
	unreminded = `ending = 0 AND NOT reminded AND due = until AND length >= 3600000000`
)

// Due returns the limits whose end is due and untaken, the oldest first, and those
// that are near their end without a reminder; of a limit whose end has failed there
// is none. It returns up to 500 of a kind; if there are more, Next is now.
func (r *Reader) Due(ctx context.Context, now time.Time) (due bot.Due, err error) {
	at, soon := now.UnixMicro(), now.Add(commands.RemindBefore).UnixMicro()
	err = r.read(ctx, "read the limits that are due", func(ctx context.Context, tx executor) (err error) {
		if due.Over, err = grantsWhere(ctx, tx, untaken+` AND due <= $1 ORDER BY due, id LIMIT $2`, at, dueAtOnce); err != nil {
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
		return time.Time{}, err // a reminder comes before the end
	}
	next := moment(over.Int64)
	if reminder := moment(near.Int64).Add(-commands.RemindBefore); near.Valid && reminder.Before(next) {
		next = reminder
	}
	return next, nil
}

// Recent returns the last thing that changes settled since then made of each
// user of a group, and which entry did it: not one that only did it again. What was
// decided before something that is older than since is older, too, also if a clock that
// was set back since says something else. An outcome that can no longer be read is left
// out and comes as a *CorruptError beside the others.
func (r *Reader) Recent(ctx context.Context, g imapi.GroupID, since time.Time) ([]commands.Recent, error) {
	settled := statement{`SELECT entry, outcome FROM change
		WHERE group_id = $1 AND settled_at >= $2 AND outcome IS NOT NULL AND decision > coalesce(
			(SELECT max(decision) FROM change WHERE group_id = $1 AND decision IS NOT NULL AND settled_at < $2), 0)
		ORDER BY decision DESC`, []any{clean(g), since.UnixMicro()}}
	return readRows(ctx, r, "read the recent changes", func(ctx context.Context, tx executor) ([]commands.Recent, []error, error) {
		return lastOf(ctx, tx, settled, func(o commands.Outcome) []commands.Recent { return o.Made })
	})
}

// DecidedSince returns what was decided last about each user of a group after the
// change that an entry made there, in the order of decisions and not of clocks.
// forgotten reports that some of it can no longer be read: it was purged, or is
// damaged.
func (r *Reader) DecidedSince(ctx context.Context, g imapi.GroupID, entry int64) (decided []commands.Recent, forgotten bool, err error) {
	later := statement{`SELECT entry, outcome FROM change
		WHERE group_id = $1 AND decision > coalesce((SELECT decision FROM change WHERE group_id = $1 AND entry = $2), 0)
		ORDER BY decision DESC`, []any{clean(g), entry}}
	var corrupt []error
	err = r.read(ctx, "read what was decided", func(ctx context.Context, tx executor) (err error) {
		decided, corrupt, err = lastOf(ctx, tx, later, change.Decided)
		return err
	})
	return decided, len(corrupt) > 0, err
}

// lastOf returns the last word about each user in the outcomes of a query, which has the
// latest first; within one outcome the last word counts. An outcome that can no longer be
// read is a *CorruptError.
func lastOf(ctx context.Context, tx executor, query statement, words func(commands.Outcome) []commands.Recent) (last []commands.Recent, corrupt []error, _ error) {
	seen := make(map[imapi.UserID]bool)
	err := each(ctx, tx, query, func(rows *sql.Rows) error {
		var entry int64
		var text sql.NullString
		if err := rows.Scan(&entry, &text); err != nil {
			return err
		}
		var outcome commands.Outcome
		damage := errPurged
		if text.Valid {
			damage = decode("outcome", text.String, &outcome)
		}
		if damage != nil {
			corrupt = append(corrupt, &CorruptError{Number: entry, Err: damage})
			return nil
		}
		for _, word := range slices.Backward(words(outcome)) {
			if !seen[word.User] {
				seen[word.User] = true
				word.Entry = cmp.Or(word.Entry, entry)
				last = append(last, word)
			}
		}
		return nil
	})
	return last, corrupt, err
}

var errPurged = errors.New("the outcome was purged")
