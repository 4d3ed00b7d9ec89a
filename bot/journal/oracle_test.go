package journal

import (
	"errors"
	"flag"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// TestOracle does the same random operations with a model in memory, a SQLite file and a
// PostgreSQL database: they have the same results, and the same is on record after each.
// What differs is shown by the fewest operations that lead to it. -rapid.checks=N is how
// many sequences there are; without it a few.
func TestOracle(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value
	given := checks.String() != flag.Lookup("rapid.checks").DefValue
	for _, test := range []struct {
		name   string
		newURL func(*testing.T) string
		few    string
	}{
		{"SQLite", func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "live.db") }, "30"},
		{"PostgreSQL", func(t *testing.T) string { return journaltest.Postgres(t) }, "5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			newURL := func() string { return test.newURL(t) }
			newURL() // without PostgreSQL the rest is left out
			if !given {
				if err := checks.Set(test.few); err != nil {
					t.Fatal(err)
				}
			}
			rapid.Check(t, func(rt *rapid.T) {
				p := newPair(rt, newURL())
				defer p.close()
				rt.Repeat(map[string]func(*rapid.T){
					"accept": p.accept, "note": p.note, "answer": p.answer, "announce": p.announce, "plan": p.plan,
					"settle": p.settle, "rest": p.rest, "wake": p.wake, "post": p.post, "drop": p.drop, "end": p.end,
					"ask": p.ask, "requested": p.requested, "reminded": p.reminded, "decide": p.decide, "finish": p.finish,
					"wait": p.wait, "purge": p.purge, "restart": p.restart, "go on": p.goOn,
					"": p.compare,
				})
			})
		})
	}
}

// pair is a journal beside the model.
type pair struct {
	t    *rapid.T
	url  string
	j    *Journal
	o    *oracle
	real map[int64]int64 // the database's numbers by the model's
	ours map[int64]int64 // and the other way around
	ids  map[int64]int64 // of grants: the model's by the database's
}

func newPair(rt *rapid.T, url string) *pair {
	p := &pair{
		t: rt, url: url, o: newOracle(newClock().now),
		real: make(map[int64]int64), ours: make(map[int64]int64), ids: make(map[int64]int64),
	}
	p.open(rt)
	return p
}

func (p *pair) open(t *rapid.T) {
	j, err := Open(t.Context(), p.url, app, WithClock(func() time.Time { return p.o.now }), WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	p.j = j
}

func (p *pair) close() { _ = p.j.Close() }

// same compares results; the database's numbers are the model's by then.
func (p *pair) same(what string, got, want any) {
	p.t.Helper()
	if !reflect.DeepEqual(got, want) {
		p.t.Fatalf("%s:\n%+v, want\n%+v", what, got, want)
	}
}

// sameError compares whether something succeeded, was lost, or failed.
func (p *pair) sameError(what string, got, want error) {
	p.t.Helper()
	if (got == nil) != (want == nil) || want != nil && !errors.Is(got, want) {
		p.t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

// learn notes that a number of the model is this one of the database.
func (p *pair) learn(ours, real int64) {
	if known, taken := p.ours[real]; taken && known != ours {
		p.t.Fatalf("number %d of the database is #%d and #%d", real, known, ours)
	}
	p.real[ours], p.ours[real] = real, ours
}

func (p *pair) canonEntry(e bot.Entry) bot.Entry {
	e.Number, e.Turn = p.ours[e.Number], p.ours[e.Turn]
	e.Command.Grants = p.canonGrants(e.Command.Grants)
	for i, c := range e.Changes {
		e.Changes[i].Entry = p.ours[c.Entry]
		if c.Outcome != nil {
			out := *c.Outcome
			out.Grants = p.canonGrants(out.Grants)
			e.Changes[i].Outcome = &out
		}
	}
	return e
}

func (p *pair) canonGrants(all []commands.Grant) []commands.Grant {
	all = slices.Clone(all)
	for i := range all {
		all[i].Entry, all[i].ID = p.ours[all[i].Entry], p.ids[all[i].ID]
	}
	return all
}

func (p *pair) canonEntries(all []bot.Entry) (canon []bot.Entry) {
	for _, e := range all {
		canon = append(canon, p.canonEntry(e))
	}
	return canon
}

// compare compares everything that is on record.
func (p *pair) compare(t *rapid.T) {
	p.t = t
	limits, err := p.j.Grants(t.Context(), "")
	want := p.o.sorted(func(oracleGrant) bool { return true })
	if err != nil || len(limits) != len(want) {
		t.Fatalf("grants: %v\n%+v, want\n%+v", err, limits, want)
	}
	for i, g := range limits {
		if known, found := p.ids[g.ID]; found && known != want[i].ID {
			t.Fatalf("the grant %+v has the ID of another one", g)
		}
		p.ids[g.ID] = want[i].ID
	}
	p.same("grants", p.canonGrants(limits), want)

	open, err1 := p.j.Unclosed(t.Context())
	rows, err2 := p.j.Trail(t.Context(), bot.Filter{Limit: 1 << 40})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	p.same("open", p.canonEntries(open), p.o.open())
	for i := range rows {
		rows[i].Number = p.ours[rows[i].Number]
	}
	trail := slices.Clone(p.o.trail)
	slices.SortStableFunc(trail, func(a, b bot.Record) int { return int(b.Number - a.Number) })
	p.same("audit trail", rows, trail)

	due, wanted := p.due(t), p.o.due()
	due.Over, due.Near = p.canonGrants(due.Over), p.canonGrants(due.Near)
	p.same("due", due, wanted)
	for n := int64(1); n <= p.o.numbers; n++ {
		p.compareEntry(t, n)
	}
	for _, g := range oracleGroups {
		p.compareDecisions(t, g)
	}
}

func (p *pair) compareEntry(t *rapid.T, number int64) {
	e, found, err := p.j.Entry(t.Context(), p.real[number])
	want := p.o.entries[number]
	if err != nil || found != (want != nil) {
		t.Fatalf("#%d: found %v, %v", number, found, err)
	}
	if found {
		p.same("entry", p.canonEntry(e), want.copy())
	}
}

func (p *pair) compareDecisions(t *rapid.T, group imapi.GroupID) {
	since := p.o.now.Add(-time.Hour)
	recent, err := p.j.Recent(t.Context(), group, since)
	if err != nil {
		t.Fatal(err)
	}
	p.same("recent", p.canonRecent(recent), p.o.recent(group, since))
	number := rapid.Int64Range(0, p.o.numbers).Draw(t, "since")
	decided, forgotten, err := p.j.DecidedSince(t.Context(), group, p.real[number])
	if err != nil {
		t.Fatal(err)
	}
	want, wantForgotten := p.o.decidedSince(group, number)
	p.same("decided", p.canonRecent(decided), want)
	p.same("forgotten", forgotten, wantForgotten)
}

func (p *pair) canonRecent(all []commands.Recent) []commands.Recent {
	all = slices.Clone(all)
	for i := range all {
		all[i].Entry = p.ours[all[i].Entry]
	}
	return all
}
