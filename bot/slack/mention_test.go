package slack_test

import (
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// TestMention: a mention is answered in its thread, with one message.
func TestMention(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			topic := w.Say(bob, channel, "", "who helps tonight?")
			bot := w.Config().BotUser
			for _, tc := range []struct{ name, root, verbatim string }{
				{"in the channel", "", "<@" + bot + "> list " + group},
				{"in a thread", topic.TS, "<@" + bot + "> list " + group},
				{"a no-break space after the name", topic.TS, "<@" + bot + ">\u00a0list\u00a0" + group},
				{"with the older form of the name", topic.TS, "  <@" + bot + "|liveadmin> list " + group},
				{"nothing between", topic.TS, "<@" + bot + ">list " + group},
			} {
				t.Run(tc.name, func(t *testing.T) {
					d := w.SendMention(fakeslack.Mention{User: alice, Channel: channel, ThreadTS: tc.root, Verbatim: tc.verbatim})
					w.acked(d)
					thread := tc.root
					if thread == "" {
						thread = d.TS
					}
					m := w.message(func(m fakeslack.Message) bool { return m.ThreadTS == thread && m.TS > d.TS && m.Bot != "" })
					if got := w.Plain(m); !strings.HasPrefix(got, "✅ Done · @UALICE · "+group+": 0 of 5 seats\n") {
						t.Errorf("answered %q", got)
					}
				})
			}
			for _, m := range w.Messages(channel) {
				if m.Bot != "" && m.ThreadTS == "" {
					t.Errorf("%q is in the channel", m.Text)
				}
			}
		})
	}
}

// TestMentionPrivate: what is for the caller alone comes by chat.postEphemeral,
// inside of a thread with its ts.
func TestMentionPrivate(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			topic := w.Say(bob, channel, "", "who helps tonight?")
			w.Say(alice, channel, topic.TS, "me")
			for i, tc := range []struct{ name, root, text, want string }{
				{"the bot's name alone", "", "", "You can use add, remove, list."},
				{"a question", "", "whoami", "slack:user:UALICE"},
				{"a mistake in a thread", topic.TS, "ad x", "Did you mean add?"},
				{"escaped by Slack", topic.TS, "ad a&b <c>", "ad a&b <c>"},
			} {
				w.acked(w.Mention(alice, channel, tc.root, tc.text))
				m := w.private(alice, i+1)
				if got := w.Plain(m); !strings.Contains(got, tc.want) || m.ThreadTS != tc.root {
					t.Errorf("%s: answered %q in %q", tc.name, got, m.ThreadTS)
				}
			}
		})
	}
}

// TestInvited: the mention that invites the bot is answered as a bare command.
func TestInvited(t *testing.T) {
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.AddChannel(fakeslack.Channel{ID: "C0NEW", Members: []string{alice}})
	w.acked(w.SendMention(fakeslack.Mention{User: alice, Channel: "C0NEW", Invites: true}))
	if got := w.Plain(w.private(alice, 1)); !strings.Contains(got, "You can use add, remove, list.") {
		t.Errorf("answered %q", got)
	}
}

// TestNotForTheBot: what bots say and what is edited is acknowledged and dropped.
func TestNotForTheBot(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			old := w.Say(alice, channel, "", "hello")
			for _, m := range []fakeslack.Mention{
				{User: alice, Channel: channel, Bot: "B0OTHER", Text: "add " + group + " user1"},
				{User: alice, Channel: channel, Edits: old.TS, Text: "add " + group + " user1"},
				{User: w.Config().BotUser, Channel: channel, Text: "add " + group + " user1"},
			} {
				w.acked(w.SendMention(m))
			}
			w.acked(w.slash(bob, "whoami"))
			rows, err := w.Stage.Journal.Trail(w.Soon(), bot.Filter{})
			if err != nil || len(rows) != 1 {
				t.Errorf("on record are %+v, %v", rows, err)
			}
		})
	}
}

// TestOutsiders: people of other organisations are refused, whichever way they
// come, even if the allowlist has their ID.
func TestOutsiders(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakeslack.Config{Scopes: []string{"commands", "chat:write", "app_mentions:read", "usergroups:read"}}, slack.Options{})
			w.AddUser(fakeslack.User{ID: "U0GUEST", Team: "T0OTHER"})
			w.SetUserGroup("S0MODS", "U0GUEST")
			w.allow("slack:user:U0GUEST", "slack:usergroup:S0MODS")
			w.EditChannel(channel, func(c *fakeslack.Channel) {
				c.Shared = true
				c.Members = append(c.Members, "U0GUEST")
			})
			w.start()
			topic := w.Say(alice, channel, "", "hello")
			w.acked(w.Mention("U0GUEST", channel, "", "add "+group+" user1"))
			w.refusedOutsider(1)
			w.acked(w.slash("U0GUEST", "add "+group+" user1"))
			w.refusedOutsider(2)
			w.acked(w.SendClick(fakeslack.Click{User: "U0GUEST", Message: topic, ActionID: "undo.0", Value: "1", Forged: true}))
			w.refusedOutsider(3)
			if got := w.Stage.API.Admins(group); len(got) > 0 {
				t.Errorf("administrators are %v", got)
			}
		})
	}
}

func (w *world) refusedOutsider(n int) {
	w.T.Helper()
	if got := w.Plain(w.private("U0GUEST", n)); !strings.Contains(got, "People of another organization or server are not allowed") {
		w.T.Errorf("the outsider is answered %q", got)
	}
}

// TestClick: a button that This button has expired. is answered privately, in its
// thread; a second press is not answered again.
func TestClick(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			topic := w.Say(alice, channel, "", "hello")
			for i, value := range []string{"7", "", "not a number", "-3", "99999999999999999999"} {
				d := w.SendClick(fakeslack.Click{User: bob, Message: topic, ActionID: "undo.0", Value: value, Forged: true})
				w.acked(d)
				if got := w.Plain(w.private(bob, i+1)); !strings.Contains(got, "This button has expired.") {
					t.Errorf("answered %q", got)
				}
				w.Redeliver(d)
				if _, err := d.WaitAcks(w.Soon(), 2); err != nil {
					t.Fatal(err)
				}
			}
			w.acked(w.slash(bob, "whoami"))
			if n := len(w.Ephemerals(bob)); n != 6 {
				t.Errorf("%d private messages", n)
			}
			if m, _ := w.Message(channel, topic.TS); m.Text != "hello" {
				t.Errorf("the message became %q", m.Text)
			}
		})
	}
}
