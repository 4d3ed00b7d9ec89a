package journal

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// limit is a grant of two hours until then.
func limit(g imapi.GroupID, u imapi.UserID, until time.Time) commands.Grant {
	return commands.Grant{Group: g, User: u, Until: until, Length: 2 * time.Hour}
}

// onRecord returns the grants of a group, or of all.
func onRecord(t *testing.T, j *Journal, g imapi.GroupID) []commands.Grant {
	t.Helper()
	grants, err := j.Grants(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return grants
}

func grants(t *testing.T, j *Journal, c *world) {
	soon, later := c.Now().Add(time.Hour), c.Now().Add(2*time.Hour)
	e := mustAccept(t, j, entry("k", friday, sunday))
	if err := plan(t.Context(), j, e, e.Changes[0], limit(friday, "late", later), limit(friday, "soon", soon)); err != nil {
		t.Fatal(err)
	}
	if err := plan(t.Context(), j, e, e.Changes[1], limit(sunday, "soon", soon.Add(time.Minute))); err != nil {
		t.Fatal(err)
	}
	var users []imapi.UserID
	for _, g := range onRecord(t, j, "") {
		users = append(users, g.User)
	}
	if want := []imapi.UserID{"soon", "soon", "late"}; !reflect.DeepEqual(users, want) {
		t.Errorf("by their ends: %v, want %v", users, want)
	}
	if got := onRecord(t, j, sunday); len(got) != 1 || got[0].Group != sunday {
		t.Errorf("of sunday: %+v", got)
	}

	done := e.Changes[0]
	done.Outcome = &commands.Outcome{
		Grants:  []commands.Grant{limit(friday, "late", later.Add(time.Hour)), limit(friday, "new", later)},
		Ungrant: []imapi.UserID{"soon", "nobody"},
	}
	if _, err := j.Settle(t.Context(), e, done, settled("late", "new")); err != nil {
		t.Fatal(err)
	}
	got := onRecord(t, j, friday)
	for i := range got {
		if got[i].ID == 0 {
			t.Errorf("grant without an ID: %+v", got[i])
		}
		got[i].ID = 0
	}
	want := []commands.Grant{limit(friday, "new", later), limit(friday, "late", later.Add(time.Hour))}
	want[0].Entry, want[1].Entry = e.Number, e.Number
	if !reflect.DeepEqual(got, want) {
		t.Errorf("of friday\n%+v, want\n%+v", got, want)
	}
	if n := len(onRecord(t, j, sunday)); n != 1 {
		t.Errorf("%d grants of sunday, want 1: an end there is none of friday's", n)
	}
}

func grantID(t *testing.T, j *Journal, c *world) {
	until := c.Now().Add(time.Hour)
	// put records a grant as a plan and its outcome do, and returns its ID.
	put := func(key string, planned, final commands.Grant) int64 {
		e := mustAccept(t, j, entry(key))
		if err := plan(t.Context(), j, e, e.Changes[0], planned); err != nil {
			t.Fatal(err)
		}
		before := onRecord(t, j, friday)[0].ID
		e.Changes[0].Outcome = &commands.Outcome{Grants: []commands.Grant{final}}
		if _, err := j.Settle(t.Context(), e, e.Changes[0], settled()); err != nil {
			t.Fatal(err)
		}
		got := onRecord(t, j, friday)
		if len(got) != 1 {
			t.Fatalf("grants %+v", got)
		}
		if same := planned == final; (before == got[0].ID) != same {
			t.Errorf("%s: ID %d, before %d", key, got[0].ID, before)
		}
		return got[0].ID
	}
	g := limit(friday, "user1", until)
	first := put("same", g, g)
	second := put("extended", g, limit(friday, "user1", until.Add(time.Hour)))
	e := mustAccept(t, j, entry("gone"))
	if err := plan(t.Context(), j, e, e.Changes[0]); err != nil {
		t.Fatal(err)
	}
	e.Changes[0].Outcome = &commands.Outcome{Ungrant: []imapi.UserID{"user1"}}
	if _, err := j.Settle(t.Context(), e, e.Changes[0], settled()); err != nil {
		t.Fatal(err)
	}
	restored := g
	restored.ID, restored.Entry = first, 1
	if third := put("restored", restored, restored); third <= second || second <= first {
		t.Errorf("IDs %d, %d, %d do not rise", first, second, third)
	}
}

// settleMade makes an entry whose outcome made that.
func settleMade(t *testing.T, j *Journal, key string, g imapi.GroupID, made ...commands.Recent) {
	t.Helper()
	e := mustAccept(t, j, entry(key, g))
	if err := plan(t.Context(), j, e, e.Changes[0]); err != nil {
		t.Fatal(err)
	}
	c := e.Changes[0]
	c.Outcome = &commands.Outcome{Status: commands.Done, Made: made}
	if _, err := j.Settle(t.Context(), e, c, bot.Record{Event: bot.WasSettled}); err != nil {
		t.Fatal(err)
	}
}

func recent(t *testing.T, j *Journal, c *world) {
	at := func(u imapi.UserID, admin bool) commands.Recent {
		return commands.Recent{User: u, Admin: admin, At: c.Now()}
	}
	settleMade(t, j, "1", friday, at("old", true), at("user1", true))
	c.Advance(time.Minute)
	since := c.Now()
	settleMade(t, j, "2", friday, at("user1", true), at("user2", true))
	settleMade(t, j, "3", sunday, at("elsewhere", true))
	c.Advance(time.Second)
	user1, user3 := at("user1", false), at("user3", false)
	settleMade(t, j, "4", friday, user1, at("user3", true), user3) // --replace, then set again
	got, err := j.Recent(t.Context(), friday, since)
	if err != nil {
		t.Fatal(err)
	}
	want := map[imapi.UserID]commands.Recent{
		"user1": user1,
		"user2": {User: "user2", Admin: true, At: since},
		"user3": user3,
	}
	for user, entry := range map[imapi.UserID]int64{"user1": 4, "user2": 2, "user3": 4} {
		r := want[user]
		r.Entry = entry
		want[user] = r
	}
	if len(got) != len(want) {
		t.Errorf("recent %+v, want %+v", got, want)
	}
	for _, r := range got {
		if r != want[r.User] {
			t.Errorf("%s: %+v, want %+v", r.User, r, want[r.User])
		}
	}
}

// give puts limits on record, of the groups they name.
func give(t *testing.T, j *Journal, key string, limits ...commands.Grant) bot.Entry {
	t.Helper()
	byGroup := make(map[imapi.GroupID][]commands.Grant)
	var groups []imapi.GroupID
	for _, g := range limits {
		if byGroup[g.Group] == nil {
			groups = append(groups, g.Group)
		}
		byGroup[g.Group] = append(byGroup[g.Group], g)
	}
	e := mustAccept(t, j, entry(key, groups...))
	for _, c := range e.Changes {
		if err := plan(t.Context(), j, e, c, byGroup[c.Group]...); err != nil {
			t.Fatal(err)
		}
		c.Outcome = &commands.Outcome{Status: commands.Done, Grants: byGroup[c.Group]}
		if _, err := j.Settle(t.Context(), e, c, settled()); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// about is an entry of that verb about limits.
func about(key string, verb commands.Verb, limits ...commands.Grant) bot.Entry {
	e := entry(key, limits[0].Group)
	e.Command = commands.Command{Verb: verb, Target: e.Command.Target, Grants: limits, Number: limits[0].Entry}
	return e
}

func dueNow(t *testing.T, j *Journal, at time.Time) bot.Due {
	t.Helper()
	due, err := j.Due(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	return due
}

func users(limits []commands.Grant) (users []imapi.UserID) {
	for _, g := range limits {
		users = append(users, g.User)
	}
	return users
}

func due(t *testing.T, j *Journal, w *world) {
	start := w.Now()
	if got := dueNow(t, j, start); !reflect.DeepEqual(got, bot.Due{}) {
		t.Errorf("with nothing on record: %+v", got)
	}
	short := limit(friday, "short", start.Add(20*time.Minute))
	short.Length = 20 * time.Minute
	failed := limit(sunday, "failed", start.Add(50*time.Minute))
	failed.Due, failed.Tries = start.Add(55*time.Minute), 1
	give(t, j, "k", short, failed, limit(friday, "later", start.Add(2*time.Hour)), limit(friday, "soon", start.Add(time.Hour)))
	for _, test := range []struct {
		name       string
		at         time.Duration
		over, near []imapi.UserID
		next       time.Duration
	}{
		{"at first", 0, nil, nil, 20 * time.Minute},
		{"a moment before the first end", 20*time.Minute - time.Microsecond, nil, nil, 20 * time.Minute},
		{"at the first end", 20 * time.Minute, []imapi.UserID{"short"}, nil, 50 * time.Minute},
		{"ten minutes before an end", 50 * time.Minute, []imapi.UserID{"short"}, []imapi.UserID{"soon"}, 55 * time.Minute},
		{"a failed end asks again", 55 * time.Minute, []imapi.UserID{"short", "failed"}, []imapi.UserID{"soon"}, time.Hour},
		{"an end that was not reminded of", time.Hour, []imapi.UserID{"short", "failed", "soon"}, nil, 110 * time.Minute},
		{"after all", 3 * time.Hour, []imapi.UserID{"short", "failed", "soon", "later"}, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := dueNow(t, j, start.Add(test.at))
			next := time.Time{}
			if test.next != 0 {
				next = start.Add(test.next)
			}
			if !reflect.DeepEqual(users(got.Over), test.over) || !reflect.DeepEqual(users(got.Near), test.near) || !got.Next.Equal(next) {
				t.Errorf("over %v, near %v, next %v; want %v, %v, %v", users(got.Over), users(got.Near), got.Next, test.over, test.near, next)
			}
		})
	}
	soon := dueNow(t, j, start.Add(50*time.Minute)).Near[0]
	if _, fresh, err := j.Accept(t.Context(), about("remind", commands.Remind, soon), accepted(), nil); err != nil || !fresh {
		t.Fatalf("fresh %v, error %v", fresh, err)
	}
	if got := dueNow(t, j, start.Add(50*time.Minute)); len(got.Near) > 0 {
		t.Errorf("reminded of: %+v", got.Near)
	}
	if got := dueNow(t, j, start.Add(time.Hour)); len(got.Over) != 3 {
		t.Errorf("reminded of, and over: %+v", got.Over)
	}
}

func ending(t *testing.T, j *Journal, w *world) {
	until := w.Now().Add(time.Hour)
	give(t, j, "k", limit(friday, "user1", until), limit(friday, "user2", until))
	w.Advance(time.Hour)
	over := dueNow(t, j, w.Now()).Over
	end := mustAccept(t, j, about("end", commands.End, over...))
	if got := dueNow(t, j, w.Now()); len(got.Over) > 0 || !got.Next.IsZero() {
		t.Errorf("taken: %+v", got)
	}
	if got := onRecord(t, j, ""); len(got) != 2 || !got[0].Due.IsZero() {
		t.Errorf("on record while they end: %+v", got)
	}
	if rows := trail(t, j, bot.Filter{About: []string{"user2"}}); len(rows) != 1 || rows[0].Number != end.Number {
		t.Errorf("about a user whose limit ends: %+v", rows)
	}

	// The end of one fails: it stays on record, with the same ID.
	c := end.Changes[0]
	if err := plan(t.Context(), j, end, c); err != nil {
		t.Fatal(err)
	}
	failed := over[1]
	failed.Due, failed.Tries = w.Now().Add(time.Minute), 3
	c.Outcome = &commands.Outcome{Grants: []commands.Grant{failed}, Ungrant: []imapi.UserID{over[0].User}}
	if _, err := j.Settle(t.Context(), end, c, settled()); err != nil {
		t.Fatal(err)
	}
	if got := onRecord(t, j, ""); len(got) != 1 || got[0] != failed {
		t.Errorf("given back: %+v, want %+v", got, failed)
	}
	if got := dueNow(t, j, w.Now()); len(got.Over) > 0 || !got.Next.Equal(failed.Due) {
		t.Errorf("before the next try: %+v", got)
	}
	w.Advance(time.Minute)
	if got := dueNow(t, j, w.Now()).Over; len(got) != 1 || got[0] != failed {
		t.Errorf("at the next try: %+v", got)
	}
}

func dueMany(t *testing.T, j *Journal, w *world) {
	var limits []commands.Grant
	for i := range dueAtOnce + 3 {
		limits = append(limits, limit(friday, imapi.UserID(fmt.Sprint(i)), w.Now().Add(time.Duration(i))))
	}
	give(t, j, "k", limits...)
	at := w.Now().Add(time.Hour)
	got := dueNow(t, j, at)
	if len(got.Over) != dueAtOnce || !got.Next.Equal(at) {
		t.Fatalf("%d over, next %v", len(got.Over), got.Next)
	}
	mustAccept(t, j, about("end", commands.End, got.Over...))
	if got := dueNow(t, j, at); len(got.Over) != 3 || !got.Next.IsZero() {
		t.Errorf("%d more, next %v", len(got.Over), got.Next)
	}
}

func TestReminderLength(t *testing.T) {
	if want := fmt.Sprint(" ", commands.RemindFrom.Microseconds()); !strings.HasSuffix(unreminded, want) {
		t.Errorf("%s does not ask for %s microseconds", unreminded, want)
	}
}

// TestDueIsALookAtIndexes: asking costs the same however many limits there are.
func TestDueIsALookAtIndexes(t *testing.T) {
	sqlite, _ := newURL(t)
	for _, test := range []struct {
		name, url, prepare, explain string
	}{
		{"SQLite", sqlite, `SELECT 1`, `EXPLAIN QUERY PLAN `},
		{"PostgreSQL", journaltest.Postgres(t), `SET LOCAL enable_seqscan = off`, `EXPLAIN `}, // else it reads small tables whole
	} {
		j := reopen(t, test.url)
		for index, condition := range map[string]string{
			"grants_over": untaken + ` AND due <= 1 ORDER BY due, id`,
			"grants_near": unreminded + ` AND until > 1 AND until <= 2 ORDER BY until, id`,
		} {
			plan, err := explained(t, j, test.prepare, test.explain+`SELECT id FROM grants WHERE `+condition)
			if err != nil || !strings.Contains(plan, index) || strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s, %s: %s (error %v)", test.name, condition, plan, err)
			}
		}
	}
}

// explained returns the last column of a query's rows, run after a statement.
func explained(t *testing.T, j *Journal, prepare, query string) (text string, err error) {
	err = j.read(t.Context(), "explain", func(ctx context.Context, tx executor) error {
		if _, err := tx.ExecContext(ctx, prepare); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		for err == nil && rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			err = rows.Scan(cells...)
			text += fmt.Sprintln(*cells[len(cells)-1].(*any))
		}
		return errors.Join(err, rows.Err())
	})
	return text, err
}
