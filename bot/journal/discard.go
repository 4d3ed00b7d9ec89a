package journal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// NothingError names numbers of entries that are not open and have given no limit
// on record.
type NothingError struct{ Numbers []int64 }

func (e *NothingError) Error() string {
	var names []string
	for _, n := range e.Numbers {
		names = append(names, fmt.Sprintf("#%d", n))
	}
	return "nothing is open, and no limit is on record, of " + strings.Join(names, ", ")
}

// Discard closes the open entries with those numbers, or all, as they are, and
// forgets the limits that entries with those numbers have given or, as ends, have
// taken. Each is audited under its entry's number, with what r says of caller, place
// and detail. It returns how many it closed and forgot. A number that stands for
// nothing is a *NothingError, and then nothing is done.
func (j *Journal) Discard(ctx context.Context, numbers []int64, all bool, r bot.Record) (entries, grants int, err error) {
	r.Event, r.At = bot.WasDropped, j.now()
	list, err := encode(append([]int64{}, numbers...))
	if err != nil {
		return 0, 0, err
	}
	var closed []int64
	limited, cancel := j.dialect.limit(ctx)
	defer cancel()
	err = j.transact(limited, work, func(ctx context.Context, tx executor) error {
		chosen := `IN ` + j.dialect.list(`$2`)
		limits, err := scanGrants(tx.QueryContext(ctx, `
			DELETE FROM grants WHERE $1 OR entry `+chosen+` OR ending `+chosen+` RETURNING `+grantColumns, all, list))
		if err != nil {
			return err
		}
		closed, err = column(tx.QueryContext(ctx, `
			UPDATE entry SET state = $3, closed_at = $4
			WHERE closed_at IS NULL AND ($1 OR number `+chosen+`) RETURNING number`, all, list, bot.Dropped, r.At.UnixMicro()))
		if err != nil {
			return err
		}
		for _, n := range closed {
			if err := execAll(ctx, tx, []statement{forgetting(n)}); err != nil {
				return err
			}
		}
		entries, grants = len(closed), len(limits)
		if err := nothingOf(numbers, closed, limits); err != nil {
			return err
		}
		return j.recordDropped(ctx, tx, closed, limits, r)
	})
	if err != nil {
		return 0, 0, j.failed(ctx, "drop entries", err)
	}
	for _, n := range closed {
		j.terms.now().forget(n)
	}
	return entries, grants, nil
}

// nothingOf says which numbers stand neither for a closed entry nor for who gave a
// limit.
func nothingOf(numbers, closed []int64, limits []commands.Grant) error {
	var nothing []int64
	for _, n := range numbers {
		gave := func(g commands.Grant) bool { return g.Entry == n }
		if !slices.Contains(closed, n) && !slices.ContainsFunc(limits, gave) {
			nothing = append(nothing, n)
		}
	}
	if len(nothing) > 0 {
		return &NothingError{nothing}
	}
	return nil
}

// recordDropped writes the audit rows of entries and limits, each like r with what
// its entry was about.
func (j *Journal) recordDropped(ctx context.Context, tx executor, closed []int64, limits []commands.Grant, r bot.Record) error {
	numbers := slices.Clone(closed)
	for _, g := range limits {
		numbers = append(numbers, g.Entry)
	}
	asked, err := j.asked(ctx, tx, numbers)
	if err != nil {
		return err
	}
	for _, n := range closed {
		r.Number, r.Verb, r.Groups = n, asked[n].Verb, asked[n].Target.Groups
		if err := appendRecord(ctx, tx, r); err != nil {
			return err
		}
	}
	for _, g := range limits {
		r.Number, r.Verb, r.Groups = g.Entry, asked[g.Entry].Verb, nil
		r.Group, r.Users = g.Group, []imapi.UserID{g.User}
		if err := appendRecord(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

// asked returns the verbs and groups of entries, also of those whose command can
// no longer be read.
func (j *Journal) asked(ctx context.Context, tx executor, numbers []int64) (map[int64]commands.Command, error) {
	list, err := encode(numbers)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT number, verb, group_id FROM entry JOIN change ON change.entry = entry.number
		WHERE number IN `+j.dialect.list(`$1`)+` ORDER BY number, position, id`, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	asked := make(map[int64]commands.Command)
	for rows.Next() {
		var n int64
		var verb commands.Verb
		var group imapi.GroupID
		if err := rows.Scan(&n, &verb, &group); err != nil {
			return nil, err
		}
		c := asked[n]
		c.Verb, c.Target.Groups = verb, append(c.Target.Groups, group)
		asked[n] = c
	}
	return asked, rows.Err()
}
