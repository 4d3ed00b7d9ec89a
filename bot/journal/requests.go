package journal

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"liveadmin/bot"
)

// asking is what is on record of a request beside its entry.
type asking struct {
	request, decision sql.NullString // JSON
	post              string
	expires, remind   sql.NullInt64
	begun, turn       sql.NullInt64
}

const requestColumns = `request, request_post, expires_at, remind_at, decision, begun_at, turn`

// scanned are the places of requestColumns.
func (a *asking) scanned() []any {
	return []any{&a.request, &a.post, &a.expires, &a.remind, &a.decision, &a.begun, &a.turn}
}

// add completes an entry.
func (a asking) add(e *bot.Entry) error {
	e.Begun, e.Turn = e.Accepted, a.turn.Int64
	if a.begun.Valid {
		e.Begun = moment(a.begun.Int64)
	}
	if !a.request.Valid {
		return nil
	}
	e.Request = &bot.Request{Post: bot.Post(a.post), Expires: moment(a.expires.Int64)}
	if a.remind.Valid {
		e.Request.Remind = moment(a.remind.Int64)
	}
	err := decode("request", a.request.String, &e.Request.Approvers)
	if a.decision.Valid {
		e.Request.Decision = new(bot.Decision)
		err = errors.Join(err, decode("decision", a.decision.String, e.Request.Decision))
	}
	return err
}

// requestValues are the columns request, expires_at, remind_at and decision of an entry that is
// put on record.
func requestValues(e bot.Entry) []any {
	q := e.Request
	switch {
	case q == nil:
		return []any{nil, nil, nil, nil}
	case q.Decision == nil:
		return []any{inJSON{q.Approvers}, q.Expires.UnixMicro(), microsOf(q.Remind), nil}
	}
	return []any{inJSON{q.Approvers}, q.Expires.UnixMicro(), microsOf(q.Remind), inJSON{*q.Decision}}
}

// microsOf is a time as it is stored; NULL if it is zero.
func microsOf(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// Requested records where the message of a request is. From then on the request can be
// decided, and nobody carries it. It fails with bot.ErrLost if it was decided meanwhile.
func (j *Journal) Requested(ctx context.Context, e bot.Entry, post bot.Post) error {
	return j.leave(ctx, e, "record where the request is",
		j.about(e, `UPDATE entry SET request_post = $4, owner = NULL WHERE `+j.dialect.mine+` AND state = $5`, clean(post), bot.Asked),
		statement{`SELECT number FROM entry WHERE number = $1 AND attempt = $2 AND request_post = $3`, []any{e.Number, e.Attempt, clean(post)}})
}

// Reminded records that those who can approve a request were reminded. Nobody carries it any
// more. It fails with bot.ErrLost if it was decided meanwhile.
func (j *Journal) Reminded(ctx context.Context, e bot.Entry) error {
	return j.leave(ctx, e, "record the reminder",
		j.about(e, `UPDATE entry SET remind_at = NULL, owner = NULL WHERE `+j.dialect.mine+` AND state = $4`, bot.Asked),
		statement{`SELECT number FROM entry WHERE number = $1 AND attempt = $2 AND remind_at IS NULL AND owner IS NULL`, []any{e.Number, e.Attempt}})
}

// leave makes a mark after which this instance does not carry the entry any more.
func (j *Journal) leave(ctx context.Context, e bot.Entry, doing string, set, already statement) error {
	err := j.write(ctx, rankOf(e), doing, func(ctx context.Context, tx executor) error {
		return mark(ctx, tx, set, already, nil)
	})
	if err == nil {
		j.terms.now().forget(e.Number)
	}
	return err
}

// Finish closes a request that was denied or withdrawn, or that nobody answered, when that
// was said, and forgets the reply handle.
func (j *Journal) Finish(ctx context.Context, e bot.Entry) error {
	err := j.markEntry(ctx, e, "close the request", j.about(e,
		`UPDATE entry SET closed_at = coalesce(closed_at, $4) WHERE `+j.dialect.mine+` AND state IN ($5, $6, $7)`,
		j.now().UnixMicro(), bot.Denied, bot.Withdrawn, bot.Expired), forgetting(e.Number))
	if err == nil {
		j.terms.now().forget(e.Number)
	}
	return err
}

// errDecided says that a request is not open, or not any more.
var errDecided = errors.New("the request is not open")

// Decide decides an open request, unless its time is over, or closes one whose time is over
// (bot.Expired), or before its time if what it is about was done meanwhile. One decision is made, with its audit row and, if the request is approved,
// with its changes, which are last in the order on their groups. The entry is then this
// instance's at a new attempt; carry is called as Accept calls it. decided is false, and
// nothing is written, if the request is not open any more or its time does not fit. The decision
// gets the journal's time; its Delivery is unlike that of every other.
func (j *Journal) Decide(ctx context.Context, e bot.Entry, d bot.Decision, r bot.Record, carry func(bot.Entry)) (decided bool, err error) {
	if e.Request == nil {
		return false, errors.New("only a request can be decided")
	}
	t, err := j.begun(ctx)
	if err != nil {
		return false, err
	}
	d.At = j.now()
	r.Number, r.At, r.Event, r.Outcome = e.Number, d.At, d.Event(), d.Status()
	e = undertaken(e, d)
	written := t.decides(e.Number)
	committed := func() {
		written(true)
		if decided = true; carry != nil {
			carry(e)
		}
	}
	do := func(ctx context.Context, tx executor) error { return j.decide(ctx, tx, &e, r, t.owner) }
	rank := awaited
	if d.State == bot.Expired {
		rank = onTime
	}
	err = j.dialect.retry(ctx, func(ctx context.Context) error {
		if j.batches != nil {
			return j.batches.write(ctx, rank, do, committed)
		}
		if err := j.transact(ctx, rank, do); err != nil {
			return err
		}
		committed()
		return nil
	})
	if !decided {
		written(false)
	}
	if errors.Is(err, errDecided) {
		return false, nil
	}
	return decided, j.wrote(ctx, "decide the request", err)
}

// undertaken is a request with its decision.
func undertaken(e bot.Entry, d bot.Decision) bot.Entry {
	request := *e.Request
	request.Decision, request.Remind = &d, time.Time{}
	e.Request, e.State, e.Begun, e.Changes = &request, d.State, d.At, nil
	if d.State == bot.Accepted {
		for _, c := range bot.ChangesOf(e.Command) {
			e.Changes = append(e.Changes, bot.Change{Entry: e.Number, Group: c.Group, State: bot.Waiting})
		}
	}
	return e
}

// decide writes a decision, and adds to the entry what the database says by now: its attempt,
// its place in the order, and where its messages are.
func (j *Journal) decide(ctx context.Context, tx executor, e *bot.Entry, r bot.Record, owner string) error {
	d := *e.Request.Decision
	if err := execAll(ctx, tx, j.locking(e.Changes)...); err != nil {
		return err
	}
	turn := expression(`NULL`)
	if d.State == bot.Accepted {
		if err := execAll(ctx, tx, statement{text: j.dialect.takeNumber}); err != nil {
			return err
		}
		turn = j.dialect.lastNumber
	}
	open := `request_post <> '' AND expires_at > $4`
	if d.State == bot.Expired && !d.Over {
		open = `expires_at <= $4`
	}
	set := statement{`UPDATE entry SET state = $2, owner = $3, attempt = attempt + 1, begun_at = $4, decision = $5, remind_at = NULL, turn = ` + string(turn) + `
		WHERE number = $1 AND state = $6 AND closed_at IS NULL AND ` + open,
		[]any{e.Number, d.State, owner, d.At.UnixMicro(), inJSON{d}, bot.Asked}}
	made, err := changed(ctx, tx, set)
	if err != nil {
		return err
	}
	if made {
		statements := recording("", e.Number, r, nil)
		for i, c := range e.Changes {
			statements = append(statements, newChange(e.Number, i, c.Group))
		}
		if err := execAll(ctx, tx, statements...); err != nil {
			return err
		}
	}
	// A try before this one, whose outcome was unknown, may have made it.
	var nth sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT attempt, turn, answered, root, request_post FROM entry WHERE number = $1 AND owner = $2 AND decision = $3`,
		e.Number, owner, inJSON{d}).Scan(&e.Attempt, &nth, &e.Answered, &e.Root, &e.Request.Post)
	if errors.Is(err, sql.ErrNoRows) {
		return errDecided
	}
	e.Turn = nth.Int64
	return err
}

// Requests returns the open requests, those first that close first. One without a Post
// cannot be decided yet. Errors are as in Unclosed.
func (r *Reader) Requests(ctx context.Context) ([]bot.Entry, error) {
	all, err := readRows(ctx, r, "read the requests", func(ctx context.Context, tx executor) ([]bot.Entry, []error, error) {
		return r.entriesWhere(ctx, tx, everything, `state = 'asked' AND closed_at IS NULL`)
	})
	slices.SortStableFunc(all, func(a, b bot.Entry) int {
		return cmp.Or(a.Request.Expires.Compare(b.Request.Expires), cmp.Compare(a.Number, b.Number))
	})
	return all, err
}
