package journal

import (
	"context"
	"database/sql"
	"errors"

	"liveadmin/bot"
	"liveadmin/imapi"
)

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
	plan, err := encode(c.Plan)
	if err != nil {
		return err
	}
	set := of(e, c, `UPDATE change SET state = $3, plan = $4 WHERE entry = $1 AND group_id = $2 AND state = $5`,
		bot.Planned, plan, bot.Waiting)
	already := of(e, c, `SELECT count(*) FROM change WHERE entry = $1 AND group_id = $2 AND state = $3 AND plan = $4`,
		bot.Planned, plan)
	return j.markChange(ctx, "record the plan", e, set, already, func(ctx context.Context, tx executor) error {
		return putGrants(ctx, tx, e, c.Group, c.Plan.Grants)
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
	outcome, err := encode(c.Outcome)
	if err != nil {
		return false, err
	}
	r.Number, r.Group, r.At = e.Number, c.Group, j.now()
	set := of(e, c, `UPDATE change SET state = $3, outcome = $4, settled_at = $5, decision = 1 + coalesce(
			(SELECT max(o.decision) FROM change AS o WHERE o.group_id = $2 AND o.decision IS NOT NULL), 0)
		WHERE entry = $1 AND group_id = $2 AND state = $6`, bot.Settled, outcome, r.At.UnixMicro(), bot.Planned)
	already := of(e, c, `SELECT count(*) FROM change WHERE entry = $1 AND group_id = $2 AND state = $3 AND outcome = $4`,
		bot.Settled, outcome)
	err = j.write(ctx, rankOf(e), "record the outcome", func(ctx context.Context, tx executor) error {
		if err := j.hold(ctx, tx, e); err != nil {
			return err
		}
		again, err := mark(ctx, tx, set, already)
		if err == nil && !again {
			err = settleRest(ctx, tx, e, c, r)
		}
		if err != nil {
			return err
		}
		last, err = finish(ctx, tx, e)
		return err
	})
	return last && err == nil, err
}

// settleRest writes what belongs to an outcome.
func settleRest(ctx context.Context, tx executor, e bot.Entry, c bot.Change, r bot.Record) error {
	if err := putGrants(ctx, tx, e, c.Group, c.Outcome.Grants); err != nil {
		return err
	}
	if err := dropGrants(ctx, tx, c.Group, c.Outcome.Ungrant); err != nil {
		return err
	}
	return appendRecord(ctx, tx, r)
}

// Rest takes waiting or planned changes of an entry out of their groups' order.
func (j *Journal) Rest(ctx context.Context, e bot.Entry, changes ...bot.Change) error {
	return j.write(ctx, rankOf(e), "put changes to rest", func(ctx context.Context, tx executor) error {
		if err := j.hold(ctx, tx, e); err != nil {
			return err
		}
		for _, c := range changes {
			set := of(e, c, `UPDATE change SET state = $3, plan = NULL WHERE entry = $1 AND group_id = $2 AND state IN ($4, $5)`,
				bot.Resting, bot.Waiting, bot.Planned)
			already := of(e, c, `SELECT count(*) FROM change WHERE entry = $1 AND group_id = $2 AND state = $3`, bot.Resting)
			if _, err := mark(ctx, tx, set, already); err != nil {
				return err
			}
		}
		return nil
	})
}

// Wake puts resting changes of an entry back, waiting, behind all others on their groups.
func (j *Journal) Wake(ctx context.Context, e bot.Entry, changes ...bot.Change) error {
	lock, err := j.locking(changes)
	if err != nil {
		return err
	}
	return j.write(ctx, rankOf(e), "wake changes", func(ctx context.Context, tx executor) error {
		if err := execAll(ctx, tx, lock); err != nil {
			return err
		}
		if err := j.hold(ctx, tx, e); err != nil {
			return err
		}
		for _, c := range changes {
			if err := wake(ctx, tx, e, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// wake puts one change back, unless it was put there before. The order on a group is that
// of the rows' ids, so it gets a new row.
func wake(ctx context.Context, tx executor, e bot.Entry, c bot.Change) error {
	drop := of(e, c, `DELETE FROM change WHERE entry = $1 AND group_id = $2 AND state = $3 RETURNING position`, bot.Resting)
	already := of(e, c, `SELECT position FROM change WHERE entry = $1 AND group_id = $2 AND state = $3`, bot.Waiting)
	var position int
	err := tx.QueryRowContext(ctx, drop.text, drop.args...).Scan(&position)
	if errors.Is(err, sql.ErrNoRows) {
		err := tx.QueryRowContext(ctx, already.text, already.args...).Scan(&position)
		if errors.Is(err, sql.ErrNoRows) {
			return bot.ErrLost
		}
		return err
	}
	if err != nil {
		return err
	}
	return execAll(ctx, tx, []statement{newChange(e.Number, position, c.Group)})
}

// locking is what makes those who put changes on the same groups wait for each
// other, so that the order of the rows is that in which they become visible.
func (j *Journal) locking(changes []bot.Change) ([]statement, error) {
	if j.dialect.lockGroups == "" {
		return nil, nil
	}
	var groups []string
	for _, c := range changes {
		groups = append(groups, clean(string(c.Group)))
	}
	list, err := encode(groups)
	return []statement{{j.dialect.lockGroups, []any{list}}}, err
}

// newChange is the statement that puts a change, the nth of its entry, at the end
// of its group's order.
func newChange(entry any, nth int, group imapi.GroupID) statement {
	return insertion(`INSERT INTO change (entry, position, group_id, state) VALUES `,
		[][]any{{entry, nth, clean(group), bot.Waiting}}, ``)
}

// of is a statement about a change: $1 is its entry, $2 its group, $3 the first of
// the other arguments.
func of(e bot.Entry, c bot.Change, text string, more ...any) statement {
	return statement{text, append([]any{e.Number, clean(c.Group)}, more...)}
}

// markChange makes a mark on a change, and what belongs to it unless it was there
// already.
func (j *Journal) markChange(ctx context.Context, doing string, e bot.Entry, set, already statement, then func(context.Context, executor) error) error {
	return j.write(ctx, rankOf(e), doing, func(ctx context.Context, tx executor) error {
		if err := j.hold(ctx, tx, e); err != nil {
			return err
		}
		again, err := mark(ctx, tx, set, already)
		if err != nil || again {
			return err
		}
		return then(ctx, tx)
	})
}

// hold makes sure that an open entry is still this instance's at this attempt.
// It locks the row: of two changes that settle at the same time, the second sees the first.
func (j *Journal) hold(ctx context.Context, tx executor, e bot.Entry) error {
	hold := j.about(e, `SELECT number FROM entry WHERE `+j.dialect.mine+` AND closed_at IS NULL `+j.dialect.lockRow)
	var number int64
	err := tx.QueryRowContext(ctx, hold.text, hold.args...).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.ErrLost
	}
	return err
}

// finish makes an entry done if none of its changes is left, and tells.
func finish(ctx context.Context, tx executor, e bot.Entry) (bool, error) {
	return changed(tx.ExecContext(ctx, `
		UPDATE entry SET state = $1 WHERE number = $2
		AND NOT EXISTS (SELECT 1 FROM change WHERE entry = $2 AND state <> 'done')`, // as the index has it
		bot.Done, e.Number))
}
