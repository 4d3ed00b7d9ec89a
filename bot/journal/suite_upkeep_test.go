package journal

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// numbersOf returns the numbers of entries.
func numbersOf(entries []bot.Entry) []int64 {
	var numbers []int64
	for _, e := range entries {
		numbers = append(numbers, e.Number)
	}
	return numbers
}

func claimAll(t *testing.T, j *Journal, w *world) {
	for i := range 12 {
		e := mustAccept(t, j, entry(fmt.Sprint(i), sunday, friday))
		if i%3 == 0 {
			mustFinish(t, j, e)
		}
		if i == 0 {
			if err := j.Post(t.Context(), e, "result"); err != nil {
				t.Fatal(err)
			}
		}
	}
	j = w.restart(t, j)
	open := claim(t, j)
	if len(open) != 11 {
		t.Fatalf("%d open", len(open))
	}
	for i, e := range open {
		want, state, change := int64(i+2), bot.Accepted, bot.Waiting
		if (want-1)%3 == 0 {
			state, change = bot.Done, bot.Settled
		}
		if e.Number != want || e.Attempt != 2 || e.State != state {
			t.Errorf("entry %d: #%d, attempt %d, %s", i, e.Number, e.Attempt, e.State)
		}
		if len(e.Changes) != 2 || e.Changes[0].Group != sunday || e.Changes[1].Group != friday || e.Changes[0].State != change {
			t.Errorf("entry %d: changes %+v", i, e.Changes)
		}
		if e.Changes[0].Outcome != nil || e.Changes[0].Plan != nil {
			t.Errorf("entry %d: change %+v: what is settled is not read", i, e.Changes[0])
		}
	}
	again := unclosed(t, j)
	for _, e := range again {
		for i := range e.Changes {
			e.Changes[i].Plan, e.Changes[i].Outcome = nil, nil
		}
	}
	if !reflect.DeepEqual(again, open) {
		t.Error("Unclosed differs from what Claim returned: the attempt was not recorded")
	}
}

func claimCarried(t *testing.T, j *Journal, w *world) {
	for i := range 4 {
		mustAccept(t, j, entry(fmt.Sprint(i)))
	}
	j = w.restart(t, j)
	if got := numbersOf(claim(t, j, 2)); !reflect.DeepEqual(got, []int64{1, 2, 3, 4}) {
		t.Errorf("of an earlier process: %v; carried or not, they are claimed", got)
	}
	if got := claim(t, j, 1, 3, 4); len(got) != 1 || got[0].Number != 2 || got[0].Attempt != 3 {
		t.Errorf("given up: %+v, want #2 at its third attempt", got)
	}
	if got := claim(t, j, 1, 2, 3, 4); len(got) > 0 {
		t.Errorf("carried: %+v", got)
	}
}

func claimAccepted(t *testing.T, j *Journal, w *world) {
	mustAccept(t, j, entry("early"))
	got := claim(t, j)
	if len(got) != 1 || got[0].Attempt != 2 {
		t.Fatalf("accepted before the first claim: %+v", got)
	}
	if err := j.Drop(t.Context(), got[0], bot.Unanswered, bot.Record{}); err != nil {
		t.Fatal(err)
	}
	e := mustAccept(t, j, entry("k"))
	w.Advance(2 * takenFor)
	if got := claim(t, j); len(got) > 0 {
		t.Errorf("just accepted: %+v", got)
	}
	if got := claim(t, j, e.Number); len(got) > 0 {
		t.Errorf("carried: %+v", got)
	}
	if got := claim(t, j); len(got) != 1 || got[0].Attempt != 2 {
		t.Errorf("no longer carried: %+v", got)
	}

	// No one knows of it: Accept failed, but the entry is there.
	lost := mustAccept(t, j, entry("lost"))
	j.terms.now().forget(lost.Number)
	if got := claim(t, j, e.Number); len(got) > 0 {
		t.Errorf("its Accept may not have returned: %+v", got)
	}
	w.Advance(takenFor + time.Second)
	if got := claim(t, j, e.Number); len(got) != 1 || got[0].Number != lost.Number {
		t.Errorf("a minute later: %+v, want #%d", got, lost.Number)
	}
}

func discarding(t *testing.T, j *Journal, w *world) {
	gave := give(t, j, "limited", limit(friday, "user1", w.Now().Add(time.Hour)), limit(sunday, "user2", w.Now().Add(time.Hour)))
	if err := j.Post(t.Context(), gave, "result"); err != nil {
		t.Fatal(err)
	}
	open, other := mustAccept(t, j, entry("open", friday, sunday)), mustAccept(t, j, entry("other"))
	operator := bot.Record{Caller: "operator", Detail: "restored", Place: commands.Place{Platform: "terminal"}}
	entries, limits, err := j.Discard(t.Context(), []int64{gave.Number, open.Number}, false, operator)
	if err != nil || entries != 1 || limits != 2 {
		t.Fatalf("%d entries, %d limits, error %v", entries, limits, err)
	}
	if got := unclosed(t, j); len(got) != 1 || got[0].Number != other.Number {
		t.Errorf("still open: %v", numbersOf(got))
	}
	if got := onRecord(t, j, ""); len(got) > 0 {
		t.Errorf("still limited: %+v", got)
	}
	if n := handles(t, j); n != 1 {
		t.Errorf("%d reply handles on record, want that of the other", n)
	}
	if err := plan(t.Context(), j, open, open.Changes[0]); !errors.Is(err, bot.ErrLost) {
		t.Errorf("planned after it was dropped: %v", err)
	}
	want := operator
	want.Event, want.At, want.Verb = bot.WasDropped, w.Now(), commands.Add
	want.Number, want.Groups = open.Number, []imapi.GroupID{friday, sunday}
	if rows := trail(t, j, bot.Filter{Number: open.Number}); len(rows) != 2 || !reflect.DeepEqual(rows[1], want) {
		t.Errorf("audit %+v, want %+v", rows, want)
	}
	want.Number, want.Groups, want.Group, want.Users = gave.Number, nil, sunday, []imapi.UserID{"user2"}
	rows := trail(t, j, bot.Filter{Number: gave.Number})
	if len(rows) != 5 || !reflect.DeepEqual(rows[4], want) {
		t.Errorf("audit %+v, want %+v", rows, want)
	}
	if e, _, err := j.Entry(t.Context(), open.Number); err != nil || e.State != bot.Dropped {
		t.Errorf("state %s, error %v", e.State, err)
	}
}

func discardAll(t *testing.T, j *Journal, w *world) {
	give(t, j, "limited", limit(friday, "user1", w.Now().Add(-time.Hour)))
	mustAccept(t, j, about("end", commands.End, onRecord(t, j, "")...))
	execSQL(t, j.writer, `UPDATE entry SET command = '{' WHERE number = 2`)
	entries, limits, err := j.Discard(t.Context(), nil, true, bot.Record{})
	if err != nil || entries != 2 || limits != 1 {
		t.Errorf("%d entries, %d limits, error %v", entries, limits, err)
	}
	if c, err := j.Counts(t.Context()); err != nil || c.Grants != 0 || len(c.Open) != 0 {
		t.Errorf("left %+v, error %v", c, err)
	}
	if entries, limits, err := j.Discard(t.Context(), nil, true, bot.Record{}); err != nil || entries+limits != 0 {
		t.Errorf("again: %d entries, %d limits, error %v", entries, limits, err)
	}
}

func discardNothing(t *testing.T, j *Journal, w *world) {
	e := mustAccept(t, j, entry("k"))
	_, _, err := j.Discard(t.Context(), []int64{7, e.Number, 99}, false, bot.Record{})
	if err == nil || !strings.HasSuffix(err.Error(), "nothing is open, and no limit is on record, of #7, #99") {
		t.Errorf("error %v", err)
	}
	if n := len(unclosed(t, j)); n != 1 {
		t.Errorf("%d open, want 1: nothing was to be done", n)
	}

	// An end that is dropped leaves no limit that nothing will ever end.
	give(t, j, "limited", limit(sunday, "user1", w.Now()))
	end := mustAccept(t, j, about("end", commands.End, onRecord(t, j, "")...))
	if entries, limits, err := j.Discard(t.Context(), []int64{end.Number}, false, bot.Record{}); err != nil || entries != 1 || limits != 1 {
		t.Errorf("%d entries, %d limits, error %v", entries, limits, err)
	}
}

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
