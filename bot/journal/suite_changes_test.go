package journal

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// decidedBy returns which entry decided last about each user of friday since an entry.
func decidedBy(t *testing.T, j *Journal, entry int64) (by map[imapi.UserID]int64, forgotten bool) {
	t.Helper()
	decided, forgotten, err := j.DecidedSince(t.Context(), friday, entry)
	if err != nil {
		t.Fatal(err)
	}
	by = make(map[imapi.UserID]int64)
	for _, d := range decided {
		by[d.User] = d.Entry
	}
	return by, forgotten
}

// decisionOrder: which decision is the later one does not depend on clocks.
func decisionOrder(t *testing.T, j *Journal, c *world) {
	start := c.Now()
	at := func(u imapi.UserID, admin bool) commands.Recent {
		return commands.Recent{User: u, Admin: admin, At: c.Now()}
	}
	settleMade(t, j, "1", friday, at("user1", true))
	settleMade(t, j, "2", friday, at("user2", true))
	c.Advance(-time.Hour)
	settleMade(t, j, "3", friday, at("user1", false))
	settleMade(t, j, "4", sunday, at("user2", false))
	for _, test := range []struct {
		since int64
		want  map[imapi.UserID]int64
	}{
		{1, map[imapi.UserID]int64{"user1": 3, "user2": 2}},
		{2, map[imapi.UserID]int64{"user1": 3}},
		{3, map[imapi.UserID]int64{}},
	} {
		if got, forgotten := decidedBy(t, j, test.since); !reflect.DeepEqual(got, test.want) || forgotten {
			t.Errorf("since #%d: %v, forgotten %v; want %v", test.since, got, forgotten, test.want)
		}
	}
	recent, err := j.Recent(t.Context(), friday, start.Add(-2*time.Hour))
	if err != nil || len(recent) != 2 || recent[0].Entry != 3 || recent[0].Admin {
		t.Errorf("recent %+v, error %v: want the one of #3 first", recent, err)
	}
	c.Advance(5 * time.Minute)
	if recent, err := j.Recent(t.Context(), friday, c.Now()); err != nil || len(recent) > 0 {
		t.Errorf("recent %+v, error %v: all is older than #3, which is five minutes old", recent, err)
	}
}

// decidedLimits: who moves or lifts a limit decides, although nothing is sent.
func decidedLimits(t *testing.T, j *Journal, c *world) {
	outcome := func(key string, o commands.Outcome) {
		t.Helper()
		e := mustAccept(t, j, entry(key))
		if err := plan(t.Context(), j, e, e.Changes[0]); err != nil {
			t.Fatal(err)
		}
		e.Changes[0].Outcome = &o
		if _, err := j.Settle(t.Context(), e, e.Changes[0], settled()); err != nil {
			t.Fatal(err)
		}
	}
	g := limit(friday, "user1", c.Now().Add(time.Hour))
	outcome("1", commands.Outcome{Status: commands.Done, Grants: []commands.Grant{g}})
	outcome("2", commands.Outcome{Status: commands.Done, Ungrant: []imapi.UserID{"user2"}})
	outcome("3", commands.Outcome{Status: commands.Failed, Failure: &commands.Failure{}, Grants: []commands.Grant{g}, Ungrant: []imapi.UserID{"user3"}})
	if got, _ := decidedBy(t, j, 99); !reflect.DeepEqual(got, map[imapi.UserID]int64{"user1": 1, "user2": 2}) {
		t.Errorf("decided %v", got)
	}
}

// decidedForgotten: what was purged or is damaged is not taken for nothing.
func decidedForgotten(t *testing.T, j *Journal, w *world) {
	for _, key := range []string{"1", "2", "3"} {
		e := mustAccept(t, j, entry(key))
		mustFinish(t, j, e)
		if err := j.Post(t.Context(), e, bot.Post("result")); err != nil {
			t.Fatal(err)
		}
		w.Advance(time.Minute)
	}
	execSQL(t, j.writer, `UPDATE change SET outcome = 'x' WHERE entry = 3`)
	if _, forgotten := decidedBy(t, j, 2); !forgotten {
		t.Error("a damaged outcome is not reported")
	}
	if _, forgotten := decidedBy(t, j, 3); forgotten {
		t.Error("forgotten, but nothing was decided since")
	}
	if n := purge(t, j, w.Now()); n != 3 {
		t.Fatalf("%d purged, want 3", n)
	}
	if _, forgotten := decidedBy(t, j, 1); !forgotten {
		t.Error("a purged outcome is not reported")
	}
}

func turn(t *testing.T, j *Journal, _ *world) {
	e := mustAccept(t, j, entry("k"))
	if may, err := j.Turn(t.Context(), e, e.Changes[0]); err != nil || !may {
		t.Errorf("turn %v, error %v", may, err)
	}
	if _, err := j.Turn(t.Context(), e, bot.Change{Entry: e.Number, Group: sunday}); !errors.Is(err, bot.ErrLost) {
		t.Errorf("of a group that it is not about: %v", err)
	}
	if err := j.Drop(t.Context(), e, bot.Unanswered, bot.Record{Event: bot.WasUnanswered}); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Turn(t.Context(), e, e.Changes[0]); !errors.Is(err, bot.ErrLost) {
		t.Errorf("closed: %v", err)
	}
}

// turnLeavesRoom: work does not begin while a delivery waits, but an expiration does.
func turnLeavesRoom(t *testing.T, j *Journal, _ *world) {
	e, end := mustAccept(t, j, entry("first")), entry("end")
	end.Command.Verb = commands.End
	end = mustAccept(t, j, end)
	line := j.line()
	var waits *write
	wait := func() { // what the end of the last write took with it waits again
		line.mu.Lock()
		defer line.mu.Unlock()
		if len(line.waits[awaited]) == 0 {
			waits = &write{ctx: t.Context(), do: func(context.Context, executor) error { return nil }, done: make(chan struct{})}
			line.join(waits, awaited)
		}
	}
	wait()
	if _, err := j.Turn(t.Context(), end, end.Changes[0]); err != nil {
		t.Error(err)
	}
	asked := make(chan error, 1)
	ask := func() {
		_, err := j.Turn(t.Context(), e, e.Changes[0])
		asked <- err
	}
	go ask()
	for calm := false; !calm; pause(t.Context(), 1) {
		wait()
		select {
		case err := <-asked: // nothing waited when it looked
			if err != nil {
				t.Fatal(err)
			}
			go ask()
		default:
		}
		line.mu.Lock()
		calm = line.calm != nil
		line.mu.Unlock()
	}
	line.withdraw(waits)
	if err := <-asked; err != nil {
		t.Error(err)
	}
}

// order returns the entries that have changes on a group, in its order.
func order(t *testing.T, j *Journal, g imapi.GroupID) []int64 {
	t.Helper()
	numbers, err := column[int64](t.Context(), j.db, statement{`SELECT entry FROM change WHERE group_id = $1 ORDER BY id`, []any{g}})
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}

func resting(t *testing.T, j *Journal, _ *world) {
	first, second := mustAccept(t, j, entry("1", friday, sunday)), mustAccept(t, j, entry("2", friday, sunday))
	c := first.Changes[0]
	if err := plan(t.Context(), j, first, c); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.Rest(t.Context(), first, c); err != nil {
			t.Fatal(err)
		}
	}
	if got := unclosed(t, j)[0].Changes[0]; got.State != bot.Resting || got.Plan != nil {
		t.Errorf("at rest: %+v", got)
	}
	for range 2 {
		if err := j.Wake(t.Context(), first, c); err != nil {
			t.Fatal(err)
		}
	}
	if got := order(t, j, friday); got[0] != second.Number || len(got) != 2 {
		t.Errorf("order on the group %v", got)
	}
	if got := order(t, j, sunday); got[0] != first.Number || len(got) != 2 {
		t.Errorf("order on the other group %v", got)
	}
	if got := unclosed(t, j)[0].Changes; got[0].Group != friday || got[0].State != bot.Waiting || got[1].Group != sunday {
		t.Errorf("changes of the entry: %+v", got)
	}
	mustFinish(t, j, first)
	if got := unclosed(t, j)[0].State; got != bot.Done {
		t.Errorf("finished after a rest: %s", got)
	}
}

func restOutOfOrder(t *testing.T, j *Journal, _ *world) {
	e := mustAccept(t, j, entry("k", friday, sunday))
	mustSettle := func(c bot.Change) {
		if err := plan(t.Context(), j, e, c); err != nil {
			t.Fatal(err)
		}
		if _, err := settle(t.Context(), j, e, c); err != nil {
			t.Fatal(err)
		}
	}
	c := e.Changes[0]
	if err := j.Rest(t.Context(), e, c); err != nil {
		t.Fatal(err)
	}
	if err := plan(t.Context(), j, e, c); !errors.Is(err, bot.ErrLost) {
		t.Errorf("planned at rest: %v", err)
	}
	if _, err := settle(t.Context(), j, e, c); !errors.Is(err, bot.ErrLost) {
		t.Errorf("settled at rest: %v", err)
	}
	mustSettle(e.Changes[1])
	if got := unclosed(t, j)[0].State; got != bot.Accepted {
		t.Errorf("with a change at rest the entry is %s", got)
	}
	if err := j.Wake(t.Context(), e, c); err != nil {
		t.Fatal(err)
	}
	mustSettle(c)
	if err := j.Rest(t.Context(), e, c); !errors.Is(err, bot.ErrLost) {
		t.Errorf("rest when done: %v", err)
	}
	if err := j.Wake(t.Context(), e, c); !errors.Is(err, bot.ErrLost) {
		t.Errorf("wake when done: %v", err)
	}
}

// repeated makes each mark three times; the later ones change nothing.
func repeated(t *testing.T, j *Journal, w *world) {
	e := mustAccept(t, j, entry("k", friday, sunday))
	limit := limit(friday, "user1", w.Now())
	for _, mark := range []struct {
		name string
		make func() error
	}{
		{"answer", func() error { return j.Answer(t.Context(), e) }},
		{"plan", func() error { return plan(t.Context(), j, e, e.Changes[0], limit) }},
		{"plan the other", func() error { return plan(t.Context(), j, e, e.Changes[1]) }},
		{"settle", func() error {
			if last, err := settle(t.Context(), j, e, e.Changes[0]); err != nil || last {
				return errors.Join(err, errors.New("the first was the last"))
			}
			return nil
		}},
		{"settle the last", func() error {
			if last, err := settle(t.Context(), j, e, e.Changes[1]); err != nil || !last {
				return errors.Join(err, errors.New("the last was not the last"))
			}
			return nil
		}},
		{"announce", func() error { return j.Announce(t.Context(), e, "root", "") }},
		{"post", func() error { return j.Post(t.Context(), e, "result") }},
	} {
		for i := range 3 {
			if err := mark.make(); err != nil {
				t.Errorf("%s, time %d: %v", mark.name, i, err)
			}
		}
	}
	if got := len(onRecord(t, j, "")); got != 1 {
		t.Errorf("%d limits, want 1", got)
	}
	dropped := mustAccept(t, j, entry("dropped"))
	for range 3 {
		if err := j.Drop(t.Context(), dropped, bot.Unanswered, bot.Record{Event: bot.WasUnanswered}); err != nil {
			t.Error(err)
		}
	}
	if got := len(trail(t, j, bot.Filter{})); got != 3+2 {
		t.Errorf("%d audit rows, want 5", got)
	}
	for name, err := range map[string]error{
		"another result": j.Post(t.Context(), e, "other"),
		"another end":    j.Drop(t.Context(), e, bot.Unposted, bot.Record{}),
	} {
		if !errors.Is(err, bot.ErrLost) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func doneOnce(t *testing.T, j *Journal, _ *world) {
	asked := entry("a")
	asked.Once, asked.Under, asked.Root = "undo:7", 7, "root of 7"
	first := mustAccept(t, j, asked)
	if got := unclosed(t, j)[0]; got.Under != 7 || got.Root != "root of 7" || got.Once != "" {
		t.Errorf("on record %+v", got)
	}
	for _, test := range []struct{ name, key, once, wantKey, wantOnce string }{
		{"another delivery", "b", "undo:7", "", "undo:7"},
		{"the same delivery", "a", "undo:7", "a", ""},
		{"another delivery again: its key was not taken", "b", "undo:7", "", "undo:7"},
	} {
		again := entry(test.key)
		again.Once = test.once
		got, fresh, err := j.Accept(t.Context(), again, accepted(), nil)
		if err != nil || fresh || got.Number != first.Number || got.State != bot.Accepted || len(got.Changes) != 1 ||
			got.Key != test.wantKey || got.Once != test.wantOnce {
			t.Errorf("%s: %+v, fresh %v, error %v", test.name, got, fresh, err)
		}
	}
	if n := len(trail(t, j, bot.Filter{})); n != 1 {
		t.Errorf("%d audit rows, want 1", n)
	}
	other := entry("b")
	other.Once = "undo:8"
	mustAccept(t, j, other)
}
