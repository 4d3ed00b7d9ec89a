package discord_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/imapi"
)

func adding(users string) fakediscord.Options {
	return fakediscord.Options{"group": group, "users": users}
}

// TestFate: a command runs if Discord took its first response, and only then.
func TestFate(t *testing.T) {
	t.Parallel()
	fault := func(kind fakediscord.FaultKind, times int, applied bool) fakediscord.Fault {
		return fakediscord.Fault{Route: fakediscord.Respond, Kind: kind, Times: times, Applied: applied}
	}
	refuse := func(code, status int) fakediscord.Fault {
		return fakediscord.Fault{Route: fakediscord.Respond, Kind: fakediscord.Refuse, Code: code, Status: status}
	}
	limit := fault(fakediscord.RateLimit, 1, false)
	limit.RetryAfter = 200 * time.Millisecond
	long := fault(fakediscord.RateLimit, 1, false)
	long.RetryAfter = time.Minute
	for _, tc := range []struct {
		name   string
		faults []fakediscord.Fault
		runs   bool
	}{
		{"answered by another session", []fakediscord.Fault{refuse(40060, 400)}, false},
		{"too late", []fakediscord.Fault{refuse(10062, 404)}, false},
		{"a token that is not valid", []fakediscord.Fault{refuse(50027, 401)}, false},
		{"taken, the answer lost", []fakediscord.Fault{fault(fakediscord.Reset, 1, true)}, true},
		{"lost on the way", []fakediscord.Fault{fault(fakediscord.Reset, 1, false)}, true},
		{"a server error", []fakediscord.Fault{fault(fakediscord.Status, 1, false)}, true},
		{"taken, no answer in time", []fakediscord.Fault{fault(fakediscord.Hang, 1, true)}, true},
		{"taken, the answer lost, and then not known any more", []fakediscord.Fault{fault(fakediscord.Reset, 1, true), refuse(10062, 404)}, true},
		{"lost on the way, and then too late", []fakediscord.Fault{fault(fakediscord.Reset, 1, false), refuse(10062, 404)}, false},
		{"too fast for a moment", []fakediscord.Fault{limit}, true},
		{"too fast for long", []fakediscord.Fault{long}, false},
		{"taken, and no answer for three seconds", []fakediscord.Fault{fault(fakediscord.Reset, 1, true), fault(fakediscord.Reset, -1, false)}, true},
		{"never taken, and no answer for three seconds", []fakediscord.Fault{fault(fakediscord.Reset, -1, false)}, false},
	} {
		for _, mode := range modes {
			t.Run(mode+" "+tc.name, func(t *testing.T) {
				t.Parallel()
				w := open(t, mode, fakediscord.Config{}, discord.Options{})
				for _, f := range tc.faults {
					w.Inject(f)
				}
				i := w.says(alice, general, "add", adding("user1"))
				w.Closed()
				unanswered := len(w.Rows(bot.WasUnanswered))
				if got := w.Stage.API.Admins(group); slices.Equal(got, []string{"user1"}) != tc.runs || unanswered == 1 == tc.runs {
					t.Errorf("administrators %v, %d rows of unanswered", got, unanswered)
				}
				if tc.runs {
					w.result(i)
				} else if posted := w.Messages(general); len(posted) > 0 {
					t.Errorf("in the channel is %+v", posted)
				}
				w.ClearFaults()
				w.says(alice, general, "add", adding("user2"))
				w.Until("the next one runs", func() bool { return slices.Contains(w.Stage.API.Admins(group), "user2") })
			})
		}
	}
}

// crashed puts an entry on record as a process does that dies before it knows what
// became of the first response.
func (w *world) crashed(i *fakediscord.Interaction, at time.Time, answered bool) {
	w.T.Helper()
	e := bot.Entry{
		Key: i.ID, Caller: commands.Caller{Ref: "discord:user:" + alice}, Place: commands.Place{Platform: "discord", Channel: "discord:" + general},
		Command: commands.Command{
			Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{group}}, Users: []commands.Person{{ID: "user1"}},
		},
		Reply:   discord.Handle(i.ID, w.Config().AppID, i.Token, at),
		Changes: []bot.Change{{Group: group, State: bot.Waiting}},
	}
	e, _, err := w.Stage.Journal.Accept(w.Soon(), e, bot.Record{Event: bot.WasAccepted, Caller: e.Caller.Ref, Verb: commands.Add}, nil)
	if err == nil && answered {
		err = w.Stage.Journal.Answer(w.Soon(), e)
	}
	if err != nil {
		w.T.Fatal(err)
	}
}

// TestCrashBeforeResponseIsKnown: at the next start Discord is asked.
func TestCrashBeforeResponseIsKnown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		taken    bool // by Discord
		answered bool // on record
		old      bool
		proxy    bool // something else than Discord answers at first
		runs     bool
	}{
		{"taken", true, false, false, false, true},
		{"not taken", false, false, false, false, false},
		{"taken, and a proxy says that it is not there", true, false, false, true, true},
		{"taken, too old to be asked for", true, false, true, false, true},
		{"on record, and then its response was deleted", false, true, false, false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var c bottest.Ahead
			w := build(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
			i := w.kept(w.SendCommand(fakediscord.CommandInput{User: alice, Channel: general, Subcommand: "add", Forged: true}))
			if tc.taken {
				resp, err := http.Post(w.URL()+"/api/v10/interactions/"+i.ID+"/"+i.Token+"/callback", "application/json", strings.NewReader(`{"type":5}`))
				if err != nil || resp.StatusCode != http.StatusNoContent {
					t.Fatalf("%v %v", resp, err)
				}
				resp.Body.Close()
			}
			w.crashed(i, c.Now(), tc.answered)
			c.Advance(time.Minute)
			if tc.old {
				c.Advance(16 * time.Minute)
			}
			if tc.proxy {
				w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Status: http.StatusNotFound, Route: fakediscord.GetOriginal})
			}
			w.start()
			w.Closed()
			if got, unanswered := w.Stage.API.Admins(group), len(w.Rows(bot.WasUnanswered)); (len(got) == 1) != tc.runs || unanswered == 1 == tc.runs {
				t.Errorf("administrators %v, %d rows of unanswered", got, unanswered)
			}
			if posted := w.Messages(general); tc.runs && (len(posted) != 1 || !strings.Contains(posted[0].Content, "Done") || len(w.Messages(posted[0].Thread)) != 1) {
				t.Errorf("in the channel is %+v", posted)
			}
		})
	}
}

// TestExpiredHandle: what takes longer than a handle is good for is posted with the
// bot's own token, once.
func TestExpiredHandle(t *testing.T) {
	t.Parallel()
	var c bottest.Ahead
	w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.EditOriginal, Times: -1})
	i := w.says(alice, general, "add", adding("user1"))
	if err := w.WaitCalls(w.Soon(), fakediscord.EditOriginal, 1); err != nil {
		t.Fatal(err)
	}
	c.Advance(16 * time.Minute)
	w.ClearFaults()
	root, replies := w.result(i)
	if !strings.Contains(root.Content, "Done") || len(replies) != 1 || len(w.Messages(general)) != 1 {
		t.Errorf("root %q, replies %+v", root.Content, replies)
	}
	if calls := w.Calls(fakediscord.EditMessage); len(calls) == 0 {
		t.Error("the response was not changed with the bot's token")
	}
}

// TestSpentHandle: whichever way Discord says that a handle is good for nothing any
// more, what is to be posted is posted with the bot's own token.
func TestSpentHandle(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ code, status int }{{50027, 401}, {10015, 404}, {0, 404}} {
		t.Run(fmt.Sprint(tc.code), func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.EditOriginal, Code: tc.code, Status: tc.status, Times: -1})
			root, replies := w.result(w.says(alice, general, "add", adding("user1")))
			if !strings.Contains(root.Content, "Done") || len(replies) != 1 || len(w.Messages(general)) != 1 {
				t.Errorf("root %q, replies %+v", root.Content, replies)
			}
		})
	}
}

// TestPostedOnce: a post whose answer is lost is not there twice.
func TestPostedOnce(t *testing.T) {
	t.Parallel()
	for _, route := range []string{fakediscord.EditOriginal, fakediscord.StartThread, fakediscord.CreateMessage} {
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.Inject(fakediscord.Fault{Kind: fakediscord.Reset, Applied: true, Route: route, Times: 2})
			i := w.says(alice, general, "add", adding("user1"))
			if _, replies := w.result(i); len(replies) != 1 || len(w.Messages(general)) != 1 || len(w.Threads(general)) != 2 {
				t.Errorf("replies %+v, %d messages, threads %+v", replies, len(w.Messages(general)), w.Threads(general))
			}
		})
	}
}

// TestNoSecretsOnRecord: what is posted leaves no token in the database.
func TestNoSecretsOnRecord(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	i := w.says(alice, general, "add", adding("user1"))
	w.result(i)
	w.Closed()
	w.halt()
	w.Stage.Restart(t)
	if raw := w.Database(); strings.Contains(raw, i.Token) || len(raw) == 0 {
		t.Errorf("the token is in the database of %d bytes", len(raw))
	}
}

// join begins another session of the same bot. leave ends it.
func (w *world) join() (leave func()) {
	w.T.Helper()
	ctx, end := context.WithCancel(context.Background())
	other := w.platform()
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx, w.Stage.Bot) }()
	leave = sync.OnceFunc(func() {
		end()
		if err := <-ended; err != nil {
			w.T.Error(err)
		}
	})
	w.T.Cleanup(leave)
	if err := w.WaitSessions(w.Soon(), 2); err != nil {
		w.T.Fatal(err)
	}
	return leave
}

// TestHandOver: while two sessions of one token overlap in one process, each gets every
// interaction; all are answered and carried out once, and when one of them ends, too.
func TestHandOver(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	leave := w.join()
	once := func(i *fakediscord.Interaction) {
		t.Helper()
		w.answered(i)
		if n := len(slices.DeleteFunc(i.Callbacks(), func(c fakediscord.Callback) bool { return !c.Accepted() })); n != 1 {
			t.Errorf("callbacks %+v", i.Callbacks())
		}
	}
	var undoable fakediscord.Message
	add := func(users string) {
		t.Helper()
		i := w.says(alice, general, "add", adding(users))
		_, replies := w.result(i)
		if once(i); len(replies) != 1 {
			t.Fatalf("%d replies", len(replies))
		}
		undoable = replies[0]
	}
	for n := range 4 {
		add(fmt.Sprintf("user%d", n))
		i := w.says(alice, general, "whoami", nil)
		w.private(i)
		once(i)
		once(w.kept(w.Autocomplete(alice, general, "list", "group", "", nil)))
	}
	w.Closed()
	once(w.kept(w.Click(alice, undoable, button(t, undoable, "Undo"))))
	w.Closed()
	leave()
	add("user4")
	w.Closed()
	if got := w.API.Admins(group); !slices.Equal(got, []string{"user0", "user1", "user2", "user4"}) {
		t.Errorf("administrators %v", got)
	}
	if n := len(w.Rows(bot.WasAccepted)); n != 6 || len(w.Messages(general)) != 5 || len(w.Rows(bot.WasAnswered)) != 4 {
		t.Errorf("%d entries, %d messages, %d answers", n, len(w.Messages(general)), len(w.Rows(bot.WasAnswered)))
	}
	if rows := w.Rows(bot.WasUnanswered); len(rows) > 0 || len(w.Ephemerals(alice)) != 4 {
		t.Errorf("not answered are %+v, %d answers", rows, len(w.Ephemerals(alice)))
	}
	for _, in := range w.Identifies() {
		if in.Intents != 0 {
			t.Errorf("a session with the intents %d", in.Intents)
		}
	}
	if strings.Contains(w.Log.String(), "level=WARN") {
		t.Errorf("the log warns\n%s", w.Log)
	}
}

// TestHandOverOfARequest: what asks for approval is not answered by a second session that has the same
// interaction, as if it had been asked before, while the first response of the other is slow.
func TestHandOverOfARequest(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	withApproval(w)
	w.join()
	w.Inject(fakediscord.Fault{Kind: fakediscord.Hang, Route: fakediscord.Respond, Times: 2}) // for longer than it is taken
	i := w.says(bob, general, "add", adding("user1"))
	w.Until("it is closed", func() bool { return len(w.Rows(bot.WasUnanswered)) == 1 })
	for _, c := range i.Callbacks() {
		if c.Accepted() {
			t.Errorf("it is answered %s", c.Body)
		}
	}
}
