package discord_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/bot/engine"
	"liveadmin/bot/web"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

// measured is a world in which the bot runs with metrics.
func measured(t testing.TB) *world {
	t.Helper()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	m := web.NewMetrics(web.Build{})
	b, err := bottest.NewBot(engine.Parts{
		Journal: w.Journal, API: engine.Client{Client: w.Client}, Rules: w.Rules.Get, Words: words.English(), Log: w.Log.Logger(), Now: w.Clock.Now, Observer: m,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Stage.Bot, w.metrics = b, m.Handler()
	w.start()
	return w
}

// gaveUp waits until a number of entries are given up, checks that the last one is as it has to
// be on record and that they are counted, and returns its row.
func (w *world) gaveUp(number int64, outcome commands.Status) bot.Record {
	w.T.Helper()
	var rows []bot.Record
	w.Until("it is given up", func() bool {
		rows = w.Rows(bot.WasUnposted)
		return len(rows) > 0 && len(w.Unclosed()) == 0
	})
	if r := rows[0]; len(rows) != 1 || r.Number != number || r.Outcome != outcome || r.Detail == "" {
		w.T.Errorf("on record is %+v", rows)
	}
	shown := httptest.NewRecorder()
	w.metrics.ServeHTTP(shown, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(shown.Body.String(), `liveadmin_posts_given_up_total{platform="discord"} 1`) {
		w.T.Error("it is not counted")
	}
	return rows[0]
}

// TestPostingIsGivenUp: what Discord's servers do not take for a day goes to the audit
// trail, and is counted.
func TestPostingIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, route := range []string{fakediscord.StartThread, fakediscord.CreateMessage} {
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			w := measured(t)
			w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: route, Times: -1})
			w.says(alice, general, "add", adding("user1"))
			if err := w.WaitCalls(w.Soon(), route, 1); err != nil {
				t.Fatal(err)
			}
			if rows := w.Rows(bot.WasUnposted); len(rows) > 0 {
				t.Errorf("before a day on record is %+v", rows)
			}
			w.Clock.Advance(24*time.Hour + time.Minute)
			if r := w.gaveUp(1, commands.Done); r.Caller != "discord:user:"+alice || !strings.Contains(r.Detail, "HTTP 500") {
				t.Errorf("on record is %+v", r)
			}
			if got := w.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
				t.Errorf("administrators %v", got)
			}
		})
	}
}

// TestNowhere: a result that its thread, the response, the channel and who asked all refuse
// is not tried for a day.
func TestNowhere(t *testing.T) {
	t.Parallel()
	w := measured(t)
	w.AddUser(fakediscord.User{ID: alice, Name: "alice", NoDMs: true})
	if err := w.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}); err != nil {
		t.Fatal(err)
	}
	w.says(alice, general, "add", adding("user1"))
	w.Until("its place is on record", func() bool {
		left := w.Unclosed()
		return len(left) == 1 && left[0].Root != ""
	})
	for _, c := range w.Threads(general) {
		w.DeleteChannel(c.ID)
	}
	w.DeleteChannel(general)
	w.API.ClearFaults()
	if r := w.gaveUp(1, commands.Done); !strings.Contains(r.Detail, "50007") {
		t.Errorf("on record is %+v", r)
	}
	if strings.Contains(w.Log.String(), "post failed, retrying") {
		t.Errorf("it was tried again\n%s", w.Log)
	}
}

// TestLateNowhere: what comes late and no one takes goes to the audit trail and the
// metric at once. The end itself is carried out.
func TestLateNowhere(t *testing.T) {
	t.Parallel()
	w := measured(t)
	root := w.lasts(general)
	w.AddUser(fakediscord.User{ID: alice, Name: "alice", NoDMs: true})
	w.DeleteChannel(root.Thread)
	before := len(w.Messages(general))
	w.Clock.Advance(70 * time.Minute)
	if r := w.gaveUp(2, commands.Done); r.Verb != commands.End || r.Caller != "liveadmin:clock" {
		t.Errorf("on record is %+v", r)
	}
	if got := w.API.Admins(group); len(got) > 0 || len(w.Messages(general)) != before || strings.Contains(w.Log.String(), "post failed, retrying") {
		t.Errorf("administrators %v, %d messages\n%s", got, len(w.Messages(general)), w.Log)
	}
}
