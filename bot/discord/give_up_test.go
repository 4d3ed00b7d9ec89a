package discord_test

import (
	"context"
	"errors"
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
		Journal: w.Journal, API: engine.Client{Client: w.Client}, Rules: w.Rules.Get, Words: words.In, Log: w.Log.Logger(), Now: w.Clock.Now, Observer: m,
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

// TestGate: while the gate is closed no request leaves that is about an entry, whatever it
// is for, and the gate's error is found in what comes of it. Who asks is answered.
func TestGate(t *testing.T) {
	t.Parallel()
	var g bottest.Gate
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{Gate: g.Ask})
	i := w.says(bob, general, "whoami", nil)
	w.private(i)
	e := bot.Entry{
		Number: 1, Caller: commands.Caller{Ref: "discord:user:" + alice}, Place: commands.Place{Platform: "discord", Channel: "discord:" + general},
		Reply: discord.Handle(i.ID, w.Config().AppID, i.Token, time.Now().Add(-time.Minute)),
	}
	at := func(message, thread string, under int64) bot.Entry {
		e := e
		e.Root, e.Under = discord.MessageRef(general, message, thread), under
		return e
	}
	g.Set(true)
	before := len(w.Calls(""))
	for name, do := range map[string]func(context.Context) error{
		"a root": func(ctx context.Context) error {
			_, err := w.discord.Announce(ctx, e, nil)
			return err
		},
		"an update": func(ctx context.Context) error { return w.discord.Update(ctx, at("9", thread, 0), nil) },
		"a result in a thread": func(ctx context.Context) error {
			_, err := w.discord.Report(ctx, at("9", thread, 0), nil, words.Message{})
			return err
		},
		"a result in the response": func(ctx context.Context) error {
			_, err := w.discord.Report(ctx, at("9", "", 0), nil, words.Message{})
			return err
		},
		"what comes late": func(ctx context.Context) error {
			_, err := w.discord.Report(ctx, at("9", "", 7), nil, words.Message{})
			return err
		},
		"a look for a result": func(ctx context.Context) error {
			e := at("9", thread, 0)
			if _, _, err := w.discord.FindResult(ctx, e); err != nil {
				return err
			}
			_, err := w.discord.Report(ctx, e, nil, words.Message{})
			return err
		},
		"a look for a response": func(ctx context.Context) error {
			_, err := w.discord.Confirm(ctx, e)
			return err
		},
	} {
		if err := do(t.Context()); !errors.Is(err, bottest.ErrHeld) || errors.Is(err, bot.ErrRevoked) || errors.Is(err, bot.ErrNotRun) || strings.Contains(err.Error(), "http") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(w.Calls("")); n != before {
		t.Errorf("%d requests left", n-before)
	}
	w.private(w.says(bob, general, "whoami", nil))
	g.Set(false)
	w.result(w.says(alice, general, "add", adding("user1")))
}

// TestGateBeforeResponse: a command whose first response was held back is not run, and
// the response is not tried again.
func TestGateBeforeResponse(t *testing.T) {
	t.Parallel()
	var g bottest.Gate
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{Gate: g.Ask})
	if err := w.WaitCalls(w.Soon(), fakediscord.CreateGuildCommand, 1); err != nil { // nothing else is under way
		t.Fatal(err)
	}
	g.HoldNext()
	i := w.says(alice, general, "add", adding("user1"))
	w.Closed()
	if rows := w.Rows(bot.WasUnanswered); len(rows) != 1 || !strings.Contains(rows[0].Detail, bottest.ErrHeld.Error()) {
		t.Errorf("on record are %+v", rows)
	}
	if got := w.API.Admins(group); len(got) > 0 || len(i.Callbacks()) > 0 {
		t.Errorf("administrators %v, callbacks %+v", got, i.Callbacks())
	}
}
