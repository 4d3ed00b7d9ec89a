package journal

import (
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

// decidedLimits: whoever moves or lifts a limit decides, although nothing is sent.
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
	outcome("3", commands.Outcome{Status: commands.Failed, Grants: []commands.Grant{g}, Ungrant: []imapi.UserID{"user3"}})
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
		t.Error("a damaged outcome is not told")
	}
	if _, forgotten := decidedBy(t, j, 3); forgotten {
		t.Error("forgotten, but nothing was decided since")
	}
	if n := purge(t, j, w.Now()); n != 3 {
		t.Fatalf("%d purged, want 3", n)
	}
	if _, forgotten := decidedBy(t, j, 1); !forgotten {
		t.Error("a purged outcome is not told")
	}
}
