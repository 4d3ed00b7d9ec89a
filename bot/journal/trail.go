package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"liveadmin/bot"
)

// trailLimit is how many entries Trail returns when the filter does not say.
const trailLimit = 20

const recordColumns = `number, at, what, caller, platform, channel, thread, verb, group_id, users, asked, outcome, detail`

// insertRecord writes an audit row, of the delivery with that key if there is
// one. It reports false if that delivery has its row already.
func insertRecord(ctx context.Context, tx *sql.Tx, key string, r bot.Record) (bool, error) {
	users, err := encode(r.Users)
	if err != nil {
		return false, err
	}
	if key != "" {
		key = hash(key)
	}
	result, err := tx.ExecContext(ctx, `
		INSERT INTO audit (key, `+recordColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (key) DO NOTHING`,
		orNull(key), r.Number, r.At.UnixMicro(), clean(r.What), clean(r.Caller),
		clean(r.Place.Platform), clean(r.Place.Channel), clean(r.Place.Thread), clean(r.Verb),
		clean(r.Group), users, cut(clean(r.Text), bot.MaxText), clean(r.Outcome), clean(r.Detail))
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows == 1, err
}

// insertAbout notes whom and what a row's number is about: the caller, by the
// whole ref and by the bare ID, the row's group and users, and more names.
func insertAbout(ctx context.Context, tx *sql.Tx, r bot.Record, more []string) error {
	bare := r.Caller[strings.LastIndexByte(r.Caller, ':')+1:]
	names := append([]string{r.Caller, bare, string(r.Group)}, more...)
	for _, u := range r.Users {
		names = append(names, string(u))
	}
	slices.Sort(names)

	var rows [][]any
	for _, name := range slices.Compact(names) {
		if name != "" {
			rows = append(rows, []any{clean(name), r.Number})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return insertRows(ctx, tx, `INSERT INTO audit_about (about, number) VALUES `, rows, ` ON CONFLICT DO NOTHING`)
}

// Trail returns all audit rows of the newest entries that match, f.Limit of them
// or 20, in the order in which they were written. An entry matches About by its
// caller, groups and users, and Since by any of its rows. Rows that can no longer
// be read in full come beside a *CorruptError.
func (r *Reader) Trail(ctx context.Context, f bot.Filter) ([]bot.Record, error) {
	numbers, args := matching(f)
	rows, err := r.db.QueryContext(ctx, `SELECT `+recordColumns+` FROM audit
		WHERE number IN (`+numbers+`) ORDER BY number DESC, id`, args...)
	if err != nil {
		return nil, r.failed(ctx, "read the audit trail", err)
	}
	defer rows.Close()
	var records []bot.Record
	var corrupt []error
	for rows.Next() {
		record, err := scanRecord(rows)
		if c, ok := errors.AsType[*CorruptError](err); ok {
			corrupt = append(corrupt, c)
		} else if err != nil {
			return nil, r.failed(ctx, "read the audit trail", err)
		}
		records = append(records, record)
	}
	if err := rows.Err(); err != nil {
		return nil, r.failed(ctx, "read the audit trail", err)
	}
	return records, errors.Join(corrupt...)
}

// matching is the query for the numbers that a filter chooses. It walks an index
// from its newest end, so that it is fast however long the trail is.
func matching(f bot.Filter) (query string, args []any) {
	table, since := `audit`, `a.at >= $%d`
	var where []string
	add := func(condition string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if len(f.About) > 0 {
		table, since = `audit_about`, `EXISTS (SELECT 1 FROM audit WHERE audit.number = a.number AND at >= $%d)`
		var places []string
		for _, name := range f.About {
			args = append(args, clean(name))
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
		where = append(where, `a.about IN (`+strings.Join(places, ", ")+`)`)
	}
	if f.Number != 0 {
		add(`a.number = $%d`, f.Number)
	}
	if !f.Since.IsZero() {
		add(since, f.Since.UnixMicro())
	}
	query = `SELECT DISTINCT a.number FROM ` + table + ` AS a`
	if len(where) > 0 {
		query += ` WHERE ` + strings.Join(where, ` AND `)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = trailLimit
	}
	args = append(args, limit)
	return query + fmt.Sprintf(` ORDER BY a.number DESC LIMIT $%d`, len(args)), args
}

func scanRecord(rows *sql.Rows) (bot.Record, error) {
	var r bot.Record
	var at int64
	var users string
	err := rows.Scan(&r.Number, &at, &r.What, &r.Caller, &r.Place.Platform, &r.Place.Channel, &r.Place.Thread,
		&r.Verb, &r.Group, &users, &r.Text, &r.Outcome, &r.Detail)
	if err != nil {
		return r, err
	}
	r.At = moment(at)
	if err := decode("users", users, &r.Users); err != nil {
		return r, &CorruptError{Number: r.Number, Err: err}
	}
	return r, nil
}
