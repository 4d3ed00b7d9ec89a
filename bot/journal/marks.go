package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"liveadmin/bot"
)

// Answer marks an accepted entry as answered. It can be repeated.
func (j *Journal) Answer(ctx context.Context, e bot.Entry) error {
	return j.write(ctx, "record the answer", func(tx *sql.Tx) error {
		return mark(tx.ExecContext(ctx, `
			UPDATE entry SET answered = TRUE WHERE number = $1 AND attempt = $2 AND state = $3`,
			e.Number, e.Attempt, bot.Accepted))
	})
}

// Plan marks a waiting change as planned. A change that is planned already keeps
// its plan, and the answer is bot.ErrLost.
func (j *Journal) Plan(ctx context.Context, e bot.Entry, c bot.Change) error {
	if c.Plan == nil {
		return errors.New("a change needs a plan to be planned")
	}
	plan, err := encode(c.Plan)
	if err != nil {
		return err
	}
	return j.write(ctx, "record the plan", func(tx *sql.Tx) error {
		if err := hold(ctx, tx, e); err != nil {
			return err
		}
		err := mark(tx.ExecContext(ctx, `
			UPDATE change SET state = $1, plan = $2
			WHERE entry = $3 AND group_id = $4 AND state = $5`,
			bot.Planned, plan, e.Number, clean(c.Group), bot.Waiting))
		if err != nil {
			return err
		}
		return putGrants(ctx, tx, e, c.Group, c.Plan.Grants)
	})
}

// Settle marks a planned change as done. The audit row gets the entry's number,
// the change's group and the journal's time.
func (j *Journal) Settle(ctx context.Context, e bot.Entry, c bot.Change, r bot.Record) (last bool, err error) {
	if c.Outcome == nil {
		return false, errors.New("a change needs an outcome to be settled")
	}
	outcome, err := encode(c.Outcome)
	if err != nil {
		return false, err
	}
	r.Number, r.Group, r.At = e.Number, c.Group, j.now()
	err = j.write(ctx, "record the outcome", func(tx *sql.Tx) error {
		if err := hold(ctx, tx, e); err != nil {
			return err
		}
		err := mark(tx.ExecContext(ctx, `
			UPDATE change SET state = $1, outcome = $2, settled_at = $3
			WHERE entry = $4 AND group_id = $5 AND state = $6`,
			bot.Settled, outcome, r.At.UnixMicro(), e.Number, clean(c.Group), bot.Planned))
		if err != nil {
			return err
		}
		if err := putGrants(ctx, tx, e, c.Group, c.Outcome.Grants); err != nil {
			return err
		}
		if err := dropGrants(ctx, tx, c.Group, c.Outcome.Ungrant); err != nil {
			return err
		}
		if err := appendRecord(ctx, tx, r); err != nil {
			return err
		}
		last, err = finish(ctx, tx, e)
		return err
	})
	if err != nil {
		return false, err
	}
	return last, nil
}

// Announce records where the root message of an accepted or done entry stands.
func (j *Journal) Announce(ctx context.Context, e bot.Entry, root bot.Post) error {
	return j.write(ctx, "record where the message stands", func(tx *sql.Tx) error {
		return mark(tx.ExecContext(ctx, `
			UPDATE entry SET root = $1 WHERE number = $2 AND attempt = $3 AND closed_at IS NULL`,
			clean(root), e.Number, e.Attempt))
	})
}

// Post closes an entry that is done.
func (j *Journal) Post(ctx context.Context, e bot.Entry, result bot.Post) error {
	return j.write(ctx, "record where the result stands", func(tx *sql.Tx) error {
		return mark(tx.ExecContext(ctx, `
			UPDATE entry SET state = $1, result = $2, reply = NULL, closed_at = $3
			WHERE number = $4 AND attempt = $5 AND state = $6`,
			bot.Posted, clean(result), j.now().UnixMicro(), e.Number, e.Attempt, bot.Done))
	})
}

// Drop closes an entry that will have no result in a thread: an accepted one as
// unanswered, a done one as unposted. The audit row gets the entry's number and
// the journal's time.
func (j *Journal) Drop(ctx context.Context, e bot.Entry, s bot.State, r bot.Record) error {
	var from bot.State
	switch s {
	case bot.Unanswered:
		from = bot.Accepted
	case bot.Unposted:
		from = bot.Done
	default:
		return fmt.Errorf("an entry cannot be dropped as %q", s)
	}
	r.Number, r.At = e.Number, j.now()
	return j.write(ctx, "close the entry", func(tx *sql.Tx) error {
		err := mark(tx.ExecContext(ctx, `
			UPDATE entry SET state = $1, reply = NULL, closed_at = $2
			WHERE number = $3 AND attempt = $4 AND state = $5`,
			s, r.At.UnixMicro(), e.Number, e.Attempt, from))
		if err != nil {
			return err
		}
		return appendRecord(ctx, tx, r)
	})
}

// hold makes sure that an accepted entry is still at this attempt. The update
// changes nothing, but locks the row: of two changes that settle at the same
// time, the second sees the first.
func hold(ctx context.Context, tx *sql.Tx, e bot.Entry) error {
	return mark(tx.ExecContext(ctx, `
		UPDATE entry SET attempt = attempt WHERE number = $1 AND attempt = $2 AND state = $3`,
		e.Number, e.Attempt, bot.Accepted))
}

// mark turns a conditional update that found no row into bot.ErrLost.
func mark(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	rows, err := result.RowsAffected()
	if err == nil && rows == 0 {
		return bot.ErrLost
	}
	return err
}

// finish makes an entry done if none of its changes is left, and tells.
func finish(ctx context.Context, tx *sql.Tx, e bot.Entry) (bool, error) {
	err := mark(tx.ExecContext(ctx, `
		UPDATE entry SET state = $1 WHERE number = $2
		AND NOT EXISTS (SELECT 1 FROM change WHERE entry = $2 AND state <> $3)`,
		bot.Done, e.Number, bot.Settled))
	if errors.Is(err, bot.ErrLost) {
		return false, nil
	}
	return err == nil, err
}

// appendRecord writes a further audit row of a delivery.
func appendRecord(ctx context.Context, tx *sql.Tx, r bot.Record) error {
	if _, err := insertRecord(ctx, tx, "", r); err != nil {
		return err
	}
	return insertAbout(ctx, tx, r, nil)
}
