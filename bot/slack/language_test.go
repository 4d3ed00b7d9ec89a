package slack_test

import (
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// readsLanguages has the scope to know in which language people read.
func readsLanguages() fakeslack.Config {
	return fakeslack.Config{Scopes: []string{"commands", "chat:write", "app_mentions:read", "users:read"}}
}

// helped asks for help and looks in which language that is.
func (w *world) helped(user string, want commands.Language) {
	w.T.Helper()
	if got := w.answers(user, "help"); !strings.HasPrefix(got, words.In(want).Guide.Head+"\n") {
		w.T.Errorf("%s is answered %.99q, want %s", user, got, want)
	}
}

// asked looks how often it was asked in which languages people read.
func (w *world) asked(want int) {
	w.T.Helper()
	if n := len(w.Calls("users.info")); n != want {
		w.T.Errorf("languages were asked for %d times, want %d", n, want)
	}
}

// TestLanguage: a person alone is answered in their language, which is asked for once a day;
// what everyone reads is in the channel's, and asks for none.
func TestLanguage(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			clock := &bottest.Ahead{}
			w := build(t, mode, readsLanguages(), slack.Options{Now: clock.Now})
			for user, locale := range map[string]string{alice: "ko-KR", bob: "zh-HK", mallory: "pt-BR"} {
				w.AddUser(fakeslack.User{ID: user, Locale: locale})
			}
			w.start()
			w.acked(w.slash(alice, "list "+group))
			if root, _ := w.final(channel); !strings.HasPrefix(root.Text, "✅ Done · ") {
				t.Errorf("the root is %q", root.Text)
			}
			w.asked(0)
			for range 2 {
				w.helped(alice, "ko")
				w.helped(bob, "zh-Hant")
				w.helped(mallory, commands.English)
			}
			w.acked(w.Mention(alice, channel, "", "help"))
			if got := w.Plain(w.private(alice, 3)); !strings.HasPrefix(got, words.In("ko").Guide.Head) {
				t.Errorf("a mention is answered %.99q", got)
			}
			w.asked(3)

			w.AddUser(fakeslack.User{ID: alice, Locale: "id-ID"})
			clock.Advance(23 * time.Hour)
			w.helped(alice, "ko")
			clock.Advance(2 * time.Hour)
			w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "users.info"})
			w.helped(alice, "ko")
			clock.Advance(2 * time.Hour)
			w.helped(alice, "id")
			w.asked(5)
		})
	}
}

// TestLanguageUnknown: who reads in a language that is not known is answered in that of the
// channel, soon, and it is not asked for again for an hour.
func TestLanguageUnknown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		scopes []string
		fault  fakeslack.FaultKind // of users.info; empty: none
	}{
		{"no scope", []string{"commands", "chat:write"}, ""},
		{"no answer", readsLanguages().Scopes, fakeslack.Hang},
		{"an error inside Slack", readsLanguages().Scopes, fakeslack.Status},
		{"too many calls", readsLanguages().Scopes, fakeslack.RateLimit},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			clock := &bottest.Ahead{}
			o := slack.Options{Now: clock.Now}
			if tc.fault == fakeslack.Hang {
				o.LanguageWait = 300 * time.Millisecond
			}
			w := build(t, "sockets", fakeslack.Config{Scopes: tc.scopes}, o)
			w.AddUser(fakeslack.User{ID: alice, Locale: "ko-KR"})
			rules := w.Stage.Rules.Get()
			rules.Languages = map[string]commands.Language{"slack:" + channel: "ja"}
			w.Stage.Rules.Set(rules)
			if tc.fault != "" {
				w.Inject(fakeslack.Fault{Kind: tc.fault, Method: "users.info"})
			}
			w.start()
			w.helped(alice, "ja")
			if failed := strings.Contains(w.Log.String(), "language not read"); failed && tc.fault == fakeslack.Hang {
				t.Error("the answer waited until the language could not be read")
			}
			w.helped(alice, "ja")
			w.Until("the reading has failed", func() bool {
				calls := w.Calls("users.info")
				return len(calls) == 1 && strings.Contains(w.Log.String(), "language not read")
			})
			clock.Advance(59 * time.Minute)
			w.helped(alice, "ja")
			w.asked(1)
			w.SetScopes(readsLanguages().Scopes...)
			clock.Advance(2 * time.Minute)
			w.Until("it is asked for again", func() bool { return strings.HasPrefix(w.answers(alice, "help"), words.In("ko").Guide.Head) })
			w.asked(2)
		})
	}
}

// TestLanguageOfFallback: a result that the caller alone reads is in their language, with
// what to do about it, also if it is the first that they read.
func TestLanguageOfFallback(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", readsLanguages(), slack.Options{})
	w.AddUser(fakeslack.User{ID: alice, Locale: "ko-KR"})
	w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
	w.start()
	w.acked(w.slash(alice, "add "+group+" user1"))
	says := words.In("ko")
	invite, _, _ := strings.Cut(says.Slack.Invite, "{")
	got := w.Plain(w.private(alice, 1))
	for _, want := range []string{"✅ " + says.Outcomes[commands.Done] + " · ", says.Slack.OnlyYou + "\n", invite, "[" + says.Buttons.Undo + "]"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	w.asked(1)
}

// TestLanguageOfLate: what comes late, and to the caller alone, is in their language, also after
// a restart.
func TestLanguageOfLate(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", readsLanguages(), slack.Options{})
	w.AddUser(fakeslack.User{ID: alice, Locale: "ja-JP"})
	w.start()
	w.acked(w.slash(alice, "add "+group+" user1 --for 2h"))
	w.Closed()
	w.halt()
	w.Stage.Restart(t)
	w.start()
	w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
	w.Clock.Advance(2 * time.Hour)
	w.Until("alice is told", func() bool { return len(w.Direct(alice)) > 0 })
	if got := w.Plain(w.Direct(alice)[0]); !strings.Contains(got, words.In("ja").Slack.Direct) {
		t.Errorf("alice reads %q", got)
	}
}

// TestLanguageOfPrivate: a result that only its caller sees is in their language, also if it is
// the first that they read.
func TestLanguageOfPrivate(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", readsLanguages(), slack.Options{})
	w.AddUser(fakeslack.User{ID: mallory, Locale: "ko-KR"})
	rules := w.Stage.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"mal": {"user1"}}).WithAccounts(map[string]string{"slack:user:" + mallory: "mal"})
	w.Stage.Rules.Set(rules)
	w.start()
	w.acked(w.slash(mallory, "done "+group))
	if got := w.Plain(w.private(mallory, 1)); !strings.Contains(got, words.In("ko").Outcomes[commands.Nothing]) {
		t.Errorf("mallory reads %q", got)
	}
}

// TestLanguageOfDirect: what is posted in a direct message is in the language of its one reader, the
// root that is changed and what comes late too.
func TestLanguageOfDirect(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", readsLanguages(), slack.Options{})
	w.AddUser(fakeslack.User{ID: alice, Locale: "ko-KR"})
	const im = "D0ALICE"
	w.AddChannel(fakeslack.Channel{ID: im, Kind: fakeslack.IM, Members: []string{alice, w.Config().BotUser}})
	w.start()
	w.acked(w.Slash(alice, im, "add "+group+" user1 --for 2h"))
	root, replies := w.final(im)
	says := words.In("ko")
	if done := "✅ " + says.Outcomes[commands.Done] + " · "; !strings.HasPrefix(root.Text, done) || len(replies) != 1 || !strings.Contains(w.Plain(replies[0]), "["+says.Buttons.Undo+"]") {
		t.Errorf("alice reads %q, and under it %d messages", root.Text, len(replies))
	}
	w.Clock.Advance(111 * time.Minute)
	w.message(func(m fakeslack.Message) bool {
		return m.Channel == im && strings.Contains(w.Plain(m), "["+says.Buttons.Extend+"]")
	})
	w.asked(1)
}
