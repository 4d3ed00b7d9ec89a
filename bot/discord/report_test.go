package discord_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands/policy"
	"liveadmin/imapi/simulator"
)

// saysWhy reports whether an answer says why there is no thread.
func saysWhy(answer string) bool {
	return strings.Contains(answer, "There is no thread") || strings.Contains(answer, "to open a thread here")
}

// TestNoThread: where there can be no thread, the result is in the response, with
// why there is none, if anyone would ask.
func TestNoThread(t *testing.T) {
	t.Parallel()
	lacks := func(p int64) func(*world) {
		return func(w *world) { w.EditChannel(general, func(c *fakediscord.Channel) { c.Denied = p }) }
	}
	for _, tc := range []struct {
		name, room string
		set        func(*world)
		why        string
	}{
		{"in a thread", thread, nil, ""},
		{"in a voice channel", voice, nil, "this kind of channel has none"},
		{"in a stage channel", stage, nil, "this kind of channel has none"},
		{"in a forum", forum, nil, "this kind of channel has none"},
		{"in a direct message", "", nil, ""},
		{"not allowed to open one", general, lacks(fakediscord.CreatePublicThreads), "Create Public Threads"},
		{"not allowed to write in one", general, lacks(fakediscord.SendMessagesInThreads), "Send Messages in Threads"},
		{"not allowed to show embeds", general, lacks(fakediscord.EmbedLinks), "Embed Links"},
		{"not a member of the server", general, func(w *world) {
			w.AddGuild(fakediscord.Guild{ID: guild, NoBot: true})
		}, "permission to open a thread"},
		{"too many threads", general, func(w *world) {
			w.EditChannel(general, func(c *fakediscord.Channel) { c.ThreadsFull = true })
		}, "too many active threads"},
		{"locked", general, func(w *world) {
			w.EditChannel(general, func(c *fakediscord.Channel) { c.Locked = true })
		}, "locked"},
		{"refused for another cause", general, func(w *world) {
			w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.StartThread, Code: 50024})
		}, "did not allow one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			if tc.set != nil {
				tc.set(w)
			}
			room := tc.room
			if room == "" {
				room = w.Direct(alice)
			}
			i := w.kept(w.SendCommand(fakediscord.CommandInput{
				User: alice, Channel: room, Subcommand: "add", Options: adding("user1"), Forged: tc.room == "",
			}))
			root := w.final(i)
			got := w.Plain(root)
			if root.Thread != "" || len(w.Threads(general)) != 1 || !strings.HasPrefix(got, "✅ Done · @alice") || !strings.Contains(got, "• user1: added") {
				t.Errorf("the response is %q, thread %q", got, root.Thread)
			}
			if saysWhy(got) != (tc.why != "") || !strings.Contains(got, tc.why) {
				t.Errorf("the response says %q, want %q", got, tc.why)
			}
			w.Closed()
			if posted := w.Messages(room); len(posted) != 1 {
				t.Errorf("there are %d messages", len(posted))
			}
		})
	}
}

// TestThreadThere: a thread that is there already is used.
func TestThreadThere(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.StartThread, Applied: true})
	i := w.says(alice, general, "add", adding("user1"))
	if _, replies := w.result(i); len(replies) != 1 {
		t.Errorf("replies %+v", replies)
	}
}

// TestThreadGone: a thread that is deleted, locked or closed to the bot meanwhile
// leaves the result in the response.
func TestThreadGone(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		lose func(*world, fakediscord.Channel)
	}{
		{"deleted", func(w *world, c fakediscord.Channel) { w.DeleteChannel(c.ID) }},
		{"locked", func(w *world, c fakediscord.Channel) {
			w.EditChannel(c.ID, func(c *fakediscord.Channel) { c.Locked, c.Denied = true, fakediscord.ManageThreads })
		}},
		{"closed to the bot", func(w *world, c fakediscord.Channel) {
			w.EditChannel(c.ID, func(c *fakediscord.Channel) { c.Denied = fakediscord.SendMessagesInThreads })
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.CreateMessage})
			i := w.says(alice, general, "add", adding("user1"))
			if err := w.WaitCalls(w.Soon(), fakediscord.CreateMessage, 1); err != nil {
				t.Fatal(err)
			}
			opened, _ := i.Thread()
			tc.lose(w, opened)
			root, err := i.WaitOriginal(w.Soon(), func(m fakediscord.Message) bool { return len(m.Embeds) > 0 })
			if err != nil {
				t.Fatal(err)
			}
			if got := w.Plain(root); !strings.HasPrefix(got, "✅ Done") || !strings.Contains(got, "• user1: added") || !saysWhy(got) {
				t.Errorf("the response is %q", got)
			}
			w.Closed()
		})
	}
}

// TestNoRefusal: what something between the bot and Discord answers is no refusal: it is
// tried again, and falls nowhere else.
func TestNoRefusal(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		route  string
		status int
	}{
		{fakediscord.EditOriginal, http.StatusNotFound},
		{fakediscord.StartThread, http.StatusForbidden},
		{fakediscord.CreateMessage, http.StatusForbidden},
	} {
		t.Run(tc.route, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Status: tc.status, Route: tc.route})
			if _, replies := w.result(w.says(alice, general, "add", adding("user1"))); len(replies) != 1 || len(w.Calls(fakediscord.EditMessage)) > 0 {
				t.Errorf("in the thread is %+v", replies)
			}
		})
	}
}

// TestResponseGone: where the response was deleted, or the bot cannot write any more,
// the caller gets the result all the same.
func TestResponseGone(t *testing.T) {
	t.Parallel()
	t.Run("deleted", func(t *testing.T) {
		w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
		w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.StartThread})
		i := w.says(alice, general, "add", adding("user1"))
		if err := w.WaitCalls(w.Soon(), fakediscord.StartThread, 1); err != nil {
			t.Fatal(err)
		}
		original, _ := i.Original()
		w.Delete(general, original.ID)
		w.Closed()
		posted := w.Messages(general)
		if len(posted) != 1 || !strings.HasPrefix(posted[0].Content, "✅ Done") || len(w.Messages(posted[0].Thread)) != 1 {
			t.Errorf("in the channel is %+v", posted)
		}
	})
	t.Run("deleted, where there is no thread", func(t *testing.T) {
		w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
		if err := w.Stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}); err != nil {
			t.Fatal(err)
		}
		i := w.says(alice, thread, "add", adding("user1"))
		w.answered(i)
		root, _ := i.Original()
		w.Until("its place is on record", func() bool {
			left, err := w.Stage.Journal.Unclosed(t.Context())
			return err == nil && len(left) == 1 && left[0].Root != ""
		})
		w.Delete(thread, root.ID)
		w.Stage.API.ClearFaults()
		w.Closed()
		posted := w.Messages(thread)
		if len(posted) != 1 || !strings.Contains(w.Plain(posted[0]), "· @alice ·") || !strings.Contains(w.Plain(posted[0]), "user1") {
			t.Errorf("in the thread is %+v", posted)
		}
	})
	t.Run("no access after the handle has expired", func(t *testing.T) {
		var c bottest.Ahead
		w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
		w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.StartThread, Times: -1})
		w.says(alice, general, "add", adding("user1"))
		if err := w.WaitCalls(w.Soon(), fakediscord.StartThread, 1); err != nil {
			t.Fatal(err)
		}
		w.EditChannel(general, func(ch *fakediscord.Channel) { ch.Denied = fakediscord.ViewChannel })
		c.Advance(16 * time.Minute)
		w.ClearFaults()
		w.Closed()
		direct := w.Messages(w.Direct(alice))
		if len(direct) != 1 || !strings.Contains(w.Plain(direct[0]), "✅ Done") || !strings.Contains(w.Plain(direct[0]), "user1: added") {
			t.Errorf("the caller got %+v", direct)
		}
	})
}

// TestThreadRules: a rule for a channel holds in its threads, too, also for clicks.
func TestThreadRules(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	rules := w.Stage.Rules.Get()
	rules.Policy.Rules = []policy.Rule{{Name: "rule 1", Allow: []string{"discord:role:" + hosts}, Channels: []string{"discord:" + general}}}
	w.Stage.Rules.Set(rules)
	w.AddMember(guild, fakediscord.Member{User: bob, Roles: []string{hosts}, Permissions: fakediscord.ManageMessages})
	w.final(w.says(bob, thread, "list", fakediscord.Options{"group": group}))
	w.final(w.says(bob, general, "list", fakediscord.Options{"group": group}))
	_, replies := w.result(w.says(bob, general, "add", adding("user1")))
	if got := w.Plain(w.final(w.kept(w.Click(bob, replies[0], button(t, replies[0], "Undo"))))); !strings.HasPrefix(got, "✅ Done") {
		t.Errorf("a click in the thread is answered %q", got)
	}
	for _, i := range []*fakediscord.Interaction{
		w.says(bob, news, "list", fakediscord.Options{"group": group}),
		w.says(mallory, general, "list", fakediscord.Options{"group": group}),
	} {
		if got := w.Plain(w.private(i)); !strings.Contains(got, "not allowed") {
			t.Errorf("%s was answered %q", i.User, got)
		}
	}
}

// TestLongResult: a result that is too long for a message comes in several, all within
// Discord's limits, with the number under the last; in a thread, and without one.
func TestLongResult(t *testing.T) {
	t.Parallel()
	for _, room := range []string{general, thread} {
		t.Run(room, func(t *testing.T) { // one at a time: each has much to do
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.Unlike(90)
			i := w.says(alice, room, "add", fakediscord.Options{"group": "weekend", "users": strings.Join(bottest.LongUsers(), " "), "new": true})
			w.Closed()
			root, _ := i.Original()
			all := w.Messages(room)
			if room == general {
				all = w.Messages(root.Thread)
			}
			if len(all) < 2 {
				t.Fatalf("there are %d messages", len(all))
			}
			numbered, lines := 0, 0
			for _, m := range all {
				text := w.Plain(m)
				lines += strings.Count(text, "@TGS#aMANY")
				numbered += strings.Count(text+"\n", "\n#1\n")
			}
			if lines != 90 || numbered != 1 {
				t.Errorf("%d groups, %d numbers in %d messages", lines, numbered, len(all))
			}
		})
	}
}

// TestLongResultCut: where the bot is not allowed to write more messages, a long result is
// cut, which is said, with where to see the rest, and how it will not be so the next time.
func TestLongResultCut(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Unlike(90)
	w.EditChannel(thread, func(c *fakediscord.Channel) { c.Denied = fakediscord.SendMessagesInThreads })
	i := w.says(alice, thread, "add", fakediscord.Options{"group": "weekend", "users": strings.Join(bottest.LongUsers(), " "), "new": true})
	w.Closed()
	root, _ := i.Original()
	got := w.Plain(root)
	for _, want := range []string{"• @TGS#aMANY0000", "too long for one message", "Send Messages in Threads", "\nTo see the administrators of a group, use /liveadmin list\n", "\n#1\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the response lacks %q: …%s", want, got[max(0, len(got)-500):])
		}
	}
	if !strings.Contains(got, "[Undo]") || strings.Contains(got, "@TGS#aMANY0089") {
		t.Errorf("the response is %q", got)
	}
	if n := len(w.Messages(thread)); n != 1 || len(w.Calls(fakediscord.CreateFollowup)) > 0 {
		t.Errorf("%d messages, %d follow-ups", n, len(w.Calls(fakediscord.CreateFollowup)))
	}
}

// TestLongPrivate: an answer to the caller alone is in one piece, and says if there is
// more.
func TestLongPrivate(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	for range 12 {
		w.private(w.kept(w.SendCommand(fakediscord.CommandInput{
			User: bob, Channel: general, Subcommand: "history", Options: fakediscord.Options{"about": strings.Repeat("*", 2000)}, Forged: true,
		})))
	}
	m := w.private(w.says(bob, general, "history", nil))
	if got := w.Plain(m); !strings.Contains(got, "The rest is too long to show.") || !strings.HasSuffix(got, "#13") {
		t.Errorf("the answer ends with %q", got[max(0, len(got)-200):])
	}
}
