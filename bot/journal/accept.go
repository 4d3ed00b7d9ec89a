package journal

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"liveadmin/bot"
)

// errKnown rolls back what a delivery that is on record already would write.
var errKnown = errors.New("the delivery is on record already")

// Accept records an entry, its changes and its audit row. The entry it returns
// is accepted, at its first attempt, at the journal's time.
//
// A delivery that is on record already is returned as it now stands: as the
// entry, or with nothing but its key and number if Note took it. So after an
// error that leaves open whether the commit happened, Accept again tells.
func (j *Journal) Accept(ctx context.Context, e bot.Entry, r bot.Record) (bot.Entry, bool, error) {
	if e.Key == "" || len(e.Changes) == 0 {
		return bot.Entry{}, false, errors.New("an entry needs a key and a change to be accepted")
	}
	e.State, e.Attempt, e.Accepted = bot.Accepted, 1, j.now()
	e.Changes = slices.Clone(e.Changes)

	err := j.write(ctx, "record the command", func(tx *sql.Tx) (err error) {
		e.Number, err = j.note(ctx, tx, e.Key, e.Accepted, r, namesIn(e))
		if err != nil {
			return err
		}
		if err := insertEntry(ctx, tx, e); err != nil {
			return err
		}
		return insertChanges(ctx, tx, e)
	})
	if errors.Is(err, errKnown) {
		e, err := j.known(ctx, e.Key)
		return e, false, err
	}
	if err != nil {
		return bot.Entry{}, false, err
	}
	return e, true, nil
}

// Note records a delivery that makes no entry. With an empty key there is no
// delivery (many commands counted in one row): it is always fresh.
func (j *Journal) Note(ctx context.Context, key string, r bot.Record) (number int64, fresh bool, err error) {
	err = j.write(ctx, "record the command", func(tx *sql.Tx) (err error) {
		number, err = j.note(ctx, tx, key, j.now(), r, nil)
		return err
	})
	if errors.Is(err, errKnown) {
		e, err := j.known(ctx, key)
		return e.Number, false, err
	}
	if err != nil {
		return 0, false, err
	}
	return number, true, nil
}

// note takes a number for a delivery and writes its first audit row, whose key
// is what makes a delivery unique: errKnown if it is there.
func (j *Journal) note(ctx context.Context, tx *sql.Tx, key string, at time.Time, r bot.Record, about []string) (int64, error) {
	if err := tx.QueryRowContext(ctx, j.dialect.takeNumber).Scan(&r.Number); err != nil {
		return 0, err
	}
	r.At = at
	written, err := insertRecord(ctx, tx, key, r)
	if err != nil {
		return 0, err
	}
	if !written {
		return 0, errKnown
	}
	return r.Number, insertAbout(ctx, tx, r, about)
}

// known returns what is on record of a delivery.
func (j *Journal) known(ctx context.Context, key string) (e bot.Entry, err error) {
	err = j.read(ctx, "read the command's record", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT number FROM audit WHERE key = $1`, hash(key)).Scan(&e.Number)
		if err != nil {
			return err
		}
		entries, corrupt, err := entriesWhere(ctx, tx, `number = $1`, e.Number)
		if len(entries) > 0 {
			e = entries[0]
		}
		return errors.Join(append(corrupt, err)...)
	})
	e.Key = key
	return e, err
}

func insertEntry(ctx context.Context, tx *sql.Tx, e bot.Entry) error {
	caller, err1 := encode(e.Caller)
	place, err2 := encode(e.Place)
	command, err3 := encode(e.Command)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO entry (number, key, caller, place, verb, command, rule, state, attempt, reply, root, result, accepted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		e.Number, hash(e.Key), caller, place, clean(e.Command.Verb), command, clean(e.Rule), e.State, e.Attempt,
		orNull(clean(e.Reply)), clean(e.Root), clean(e.Result), e.Accepted.UnixMicro())
	return err
}

// insertChanges also completes the changes of e.
func insertChanges(ctx context.Context, tx *sql.Tx, e bot.Entry) error {
	var rows [][]any
	for i := range e.Changes {
		c := &e.Changes[i]
		*c = bot.Change{Entry: e.Number, Group: c.Group, State: bot.Waiting}
		rows = append(rows, []any{c.Entry, clean(c.Group), c.State})
	}
	return insertRows(ctx, tx, `INSERT INTO change (entry, group_id, state) VALUES `, rows, ``)
}

// namesIn returns the groups and users that an entry is about, before any
// outcome names them.
func namesIn(e bot.Entry) []string {
	var names []string
	for _, c := range e.Changes {
		names = append(names, string(c.Group))
	}
	for _, p := range slices.Concat(e.Command.Users, e.Command.Replace) {
		names = append(names, string(p.ID))
	}
	return names
}
