package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// Discard closes the open entries with those numbers, or all, as they are, and
// forgets the limits that entries with those numbers have given or, as ends, have
// taken. Each is audited under its entry's number, with what r says of caller, place
// and detail. It returns how many it closed and forgot. If a number means
// nothing, the error names it, and nothing is done.
func (j *Journal) Discard(ctx context.Context, numbers []int64, all bool, r bot.Record) (entries, grants int, err error) {
	r.Event, r.At = bot.WasDropped, j.now()
	var closed []int64
	var limits []commands.Grant
	limited, cancel := j.dialect.limit(ctx)
	defer cancel()
	err = j.transact(limited, work, func(ctx context.Context, tx executor) (err error) {
		chosen := `IN ` + j.dialect.list(`$2`)
		limits, err = grantsOf(ctx, tx, statement{`
			DELETE FROM grants WHERE $1 OR entry ` + chosen + ` OR ending ` + chosen + ` RETURNING ` + grantColumns, []any{all, list(numbers)}})
		if err != nil {
			return err
		}
		closed, err = column[int64](ctx, tx, statement{`
			UPDATE entry SET state = $3, closed_at = $4
			WHERE closed_at IS NULL AND ($1 OR number ` + chosen + `) RETURNING number`,
			[]any{all, list(numbers), bot.Dropped, r.At.UnixMicro()}})
		if err != nil {
			return err
		}
		var nothing []string
		for _, n := range numbers {
			gave := func(g commands.Grant) bool { return g.Entry == n }
			if !slices.Contains(closed, n) && !slices.ContainsFunc(limits, gave) {
				nothing = append(nothing, fmt.Sprintf("#%d", n))
			}
		}
		if len(nothing) > 0 {
			return errors.New("nothing is open, and no limit is on record, of " + strings.Join(nothing, ", "))
		}
		return j.recordDropped(ctx, tx, closed, limits, r)
	})
	if err != nil {
		return 0, 0, j.failed(ctx, "drop entries", err)
	}
	for _, n := range closed {
		j.terms.now().forget(n)
	}
	return len(closed), len(limits), nil
}

// recordDropped writes the audit rows of entries and limits, each like r with what
// its entry was about, and forgets the reply handles of the entries.
func (j *Journal) recordDropped(ctx context.Context, tx executor, closed []int64, limits []commands.Grant, r bot.Record) error {
	numbers := slices.Clone(closed)
	for _, g := range limits {
		numbers = append(numbers, g.Entry)
	}
	verbs, groups := make(map[int64]commands.Verb), make(map[int64][]imapi.GroupID) // also of damaged entries
	asked := statement{`SELECT number, verb, coalesce(group_id, '') FROM entry LEFT JOIN change ON change.entry = entry.number
		WHERE number IN ` + j.dialect.list(`$1`) + ` ORDER BY number, position, id`, []any{list(numbers)}}
	err := each(ctx, tx, asked, func(rows *sql.Rows) error {
		var n int64
		var verb commands.Verb
		var group imapi.GroupID
		err := rows.Scan(&n, &verb, &group)
		if verbs[n] = verb; group != "" { // a request has no changes
			groups[n] = append(groups[n], group)
		}
		return err
	})
	if err != nil {
		return err
	}
	var statements []statement
	for _, n := range closed {
		r.Number, r.Verb, r.Groups = n, verbs[n], groups[n]
		statements = append(append(statements, forgetting(n)), recording("", n, r, nil)...)
	}
	for _, g := range limits {
		r.Number, r.Verb, r.Groups = g.Entry, verbs[g.Entry], nil
		r.Group, r.Users = g.Group, []imapi.UserID{g.User}
		statements = append(statements, recording("", g.Entry, r, nil)...)
	}
	return execAll(ctx, tx, statements...)
}

// purgedAtOnce is how many entries are purged in one transaction: few, so that
// what is being accepted does not wait for long.
const purgedAtOnce = 100

// Purge forgets the command, the posts, the plans and the outcomes of entries that
// were closed before a time, and returns of how many. Their keys and audit rows
// stay. An entry with a limit on record is left: the limit's end is posted in its
// thread.
func (j *Journal) Purge(ctx context.Context, before time.Time) (purged int, _ error) {
	choose := statement{`
		UPDATE entry SET command = '{}', root = '', result = '', purged = TRUE WHERE number IN (
			SELECT number FROM entry WHERE closed_at < $1 AND NOT purged
			AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.entry = entry.number)
			ORDER BY closed_at LIMIT $2 ` + j.dialect.skipLocked + `)
		RETURNING number`, []any{before.UnixMicro(), purgedAtOnce}}
	for {
		var numbers []int64
		err := j.write(ctx, work, "forget what was long ago", func(ctx context.Context, tx executor) (err error) {
			if numbers, err = column[int64](ctx, tx, choose); err != nil {
				return err
			}
			return execAll(ctx, tx, statement{
				`UPDATE change SET plan = NULL, outcome = NULL WHERE entry IN ` + j.dialect.list(`$1`), []any{list(numbers)}})
		})
		if err != nil || len(numbers) == 0 {
			return purged, err
		}
		purged += len(numbers)
	}
}
