package journal

import (
	"fmt"
	"reflect"
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
