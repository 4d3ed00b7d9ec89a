package journal

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/policy"
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

// How many entries a read of the trail returns if the filter does not say, and how many
// it looks at when not all of them may be seen.
const (
	trailLimit = 20
	lookedAt   = 500
)

// Asked returns the first audit row of the newest entries that match, f.Limit of them or
// 20, the newest first; Groups are all groups of the entry. sees, which may be nil, says
// which of them to return: of the newest 500 that match. Rows that can no longer be read
// in full come beside a *CorruptError.
func (r *Reader) Asked(ctx context.Context, f bot.Filter, sees func(bot.Record) bool) ([]bot.Record, error) {
	return readRows(ctx, r, "read the audit trail", func(ctx context.Context, tx executor) ([]bot.Record, []error, error) {
		return askedIn(ctx, tx, f, sees)
	})
}

// Stories returns what the audit trail has on the entries that Asked returns: how their
// groups ended and, if f.Rows is set, every row. An entry of a thousand groups costs no
// more than counting them.
func (r *Reader) Stories(ctx context.Context, f bot.Filter, sees func(bot.Record) bool) ([]bot.Story, error) {
	return readRows(ctx, r, "read the audit trail", func(ctx context.Context, tx executor) ([]bot.Story, []error, error) {
		asked, corrupt, err := askedIn(ctx, tx, f, sees)
		if err != nil {
			return nil, nil, err
		}
		stories := make([]bot.Story, len(asked))
		for i, first := range asked {
			stories[i].First = first
		}
		for part := range slices.Chunk(stories, lookedAt) {
			damaged, err := complete(ctx, tx, part, f.Rows)
			if err != nil {
				return nil, nil, err
			}
			corrupt = append(corrupt, damaged...)
		}
		return stories, corrupt, nil
	})
}

// Trail returns all audit rows of the newest entries that match, f.Limit of them or 20,
// the newest entry first, its rows in the order in which they were written. Errors are
// as in Stories.
func (r *Reader) Trail(ctx context.Context, f bot.Filter) (rows []bot.Record, err error) {
	f.Rows = true
	stories, err := r.Stories(ctx, f, nil)
	for _, s := range stories {
		rows = append(rows, s.Rows...)
	}
	return rows, err
}

// complete adds to stories how their groups ended and, if asked, every row.
func complete(ctx context.Context, tx executor, stories []bot.Story, all bool) (corrupt []error, _ error) {
	q := &query{}
	at := make(map[int64]*bot.Story)
	var places []string
	for i := range stories {
		number := stories[i].First.Number
		at[number] = &stories[i]
		places = append(places, q.place(number))
	}
	those := `FROM audit WHERE number IN (` + strings.Join(places, `, `) + `)`
	ends := q.statement(`SELECT number, what, outcome, count(*), min(caller) ` + those + `
		AND what IN ('outcome', 'unanswered', 'dropped', 'approved', 'denied', 'withdrawn', 'expired', 'refused')
		GROUP BY number, what, outcome`)
	err := each(ctx, tx, ends, func(rows *sql.Rows) error {
		var number int64
		var what bot.Event
		var outcome commands.Status
		var n int
		var caller string
		if err := rows.Scan(&number, &what, &outcome, &n, &caller); err != nil {
			return err
		}
		if at[number].Count(what, outcome, n); at[number].Decided == what {
			at[number].Decider = caller
		}
		return nil
	})
	if err != nil || !all {
		return nil, err
	}
	rows, corrupt, err := recordsOf(ctx, tx, q.statement(`SELECT `+recordColumns+` `+those+` ORDER BY number DESC, id`))
	for _, row := range rows {
		at[row.Number].Rows = append(at[row.Number].Rows, row)
	}
	return corrupt, err
}

// askedIn reads as many first rows as are returned, and goes on where not all of them
// may be seen.
func askedIn(ctx context.Context, tx executor, f bot.Filter, sees func(bot.Record) bool) (asked []bot.Record, corrupt []error, _ error) {
	if f.Limit <= 0 {
		f.Limit = trailLimit
	}
	before, page := int64(math.MaxInt64), f.Limit
	for looked := 0; ; {
		rows, damaged, err := recordsOf(ctx, tx, firstRows(f, before, page))
		if err != nil {
			return nil, nil, err
		}
		corrupt = append(corrupt, damaged...)
		for _, row := range rows {
			before = row.Number
			seen := sees == nil || sees(row)
			if !seen && wasCut(row) {
				all := statement{`SELECT group_id FROM change WHERE entry = $1`, []any{row.Number}}
				if row.Groups, err = column[imapi.GroupID](ctx, tx, all); err != nil {
					return nil, nil, err
				}
				seen = sees(row)
			}
			if !seen {
				continue
			}
			if asked = append(asked, row); len(asked) == f.Limit {
				return asked, corrupt, nil
			}
		}
		looked += len(rows)
		if len(rows) < page || looked >= lookedAt {
			return asked, corrupt, nil
		}
		page = lookedAt - looked
	}
}

// wasCut reports whether a row may lack groups of its entry: the first edition kept
// up to twenty.
func wasCut(r bot.Record) bool {
	return r.Event == bot.WasAccepted && (len(r.Groups) == 0 || len(r.Groups) == 20)
}

// isFirst is a condition on a row f of audit: it is the first of its number. The index
// audit_first has these rows alone.
const isFirst = `(f.key IS NOT NULL OR f.what = 'capped')`

// firstRows is the query for the first rows of the newest numbers that match and are less
// than before. It walks an index from its newest end, so that it is fast however long
// the trail is.
func firstRows(f bot.Filter, before int64, limit int) statement {
	q := &query{}
	if f.Caller != "" && len(f.About) == 0 && f.Number == 0 {
		f.About = []string{f.Caller} // an index finds these
	}
	where, within := []string{isFirst}, `TRUE` // conditions on f, and on a column nr that an index walks
	if before < math.MaxInt64 {
		within += ` AND nr < ` + q.place(before)
	}
	if f.Number != 0 {
		within += ` AND nr = ` + q.place(f.Number)
	}
	if in := q.between(`w.at`, f.Since, f.Until); in != `` {
		q.table(`span (least, most)`, `SELECT (SELECT min(w.number) FROM audit AS w WHERE `+in+`), (SELECT max(w.number) FROM audit AS w WHERE `+in+`)`)
		within += ` AND nr BETWEEN (SELECT least FROM span) AND (SELECT most FROM span)`
		where = append(where, `(`+q.between(`f.at`, f.Since, f.Until)+` OR EXISTS (SELECT 1 FROM audit AS w WHERE w.number = f.number AND `+in+`))`)
	}
	if f.Caller != "" {
		where = append(where, `f.caller = `+q.place(clean(f.Caller)))
	}
	if f.Reader != "" && f.Number == 0 {
		where = append(where, q.readable(f))
	}
	matches, source := strings.Join(where, ` AND `), `audit AS f`
	if len(f.About) > 0 {
		q.newestAbout(f.About, matches, within, limit)
		source, matches = `chosen CROSS JOIN audit AS f`, `f.number = chosen.nr AND `+matches
	} else {
		matches += ` AND ` + strings.ReplaceAll(within, `nr `, `f.number `)
	}
	return q.statement(`SELECT ` + recordColumns + ` FROM ` + source + ` WHERE ` + matches + `
		ORDER BY f.number DESC LIMIT ` + q.place(limit))
}

// between is the condition that a column of times is in a span; empty if there is none.
func (q *query) between(column string, since, until time.Time) string {
	var in []string
	if !since.IsZero() {
		in = append(in, column+` >= `+q.place(since.UnixMicro()))
	}
	if !until.IsZero() {
		in = append(in, column+` < `+q.place(until.UnixMicro()))
	}
	return strings.Join(in, ` AND `)
}

// newestAbout adds the table chosen: numbers that are about any of the names, among them
// the newest that match. An entry of a thousand groups is on record under the name of
// each: no more are read under a name than are asked for.
func (q *query) newestAbout(names []string, matches, within string, limit int) {
	var values []string
	for _, name := range names {
		values = append(values, `(`+q.place(clean(name))+`)`)
	}
	within = strings.ReplaceAll(within, `nr `, `a.number `)
	q.table(`names (name)`, `VALUES `+strings.Join(values, `, `))
	q.table(`oldest (name, nr)`, `SELECT name, (
		SELECT a.number FROM audit_about AS a CROSS JOIN audit AS f
		WHERE a.about = names.name AND `+within+` AND f.number = a.number AND `+matches+`
		ORDER BY a.number DESC LIMIT 1 OFFSET `+q.place(limit-1)+`) FROM names`)
	q.table(`chosen (nr)`, `SELECT DISTINCT a.number FROM oldest CROSS JOIN audit_about AS a
		WHERE a.about = oldest.name AND `+within+` AND a.number >= coalesce(oldest.nr, 0)`)
}

// readable is the condition of Filter.Reader on a first row.
func (q *query) readable(f bot.Filter) string {
	own := `f.caller = ` + q.place(clean(f.Reader))
	stranger := `(f.what = ` + q.place(bot.WasRefused) + ` AND f.detail IN (` +
		q.place(policy.NoRight) + `, ` + q.place(policy.CallerBlocked) + `, ` + q.place(policy.CallerOutsider) + `))`
	if len(f.About) == 0 {
		return `(` + own + ` OR (f.what = ` + q.place(bot.WasAccepted) + ` OR f.groups <> '') AND NOT ` + stranger + `)`
	}
	return `(` + own + ` OR NOT ` + stranger + ` OR EXISTS (SELECT 1 FROM names AS n
		WHERE f.caller = n.name OR substr(f.caller, length(f.caller) - length(n.name)) = ':' || n.name))`
}
