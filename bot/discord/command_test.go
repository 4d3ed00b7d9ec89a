package discord_test

import (
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// TestCommand: the first response is the root message, a thread is opened from it, the
// result is posted there, the root message gets its outcome. No one is notified.
func TestCommand(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, room := range []string{general, news} {
			t.Run(mode+" "+room, func(t *testing.T) {
				t.Parallel()
				w := open(t, mode, fakediscord.Config{}, discord.Options{})
				i := w.says(alice, room, "add", fakediscord.Options{"group": group, "users": "user1", "for": "1h"})
				if c := w.answered(i); c.Type != 4 || c.Ephemeral || !strings.Contains(string(c.Body), "Working") {
					t.Errorf("the first response is %+v: %s", c, c.Body)
				}
				root, replies := w.result(i)
				if !strings.HasPrefix(root.Content, "✅ Done · <@501> · `"+group+"`: added `user1` (until <t:") || len(root.Embeds) > 0 {
					t.Errorf("the root is %q, %+v", root.Content, root.Embeds)
				}
				if n := len(w.Calls(fakediscord.EditOriginal)); n != 1 {
					t.Errorf("the root message was edited %d times", n)
				}
				if opened, _ := i.Thread(); opened.Name != "add "+group || len(w.Messages(room)) != 1 || len(replies) != 1 {
					t.Fatalf("thread %+v with %+v", opened, replies)
				}
				for _, want := range []string{"Added 1 of 1 administrator to " + group, "• user1: added, until 16:30, ", "Administrators now (1 of 5)\nuser1", "#1"} {
					if got := w.Plain(replies[0]); !strings.Contains(got, want) {
						t.Errorf("the result lacks %q:\n%s", want, got)
					}
				}
				if card := replies[0].Embeds[0]; card.Title != "✅ Done" || card.Color == 0 {
					t.Errorf("the result is %+v", card)
				}
				for _, m := range []fakediscord.Message{root, replies[0]} {
					if len(m.Pings) > 0 || !strings.Contains(string(m.AllowedMentions), `"parse":[]`) {
						t.Errorf("notified %v by %s", m.Pings, m.AllowedMentions)
					}
				}
				if nonce := replies[0].Nonce; nonce == "" || len(nonce) > 25 {
					t.Errorf("nonce %q", nonce)
				}
				if got := w.Stage.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
					t.Errorf("administrators %v", got)
				}
			})
		}
	}
}

// TestPrivate: what calls no API is answered to the caller alone, in the first
// response, and nothing is in the channel.
func TestPrivate(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			for _, tc := range []struct {
				name, user, sub string
				fields          fakediscord.Options
				want            string
			}{
				{"help", bob, "help", nil, "Add and remove administrators of live streaming groups"},
				{"whoami", mallory, "whoami", nil, "discord:user:503"},
				{"groups", alice, "groups", nil, "There is no alias that you can use."},
				{"history", alice, "history", nil, "The newest"},
				{"a mistake", alice, "add", fakediscord.Options{"group": "#general", "users": "user1"}, "#general"},
				{"a refusal", mallory, "add", fakediscord.Options{"group": group, "users": "user1"}, "Ask Sam, #stream-ops, to allow: discord:user:503"},
			} {
				t.Run(tc.name, func(t *testing.T) {
					m := w.private(w.says(tc.user, general, tc.sub, tc.fields))
					if got := w.Plain(m); !strings.Contains(got, tc.want) {
						t.Errorf("answered %q, want %q", got, tc.want)
					}
					if len(m.Pings) > 0 || !strings.Contains(string(m.AllowedMentions), `"parse":[]`) {
						t.Errorf("notified %v by %s", m.Pings, m.AllowedMentions)
					}
				})
			}
			if posted := w.Messages(general); len(posted) > 0 {
				t.Errorf("in the channel is %q", posted[0].Content)
			}
		})
	}
}

// TestOwnLanguage: who is answered alone reads the language of their Discord, and everyone
// that of the channel.
func TestOwnLanguage(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			rules := w.Stage.Rules.Get()
			rules.Languages = map[string]commands.Language{"discord:" + news: "ko"}
			w.Stage.Rules.Set(rules)
			w.AddUser(fakediscord.User{ID: alice, Name: "alice", Locale: "ja"})
			w.AddUser(fakediscord.User{ID: bob, Name: "bob", Locale: "zh-TW"})
			w.AddUser(fakediscord.User{ID: mallory, Name: "mallory", Locale: "sv-SE"})
			for user, l := range map[string]commands.Language{alice: "ja", bob: "zh-Hant", mallory: commands.English} {
				want := words.In(l).Guide.Head
				if got := w.Plain(w.private(w.says(user, news, "help", nil))); !strings.HasPrefix(got, want) {
					t.Errorf("%s is answered %q, want %q", user, got, want)
				}
			}
			for room, l := range map[string]commands.Language{general: commands.English, news: "ko"} {
				i := w.says(alice, room, "list", fakediscord.Options{"group": group})
				if got, want := w.Plain(w.final(i)), "✅ "+words.In(l).Outcomes[commands.Done]+" · "; !strings.HasPrefix(got, want) {
					t.Errorf("in %s is %q, want %q", room, got, want)
				}
			}
			i := w.kept(w.SendCommand(fakediscord.CommandInput{User: alice, Channel: w.Direct(alice), Subcommand: "add", Options: adding("user1"), Forged: true}))
			if got, want := w.Plain(w.final(i)), words.In("ja"); !strings.HasPrefix(got, "✅ "+want.Outcomes[commands.Done]+" · ") || !strings.Contains(got, want.Buttons.Undo) {
				t.Errorf("in a direct message is %q", got)
			}
		})
	}
}

// TestList: it is short and is in the response, without a thread.
func TestList(t *testing.T) {
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	i := w.says(alice, general, "list", fakediscord.Options{"group": group})
	if c := w.answered(i); c.Type != 5 || c.Ephemeral {
		t.Errorf("the first response is %+v", c)
	}
	root := w.final(i)
	if got := w.Plain(root); root.Thread != "" || !strings.Contains(got, group+" has 0 of 5 administrators") || strings.Contains(got, "thread") {
		t.Errorf("the response is %q, thread %q", got, root.Thread)
	}
}

// TestDeliveredTwice: the same interaction again runs once.
func TestDeliveredTwice(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			i := w.says(alice, general, "add", fakediscord.Options{"group": group, "users": "user1"})
			w.Redeliver(i)
			w.result(i)
			w.Redeliver(i)
			w.private(w.says(bob, general, "whoami", nil))
			if n := len(w.Rows(bot.WasAccepted)); n != 1 || len(i.Callbacks()) != 1 || len(w.Messages(general)) != 1 {
				t.Errorf("%d entries, callbacks %+v, %d messages", n, i.Callbacks(), len(w.Messages(general)))
			}
		})
	}
}

// TestRecordBeforeResponse: nothing is accepted that is not on record.
func TestRecordBeforeResponse(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			if err := w.Stage.Journal.Close(); err != nil {
				t.Fatal(err)
			}
			i := w.says(alice, general, "add", fakediscord.Options{"group": group, "users": "user1"})
			if got := w.Plain(w.private(i)); !strings.Contains(got, words.In(commands.English).Notices.NotRecorded) {
				t.Errorf("answered %q", got)
			}
			if got := w.Plain(w.private(w.says(bob, general, "whoami", nil))); !strings.Contains(got, "discord:user:502") {
				t.Errorf("answered %q", got)
			}
			if got := w.Stage.API.Admins(group); len(got) > 0 {
				t.Errorf("it was run: %v", got)
			}
		})
	}
}

// TestSeveralGroups: the root says how far it is.
func TestSeveralGroups(t *testing.T) {
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Several(3)
	i := w.says(alice, general, "add", fakediscord.Options{"group": "weekend", "users": "user1"})
	root, replies := w.result(i)
	if !strings.Contains(root.Content, "3 of 3 groups") || len(replies) != 1 {
		t.Errorf("root %q with %d replies", root.Content, len(replies))
	}
	if opened, _ := i.Thread(); opened.Name != "add weekend" {
		t.Errorf("the thread is called %q", opened.Name)
	}
}

// TestFailureMentionsCaller: who asked is notified of what failed, in the thread, and
// no one else is.
func TestFailureMentionsCaller(t *testing.T) {
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	i := w.says(alice, general, "add", fakediscord.Options{"group": "@TGS#aNOTTHERE", "users": "user1"})
	root, replies := w.result(i)
	if !strings.HasPrefix(root.Content, "❌ Failed · <@501>") || len(replies) != 1 || len(root.Pings) > 0 {
		t.Fatalf("root %q notified %v, %d replies", root.Content, root.Pings, len(replies))
	}
	if m := replies[0]; !slices.Equal(m.Pings, []string{alice}) || string(m.AllowedMentions) != `{"parse":[],"users":["501"]}` {
		t.Errorf("the failure notified %v by %s", m.Pings, m.AllowedMentions)
	}
	if opened, _ := i.Thread(); !slices.Contains(opened.Members, alice) {
		t.Errorf("in the thread are %v", opened.Members)
	}
}
