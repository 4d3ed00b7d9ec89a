package journal

import (
	"reflect"
	"testing"
	"time"

	"liveadmin/bot"
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
