package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands"
)

// Unclosed returns every entry that is not closed, oldest first. An entry that can
// no longer be read is left out and comes as a *CorruptError, joined with those of
// others, beside the entries that can. With any other error there are no entries,
// but nil.
func (r *Reader) Unclosed(ctx context.Context) (entries []bot.Entry, err error) {
	var corrupt []error
	err = r.read(ctx, "read what is open", func(ctx context.Context, tx executor) (err error) {
		entries, corrupt, err = entriesWhere(ctx, tx, everything, `closed_at IS NULL`)
		return err
	})
	if err != nil {
		return nil, err
	}
	return entries, errors.Join(corrupt...)
}

// Entry returns an entry, closed or not, or found false. Of one that was purged,
// the command, the posts, the plans and the outcomes are empty.
func (r *Reader) Entry(ctx context.Context, number int64) (e bot.Entry, found bool, err error) {
	err = r.read(ctx, "read an entry", func(ctx context.Context, tx executor) error {
		entries, corrupt, err := entriesWhere(ctx, tx, everything, `number = $1`, number)
		if found = len(entries) > 0; found {
			e = entries[0]
		}
		return errors.Join(append(corrupt, err)...)
	})
	return e, found, err
}

// Taken returns how many of these are on record as what an entry does once.
func (r *Reader) Taken(ctx context.Context, once []string) (n int, err error) {
	if len(once) == 0 {
		return 0, nil
	}
	var places []string
	var keys []any
	for i, key := range once {
		places, keys = append(places, fmt.Sprintf("$%d", i+1)), append(keys, hash(key))
	}
	query := `SELECT count(*) FROM once WHERE key IN (` + strings.Join(places, ", ") + `)`
	return n, r.ask(ctx, "see what was done before", statement{query, keys}, &n)
}

// What is read of the plans and outcomes of changes: all, or no more than is needed to
// carry them.
const (
	everything = `plan, outcome`
	unsettled  = `CASE WHEN state = 'planned' THEN plan END, NULL`
)

// entriesWhere returns the entries that a condition on them chooses, in number
// order, and a *CorruptError for each that cannot be read.
func entriesWhere(ctx context.Context, tx executor, columns, condition string, args ...any) ([]bot.Entry, []error, error) {
	all, damaged, err := readEntries(ctx, tx, condition, args)
	if err != nil {
		return nil, nil, err
	}
	if err := readChanges(ctx, tx, columns, condition, args, all, damaged); err != nil {
		return nil, nil, err
	}
	entries := []bot.Entry{}
	var corrupt []error
	for _, e := range all {
		if err := damaged[e.Number]; err != nil {
			corrupt = append(corrupt, &CorruptError{Number: e.Number, Err: err})
		} else {
			entries = append(entries, e)
		}
	}
	return entries, corrupt, nil
}

// readEntries returns entries without their changes, and what is wrong with
// those that are damaged, by number.
func readEntries(ctx context.Context, tx executor, condition string, args []any) ([]bot.Entry, map[int64]error, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT number, under, caller, place, command, rule, state, attempt, answered, handle, root, result, accepted_at
		FROM entry LEFT JOIN reply ON reply.entry = number WHERE `+condition+` ORDER BY number`, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var entries []bot.Entry
	damaged := make(map[int64]error)
	for rows.Next() {
		var e bot.Entry
		var caller, place, command string
		var reply sql.NullString
		var accepted int64
		err := rows.Scan(&e.Number, &e.Under, &caller, &place, &command, &e.Rule, &e.State, &e.Attempt,
			&e.Answered, &reply, &e.Root, &e.Result, &accepted)
		if err != nil {
			return nil, nil, err
		}
		e.Reply, e.Accepted = reply.String, moment(accepted)
		err = errors.Join(decode("caller", caller, &e.Caller), decode("place", place, &e.Place), decode("command", command, &e.Command))
		if err != nil {
			damaged[e.Number] = err
		}
		entries = append(entries, e)
	}
	return entries, damaged, rows.Err()
}

// readChanges adds the changes to their entries, and what is wrong
// with them to damaged.
func readChanges(ctx context.Context, tx executor, columns, condition string, args []any, entries []bot.Entry, damaged map[int64]error) error {
	rows, err := tx.QueryContext(ctx, `
		SELECT entry, group_id, state, `+columns+` FROM change
		WHERE entry IN (SELECT number FROM entry WHERE `+condition+`) ORDER BY position, id`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	byNumber := make(map[int64]*bot.Entry, len(entries))
	for i := range entries {
		byNumber[entries[i].Number] = &entries[i]
	}
	for rows.Next() {
		var c bot.Change
		var plan, outcome sql.NullString
		if err := rows.Scan(&c.Entry, &c.Group, &c.State, &plan, &outcome); err != nil {
			return err
		}
		if err := decodeChange(&c, plan, outcome); err != nil {
			damaged[c.Entry] = errors.Join(damaged[c.Entry], fmt.Errorf("change of %s: %w", c.Group, err))
		}
		if e := byNumber[c.Entry]; e != nil { // else accepted since the entries were read
			e.Changes = append(e.Changes, c)
		}
	}
	return rows.Err()
}

func decodeChange(c *bot.Change, plan, outcome sql.NullString) error {
	var errs []error
	if plan.Valid {
		c.Plan = new(commands.Plan)
		errs = append(errs, decode("plan", plan.String, c.Plan))
	}
	if outcome.Valid {
		c.Outcome = new(commands.Outcome)
		errs = append(errs, decode("outcome", outcome.String, c.Outcome))
	}
	return errors.Join(errs...)
}
