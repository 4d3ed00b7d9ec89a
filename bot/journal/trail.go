package journal

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/imapi"
)

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
		if groups, err = encode(r.Groups); err != nil {
			return nil, err
		}
	}
	if key != "" {
		key = hash(key)
	}
	statements := []statement{insertion(`INSERT INTO audit (key, `+recordColumns+`) VALUES `, [][]any{{
		orNull(key), number, r.At.UnixMicro(), clean(r.Event), clean(r.Caller),
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
func appendRecord(ctx context.Context, tx executor, r bot.Record) error {
	statements, err := recording("", r.Number, r, nil)
	if err != nil {
		return err
	}
	return execAll(ctx, tx, statements)
}

// recordsOf reads rows of recordColumns. Rows about the same groups share the slice.
func recordsOf(rows *sql.Rows, err error) (records []bot.Record, corrupt []error, _ error) {
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	known := make(map[string][]imapi.GroupID)
	for rows.Next() {
		record, err := scanRecord(rows, known)
		if c, ok := errors.AsType[*CorruptError](err); ok {
			corrupt = append(corrupt, c)
		} else if err != nil {
			return nil, nil, err
		}
		records = append(records, record)
	}
	return records, corrupt, rows.Err()
}

// scanRecord reads a row of recordColumns. known has the groups that were read, by the text
// on record: many commands are about the same thousand.
func scanRecord(rows *sql.Rows, known map[string][]imapi.GroupID) (bot.Record, error) {
	var r bot.Record
	var at int64
	var groups, users string
	err := rows.Scan(&r.Number, &at, &r.Event, &r.Caller, &r.Place.Platform, &r.Place.Channel, &r.Place.Thread,
		&r.Verb, &r.Group, &groups, &users, &r.Text, &r.Outcome, &r.Detail)
	if err != nil {
		return r, err
	}
	r.At = moment(at)
	err = decode("users", users, &r.Users)
	if again, ok := known[groups]; ok {
		r.Groups = again
	} else if groups != "" {
		err = errors.Join(err, decode("groups", groups, &r.Groups))
		known[groups] = r.Groups
	}
	if err != nil {
		return r, &CorruptError{Number: r.Number, Err: err}
	}
	return r, nil
}
