package journal

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// mustClose finishes and posts an entry.
func mustClose(t testing.TB, j *Journal, e bot.Entry) {
	t.Helper()
	mustFinish(t, j, e)
	if err := j.Post(t.Context(), e, "result"); err != nil {
		t.Fatal(err)
	}
}

func purge(t *testing.T, j *Journal, before time.Time) int {
	t.Helper()
	n, err := j.Purge(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func purging(t *testing.T, j *Journal, w *world) {
	const many = purgedAtOnce + 20
	for i := range many {
		e := entry(fmt.Sprint(i))
		e.Once, e.Root = fmt.Sprint("once", i), "root"
		mustClose(t, j, mustAccept(t, j, e))
	}
	before := trail(t, j, bot.Filter{Limit: 2 * many})
	w.Advance(time.Second)
	if n := purge(t, j, w.Now()); n != many {
		t.Errorf("%d purged, want %d", n, many)
	}
	if n := purge(t, j, w.Now()); n != 0 {
		t.Errorf("%d purged again", n)
	}
	var left int
	err := j.db.QueryRow(`SELECT (SELECT count(*) FROM entry WHERE command <> '{}' OR root <> '' OR result <> '') +
		(SELECT count(*) FROM change WHERE plan IS NOT NULL OR outcome IS NOT NULL)`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d rows still hold something, error %v", left, err)
	}
	got, found, err := j.Entry(t.Context(), 1)
	if err != nil || !found || got.State != bot.Posted || !reflect.DeepEqual(got.Command, commands.Command{}) ||
		got.Root+got.Result != "" || len(got.Changes) != 1 || got.Changes[0].Plan != nil || got.Changes[0].Outcome != nil {
		t.Errorf("purged entry %+v, found %v, error %v", got, found, err)
	}
	if e, fresh, err := j.Accept(t.Context(), entry("7"), accepted(), nil); err != nil || fresh || e.Number != 8 {
		t.Errorf("delivered again: #%d, fresh %v, error %v", e.Number, fresh, err)
	}
	again := entry("new")
	again.Once = "once7"
	if e, fresh, err := j.Accept(t.Context(), again, accepted(), nil); err != nil || fresh || e.Number != 8 {
		t.Errorf("done again: #%d, fresh %v, error %v", e.Number, fresh, err)
	}
	if recent, err := j.Recent(t.Context(), friday, time.Time{}); err != nil || len(recent) > 0 {
		t.Errorf("recent %+v, error %v", recent, err)
	}
	if after := trail(t, j, bot.Filter{Limit: 2 * many}); !reflect.DeepEqual(after, before) {
		t.Error("the audit trail changed")
	}
}

func purgeLeaves(t *testing.T, j *Journal, w *world) {
	limited := give(t, j, "limited", limit(friday, "user1", w.Now().Add(time.Hour)))
	if err := j.Post(t.Context(), limited, "result"); err != nil {
		t.Fatal(err)
	}
	mustAccept(t, j, entry("open"))
	mustFinish(t, j, mustAccept(t, j, entry("not posted")))
	w.Advance(time.Second)
	before := w.Now()
	mustClose(t, j, mustAccept(t, j, entry("young")))
	if n := purge(t, j, before); n != 0 {
		t.Errorf("%d purged", n)
	}
	for number := range int64(4) {
		if e, found, err := j.Entry(t.Context(), number+1); err != nil || !found || e.Command.Verb != commands.Add {
			t.Errorf("#%d: found %v, verb %q, error %v", number+1, found, e.Command.Verb, err)
		}
	}
}

func counts(t *testing.T, j *Journal, w *world) {
	want := bot.Counts{Open: map[bot.State]int{}}
	if got, err := j.Counts(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("at first %+v, error %v", got, err)
	}
	give(t, j, "1", limit(friday, "a", w.Now()), limit(friday, "b", w.Now()))
	mustAccept(t, j, entry("2"))
	mustAccept(t, j, entry("3"))
	mustClose(t, j, mustAccept(t, j, entry("4")))
	want = bot.Counts{Open: map[bot.State]int{bot.Accepted: 2, bot.Done: 1}, Grants: 2}
	if got, err := j.Counts(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v; want %+v", got, err, want)
	}
}

func groupsOfRow(t *testing.T, j *Journal, _ *world) {
	record := accepted()
	var groups []imapi.GroupID
	for i := range 1000 {
		groups = append(groups, imapi.GroupID(fmt.Sprint("group", i)))
	}
	record.Event, record.Groups = bot.WasRefused, groups
	if _, _, err := j.Note(t.Context(), "k", record); err != nil {
		t.Fatal(err)
	}
	if got := trail(t, j, bot.Filter{})[0].Groups; !reflect.DeepEqual(got, groups) {
		t.Errorf("%d groups, want all %d", len(got), len(groups))
	}
	for _, g := range []imapi.GroupID{groups[0], groups[len(groups)-1]} {
		if n := len(trail(t, j, bot.Filter{About: []string{string(g)}})); n != 1 {
			t.Errorf("%d rows about %s, want 1", n, g)
		}
	}
}
