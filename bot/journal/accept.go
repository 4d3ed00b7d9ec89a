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
// is accepted, at its first attempt, at the journal's time. An entry with a Request is asked,
// and its changes are put on record when it is approved (Decide), unless it belongs to one that
// was approved before.
//
// A delivery that is on record already is returned as it is by now: as the
// entry, or with nothing but its key and number if Note took it. So is the entry
// that did first what is done once: with its Once, and no key.
//
// Between two terms it waits a moment for the next: what is accepted before that has
// begun is given up by the caller, and taken up by no one.
func (j *Journal) Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (bot.Entry, bool, error) {
	if e.Key == "" || len(e.Changes) == 0 && e.Request == nil {
		return bot.Entry{}, false, errors.New("an entry needs a key and a change to be accepted")
	}
	t, err := j.begun(ctx)
	if err != nil {
		return bot.Entry{}, false, fmt.Errorf("cannot record the command: %w", err)
	}
	e.State, e.Attempt, e.Accepted = bot.Accepted, 1, j.now()
	e.Begun, e.Changes = e.Accepted, slices.Clone(e.Changes)
	if e.Waits() {
		e.State, e.Changes = bot.Asked, nil
	}
	fresh := false
	recorded := func(number int64) {
		e.Number = number
		for i, c := range e.Changes {
			e.Changes[i] = bot.Change{Entry: number, Group: c.Group, State: bot.Waiting}
		}
		if fresh = t.take(number); fresh && carry != nil {
			carry(e)
		}
	}
	_, unsure, err := j.deliver(ctx, delivery{min(rankOf(e), awaited), e.Key, e.Once, j.acceptance(e, r, t.owner), recorded})
	if errors.Is(err, errTwice) {
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
// earlier try to write the entry succeeded, that one is distinguished from
// other deliveries.
func (j *Journal) acceptedBefore(ctx context.Context, t *term, e bot.Entry, unsure bool, why error) (bot.Entry, bool, error) {
	known, found, err := j.known(ctx, e.Key, e.Once)
	switch {
	case err != nil:
		return known, false, err
	case !found:
		return bot.Entry{}, false, why
	case !unsure || known.Key == "" || known.State != e.State || known.Attempt != 1:
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
	number, unsure, err := j.deliver(ctx, delivery{awaited, key, "", j.note(key, r, nil), func(int64) {}})
	if errors.Is(err, errTwice) {
		known, found, err2 := j.known(ctx, key, "")
		if err2 != nil || !found {
			return 0, false, errors.Join(err, err2)
		}
		return known.Number, unsure && known.State == "", nil
	}
	return number, err == nil, err
}

// delivery is what is to be recorded once.
type delivery struct {
	rank       rank
	key, once  string // neither is on record yet; empty: it has none
	statements []statement
	recorded   func(number int64) // called when it is durable, in the order of the record
}

// deliver writes the record of a delivery and returns the number that it took, or 0.
// While it is not known whether the commit happened, it writes again for a moment: what
// is on record then is in the way, and unsure says that it may be this very record.
func (j *Journal) deliver(ctx context.Context, d delivery) (number int64, unsure bool, err error) {
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	err = j.dialect.retry(limited, func(ctx context.Context) (err error) {
		number, err = j.record(ctx, d)
		if isUnsure(err) && !unsure {
			unsure = true
			time.AfterFunc(passes, cancel)
		}
		return err
	})
	if err != nil && unsure && !errors.Is(err, errTwice) {
		err = &commitError{err} // of an earlier try it is still not known
	}
	if err != nil {
		number = 0
	}
	return number, unsure, j.wrote(ctx, "record the command", err)
}

// record writes a delivery in one transaction and returns the number that it took. The
// keys are unique in the database, else it fails with errTwice: on PostgreSQL the insertion
// does. In a batch on a file they are looked for first, so that nothing has to be rolled back.
func (j *Journal) record(ctx context.Context, d delivery) (number int64, err error) {
	if j.batches == nil {
		if err := j.places.enter(ctx, d.rank); err != nil {
			return 0, err
		}
		defer j.places.leave()
		if number, err = inOneRoundTrip(ctx, j.writer, d.statements, j.dialect.lastNumber); err == nil {
			d.recorded(number)
		}
		return number, err
	}
	err = j.batches.write(ctx, d.rank, func(ctx context.Context, tx executor) error {
		switch err := tx.QueryRowContext(ctx, recordedUnder, hash(d.key), hash(d.once)).Scan(new(int64), new(bool)); {
		case err == nil:
			return errTwice
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if err := execAll(ctx, tx, d.statements...); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT `+string(j.dialect.lastNumber)).Scan(&number)
	}, func() { d.recorded(number) })
	return number, err
}

// errTwice says that a key is on record already.
var errTwice = errors.New("it is on record already")

// recordedUnder is a query for what has the key $1 or, failing that, did first what $2 names.
const recordedUnder = `SELECT number, TRUE AS by_key FROM audit WHERE key = $1
	UNION ALL SELECT number, FALSE FROM once WHERE key = $2 ORDER BY by_key DESC LIMIT 1`

// acceptance is what accepting an entry writes.
func (j *Journal) acceptance(e bot.Entry, r bot.Record, owner string) []statement {
	r.At = e.Accepted
	number := j.dialect.lastNumber
	statements := append(append(j.locking(e.Changes), j.note(e.Key, r, namesIn(e))...), insertion(`
		INSERT INTO entry (number, key, owner, under, caller, place, verb, command, rule, state, attempt, root, result, accepted_at,
			request, expires_at, remind_at, decision)
		VALUES `, [][]any{append([]any{
		number, hash(e.Key), owner, e.Under, inJSON{e.Caller}, inJSON{e.Place}, clean(e.Command.Verb), inJSON{e.Command}, clean(e.Rule),
		e.State, e.Attempt, clean(e.Root), clean(e.Result), e.Accepted.UnixMicro(),
	}, requestValues(e)...)}, ``))
	for i, c := range e.Changes {
		statements = append(statements, newChange(number, i, c.Group))
	}
	if e.Reply != "" {
		statements = append(statements, insertion(`INSERT INTO reply (entry, handle) VALUES `, [][]any{{number, clean(e.Reply)}}, ``))
	}
	if e.Once != "" {
		statements = append(statements, insertion(`INSERT INTO once (key, number) VALUES `, [][]any{{hash(e.Once), number}}, ``))
	}
	switch e.Command.Verb {
	case commands.End:
		statements = append(statements, j.taking(`ending = `+string(number), e.Command.Grants))
	case commands.Remind:
		statements = append(statements, j.taking(`reminded = TRUE`, e.Command.Grants))
	}
	return statements
}

// taking is what lets Due no longer return limits.
func (j *Journal) taking(set string, limits []commands.Grant) statement {
	var ids []int64
	for _, g := range limits {
		ids = append(ids, g.ID)
	}
	return statement{`UPDATE grants SET ` + set + ` WHERE id IN ` + j.dialect.list(`$1`), []any{list(ids)}}
}

// note is what takes a number for a delivery and writes its first audit row,
// whose key is what makes a delivery unique.
func (j *Journal) note(key string, r bot.Record, about []string) []statement {
	return append([]statement{{text: j.dialect.takeNumber}}, recording(key, j.dialect.lastNumber, r, about)...)
}

// known returns what is on record of a delivery or, failing that, of what is done
// once.
func (j *Journal) known(ctx context.Context, key, once string) (e bot.Entry, found bool, err error) {
	err = j.read(ctx, "read the command's record", func(ctx context.Context, tx executor) error {
		var number int64
		var byKey bool
		err := tx.QueryRowContext(ctx, recordedUnder, hash(key), hash(once)).Scan(&number, &byKey)
		if found = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		e = bot.Entry{Number: number, Key: key}
		if !byKey {
			e = bot.Entry{Number: number, Once: once}
		}
		entries, corrupt, err := j.entriesWhere(ctx, tx, everything, `number = $1`, e.Number)
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
	for _, g := range e.Command.Target.Groups {
		names = append(names, string(g))
	}
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
