package journal

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// putGrants makes these the limits on record for their users in a group. One
// that already stands as it is (its Due and Tries may differ) keeps its ID, and is
// given back by the end that took it; any other gets a new one, since the ID names
// the one end that belongs to it. A grant without an entry is e's.
func putGrants(ctx context.Context, tx *sql.Tx, e bot.Entry, group imapi.GroupID, grants []commands.Grant) error {
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
			ON CONFLICT (group_id, user_id) DO UPDATE SET due = excluded.due, tries = excluded.tries, ending = 0`,
			append(limit, g.Due.UnixMicro(), g.Tries)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// dropGrants forgets the limits of users in a group.
func dropGrants(ctx context.Context, tx *sql.Tx, group imapi.GroupID, users []imapi.UserID) error {
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
	err = r.read(ctx, "read the limited administrators", func(ctx context.Context, tx *sql.Tx) error {
		grants, err = grantsWhere(ctx, tx, `($1 = '' OR group_id = $1) ORDER BY until, id`, clean(g))
		return err
	})
	return grants, err
}

const grantColumns = `id, group_id, user_id, until, length, entry, due, tries`

// grantsWhere returns the limits that a condition chooses, in the order that it
// asks for.
func grantsWhere(ctx context.Context, tx *sql.Tx, condition string, args ...any) ([]commands.Grant, error) {
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
// user of a group, and which entry did it: not one that only did it again. An
// outcome that can no longer be read is left out and comes as a *CorruptError
// beside the others.
func (r *Reader) Recent(ctx context.Context, g imapi.GroupID, since time.Time) (recent []commands.Recent, err error) {
	var corrupt []error
	err = r.read(ctx, "read the recent changes", func(ctx context.Context, tx *sql.Tx) error {
		recent, corrupt, err = recentOf(tx.QueryContext(ctx, `
			SELECT entry, outcome FROM change
			WHERE group_id = $1 AND settled_at >= $2 AND outcome IS NOT NULL ORDER BY settled_at DESC, id DESC`,
			clean(g), since.UnixMicro()))
		return err
	})
	if err != nil {
		return nil, err
	}
	return recent, errors.Join(corrupt...)
}

// recentOf reads entries and outcomes, the newest first.
func recentOf(rows *sql.Rows, err error) (recent []commands.Recent, corrupt []error, _ error) {
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	seen := make(map[imapi.UserID]bool)
	for rows.Next() {
		var entry int64
		var text string
		var outcome commands.Outcome
		if err := rows.Scan(&entry, &text); err != nil {
			return nil, nil, err
		}
		if err := decode("outcome", text, &outcome); err != nil {
			corrupt = append(corrupt, &CorruptError{Number: entry, Err: err})
			continue
		}
		recent = appendUnseen(recent, entry, outcome.Made, seen)
	}
	return recent, corrupt, rows.Err()
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
