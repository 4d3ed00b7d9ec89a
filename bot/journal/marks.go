package journal

import (
	"context"
	"database/sql"
	"fmt"

	"liveadmin/bot"
)

// Answer marks an accepted entry as answered.
func (j *Journal) Answer(ctx context.Context, e bot.Entry) error {
	set := j.about(e, `UPDATE entry SET answered = TRUE WHERE `+j.dialect.mine+` AND state = $4`, bot.Accepted)
	already := j.about(e, `SELECT count(*) FROM entry WHERE `+j.dialect.mine+` AND answered`)
	return j.markEntry(ctx, e, "record the answer", set, already)
}

// Announce records where the root message of an accepted or done entry is.
func (j *Journal) Announce(ctx context.Context, e bot.Entry, root bot.Post) error {
	set := j.about(e, `UPDATE entry SET root = $4 WHERE `+j.dialect.mine+` AND closed_at IS NULL`, clean(root))
	already := j.about(e, `SELECT count(*) FROM entry WHERE `+j.dialect.mine+` AND root = $4`, clean(root))
	return j.markEntry(ctx, e, "record where the message is", set, already)
}

// Post closes an entry that is done.
func (j *Journal) Post(ctx context.Context, e bot.Entry, result bot.Post) error {
	set := j.about(e, `UPDATE entry SET state = $4, result = $5, closed_at = $6
		WHERE `+j.dialect.mine+` AND state = $7`, bot.Posted, clean(result), j.now().UnixMicro(), bot.Done)
	already := j.about(e, `SELECT count(*) FROM entry WHERE `+j.dialect.mine+` AND state = $4 AND result = $5`, bot.Posted, clean(result))
	err := j.markEntry(ctx, e, "record where the result is", set, already, forgetting(e.Number))
	if err == nil {
		j.terms.now().forget(e.Number)
	}
	return err
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
	set := j.about(e, `UPDATE entry SET state = $4, closed_at = $5
		WHERE `+j.dialect.mine+` AND state = $6`, s, r.At.UnixMicro(), from)
	already := j.about(e, `SELECT count(*) FROM entry WHERE `+j.dialect.mine+` AND state = $4`, s)
	err := j.write(ctx, rankOf(e), "close the entry", func(ctx context.Context, tx executor) error {
		again, err := mark(ctx, tx, set, already)
		if err == nil && !again {
			err = execAll(ctx, tx, []statement{forgetting(e.Number)})
		}
		if err != nil || again {
			return err
		}
		return appendRecord(ctx, tx, r)
	})
	if err == nil {
		j.terms.now().forget(e.Number)
	}
	return err
}

// about is a statement with the dialect's condition that an entry is this
// instance's at this attempt; $4 is the first of the other arguments.
func (j *Journal) about(e bot.Entry, text string, more ...any) statement {
	return statement{text, append([]any{e.Number, j.terms.now().owner, e.Attempt}, more...)}
}

// forgetting is what forgets the reply handle of an entry that is closed.
func forgetting(number int64) statement {
	return statement{`DELETE FROM reply WHERE entry = $1`, []any{number}}
}

// markEntry makes a mark in a transaction of its own, with what belongs to it unless
// it was there already.
func (j *Journal) markEntry(ctx context.Context, e bot.Entry, doing string, set, already statement, then ...statement) error {
	return j.write(ctx, rankOf(e), doing, func(ctx context.Context, tx executor) error {
		again, err := mark(ctx, tx, set, already)
		if err != nil || again {
			return err
		}
		return execAll(ctx, tx, then)
	})
}

// mark makes a conditional update. If it finds no row, it asks the query already
// whether the mark is there already, as an earlier try whose outcome was unknown
// made it; if not, the answer is bot.ErrLost.
func mark(ctx context.Context, tx executor, set, already statement) (again bool, err error) {
	done, err := changed(tx.ExecContext(ctx, set.text, set.args...))
	if err != nil || done {
		return false, err
	}
	var rows int
	if err := tx.QueryRowContext(ctx, already.text, already.args...).Scan(&rows); err != nil {
		return false, err
	}
	if rows == 0 {
		return false, bot.ErrLost
	}
	return true, nil
}

// changed reports whether a statement changed a row.
func changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}
