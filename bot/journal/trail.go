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
func recording(key string, number any, r bot.Record, more []string) []statement {
	var hashed, groups any = nil, ``
	if key != "" {
		hashed = hash(key)
	}
	if len(r.Groups) > 0 {
		groups = inJSON{r.Groups}
	}
	row := []any{
		hashed, number, r.At.UnixMicro(), clean(r.Event), clean(r.Caller),
		clean(r.Place.Platform), clean(r.Place.Channel), clean(r.Place.Thread), clean(r.Verb),
		clean(r.Group), groups, inJSON{r.Users}, cut(clean(r.Text), bot.MaxText), clean(r.Outcome), clean(r.Detail),
	}
	statements := []statement{insertion(`INSERT INTO audit (key, `+recordColumns+`) VALUES `, [][]any{row}, ``)}
	var about [][]any
	for _, name := range namesOf(r, more) {
		about = append(about, []any{name, number})
	}
	if len(about) > 0 {
		statements = append(statements, insertion(`INSERT INTO audit_about (about, number) VALUES `, about, ` ON CONFLICT DO NOTHING`))
	}
	return statements
}

// cut shortens valid UTF-8 to at most limit bytes, between two runes.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
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

// recordsOf reads the rows of a query of recordColumns. Rows about the same groups share the
// slice: many commands are about the same thousand.
func recordsOf(ctx context.Context, tx executor, query statement) (records []bot.Record, corrupt []error, _ error) {
	known := make(map[string][]imapi.GroupID) // by the text on record
	err := each(ctx, tx, query, func(rows *sql.Rows) error {
		var r bot.Record
		var at int64
		var groups, users string
		err := rows.Scan(&r.Number, &at, &r.Event, &r.Caller, &r.Place.Platform, &r.Place.Channel, &r.Place.Thread,
			&r.Verb, &r.Group, &groups, &users, &r.Text, &r.Outcome, &r.Detail)
		if err != nil {
			return err
		}
		r.At = moment(at)
		damage := decode("users", users, &r.Users)
		if again, ok := known[groups]; ok {
			r.Groups = again
		} else if groups != "" {
			damage = errors.Join(damage, decode("groups", groups, &r.Groups))
			known[groups] = r.Groups
		}
		if damage != nil {
			corrupt = append(corrupt, &CorruptError{Number: r.Number, Err: damage})
		}
		records = append(records, r)
		return nil
	})
	return records, corrupt, err
}
