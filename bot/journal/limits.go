package journal

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// putGrants makes these the limits on record for their users in a group. One
// that is there already (its Due and Tries may differ) keeps its ID, and with more Tries
// is given back by the end that took it; any other gets a new one, since ID and Tries name
// the one end that belongs to it. A grant without an entry is e's.
func putGrants(ctx context.Context, tx executor, e bot.Entry, group imapi.GroupID, grants []commands.Grant) error {
	for _, g := range grants {
		if g.Entry == 0 {
			g.Entry = e.Number
		}
		if g.Due.IsZero() {
			g.Due = g.Until
		}
		limit := []any{clean(group), clean(g.User), g.Until.UnixMicro(), g.Length.Microseconds(), g.Entry}
		_, err := tx.ExecContext(ctx, `
			DELETE FROM grants WHERE group_id = $1 AND user_id = $2
			AND NOT (until = $3 AND length = $4 AND entry = $5)`, limit...)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO grants (group_id, user_id, until, length, entry, due, tries) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (group_id, user_id) DO UPDATE SET due = excluded.due, tries = excluded.tries,
			ending = CASE WHEN grants.tries = excluded.tries THEN grants.ending ELSE 0 END`,
			append(limit, g.Due.UnixMicro(), g.Tries)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// dropGrants forgets the limits of users in a group.
func dropGrants(ctx context.Context, tx executor, group imapi.GroupID, users []imapi.UserID) error {
	for _, u := range users {
		_, err := tx.ExecContext(ctx, `DELETE FROM grants WHERE group_id = $1 AND user_id = $2`, clean(group), clean(u))
		if err != nil {
			return err
		}
	}
	return nil
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
	return scanGrants(tx.QueryContext(ctx, `SELECT `+grantColumns+` FROM grants WHERE `+condition, args...))
}

// scanGrants reads the rows of a statement that returns grantColumns.
func scanGrants(rows *sql.Rows, err error) ([]commands.Grant, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var grants []commands.Grant
	for rows.Next() {
		var g commands.Grant
		var until, length, due int64
		if err := rows.Scan(&g.ID, &g.Group, &g.User, &until, &length, &g.Entry, &due, &g.Tries); err != nil {
			return nil, err
		}
		g.Until, g.Length = moment(until), time.Duration(length)*time.Microsecond
		if due != until {
			g.Due = moment(due)
		}
		grants = append(grants, g)
	}
	return grants, rows.Err()
}

// Recent returns the last thing that changes settled since then made of each
// user of a group, and which entry did it: not one that only did it again. What was
// decided before something that is older than since is older, too, also if a clock that
// was set back since says something else. An outcome that can no longer be read is left out and comes as a *CorruptError
// beside the others.
func (r *Reader) Recent(ctx context.Context, g imapi.GroupID, since time.Time) (recent []commands.Recent, err error) {
	var corrupt []error
	err = r.read(ctx, "read the recent changes", func(ctx context.Context, tx executor) error {
		corrupt = nil
		outcomes, err := outcomesOf(tx.QueryContext(ctx, `
			SELECT entry, outcome FROM change
			WHERE group_id = $1 AND settled_at >= $2 AND outcome IS NOT NULL AND decision > coalesce(
				(SELECT max(decision) FROM change WHERE group_id = $1 AND decision IS NOT NULL AND settled_at < $2), 0)
			ORDER BY decision DESC`,
			clean(g), since.UnixMicro()))
		seen := make(map[imapi.UserID]bool)
		recent = nil
		for _, o := range outcomes {
			if o.damage != nil {
				corrupt = append(corrupt, &CorruptError{Number: o.entry, Err: o.damage})
			}
			recent = appendUnseen(recent, o.entry, o.outcome.Made, seen)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return recent, errors.Join(corrupt...)
}

// DecidedSince returns what was decided last about each user of a group after the
// change that an entry made there, in the order of decisions and not of clocks.
// forgotten reports that some of it can no longer be read: it was purged, or is
// damaged.
func (r *Reader) DecidedSince(ctx context.Context, g imapi.GroupID, entry int64) (decided []commands.Recent, forgotten bool, err error) {
	err = r.read(ctx, "read what was decided", func(ctx context.Context, tx executor) error {
		outcomes, err := outcomesOf(tx.QueryContext(ctx, `
			SELECT entry, outcome FROM change WHERE group_id = $1 AND decision > coalesce(
				(SELECT decision FROM change WHERE group_id = $1 AND entry = $2), 0)
			ORDER BY decision DESC`, clean(g), entry))
		seen := make(map[imapi.UserID]bool)
		decided, forgotten = nil, false
		for _, o := range outcomes {
			forgotten = forgotten || o.damage != nil
			decided = appendUnseen(decided, o.entry, change.Decided(o.outcome), seen)
		}
		return err
	})
	return decided, forgotten, err
}

// settledOutcome is the outcome that an entry had on a group, or why it cannot be read.
type settledOutcome struct {
	entry   int64
	outcome commands.Outcome
	damage  error
}

var errPurged = errors.New("the outcome was purged")

// outcomesOf reads entries and outcomes.
func outcomesOf(rows *sql.Rows, err error) ([]settledOutcome, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []settledOutcome
	for rows.Next() {
		var o settledOutcome
		var text sql.NullString
		if err := rows.Scan(&o.entry, &text); err != nil {
			return nil, err
		}
		if !text.Valid {
			o.damage = errPurged
		} else if o.damage = decode("outcome", text.String, &o.outcome); o.damage != nil {
			o.outcome = commands.Outcome{}
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

// appendUnseen adds what an entry made of users not seen yet; within one outcome
// the last word about a user counts.
func appendUnseen(recent []commands.Recent, entry int64, made []commands.Recent, seen map[imapi.UserID]bool) []commands.Recent {
	for i := len(made) - 1; i >= 0; i-- {
		if m := made[i]; !seen[m.User] {
			seen[m.User] = true
			m.Entry = cmp.Or(m.Entry, entry)
			recent = append(recent, m)
		}
	}
	return recent
}
