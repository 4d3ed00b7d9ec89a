package journal

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

func auditStays(t *testing.T, j *Journal, _ *world) {
	mustAccept(t, j, entry("k"))
	before := trail(t, j, bot.Filter{})
	for _, statement := range []string{`UPDATE audit SET detail = 'changed'`, `DELETE FROM audit`} {
		if _, err := j.writer.Exec(statement); err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: error %v", statement, err)
		}
	}
	if after := trail(t, j, bot.Filter{}); !reflect.DeepEqual(after, before) {
		t.Errorf("audit %+v, was %+v", after, before)
	}
}

// touched: what was done to somebody is found, the newest first, by its outcome and, when that is
// forgotten, by the audit rows.
func touched(t *testing.T, j *Journal, c *world) {
	first := mustAccept(t, j, entry("1"))
	first.Changes[0].Outcome = &commands.Outcome{Status: commands.Done}
	if err := plan(t.Context(), j, first, first.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Settle(t.Context(), first, first.Changes[0], settled("user1")); err != nil {
		t.Fatal(err)
	}
	if err := j.Post(t.Context(), first, "posted"); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Hour)
	if n, err := j.Purge(t.Context(), c.Now()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	second := mustAccept(t, j, entry("2", sunday)) // of user1, who is not in its outcome
	second.Changes[0].Outcome = &commands.Outcome{Status: commands.Done}
	if err := plan(t.Context(), j, second, second.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Settle(t.Context(), second, second.Changes[0], settled("user9")); err != nil {
		t.Fatal(err)
	}
	third := mustAccept(t, j, entry("3", sunday))
	third.Changes[0].Outcome = &commands.Outcome{Status: commands.Warned, Made: []commands.Recent{{User: "user1", Admin: true}}}
	if err := plan(t.Context(), j, third, third.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Settle(t.Context(), third, third.Changes[0], settled("user9", "user1")); err != nil {
		t.Fatal(err)
	}
	got, err := j.Touches(t.Context(), "user1")
	if err != nil || len(got) != 2 || got[0].Group != sunday || got[0].Outcome == nil || len(got[0].Outcome.Made) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if last := got[1]; last.Group != friday || last.Outcome != nil || last.Verb != commands.Add || last.Status != commands.Done || last.Text == "" {
		t.Errorf("%+v", last)
	}
}

func trailFilters(t *testing.T, j *Journal, c *world) {
	start := c.Now()
	first := mustAccept(t, j, entry("1"))          // #1 friday, user1, alice
	second := mustAccept(t, j, entry("2", sunday)) // #2 sunday, user1, alice
	c.Advance(time.Hour)
	bob := bot.Record{Event: bot.WasRefused, Caller: "discord:user:42", Text: "add"}
	if _, _, err := j.Note(t.Context(), "3", bob); err != nil { // #3 bob
		t.Fatal(err)
	}
	c.Advance(time.Hour)
	first.Changes[0].Outcome = &commands.Outcome{Status: commands.Done}
	if err := plan(t.Context(), j, first, first.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Settle(t.Context(), first, first.Changes[0], settled("user7")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		filter bot.Filter
		want   []int64
	}{
		{"all", bot.Filter{}, []int64{3, 2, 1, 1}},
		{"the newest one", bot.Filter{Limit: 1}, []int64{3}},
		{"all rows of the third", bot.Filter{Limit: 3}, []int64{3, 2, 1, 1}},
		{"a number", bot.Filter{Number: 1}, []int64{1, 1}},
		{"no such number", bot.Filter{Number: 9}, nil},
		{"a group", bot.Filter{About: []string{string(sunday)}}, []int64{2}},
		{"a group in other case", bot.Filter{About: []string{strings.ToLower(string(sunday))}}, nil},
		{"a user who was asked for", bot.Filter{About: []string{"user1"}}, []int64{2, 1, 1}},
		{"a user of an outcome", bot.Filter{About: []string{"user7"}}, []int64{1, 1}},
		{"the start of a user", bot.Filter{About: []string{"user"}}, nil},
		{"a caller", bot.Filter{About: []string{alice}}, []int64{2, 1, 1}},
		{"a caller's bare ID", bot.Filter{About: []string{"42"}}, []int64{3}},
		{"since a later row of the entry", bot.Filter{Since: start.Add(90 * time.Minute)}, []int64{1, 1}},
		{"since, inclusive", bot.Filter{Since: start.Add(time.Hour)}, []int64{3, 1, 1}},
		{"until, exclusive", bot.Filter{Until: start.Add(time.Hour)}, []int64{2, 1, 1}},
		{"until an earlier row of the entry", bot.Filter{Until: start.Add(time.Minute)}, []int64{2, 1, 1}},
		{"since and until, by one row", bot.Filter{Since: start.Add(time.Minute), Until: start.Add(90 * time.Minute)}, []int64{3}},
		{"about and until", bot.Filter{About: []string{"42"}, Until: start.Add(time.Hour)}, nil},
		{"about, since and until, by one row",
			bot.Filter{About: []string{alice}, Since: start.Add(time.Minute), Until: start.Add(2 * time.Hour)}, nil},
		{"about and since", bot.Filter{About: []string{alice}, Since: start.Add(time.Minute)}, []int64{1, 1}},
		{"number and about", bot.Filter{Number: second.Number, About: []string{string(friday)}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []int64
			for _, r := range trail(t, j, test.filter) {
				got = append(got, r.Number)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("numbers %v, want %v", got, test.want)
			}
		})
	}
	trailReaders(t, j)
	rows := trail(t, j, bot.Filter{Number: 1})
	want := settled("user7")
	want.Number, want.Group, want.At = 1, friday, c.Now()
	if rows[0].Event != bot.WasAccepted || !reflect.DeepEqual(rows[1], want) {
		t.Errorf("rows %+v, want accepted and %+v", rows, want)
	}

	for i := range 25 {
		mustAccept(t, j, entry(fmt.Sprint("more", i)))
	}
	if n := len(trail(t, j, bot.Filter{})); n != 20 {
		t.Errorf("%d rows without a limit, want 20", n)
	}
}

// trailReaders: of what no one but its caller sees, a reader gets their own.
func trailReaders(t *testing.T, j *Journal) {
	const mallory, carol = "slack:user:UMALLORY", "slack:user:UCAROL"
	show := []imapi.GroupID{"reader-show"}
	var numbers []int64
	for i, r := range []bot.Record{
		{Event: bot.WasRefused, Caller: mallory, Groups: show, Detail: string(policy.NoRight)},
		{Event: bot.WasRefused, Caller: mallory, Groups: show, Detail: string(policy.CallerBlocked)},
		{Event: bot.WasRefused, Caller: mallory, Groups: show, Detail: string(policy.CallerOutsider)},
		{Event: bot.WasRefused, Caller: carol, Groups: show, Detail: string(policy.NoRule)},
		{Event: bot.WasMistaken, Caller: carol, Detail: "near alias"},
	} {
		number, _, err := j.Note(t.Context(), fmt.Sprint("reader", i), r)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, number)
	}
	for _, test := range []struct {
		name   string
		filter bot.Filter
		want   []int // places in numbers
	}{
		{"of a group", bot.Filter{About: []string{"reader-show"}, Reader: alice}, []int{3}},
		{"of a group, by the operator", bot.Filter{About: []string{"reader-show"}}, []int{3, 2, 1, 0}},
		{"of a group, by the one who was refused", bot.Filter{About: []string{"reader-show"}, Reader: mallory}, []int{3, 2, 1, 0}},
		{"of that caller", bot.Filter{About: []string{mallory}, Reader: alice}, []int{2, 1, 0}},
		{"of that caller's bare ID", bot.Filter{About: []string{"UMALLORY"}, Reader: alice}, []int{2, 1, 0}},
		{"of the end of the ID", bot.Filter{About: []string{"MALLORY"}, Reader: alice}, nil},
		{"of one of them", bot.Filter{Number: numbers[0], Reader: alice}, []int{0}},
	} {
		t.Run("read "+test.name, func(t *testing.T) {
			var got, want []int64
			for _, r := range trail(t, j, test.filter) {
				got = append(got, r.Number)
			}
			for _, at := range test.want {
				want = append(want, numbers[at])
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("numbers %v, want %v", got, want)
			}
		})
	}
	if rows := trail(t, j, bot.Filter{Reader: alice, Limit: 1}); len(rows) != 1 || rows[0].Number != numbers[3] {
		t.Errorf("without a group, the newest for alice is %+v", rows)
	}
	if rows := trail(t, j, bot.Filter{Reader: carol, Limit: 1}); len(rows) != 1 || rows[0].Number != numbers[4] {
		t.Errorf("without a group, the newest for carol is %+v", rows)
	}
}

// matching returns the numbers of the stories that match.
func matching(t *testing.T, j *Journal, f bot.Filter, sees func(bot.Record) bool) (numbers []int64) {
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
	if got := matching(t, j, bot.Filter{}, sees("group29")); !slices.Equal(got, want) {
		t.Errorf("by their last group: %v, want %v", got, want)
	}
	if got := matching(t, j, bot.Filter{About: []string{"user1"}, Limit: 3}, sees("group29")); !slices.Equal(got, want[:3]) {
		t.Errorf("about a user: %v, want %v", got, want[:3])
	}
	if got := matching(t, j, bot.Filter{}, sees(sunday)); len(got) > 0 {
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
	if got := matching(t, j, bot.Filter{Limit: 1}, sees("group0")); !slices.Equal(got, []int64{older.Number + 1}) {
		t.Errorf("by one of twenty groups: %v", got)
	}
	execSQL(t, j.writer, `INSERT INTO entry (number, key, under, caller, place, verb, command, rule, state, attempt, root, result, accepted_at, owner)
		SELECT number + 1, 'older', under, caller, place, verb, command, rule, state, attempt, root, result, accepted_at, owner FROM entry WHERE number = $1`, older.Number)
	execSQL(t, j.writer, `INSERT INTO change (entry, position, group_id, state) VALUES ($1, 0, 'group29', 'waiting')`, older.Number+1)
	if got := matching(t, j, bot.Filter{Limit: 1}, sees("group29")); !slices.Equal(got, []int64{older.Number + 1}) {
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
		if got := matching(t, j, test.filter, nil); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
