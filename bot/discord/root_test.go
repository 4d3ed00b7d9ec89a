package discord_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands/words"
)

// answeredOnce checks that a command has one root message with its outcome, one thread from that,
// and one result in it.
func (w *world) answeredOnce(room string) {
	w.T.Helper()
	roots := w.Messages(room)
	if len(roots) != 1 || !strings.Contains(roots[0].Content, "Done") || roots[0].Interaction == "" {
		w.T.Fatalf("in the channel are %+v\n%s", roots, w.Log)
	}
	if n := len(w.Messages(roots[0].Thread)); n != 1 {
		w.T.Errorf("%d messages are in the thread %q", n, roots[0].Thread)
	}
}

// TestRootAfterCrash: whichever call a process dies in, the first response stays the one
// root message, and it has one thread with one result.
func TestRootAfterCrash(t *testing.T) {
	t.Parallel()
	for _, route := range []string{fakediscord.Respond, fakediscord.StartThread, fakediscord.CreateMessage, fakediscord.EditOriginal} {
		for _, age := range []time.Duration{time.Minute, 16 * time.Minute} {
			t.Run(route+" "+age.String(), func(t *testing.T) {
				t.Parallel()
				var c bottest.Ahead
				w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now, CallTime: 2 * time.Second})
				w.Inject(fakediscord.Fault{Kind: fakediscord.Hang, Applied: true, Route: route, Times: -1})
				w.says(alice, general, "add", adding("user1"))
				if err := w.WaitCalls(w.Soon(), route, 1); err != nil {
					t.Fatal(err)
				}
				w.halt()
				w.ClearFaults()
				c.Advance(age)
				w.Stage.Restart(t)
				w.start()
				w.Closed()
				w.answeredOnce(general)
				if got := w.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
					t.Errorf("administrators %v", got)
				}
			})
		}
	}
}

// TestRootOfUnknownFate: when no one knows whether the first response was taken, Discord is
// asked, and its answer says where the root message is.
func TestRootOfUnknownFate(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			w.Inject(fakediscord.Fault{Kind: fakediscord.Reset, Route: fakediscord.Respond, Applied: true})
			w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.Respond, Times: -1})
			w.says(alice, general, "add", adding("user1"))
			w.Closed()
			w.answeredOnce(general)
			if reads, edits := len(w.Calls(fakediscord.GetOriginal)), len(w.Calls(fakediscord.EditOriginal)); reads != 1 || edits != 1 {
				t.Errorf("the response was read %d times and edited %d times", reads, edits)
			}
		})
	}
}

// TestOldRoot: after a crash of which Discord does not say any more whether the first
// response was taken, the work is done at once; only the thread waits until the root
// message is found in the channel.
func TestOldRoot(t *testing.T) {
	t.Parallel()
	var c bottest.Ahead
	w := build(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
	i := w.kept(w.SendCommand(fakediscord.CommandInput{User: alice, Channel: general, Subcommand: "add", Forged: true}))
	resp, err := http.Post(w.URL()+"/api/v10/interactions/"+i.ID+"/"+i.Token+"/callback", "application/json",
		strings.NewReader(`{"type":4,"data":{"content":"Working"}}`))
	if err != nil || resp.StatusCode != http.StatusNoContent {
		t.Fatalf("%v %v", resp, err)
	}
	resp.Body.Close()
	w.crashed(i, c.Now(), false)
	c.Advance(16 * time.Minute)
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.ListMessages, Times: -1})
	w.start()
	w.Until("the work is done", func() bool { return slices.Equal(w.API.Admins(group), []string{"user1"}) })
	if n := len(w.Threads(general)); n != 1 { // the one of others
		t.Errorf("%d threads are there", n)
	}
	w.ClearFaults()
	w.Closed()
	w.answeredOnce(general)
}

// TestOutcomeInThread: where Discord refuses to edit the root message, by the handle or by
// the bot's token, the outcome is said in the thread, once.
func TestOutcomeInThread(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(map[bool]string{false: "by the handle", true: "by the bot's token"}[late], func(t *testing.T) {
			t.Parallel()
			var c bottest.Ahead
			w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
			for _, route := range []string{fakediscord.EditOriginal, fakediscord.EditMessage} {
				w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: route, Code: 50005, Status: 403, Times: -1})
			}
			if late { // the thread is opened when the handle is no longer of use
				w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.StartThread})
			}
			i := w.says(alice, general, "add", adding("user1"))
			if late {
				if err := w.WaitCalls(w.Soon(), fakediscord.StartThread, 1); err != nil {
					t.Fatal(err)
				}
				c.Advance(16 * time.Minute)
			}
			w.Closed()
			root, _ := i.Original()
			said := w.Messages(root.Thread)
			if len(said) != 2 || !strings.HasPrefix(w.Plain(said[1]), "✅ Done · @alice") || len(said[1].Pings) > 0 {
				t.Fatalf("in the thread are %+v", said)
			}
			e := bot.Entry{Number: 2, State: bot.Done, Root: discord.MessageRef(general, root.ID, root.Thread)}
			for range 2 {
				if err := w.discord.Update(w.Soon(), e, words.Text{{Text: "It is #2"}}); err != nil || len(w.Messages(root.Thread)) != 3 {
					t.Errorf("%v, in the thread are %+v", err, w.Messages(root.Thread))
				}
				c.Advance(5 * time.Minute) // Discord forgets the nonce
			}
		})
	}
}

// TestCalmRetries: a first response that Discord's servers do not take is tried again with a
// pause that doubles.
func TestCalmRetries(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.Respond, Status: http.StatusBadGateway, Times: -1})
	w.says(alice, general, "whoami", nil)
	w.Until("it is given up", func() bool { return strings.Contains(w.Log.String(), "not answered") })
	if n := len(w.Calls(fakediscord.Respond)); n < 4 || n > 8 {
		t.Errorf("%d tries in three seconds", n)
	}
}
