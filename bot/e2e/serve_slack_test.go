package e2e

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/bottest/pace"
)

// inSlack is the program with a workspace in front of it.
type inSlack struct {
	*live
	slack *fakeslack.Server
}

func newInSlack(t testing.TB, overHTTP bool) *inSlack {
	t.Helper()
	return intoSlack(newLive(t), overHTTP)
}

// intoSlack puts a workspace in front of the program.
func intoSlack(live *live, overHTTP bool) *inSlack {
	l := &inSlack{live, fakeslack.New(live.t, fakeslack.Config{})}
	c := l.slack.Config()
	l.slack.AddUser(fakeslack.User{ID: "U0ALICE", Name: "alice"})
	l.slack.AddChannel(fakeslack.Channel{ID: "C0SHOW", Name: "show", Members: []string{"U0ALICE", c.BotUser}})
	l.env = append(l.env, "SLACK_BOT_TOKEN="+c.BotToken, "SLACK_API_URL="+l.slack.URL(), "ALLOWLIST=slack:user:U0ALICE")
	l.secrets = append(l.secrets, c.BotToken, c.AppToken, c.SigningSecret)
	if overHTTP {
		l.env = append(l.env, "SLACK_SIGNING_SECRET="+c.SigningSecret)
		l.slack.UseHTTP("http://" + l.addr)
	} else {
		l.env = append(l.env, "SLACK_APP_TOKEN="+c.AppToken)
	}
	return l
}

// command types a command and waits for its result in the thread.
func (l *inSlack) command(text, want string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 30*time.Second)
	defer cancel()
	if _, err := l.slack.Slash("U0ALICE", "C0SHOW", text).Wait(ctx); err != nil {
		l.t.Fatalf("%s was not acknowledged: %v; log:\n%s", text, err, l.logged())
	}
	if _, err := l.slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return m.ThreadTS != "" && strings.Contains(l.slack.Plain(m), want)
	}); err != nil {
		l.t.Fatalf("no result with %q: %v; log:\n%s", want, err, l.logged())
	}
}

// whispered types a command and waits for the answer that the caller alone gets.
func (l *inSlack) whispered(user, text, want string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 30*time.Second)
	defer cancel()
	_ = l.slack.Slash(user, "C0SHOW", text)
	if _, err := l.slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return m.To == user && strings.Contains(l.slack.Plain(m), want)
	}); err != nil {
		l.t.Fatalf("no answer with %q: %v; log:\n%s", want, err, l.logged())
	}
}

func TestServeSlack(t *testing.T) {
	for name, overHTTP := range map[string]bool{"socket mode": false, "http": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newInSlack(t, overHTTP)
			l.start()
			l.command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
			if got := l.api.Admins("@TGS#a6I4ZUUGO"); len(got) != 1 {
				t.Errorf("the group has %q", got)
			}
			if code := l.get("/healthz"); code != http.StatusOK {
				t.Errorf("/healthz is %d", code)
			}
			l.stop()
			l.start()
			l.command("list @TGS#a6I4ZUUGO", "has 1 of 5 administrators")
			l.stop()
		})
	}
}

// A socket that is silent is noticed and rebuilt, and commands work again.
func TestServeSilentSocket(t *testing.T) {
	pace.Long(t) // takes the half minute of the watchdog
	t.Parallel()
	l := newInSlack(t, false)
	l.start()
	silent := l.slack.Sockets()
	l.slack.Silence()
	began := time.Now()
	l.until("connected anew", func() bool {
		return slices.ContainsFunc(l.slack.Sockets(), func(id int) bool { return !slices.Contains(silent, id) })
	})
	t.Logf("connected anew %s after the silence began", time.Since(began).Round(time.Second))
	l.until("ready again", func() bool { return l.get("/readyz") == http.StatusOK })
	l.command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	l.stop()
}

// That the credentials are revoked ends nothing when Slack says so once.
func TestServeNotRevoked(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	l.start()
	l.slack.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "chat.postMessage", Code: "invalid_auth"})
	l.command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	if code := l.get("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz is %d", code)
	}
	l.stop()
}
