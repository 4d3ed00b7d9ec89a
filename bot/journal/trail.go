package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands"
)

// trailLimit is how many entries Trail returns when the filter does not say.
const trailLimit = 20

const recordColumns = `number, at, what, caller, platform, channel, thread, verb, group_id, groups, users, asked, outcome, detail`

// recording is what writes an audit row: of the delivery with that key if there
// is one, under that number, about more names than those in the row.
func recording(key string, number any, r bot.Record, more []string) ([]statement, error) {
	users, err := encode(r.Users)
	if err != nil {
		return nil, err
	}
	groups := ""
	if len(r.Groups) > 0 {
		if groups, err = encode(r.Groups[:min(len(r.Groups), bot.MaxGroups)]); err != nil {
			return nil, err
		}
	}
	if key != "" {
		key = hash(key)
	}
	statements := []statement{insertion(`INSERT INTO audit (key, `+recordColumns+`) VALUES `, [][]any{{
		orNull(key), number, r.At.UnixMicro(), clean(r.What), clean(r.Caller),
		clean(r.Place.Platform), clean(r.Place.Channel), clean(r.Place.Thread), clean(r.Verb),
		clean(r.Group), groups, users, cut(clean(r.Text), bot.MaxText), clean(r.Outcome), clean(r.Detail),
	}}, ``)}
	var about [][]any
	for _, name := range namesOf(r, more) {
		about = append(about, []any{name, number})
	}
	if len(about) > 0 {
		statements = append(statements, insertion(`INSERT INTO audit_about (about, number) VALUES `, about, ` ON CONFLICT DO NOTHING`))
	}
	return statements, nil
}

// namesOf returns whom and what a row is about: the caller, by the whole ref and
// by the bare ID, the row's groups and users, and more names.
func namesOf(r bot.Record, more []string) []string {
	bare := r.Caller[strings.LastIndexByte(r.Caller, ':')+1:]
	names := append([]string{r.Caller, bare, string(r.Group)}, more...)
	for _, g := range r.Groups {
		names = append(names, string(g))
	}
	for _, u := range r.Users {
		names = append(names, string(u))
	}
	for i, name := range names {
		names[i] = clean(name)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}

// appendRecord writes a further audit row of a delivery.
func appendRecord(ctx context.Context, tx *sql.Tx, r bot.Record) error {
	statements, err := recording("", r.Number, r, nil)
	if err != nil {
		return err
	}
	return execAll(ctx, tx, statements)
}

// Trail returns all audit rows of the newest entries that match, f.Limit of them
// or 20, in the order in which they were written. An entry matches About by its
// caller, groups and users, and Since and Until by a row between them. Rows that
// can no longer be read in full come beside a *CorruptError.
func (r *Reader) Trail(ctx context.Context, f bot.Filter) (records []bot.Record, err error) {
	numbers, args := matching(f)
	var corrupt []error
	err = r.read(ctx, "read the audit trail", func(ctx context.Context, tx *sql.Tx) error {
		records, corrupt, err = recordsOf(tx.QueryContext(ctx, `SELECT `+recordColumns+` FROM audit
			WHERE number IN (`+numbers+`) ORDER BY number DESC, id`, args...))
		return err
	})
	if err != nil {
		return nil, err
	}
	return records, errors.Join(corrupt...)
}

// recordsOf reads rows of recordColumns.
func recordsOf(rows *sql.Rows, err error) (records []bot.Record, corrupt []error, _ error) {
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		record, err := scanRecord(rows)
		if c, ok := errors.AsType[*CorruptError](err); ok {
			corrupt = append(corrupt, c)
		} else if err != nil {
			return nil, nil, err
		}
		records = append(records, record)
	}
	return records, corrupt, rows.Err()
}

// matching is the query for the numbers that a filter chooses. It walks an index
// from its newest end, so that it is fast however long the trail is.
func matching(f bot.Filter) (query string, args []any) {
	table := `audit`
	var where, when []string
	place := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	if !f.Since.IsZero() {
		when = append(when, `at >= `+place(f.Since.UnixMicro()))
	}
	if !f.Until.IsZero() {
		when = append(when, `at < `+place(f.Until.UnixMicro()))
	}
	if len(f.About) > 0 {
		table = `audit_about`
		var places []string
		for _, name := range f.About {
			places = append(places, place(clean(name)))
		}
		where = append(where, `a.about IN (`+strings.Join(places, ", ")+`)`)
		if len(when) > 0 {
			when = []string{`EXISTS (SELECT 1 FROM audit WHERE audit.number = a.number AND ` + strings.Join(when, ` AND `) + `)`}
		}
	}
	if f.Number != 0 {
		where = append(where, `a.number = `+place(f.Number))
	}
	where = append(where, when...)
	if f.Reader != "" && f.Number == 0 {
		where = append(where, readable(f, place))
	}
	query = `SELECT DISTINCT a.number FROM ` + table + ` AS a`
	if len(where) > 0 {
		query += ` WHERE ` + strings.Join(where, ` AND `)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = trailLimit
	}
	return query + ` ORDER BY a.number DESC LIMIT ` + place(limit), args
}

// readable is the condition of Filter.Reader on a number that is chosen from the table a.
func readable(f bot.Filter, place func(any) string) string {
	own := `r.caller = ` + place(clean(f.Reader))
	stranger := `(r.what = ` + place(bot.WasRefused) + ` AND r.detail IN (` +
		place(commands.NoRight) + `, ` + place(commands.CallerBlocked) + `, ` + place(commands.CallerOutsider) + `))`
	if len(f.About) == 0 {
		shown := own + ` OR (r.group_id <> '' OR r.groups <> '') AND NOT ` + stranger
		return `(` + strings.ReplaceAll(shown, `r.`, `a.`) + `)`
	}
	named := `r.caller = a.about OR substr(r.caller, length(r.caller) - length(a.about)) = ':' || a.about`
	return `EXISTS (SELECT 1 FROM audit AS r WHERE r.number = a.number AND (` + own + ` OR ` + named + ` OR NOT ` + stranger + `))`
}

func scanRecord(rows *sql.Rows) (bot.Record, error) {
	var r bot.Record
	var at int64
	var groups, users string
	err := rows.Scan(&r.Number, &at, &r.What, &r.Caller, &r.Place.Platform, &r.Place.Channel, &r.Place.Thread,
		&r.Verb, &r.Group, &groups, &users, &r.Text, &r.Outcome, &r.Detail)
	if err != nil {
		return r, err
	}
	r.At = moment(at)
	err = decode("users", users, &r.Users)
	if groups != "" {
		err = errors.Join(err, decode("groups", groups, &r.Groups))
	}
	if err != nil {
		return r, &CorruptError{Number: r.Number, Err: err}
	}
	return r, nil
}
