package slack_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// knowsPeople lets the config file say that user1 is bob, and user2 alice.
func (w *world) knowsPeople() {
	rules := w.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"bobby": {"user1"}, "alice": {"user2"}}).WithAccounts(map[string]string{
		"slack:user:" + bob: "bobby", "discord:user:502": "bobby", "slack:user:" + alice: "alice",
	})
	w.Rules.Set(rules)
}

// TestConcerned: whom somebody else added or removed, and whose time ends, is mentioned once
// in the message that is posted, and in no root; who acts for themselves is not.
func TestConcerned(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.knowsPeople()
	say := func(words string, pinged ...string) {
		t.Helper()
		m := w.says(words)
		if got := w.Pings(m); !slices.Equal(got, pinged) {
			t.Errorf("%q mentions %v, want %v", w.Plain(m), got, pinged)
		}
		for _, who := range pinged {
			if n := strings.Count(m.Text, "<@"+who); n != 1 {
				t.Errorf("%s is mentioned %d times in %q", who, n, m.Text)
			}
		}
	}
	w.acked(w.slash(alice, "add "+group+" user1 user2 user3 --for 1h"))
	say("Added 3 of 3", bob)
	w.Closed()
	w.acked(w.slash(alice, "list "+group))
	say(group + " has 3 of 5 administrators")
	w.Clock.Advance(50 * time.Minute)
	say("Reminder: ", alice, bob)
	w.acked(w.slash(alice, "remove "+group+" me"))
	say("Removed 1 of 1")
	w.Closed()
	w.Clock.Advance(10 * time.Minute)
	say("has expired", bob)
	w.Closed()
	w.acked(w.SendMention(fakeslack.Mention{User: alice, Channel: channel, Verbatim: "<@" + w.Config().BotUser + "> add " + group + " <@" + bob + ">"}))
	say("Added 1 of 1 administrator", alice, bob) // under no root of its own
	w.Closed()
	for _, m := range w.Messages(channel) {
		if m.ThreadTS == "" && m.User == w.Config().BotUser && !slices.Equal(w.Pings(m), []string{alice}) {
			t.Errorf("the root %q mentions %v", m.Text, w.Pings(m))
		}
	}
}

// TestUnknownPerson: of a mention that the config file does not know, a private answer says so,
// and the log names the line to add.
func TestUnknownPerson(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.knowsPeople()
	w.acked(w.SendMention(fakeslack.Mention{User: alice, Channel: channel, Verbatim: "<@" + w.Config().BotUser + "> add " + group + " <@" + mallory + ">"}))
	m := w.private(alice, 1)
	if shown := w.Plain(m); !strings.Contains(shown, "I do not know the UserID of ") || !strings.Contains(shown, "ask Sam, #stream-ops, to add them") || len(w.Pings(m)) > 0 {
		t.Errorf("the answer is %q, mentions %v", shown, w.Pings(m))
	}
	w.acked(w.slash(alice, "add "+group+" @mallory"))
	w.private(alice, 2)
	for _, line := range []string{"NAME: {id: USERID, slack: UMALLORY}", "mallory: USERID"} {
		if !strings.Contains(w.Log.String(), line) {
			t.Errorf("the log does not say %q:\n%s", line, w.Log)
		}
	}
}
