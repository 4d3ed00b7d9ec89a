package journal

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// told returns the numbers of the stories that match.
func told(t *testing.T, j *Journal, f bot.Filter, sees func(bot.Record) bool) (numbers []int64) {
	t.Helper()
	stories, err := j.Stories(t.Context(), f, sees)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stories {
		numbers = append(numbers, s.First.Number)
	}
	return numbers
}

// acceptOn accepts an entry on groups, as the bot puts it on record.
func acceptOn(t *testing.T, j *Journal, key string, groups ...imapi.GroupID) bot.Entry {
	t.Helper()
	r := accepted()
	r.Groups, r.Outcome = groups, commands.Working
	e, _, err := j.Accept(t.Context(), entry(key, groups...), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func storyEnds(t *testing.T, j *Journal, _ *world) {
	working := acceptOn(t, j, "1", friday, sunday)
	if err := plan(t.Context(), j, working, working.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := settle(t.Context(), j, working, working.Changes[0]); err != nil {
		t.Fatal(err)
	}
	mustFinish(t, j, acceptOn(t, j, "2", friday, sunday))
	unanswered := mustAccept(t, j, entry("3"))
	r := bot.Record{Event: bot.WasUnanswered, Caller: alice, Outcome: commands.Failed}
	if err := j.Drop(t.Context(), unanswered, bot.Unanswered, r); err != nil {
		t.Fatal(err)
	}
	mustAccept(t, j, entry("4"))
	if _, _, err := j.Discard(t.Context(), []int64{4}, false, bot.Record{Outcome: commands.Failed}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := j.Note(t.Context(), "5", bot.Record{Event: bot.WasRefused, Caller: alice, Outcome: commands.Refused}); err != nil {
		t.Fatal(err)
	}
	stories, err := j.Stories(t.Context(), bot.Filter{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []commands.Status
	for _, s := range stories {
		got = append(got, s.Outcome())
		if s.Rows != nil {
			t.Errorf("#%d has rows: %+v", s.First.Number, s.Rows)
		}
	}
	want := []commands.Status{commands.Refused, commands.Failed, commands.Failed, commands.Done, commands.Working}
	if !slices.Equal(got, want) {
		t.Errorf("outcomes %q, want %q", got, want)
	}
	rows := trail(t, j, bot.Filter{Number: 2})
	if len(rows) != 3 || rows[0].Event != bot.WasAccepted || rows[1].Group != friday || rows[2].Group != sunday {
		t.Errorf("rows %+v", rows)
	}
}

// storySees: what a caller may not see takes no place away from what they may, and is
// judged by all groups, also of what the first edition wrote with twenty groups.
func storySees(t *testing.T, j *Journal, _ *world) {
	var many []imapi.GroupID
	for i := range 30 {
		many = append(many, imapi.GroupID(fmt.Sprint("group", i)))
	}
	for i := range 25 {
		acceptOn(t, j, fmt.Sprint("many", i), many...) // 1 to 25
	}
	for i := range 60 {
		acceptOn(t, j, fmt.Sprint("friday", i), friday) // 26 to 85
	}
	sees := func(group imapi.GroupID) func(bot.Record) bool {
		return func(r bot.Record) bool { return slices.Contains(r.Groups, group) }
	}
	var want []int64
	for n := int64(25); n > 5; n-- {
		want = append(want, n)
	}
	if got := told(t, j, bot.Filter{}, sees("group29")); !slices.Equal(got, want) {
		t.Errorf("by their last group: %v, want %v", got, want)
	}
	if got := told(t, j, bot.Filter{About: []string{"user1"}, Limit: 3}, sees("group29")); !slices.Equal(got, want[:3]) {
		t.Errorf("about a user: %v, want %v", got, want[:3])
	}
	if got := told(t, j, bot.Filter{}, sees(sunday)); len(got) > 0 {
		t.Errorf("by a group that is not there: %v", got)
	}
	// The first edition kept twenty groups in the first row, all of them in its changes.
	older := acceptOn(t, j, "older", many...)
	list, err := json.Marshal(many[:20])
	if err != nil {
		t.Fatal(err)
	}
	execSQL(t, j.writer, `INSERT INTO audit (number, key, at, what, caller, platform, channel, thread, verb, group_id, groups, users, asked, outcome, detail)
		VALUES ($1, 'older', 1, 'accepted', $2, 'slack', 'slack:C1', '', 'add', '', $3, '[]', 'add', 'Working', '')`, older.Number+1, alice, string(list))
	if got := told(t, j, bot.Filter{Limit: 1}, sees("group0")); !slices.Equal(got, []int64{older.Number + 1}) {
		t.Errorf("by one of twenty groups: %v", got)
	}
	execSQL(t, j.writer, `INSERT INTO entry (number, key, under, caller, place, verb, command, rule, state, attempt, root, result, accepted_at, owner)
		SELECT number + 1, 'older', under, caller, place, verb, command, rule, state, attempt, root, result, accepted_at, owner FROM entry WHERE number = $1`, older.Number)
	execSQL(t, j.writer, `INSERT INTO change (entry, position, group_id, state) VALUES ($1, 0, 'group29', 'waiting')`, older.Number+1)
	if got := told(t, j, bot.Filter{Limit: 1}, sees("group29")); !slices.Equal(got, []int64{older.Number + 1}) {
		t.Errorf("by a group that was cut off: %v", got)
	}
}

// storiesAbout: of several names the newest of all, whatever else is on record.
func storiesAbout(t *testing.T, j *Journal, w *world) {
	start := w.Now()
	for i := range 40 {
		acceptOn(t, j, fmt.Sprint(i), imapi.GroupID(fmt.Sprint("group", i%4))) // 1 to 40
		w.Advance(time.Minute)
	}
	for _, test := range []struct {
		name   string
		filter bot.Filter
		want   []int64
	}{
		{"one", bot.Filter{About: []string{"group1"}, Limit: 3}, []int64{38, 34, 30}},
		{"two", bot.Filter{About: []string{"group1", "group2"}, Limit: 5}, []int64{39, 38, 35, 34, 31}},
		{"two, one of them twice and one unknown", bot.Filter{About: []string{"group1", "group1", "nothing"}, Limit: 2}, []int64{38, 34}},
		{"two, until", bot.Filter{About: []string{"group0", "group3"}, Until: start.Add(8 * time.Minute), Limit: 3}, []int64{8, 5, 4}},
		{"two, since", bot.Filter{About: []string{"group0", "group3"}, Since: start.Add(36 * time.Minute)}, []int64{40, 37}},
		{"two, by a caller", bot.Filter{About: []string{"group0", "group3"}, Caller: "slack:user:UBOB"}, nil},
		{"a caller", bot.Filter{Caller: alice, Limit: 2}, []int64{40, 39}},
		{"a caller, until", bot.Filter{Caller: alice, Until: start.Add(2 * time.Minute)}, []int64{2, 1}},
		{"another caller", bot.Filter{Caller: "slack:user:UBOB"}, nil},
	} {
		if got := told(t, j, test.filter, nil); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
