package discord_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/policy"
)

// withApproval lets bob add administrators if alice, or somebody with a role, approves.
func withApproval(w *world) {
	rules := w.Stage.Rules.Get()
	rules.Policy.Rules = append(slices.Clone(rules.Policy.Rules), policy.Rule{
		Name: "rule 1", Allow: []string{"discord:user:" + bob}, Commands: []commands.Verb{commands.Add},
		Approval: []string{"discord:role:" + hosts, "discord:user:" + alice},
	})
	w.Stage.Rules.Set(rules)
}

// told waits for a message of the bot in a room that says something.
func (w *world) told(room, says string) (found fakediscord.Message) {
	w.T.Helper()
	w.Until("there is a message with "+says, func() bool {
		for _, m := range w.Messages(room) {
			if strings.Contains(w.Plain(m), says) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// TestRequest: a request is a message in the thread that notifies who can approve; approved, it
// is carried out there, and its buttons are gone.
func TestRequest(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, label := range []string{"Approve", "Deny", "Withdraw"} {
			t.Run(mode+"/"+label, func(t *testing.T) {
				t.Parallel()
				w := build(t, mode, fakediscord.Config{}, discord.Options{})
				withApproval(w)
				w.start()
				w.says(bob, general, "add", adding("user1"))
				var root fakediscord.Message
				w.Until("there is a thread", func() bool {
					for _, m := range w.Messages(general) {
						root = m
					}
					return root.Thread != ""
				})
				request := w.told(root.Thread, "Can approve")
				if got := w.Plain(root); !strings.HasPrefix(got, "🙋 Waiting for approval") {
					t.Errorf("the root is %q", got)
				}
				if !slices.Equal(request.Pings, []string{alice, hosts}) {
					t.Errorf("%v are notified by %q", request.Pings, request.Content)
				}
				id := button(t, request, label)
				if got := w.Plain(w.private(w.kept(w.Click(mallory, request, id)))); !strings.Contains(got, "not allowed") && !strings.Contains(got, "Only the person") {
					t.Errorf("mallory is answered %q", got)
				}
				who, outcome := alice, map[string]string{"Approve": "✅ Done", "Deny": "⛔ Denied", "Withdraw": "↩️ Withdrawn"}[label]
				if label == "Withdraw" {
					who = bob
				}
				w.kept(w.Click(who, request, id))
				w.Until("the root says what became of it", func() bool { return strings.HasPrefix(w.Plain(w.Messages(general)[0]), outcome) })
				w.Closed()
				if admins := w.Stage.API.Admins(group); (len(admins) == 1) != (label == "Approve") {
					t.Errorf("administrators %v", admins)
				}
				for _, m := range w.Messages(root.Thread) {
					if m.ID == request.ID && len(m.Components) > 0 {
						t.Errorf("the request still has the buttons %+v", m.Components)
					}
				}
				late := w.kept(w.SendClick(fakediscord.ClickInput{User: alice, Message: request, CustomID: button(t, request, "Approve"), Forged: true}))
				if got := w.Plain(w.private(late)); !strings.Contains(got, "This request is closed") {
					t.Errorf("a late click is answered %q", got)
				}
				if n := len(w.Rows(bot.WasApproved)) + len(w.Rows(bot.WasDenied)) + len(w.Rows(bot.WasWithdrawn)); n != 1 {
					t.Errorf("%d decisions on record", n)
				}
			})
		}
	}
}

// TestRequestNowhere: in a direct message, and where the bot may not post, nobody could answer:
// nothing is asked, which the first response says.
func TestRequestNowhere(t *testing.T) {
	t.Parallel()
	const nothing = fakediscord.SendMessages | fakediscord.SendMessagesInThreads | fakediscord.CreatePublicThreads
	for _, test := range []struct {
		name, room string
		denied     int64
		asked      bool
	}{
		{"directly", "", 0, false},
		{"no permission to post", "777", nothing, false},
		{"no permission to show a request", "777", fakediscord.EmbedLinks, false},
		{"none in threads", "777", fakediscord.SendMessagesInThreads, true}, // it is asked in the channel
		{"none outside of threads", "777", fakediscord.SendMessages, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
			withApproval(w)
			w.AddChannel(fakediscord.Channel{ID: "777", Name: "show", Guild: guild, Denied: test.denied})
			w.start()
			i := w.kept(w.SendCommand(fakediscord.CommandInput{
				User: bob, Channel: cmp.Or(test.room, w.Direct(bob)), Subcommand: "add", Forged: true, Options: fakediscord.Options{"group": group, "users": "user1"},
			}))
			if test.asked {
				w.Until("it is asked", func() bool {
					all, err := w.Journal.Requests(t.Context())
					return err == nil && len(all) == 1 && all[0].Request.Post != ""
				})
				return
			}
			if got := w.Plain(w.private(i)); !strings.Contains(got, "I cannot ask for it here") || len(w.Rows(bot.WasAsked)) > 0 {
				t.Errorf("bob is answered %q", got)
			}
		})
	}
}

// TestRequestUnasked: where Discord does not take the request although the bot may post, nothing is
// asked: the root says so, and the asker alone reads whom to ask.
func TestRequestUnasked(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	withApproval(w)
	w.start()
	for _, route := range []string{fakediscord.CreateMessage, fakediscord.StartThread} {
		w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: route, Code: 50013, Status: 403, Times: -1})
	}
	i := w.says(bob, general, "add", adding("user1"))
	w.Closed()
	var private string
	for _, m := range i.Followups() {
		if m.To == bob {
			private += w.Plain(m)
		}
	}
	root := w.Plain(w.Messages(general)[0])
	if !strings.HasPrefix(root, "⛔ Not allowed") || strings.Contains(root, "Ask one of them") || !strings.Contains(private, "I cannot ask for it here. Ask one of them: @hosts, @alice") {
		t.Errorf("the root is %q, bob alone reads %q", root, private)
	}
}

// TestRequestInAThread: in a thread the request is asked right there.
func TestRequestInAThread(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	withApproval(w)
	w.start()
	w.says(bob, thread, "add", adding("user1"))
	request := w.told(thread, "Can approve")
	w.kept(w.Click(alice, request, button(t, request, "Approve")))
	w.told(thread, "Added 1 of 1 administrator")
	w.Closed()
	pinged := false
	for _, m := range w.Messages(thread) {
		pinged = pinged || slices.Contains(m.Pings, bob)
	}
	if !pinged {
		t.Error("bob is not notified of the result")
	}
}

// TestRequestInAnArchivedThread: a request that waits so long that its thread is archived loses its buttons
// all the same.
func TestRequestInAnArchivedThread(t *testing.T) {
	t.Parallel()
	for label, outcome := range map[string]string{"Approve": "✅ Done", "Deny": "⛔ Denied"} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
			withApproval(w)
			rules := w.Stage.Rules.Get()
			rules.RequestsExpire = 7 * 24 * time.Hour
			w.Stage.Rules.Set(rules)
			w.start()
			w.says(bob, general, "add", adding("user1"))
			w.Until("there is a thread", func() bool { m := w.Messages(general); return len(m) > 0 && m[0].Thread != "" })
			room := w.Messages(general)[0].Thread
			request := w.told(room, "Can approve")
			w.EditChannel(room, func(c *fakediscord.Channel) { c.Archived = true })
			w.kept(w.Click(alice, request, button(t, request, label)))
			w.Closed()
			for _, m := range w.Messages(room) {
				if m.ID == request.ID && len(m.Components) > 0 {
					t.Errorf("the request is %q, with buttons", w.Plain(m))
				}
			}
			if root := w.Plain(w.Messages(general)[0]); !strings.HasPrefix(root, outcome) {
				t.Errorf("the root is %q", root)
			}
		})
	}
}

// TestRequestOfASilentRole: a role that not everybody may mention is notified if the bot may
// mention every role; if not, the request and its reminder say so.
func TestRequestOfASilentRole(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		open  []string // roles that everybody may mention
		lacks int64    // what the bot may not do in the channel
		heard bool
	}{
		{"the bot may mention all", nil, 0, true},
		{"everybody may mention it", []string{hosts}, fakediscord.MentionEveryone, true},
		{"nobody may", nil, fakediscord.MentionEveryone, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.AddGuild(fakediscord.Guild{ID: guild, Name: "Ops", Roles: map[string]string{hosts: "hosts"}, Open: test.open})
			w.AddChannel(fakediscord.Channel{ID: "777", Name: "show", Guild: guild, Denied: test.lacks})
			withApproval(w)
			w.start()
			w.says(bob, "777", "add", adding("user1"))
			w.Until("there is a thread", func() bool { m := w.Messages("777"); return len(m) > 0 && m[0].Thread != "" })
			room := w.Messages("777")[0].Thread
			for _, says := range []string{"wants to add", "still waiting"} {
				m := w.told(room, says)
				if told := strings.Contains(w.Plain(m), "I cannot notify these roles here: @hosts."); told == test.heard || slices.Contains(m.Pings, hosts) != test.heard || !slices.Contains(m.Pings, alice) {
					t.Errorf("%v are notified by %q", m.Pings, w.Plain(m))
				}
				w.Clock.Advance(15 * time.Minute)
			}
		})
	}
}

// TestRequestOfAButton: a button that waits asks in the thread under whose result it is, with one
// message that notifies who can approve; approved, the result is there.
func TestRequestOfAButton(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakediscord.Config{}, discord.Options{})
			withApproval(w)
			rules := w.Stage.Rules.Get()
			last := &rules.Policy.Rules[len(rules.Policy.Rules)-1]
			last.Commands = append(last.Commands, commands.Remove)
			w.Stage.Rules.Set(rules)
			w.start()
			root, replies := w.result(w.says(alice, general, "add", adding("user1")))
			undo := button(t, replies[0], "Undo")
			w.kept(w.Click(bob, replies[0], undo))
			request := w.told(root.Thread, "wants to undo #1")
			if !slices.Equal(request.Pings, []string{alice, hosts}) || len(w.Messages(general)) != 1 {
				t.Errorf("%v are notified, %d messages in the channel", request.Pings, len(w.Messages(general)))
			}
			if got := w.Plain(w.private(w.kept(w.Click(bob, replies[0], undo)))); !strings.Contains(got, "This was already asked for: #2") {
				t.Errorf("bob is answered %q", got)
			}
			w.kept(w.Click(alice, request, button(t, request, "Approve")))
			w.told(root.Thread, "Undid #1")
			w.Closed()
			if admins := w.Stage.API.Admins(group); len(admins) > 0 || len(w.Messages(general)) != 1 {
				t.Errorf("administrators %v, %d messages in the channel", admins, len(w.Messages(general)))
			}
		})
	}
}

// TestRequestDoneOneself: who cannot decide a request, but may do the same, gets the command as
// Discord shows commands: with its fields.
func TestRequestDoneOneself(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	withApproval(w)
	rules := w.Stage.Rules.Get()
	rules.Policy.Rules[len(rules.Policy.Rules)-1].Approval = []string{"discord:role:" + hosts}
	w.Stage.Rules.Set(rules)
	w.start()
	w.says(bob, general, "add", fakediscord.Options{"group": group, "users": "user1 user2", "for": "2h", "reason": "a show", "new": true})
	request := w.message("Can approve")
	m := w.private(w.kept(w.Click(alice, request, button(t, request, "Approve"))))
	if got, want := m.Embeds[0].Description, "/liveadmin add:"+w.Commands(guild)[0].ID+"> `group:"+group+" users:user1 user2 for:2h reason:\"a show\" new:True`"; !strings.HasSuffix(got, want) {
		t.Errorf("alice is answered %q, want %q", got, want)
	}
}
