package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
)

// Accept records an entry, its changes and its audit row. The entry it returns
// is accepted, at its first attempt, at the journal's time.
//
// A delivery that is on record already is returned as it now stands: as the
// entry, or with nothing but its key and number if Note took it. So is the entry
// that did first what is done once: with its Once, and no key.
//
// Between two terms it waits a moment for the next: what is accepted before that has
// begun is given up by who carries it, and taken up by no one.
func (j *Journal) Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (bot.Entry, bool, error) {
	if e.Key == "" || len(e.Changes) == 0 {
		return bot.Entry{}, false, errors.New("an entry needs a key and a change to be accepted")
	}
	t, err := j.begun(ctx)
	if err != nil {
		return bot.Entry{}, false, fmt.Errorf("cannot record the command: %w", err)
	}
	e.State, e.Attempt, e.Accepted = bot.Accepted, 1, j.now()
	e.Changes = slices.Clone(e.Changes)
	statements, err := j.acceptance(e, r, t.owner)
	if err != nil {
		return bot.Entry{}, false, err
	}
	fresh := false
	_, unsure, err := j.deliver(ctx, delivery{min(rankOf(e), awaited), e.Key, e.Once, statements, func(number int64) {
		e.Number = number
		for i, c := range e.Changes {
			e.Changes[i] = bot.Change{Entry: number, Group: c.Group, State: bot.Waiting}
		}
		if fresh = t.take(number); fresh && carry != nil {
			carry(e)
		}
	}})
	if j.dialect.isTwice(err) {
		e, fresh, err = j.acceptedBefore(ctx, t, e, unsure, err)
		if fresh && carry != nil {
			carry(e)
		}
		return e, fresh, err
	}
	if err != nil {
		return bot.Entry{}, false, err
	}
	return e, fresh, nil
}

// acceptedBefore returns what is on record in the way of an entry, or why if
// that is neither its key nor what it does once. If it is not known whether an
// earlier try to write the entry succeeded, that one is told from other
// deliveries.
func (j *Journal) acceptedBefore(ctx context.Context, t *term, e bot.Entry, unsure bool, why error) (bot.Entry, bool, error) {
	known, found, err := j.known(ctx, e.Key, e.Once)
	switch {
	case err != nil:
		return known, false, err
	case !found:
		return bot.Entry{}, false, why
	case !unsure || known.Key == "" || known.State != bot.Accepted || known.Attempt != 1:
		return known, false, nil
	}
	var rows int
	err = j.ask(ctx, "read the command's record", statement{
		`SELECT count(*) FROM entry WHERE number = $1 AND owner = $2`, []any{known.Number, t.owner},
	}, &rows)
	if err != nil || rows == 0 || !t.take(known.Number) {
		return known, false, err
	}
	known.Once = e.Once
	return known, true, nil
}

// Note records a delivery that makes no entry. With an empty key there is no
// delivery (many commands counted in one row): it is always fresh.
func (j *Journal) Note(ctx context.Context, key string, r bot.Record) (number int64, fresh bool, err error) {
	r.At = j.now()
	statements, err := j.note(key, r, nil)
	if err != nil {
		return 0, false, err
	}
	number, unsure, err := j.deliver(ctx, delivery{rank: awaited, key: key, statements: statements})
	if j.dialect.isTwice(err) {
		known, found, err2 := j.known(ctx, key, "")
		if err2 != nil || !found {
			return 0, false, errors.Join(err, err2)
		}
		return known.Number, unsure && known.State == "", nil
	}
	if err != nil {
		return 0, false, err
	}
	return number, true, nil
}

// delivery is what is to be recorded once.
type delivery struct {
	rank       rank
	key, once  string // neither is on record yet; empty: it has none
	statements []statement
	recorded   func(number int64) // called when it is durable, in the order of the record; may be nil
}

// deliver writes the record of a delivery and returns the number that it took.
// While it is not known whether the commit happened, it writes again for a moment: what
// is on record then is in the way, and unsure says that it may be this very record.
func (j *Journal) deliver(ctx context.Context, d delivery) (number int64, unsure bool, err error) {
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	err = j.dialect.insist(limited, func(ctx context.Context) (err error) {
		number, err = j.record(ctx, d)
		if isUnsure(err) && !unsure {
			unsure = true
			time.AfterFunc(passes, cancel)
		}
		return err
	})
	if err != nil && unsure && !j.dialect.isTwice(err) {
		err = &commitError{err} // of an earlier try it is still not known
	}
	return number, unsure, j.wrote(ctx, "record the command", err)
}

// acceptance is what accepting an entry writes.
func (j *Journal) acceptance(e bot.Entry, r bot.Record, owner string) ([]statement, error) {
	r.At = e.Accepted
	lock, err1 := j.locking(e.Changes)
	row, err2 := j.note(e.Key, r, namesIn(e))
	caller, err3 := encode(e.Caller)
	place, err4 := encode(e.Place)
	command, err5 := encode(e.Command)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	number := j.dialect.lastNumber
	statements := append(append(lock, row...), insertion(`
		INSERT INTO entry (number, key, owner, under, caller, place, verb, command, rule, state, attempt, root, result, accepted_at)
		VALUES `, [][]any{{
		number, hash(e.Key), owner, e.Under, caller, place, clean(e.Command.Verb), command, clean(e.Rule), e.State, e.Attempt,
		clean(e.Root), clean(e.Result), e.Accepted.UnixMicro(),
	}}, ``))
	for i, c := range e.Changes {
		statements = append(statements, newChange(number, i, c.Group))
	}
	if e.Reply != "" {
		statements = append(statements, insertion(`INSERT INTO reply (entry, handle) VALUES `, [][]any{{number, clean(e.Reply)}}, ``))
	}
	if e.Once != "" {
		statements = append(statements, insertion(`INSERT INTO once (key, number) VALUES `, [][]any{{hash(e.Once), number}}, ``))
	}
	taking, err := j.taking(e.Command)
	return append(statements, taking...), err
}

// taking is what lets Due no longer return the limits that a command is about.
func (j *Journal) taking(c commands.Command) ([]statement, error) {
	var set string
	switch c.Verb {
	case commands.End:
		set = `ending = ` + string(j.dialect.lastNumber)
	case commands.Remind:
		set = `reminded = TRUE`
	default:
		return nil, nil
	}
	ids := []int64{}
	for _, g := range c.Grants {
		ids = append(ids, g.ID)
	}
	list, err := encode(ids)
	return []statement{{`UPDATE grants SET ` + set + ` WHERE id IN ` + j.dialect.list(`$1`), []any{list}}}, err
}

// note is what takes a number for a delivery and writes its first audit row,
// whose key is what makes a delivery unique.
func (j *Journal) note(key string, r bot.Record, about []string) ([]statement, error) {
	row, err := recording(key, j.dialect.lastNumber, r, about)
	return append([]statement{{text: j.dialect.takeNumber}}, row...), err
}

// known returns what is on record of a delivery or, failing that, of what is done
// once.
func (j *Journal) known(ctx context.Context, key, once string) (e bot.Entry, found bool, err error) {
	err = j.read(ctx, "read the command's record", func(ctx context.Context, tx executor) error {
		e = bot.Entry{Key: key}
		err := tx.QueryRowContext(ctx, `SELECT number FROM audit WHERE key = $1`, hash(key)).Scan(&e.Number)
		if errors.Is(err, sql.ErrNoRows) {
			e = bot.Entry{Once: once}
			err = tx.QueryRowContext(ctx, `SELECT number FROM once WHERE key = $1`, hash(once)).Scan(&e.Number)
		}
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		entries, corrupt, err := entriesWhere(ctx, tx, everything, `number = $1`, e.Number)
		if len(entries) > 0 {
			entries[0].Key, entries[0].Once = e.Key, e.Once
			e = entries[0]
		}
		return errors.Join(append(corrupt, err)...)
	})
	return e, found, err
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
	for _, g := range e.Command.Grants {
		names = append(names, string(g.User))
	}
	return names
}
