package journal

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// putGrants makes these the limits on record for their users in a group. One
// that already stands as it is keeps its ID; any other gets a new one, since the
// ID names the one end that belongs to it. A grant without an entry is e's.
func putGrants(ctx context.Context, tx *sql.Tx, e bot.Entry, group imapi.GroupID, grants []commands.Grant) error {
	for _, g := range grants {
		if g.Entry == 0 {
			g.Entry = e.Number
		}
		args := []any{clean(group), clean(g.User), g.Until.UnixMicro(), g.Length.Microseconds(), g.Entry}
		_, err := tx.ExecContext(ctx, `
			DELETE FROM grants WHERE group_id = $1 AND user_id = $2
			AND NOT (until = $3 AND length = $4 AND entry = $5)`, args...)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO grants (group_id, user_id, until, length, entry) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (group_id, user_id) DO NOTHING`, args...)
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
// exact to the microsecond.
func (r *Reader) Grants(ctx context.Context, g imapi.GroupID) ([]commands.Grant, error) {
	const doing = "read the limited administrators"
	rows, err := r.db.QueryContext(ctx, `
		SELECT id, group_id, user_id, until, length, entry FROM grants
		WHERE $1 = '' OR group_id = $1 ORDER BY until, id`, clean(g))
	if err != nil {
		return nil, r.failed(ctx, doing, err)
	}
	defer rows.Close()
	var grants []commands.Grant
	for rows.Next() {
		var g commands.Grant
		var until, length int64
		if err := rows.Scan(&g.ID, &g.Group, &g.User, &until, &length, &g.Entry); err != nil {
			return nil, r.failed(ctx, doing, err)
		}
		g.Until, g.Length = moment(until), time.Duration(length)*time.Microsecond
		grants = append(grants, g)
	}
	if err := rows.Err(); err != nil {
		return nil, r.failed(ctx, doing, err)
	}
	return grants, nil
}

// Recent returns the last thing that changes settled since then made of each
// user of a group. An outcome that can no longer be read is left out and comes
// as a *CorruptError beside the others.
func (r *Reader) Recent(ctx context.Context, g imapi.GroupID, since time.Time) ([]commands.Recent, error) {
	const doing = "read the recent changes"
	rows, err := r.db.QueryContext(ctx, `
		SELECT entry, outcome FROM change
		WHERE group_id = $1 AND settled_at >= $2 ORDER BY settled_at DESC, id DESC`, clean(g), since.UnixMicro())
	if err != nil {
		return nil, r.failed(ctx, doing, err)
	}
	defer rows.Close()
	var recent []commands.Recent
	var corrupt []error
	seen := make(map[imapi.UserID]bool)
	for rows.Next() {
		var entry int64
		var text string
		var outcome commands.Outcome
		if err := rows.Scan(&entry, &text); err != nil {
			return nil, r.failed(ctx, doing, err)
		}
		if err := decode("outcome", text, &outcome); err != nil {
			corrupt = append(corrupt, &CorruptError{Number: entry, Err: err})
			continue
		}
		recent = appendUnseen(recent, outcome.Made, seen)
	}
	if err := rows.Err(); err != nil {
		return nil, r.failed(ctx, doing, err)
	}
	return recent, errors.Join(corrupt...)
}

// appendUnseen adds what was made of users not seen yet; within one outcome the
// last word about a user counts.
func appendUnseen(recent, made []commands.Recent, seen map[imapi.UserID]bool) []commands.Recent {
	for i := len(made) - 1; i >= 0; i-- {
		if m := made[i]; !seen[m.User] {
			seen[m.User] = true
			recent = append(recent, m)
		}
	}
	return recent
}
