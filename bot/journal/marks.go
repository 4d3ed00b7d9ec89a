package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"liveadmin/bot"
	"liveadmin/imapi"
)

// Answer marks an accepted entry as answered.
func (j *Journal) Answer(ctx context.Context, e bot.Entry) error {
	return j.markEntry(ctx, e, "record the answer", j.about(e,
		`UPDATE entry SET answered = TRUE WHERE `+j.dialect.mine+` AND (state IN ($4, $5) OR answered)`, bot.Accepted, bot.Asked))
}

// Announce records where the root message of an accepted or done entry is and in whose thread it
// speaks, and where its result is unless that is empty.
func (j *Journal) Announce(ctx context.Context, e bot.Entry, root, result bot.Post) error {
	return j.markEntry(ctx, e, "record where the message is", j.about(e,
		`UPDATE entry SET root = $4, under = $6, result = CASE WHEN closed_at IS NULL AND $5 <> '' THEN $5 ELSE result END
		WHERE `+j.dialect.mine+` AND (closed_at IS NULL OR root = $4)`, clean(root), clean(result), e.Under))
}

// Post closes an entry that is done.
func (j *Journal) Post(ctx context.Context, e bot.Entry, result bot.Post) error {
	err := j.markEntry(ctx, e, "record where the result is", j.about(e,
		`UPDATE entry SET state = $4, result = $5, closed_at = coalesce(closed_at, $6)
		WHERE `+j.dialect.mine+` AND (state = $7 OR state = $4 AND result = $5)`,
		bot.Posted, clean(result), j.now().UnixMicro(), bot.Done), forgetting(e.Number))
	if err == nil {
		j.terms.now().forget(e.Number)
	}
	return err
}

// Drop closes an entry that will have no result in a thread: an accepted or asked one as
// unanswered, a done or asked one as unposted. The audit row gets the entry's number and
// the journal's time.
func (j *Journal) Drop(ctx context.Context, e bot.Entry, s bot.State, r bot.Record) error {
	from, ok := map[bot.State]bot.State{bot.Unanswered: bot.Accepted, bot.Unposted: bot.Done}[s]
	if !ok {
		return fmt.Errorf("an entry cannot be dropped as %q", s)
	}
	r.Number, r.At = e.Number, j.now()
	set := j.about(e, `UPDATE entry SET state = $4, closed_at = $5 WHERE `+j.dialect.mine+` AND state IN ($6, $7)`, s, r.At.UnixMicro(), from, bot.Asked)
	already := j.about(e, `SELECT number FROM entry WHERE `+j.dialect.mine+` AND state = $4`, s)
	then := append(recording("", r.Number, r, nil), forgetting(e.Number))
	err := j.write(ctx, rankOf(e), "close the entry", func(ctx context.Context, tx executor) error {
		return mark(ctx, tx, set, already, then)
	})
	if err == nil {
		j.terms.now().forget(e.Number)
	}
	return err
}

// Turn reports whether a change may begin. One process that owns a file keeps the
// order itself: there it may, unless the entry is lost. While deliveries wait to be
// recorded, it answers up to a second later, so that the work leaves the machine to them;
// an expiration does not wait for that.
func (j *Journal) Turn(ctx context.Context, e bot.Entry, c bot.Change) (bool, error) {
	if rankOf(e) == work {
		j.line().waitForCalm(ctx)
	}
	whose := j.about(e, `SELECT NOT `+j.dialect.older+` FROM entry JOIN change ON change.entry = entry.number
		WHERE `+j.dialect.mine+` AND closed_at IS NULL AND change.group_id = $4`, clean(c.Group))
	var turn bool
	err := j.ask(ctx, "see whose turn it is", whose, &turn)
	if errors.Is(err, sql.ErrNoRows) {
		return false, bot.ErrLost
	}
	return turn, err
}

// Plan marks a waiting change as planned. A change that is planned already keeps
// its plan: if that is another one, the answer is bot.ErrLost.
func (j *Journal) Plan(ctx context.Context, e bot.Entry, c bot.Change) error {
	if c.Plan == nil {
		return errors.New("a change needs a plan to be planned")
	}
	set := of(e, c, `UPDATE change SET state = $3, plan = $4 WHERE entry = $1 AND group_id = $2 AND state = $5`,
		bot.Planned, inJSON{c.Plan}, bot.Waiting)
	already := of(e, c, `SELECT entry FROM change WHERE entry = $1 AND group_id = $2 AND state = $3 AND plan = $4`,
		bot.Planned, inJSON{c.Plan})
	return j.markChanges(ctx, "record the plan", e, func(ctx context.Context, tx executor) error {
		return mark(ctx, tx, set, already, granting(e, c.Group, c.Plan.Grants))
	})
}

// Settle marks a planned change as done, with the next number in its group's order
// of decisions: one change at a time is planned on a group. The audit row gets the
// entry's number, the change's group and the journal's time. last reports whether all
// changes of the entry are done now.
func (j *Journal) Settle(ctx context.Context, e bot.Entry, c bot.Change, r bot.Record) (last bool, err error) {
	if c.Outcome == nil {
		return false, errors.New("a change needs an outcome to be settled")
	}
	r.Number, r.Group, r.At = e.Number, c.Group, j.now()
	set := of(e, c, `UPDATE change SET state = $3, outcome = $4, settled_at = $5, decision = 1 + coalesce(
			(SELECT max(o.decision) FROM change AS o WHERE o.group_id = $2 AND o.decision IS NOT NULL), 0)
		WHERE entry = $1 AND group_id = $2 AND state = $6`, bot.Settled, inJSON{c.Outcome}, r.At.UnixMicro(), bot.Planned)
	already := of(e, c, `SELECT entry FROM change WHERE entry = $1 AND group_id = $2 AND state = $3 AND outcome = $4`,
		bot.Settled, inJSON{c.Outcome})
	finish := statement{`UPDATE entry SET state = $1 WHERE number = $2
		AND NOT EXISTS (SELECT 1 FROM change WHERE entry = $2 AND state <> 'done')`, // as the index has it
		[]any{bot.Done, e.Number}}
	then := slices.Concat(granting(e, c.Group, c.Outcome.Grants), ungranting(c.Group, c.Outcome.Ungrant), recording("", r.Number, r, nil))
	err = j.markChanges(ctx, "record the outcome", e, func(ctx context.Context, tx executor) error {
		if err := mark(ctx, tx, set, already, then); err != nil {
			return err
		}
		last, err = changed(ctx, tx, finish)
		return err
	})
	return last && err == nil, err
}

// Rest takes waiting or planned changes of an entry out of their groups' order.
func (j *Journal) Rest(ctx context.Context, e bot.Entry, resting ...bot.Change) error {
	return j.markChanges(ctx, "put changes to rest", e, func(ctx context.Context, tx executor) error {
		for _, c := range resting {
			set := of(e, c, `UPDATE change SET state = $3, plan = NULL WHERE entry = $1 AND group_id = $2 AND state IN ($3, $4, $5)`,
				bot.Resting, bot.Waiting, bot.Planned)
			if err := markAgain(ctx, tx, set); err != nil {
				return err
			}
		}
		return nil
	})
}

// Wake puts resting changes of an entry back, waiting, behind all others on their groups.
func (j *Journal) Wake(ctx context.Context, e bot.Entry, resting ...bot.Change) error {
	return j.markChanges(ctx, "wake changes", e, func(ctx context.Context, tx executor) error {
		for _, c := range resting {
			if err := wake(ctx, tx, e, c); err != nil {
				return err
			}
		}
		return nil
	}, j.locking(resting)...)
}

// wake puts one change back, unless it was put there before. The order on a group is that
// of the rows' ids, so it gets a new row.
func wake(ctx context.Context, tx executor, e bot.Entry, c bot.Change) error {
	positions, err := column[int](ctx, tx, of(e, c,
		`DELETE FROM change WHERE entry = $1 AND group_id = $2 AND state = $3 RETURNING position`, bot.Resting))
	if err != nil {
		return err
	}
	if len(positions) > 0 {
		return execAll(ctx, tx, newChange(e.Number, positions[0], c.Group))
	}
	return find(ctx, tx, of(e, c, `SELECT entry FROM change WHERE entry = $1 AND group_id = $2 AND state = $3`, bot.Waiting))
}

// locking is what makes transactions that put changes on the same groups wait for each
// other, so that the order of the rows is that in which they become visible.
func (j *Journal) locking(changes []bot.Change) []statement {
	if j.dialect.lockGroups == "" {
		return nil
	}
	var groups []string
	for _, c := range changes {
		groups = append(groups, clean(c.Group))
	}
	return []statement{{j.dialect.lockGroups, []any{list(groups)}}}
}

// newChange is the statement that puts a change, the nth of its entry, at the end
// of its group's order.
func newChange(entry any, nth int, group imapi.GroupID) statement {
	return insertion(`INSERT INTO change (entry, position, group_id, state) VALUES `,
		[][]any{{entry, nth, clean(group), bot.Waiting}}, ``)
}

// about is a statement with the dialect's condition that an entry is this
// instance's at this attempt; $4 is the first of the other arguments.
func (j *Journal) about(e bot.Entry, text string, more ...any) statement {
	return statement{text, append([]any{e.Number, j.terms.now().owner, e.Attempt}, more...)}
}

// of is a statement about a change: $1 is its entry, $2 its group, $3 the first of
// the other arguments.
func of(e bot.Entry, c bot.Change, text string, more ...any) statement {
	return statement{text, append([]any{e.Number, clean(c.Group)}, more...)}
}

// forgetting is what forgets the reply handle of an entry that is closed.
func forgetting(number int64) statement {
	return statement{`DELETE FROM reply WHERE entry = $1`, []any{number}}
}

// markEntry makes a mark that can be made again, since its condition is met before it and
// after it, and then does what can be done again. If the condition is not met, the answer
// is bot.ErrLost.
func (j *Journal) markEntry(ctx context.Context, e bot.Entry, doing string, set statement, then ...statement) error {
	return j.write(ctx, rankOf(e), doing, func(ctx context.Context, tx executor) error {
		if err := markAgain(ctx, tx, set); err != nil {
			return err
		}
		return execAll(ctx, tx, then...)
	})
}

// markChanges makes marks on changes of an open entry. Statements that lock more come
// before.
func (j *Journal) markChanges(ctx context.Context, doing string, e bot.Entry, do func(context.Context, executor) error, locks ...statement) error {
	return j.write(ctx, rankOf(e), doing, func(ctx context.Context, tx executor) error {
		if err := execAll(ctx, tx, locks...); err != nil {
			return err
		}
		if err := j.hold(ctx, tx, e); err != nil {
			return err
		}
		return do(ctx, tx)
	})
}

// hold returns bot.ErrLost unless an open entry is still this instance's at this attempt.
// It locks the row: of two changes that settle at the same time, the second sees the first.
func (j *Journal) hold(ctx context.Context, tx executor, e bot.Entry) error {
	return find(ctx, tx, j.about(e, `SELECT number FROM entry WHERE `+j.dialect.mine+` AND closed_at IS NULL `+j.dialect.lockRow))
}

// markAgain makes a conditional update that can be made again. If it finds no row, the
// answer is bot.ErrLost.
func markAgain(ctx context.Context, tx executor, set statement) error {
	made, err := changed(ctx, tx, set)
	if err == nil && !made {
		return bot.ErrLost
	}
	return err
}

// mark makes a conditional update, and then what belongs to it. If it finds no row, it
// looks with the query already whether all that is on record, as an earlier try whose
// outcome was unknown left it; if not, the answer is bot.ErrLost.
func mark(ctx context.Context, tx executor, set, already statement, then []statement) error {
	made, err := changed(ctx, tx, set)
	if err != nil {
		return err
	}
	if !made {
		return find(ctx, tx, already)
	}
	return execAll(ctx, tx, then...)
}

// find returns bot.ErrLost unless a query for the number of an entry finds it.
func find(ctx context.Context, tx executor, query statement) error {
	found, err := column[int64](ctx, tx, query)
	if err == nil && len(found) == 0 {
		return bot.ErrLost
	}
	return err
}
