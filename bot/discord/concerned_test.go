package discord_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// knowsPeople lets the config file say that user1 is bob, and user2 alice.
func (w *world) knowsPeople() {
	rules := w.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"bobby": {"user1"}, "alice": {"user2"}}).WithAccounts(map[string]string{
		"discord:user:" + bob: "bobby", "slack:user:UBOB": "bobby", "discord:user:" + alice: "alice",
	})
	w.Rules.Set(rules)
}

// TestConcerned: whom somebody else added or removed, and whose time ends, is notified once,
// by a message that is created; who acts for themselves is not.
func TestConcerned(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.knowsPeople()
	say := func(words string, pinged ...string) {
		t.Helper()
		m := w.message(words)
		allowed := `{"parse":[]}`
		if len(pinged) > 0 {
			allowed = `{"parse":[],"users":["` + strings.Join(pinged, `","`) + `"]}`
		}
		slices.Sort(pinged)
		if !slices.Equal(m.Pings, pinged) || string(m.AllowedMentions) != allowed {
			t.Errorf("%q notifies %v by %s", w.Plain(m), m.Pings, m.AllowedMentions)
		}
	}
	fields := func(users string) fakediscord.Options {
		return fakediscord.Options{"group": group, "users": users}
	}
	limited := fields("user1 me user3")
	limited["for"] = "1h"
	root, _ := w.result(w.says(alice, general, "add", limited))
	say("Added 3 of 3", bob)
	w.Closed()
	w.Clock.Advance(50 * time.Minute)
	say("Reminder: ", alice, bob)
	w.final(w.says(alice, general, "remove", fields("<@!"+alice+">")))
	say("Removed 1 of 1")
	w.Closed()
	w.Clock.Advance(10 * time.Minute)
	say("has expired", bob)
	w.Closed()
	if again, _ := w.Message(root.Channel, root.ID); len(again.Pings) > 0 {
		t.Errorf("the root notifies %v", again.Pings)
	}
}

// TestConcernedWithoutThread: where the result is in the response, which was changed for it,
// those whom it is about are notified by a post of its own, once.
func TestConcernedWithoutThread(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.knowsPeople()
	i := w.says(alice, thread, "add", fakediscord.Options{"group": group, "users": "<@" + bob + ">"})
	root := w.final(i)
	w.Closed()
	var posted []fakediscord.Message
	for _, m := range w.Messages(thread) {
		if m.ID != root.ID {
			posted = append(posted, m)
		}
	}
	if len(root.Pings) > 0 || len(posted) != 1 || !slices.Equal(posted[0].Pings, []string{bob}) || !strings.HasPrefix(posted[0].Content, "<@"+bob+"> ✅ Done · <@"+alice+"> ") {
		t.Errorf("the response notifies %v, and there is %+v", root.Pings, posted)
	}
	w.final(w.says(alice, thread, "add", fakediscord.Options{"group": "@TGS#aNOTTHERE", "users": "user3"}))
	if m := w.message("@alice ❌ Failed"); !slices.Equal(m.Pings, []string{alice}) || len(m.Edited) > 0 {
		t.Errorf("%q notifies %v", m.Content, m.Pings)
	}
}

// TestConcernedWhereTheBotMayNotPost: where there is no thread and the bot may not post, a
// message that follows the response notifies those whom the result is about.
func TestConcernedWhereTheBotMayNotPost(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.AddChannel(fakediscord.Channel{ID: "777", Name: "announcements", Guild: guild, Denied: fakediscord.SendMessages | fakediscord.SendMessagesInThreads | fakediscord.CreatePublicThreads})
	w.start()
	w.knowsPeople()
	i := w.says(alice, "777", "add", fakediscord.Options{"group": group, "users": "<@" + bob + ">"})
	w.Closed()
	follows := i.Followups()
	if len(follows) != 1 || !slices.Equal(follows[0].Pings, []string{bob}) || !strings.Contains(follows[0].Content, "✅ Done") || follows[0].To != "" {
		t.Errorf("the response is followed by %+v", follows)
	}
}
