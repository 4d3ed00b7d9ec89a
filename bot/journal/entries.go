package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
)

// takenFor is how long an entry that this instance has accepted is left alone
// although no one says that it carries it: its Accept may not have returned yet.
const takenFor = time.Minute

// Claim takes up, oldest first, every entry that is not closed and that no one
// carries: no living instance, nor this one, which carries those given. What this
// instance accepts after its first Claim is left to it until it was once among those
// given. A request that can be decided is left alone until its reminder is due or its time is
// over. The keys of entries are on record as hashes only, so Key is empty. Plans and
// outcomes of settled changes are not read.
//
// An entry that can no longer be read is left out and comes as a *CorruptError,
// joined with those of others, beside the entries that can: these are to be
// worked on all the same. It stays open, and is not claimed again by this instance; its
// changes rest, so that others on their groups go on, and the limits that it was to end
// are given back to the record, for an end that can be read. With any other error there are no entries, but nil.
func (j *Journal) Claim(ctx context.Context, carried []int64) (entries []bot.Entry, err error) {
	first := !j.claimed.Swap(true)
	old := j.now().Add(-takenFor).UnixMicro()
	if first {
		old = math.MaxInt64
	}
	term := j.terms.now()
	if err := j.Held(); err != nil {
		return nil, fmt.Errorf("cannot take up what is open: %w", err)
	}
	claiming := statement{`
		UPDATE entry SET owner = $1, attempt = attempt + 1 WHERE number IN (
			SELECT number FROM entry WHERE closed_at IS NULL
			AND (state <> 'asked' OR request_post = '' OR remind_at <= $4 OR expires_at <= $4)
			AND CASE WHEN owner = $1
				THEN number NOT IN ` + j.dialect.list(`$2`) + ` AND (attempt > 1 OR accepted_at < $3)
				ELSE ` + j.dialect.ownerless + ` END
			ORDER BY number ` + j.dialect.skipLocked + `)
		AND ` + j.dialect.living + ` RETURNING number`, []any{term.owner, list(term.kept(carried, first)), old, j.now().UnixMicro()}}
	var corrupt []error
	var damaged []int64
	err = j.write(ctx, onTime, "take up what is open", func(ctx context.Context, tx executor) error {
		claimed, err := column[int64](ctx, tx, claiming)
		if err != nil {
			return err
		}
		entries, corrupt, err = j.entriesWhere(ctx, tx, unsettled, `number IN `+j.dialect.list(`$1`), list(claimed))
		if err != nil || len(corrupt) == 0 {
			return err
		}
		damaged = slices.DeleteFunc(claimed, func(number int64) bool {
			return slices.ContainsFunc(entries, func(e bot.Entry) bool { return e.Number == number })
		})
		return j.setAside(ctx, tx, damaged)
	})
	if err != nil {
		return nil, err
	}
	for _, number := range damaged {
		term.take(number)
	}
	return entries, errors.Join(corrupt...)
}

// setAside lets others go on in the place of entries that cannot be read.
func (j *Journal) setAside(ctx context.Context, tx executor, numbers []int64) error {
	damaged := j.dialect.list(`$1`)
	return execAll(ctx, tx,
		statement{`UPDATE change SET state = $2 WHERE state <> $3 AND entry IN ` + damaged, []any{list(numbers), bot.Resting, bot.Settled}},
		statement{`UPDATE grants SET ending = 0, tries = tries + 1 WHERE ending IN ` + damaged, []any{list(numbers)}})
}

// Unclosed returns every entry that is not closed, oldest first. An entry that can
// no longer be read is left out and comes as a *CorruptError, joined with those of
// others, beside the entries that can. With any other error there are no entries,
// but nil.
func (r *Reader) Unclosed(ctx context.Context) ([]bot.Entry, error) {
	return readRows(ctx, r, "read what is open", func(ctx context.Context, tx executor) ([]bot.Entry, []error, error) {
		return r.entriesWhere(ctx, tx, everything, `closed_at IS NULL`)
	})
}

// Entry returns an entry, closed or not, or found false. Of one that was purged,
// the command, the posts, the plans and the outcomes are empty.
func (r *Reader) Entry(ctx context.Context, number int64) (e bot.Entry, found bool, err error) {
	err = r.read(ctx, "read an entry", func(ctx context.Context, tx executor) error {
		entries, corrupt, err := r.entriesWhere(ctx, tx, everything, `number = $1`, number)
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
	q := &query{}
	var keys []string
	for _, key := range once {
		keys = append(keys, q.place(hash(key)))
	}
	return n, r.ask(ctx, "see what was done before", q.statement(`SELECT count(*) FROM once WHERE key IN (`+strings.Join(keys, `, `)+`)`), &n)
}

// What is read of the plans and outcomes of changes: all, or no more than is needed to
// carry them.
const (
	everything = `plan, outcome`
	unsettled  = `CASE WHEN state = 'planned' THEN plan END, NULL`
)

// entriesWhere returns the entries that a condition on them chooses, in number
// order, and a *CorruptError for each that cannot be read, which Damaged returns from then on.
func (r *Reader) entriesWhere(ctx context.Context, tx executor, columns, condition string, args ...any) (entries []bot.Entry, corrupt []error, _ error) {
	all, damaged, err := readEntries(ctx, tx, condition, args)
	if err != nil {
		return nil, nil, err
	}
	if err := readChanges(ctx, tx, columns, condition, args, all, damaged); err != nil {
		return nil, nil, err
	}
	entries = make([]bot.Entry, 0, len(all)) // nil would say that nothing could be read
	for _, e := range all {
		if err := damaged[e.Number]; err != nil {
			corrupt = append(corrupt, &CorruptError{Number: e.Number, Err: err})
			r.damaged.Store(e.Number, true)
		} else {
			entries = append(entries, e)
		}
	}
	return entries, corrupt, nil
}

// readEntries returns entries without their changes, and what is wrong with
// those that are damaged, by number.
func readEntries(ctx context.Context, tx executor, condition string, args []any) (entries []bot.Entry, damaged map[int64]error, _ error) {
	damaged = make(map[int64]error)
	query := statement{`
		SELECT number, under, caller, place, command, rule, state, attempt, answered, handle, root, result, accepted_at, ` + requestColumns + `
		FROM entry LEFT JOIN reply ON reply.entry = number WHERE ` + condition + ` ORDER BY number`, args}
	err := each(ctx, tx, query, func(rows *sql.Rows) error {
		var e bot.Entry
		var caller, place, command string
		var reply sql.NullString
		var accepted int64
		var asked asking
		err := rows.Scan(append([]any{&e.Number, &e.Under, &caller, &place, &command, &e.Rule, &e.State, &e.Attempt,
			&e.Answered, &reply, &e.Root, &e.Result, &accepted}, asked.scanned()...)...)
		if err != nil {
			return err
		}
		e.Reply, e.Accepted = reply.String, moment(accepted)
		err = errors.Join(decode("caller", caller, &e.Caller), decode("place", place, &e.Place), decode("command", command, &e.Command), asked.add(&e))
		if err != nil {
			damaged[e.Number] = err
		}
		entries = append(entries, e)
		return nil
	})
	return entries, damaged, err
}

// readChanges adds the changes to their entries, and what is wrong
// with them to damaged.
func readChanges(ctx context.Context, tx executor, columns, condition string, args []any, entries []bot.Entry, damaged map[int64]error) error {
	byNumber := make(map[int64]*bot.Entry, len(entries))
	for i := range entries {
		byNumber[entries[i].Number] = &entries[i]
	}
	query := statement{`
		SELECT entry, group_id, state, ` + columns + ` FROM change
		WHERE entry IN (SELECT number FROM entry WHERE ` + condition + `) ORDER BY position, id`, args}
	return each(ctx, tx, query, func(rows *sql.Rows) error {
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
		return nil
	})
}

func decodeChange(c *bot.Change, plan, outcome sql.NullString) (err error) {
	if plan.Valid {
		c.Plan = new(commands.Plan)
		err = decode("plan", plan.String, c.Plan)
	}
	if outcome.Valid {
		c.Outcome = new(commands.Outcome)
		err = errors.Join(err, decode("outcome", outcome.String, c.Outcome))
	}
	return err
}
