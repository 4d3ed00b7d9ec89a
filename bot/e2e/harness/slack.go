package harness

import (
	"context"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
)

// InSlack is the program with a workspace in front of it.
type InSlack struct {
	*Live
	Slack *fakeslack.Server
}

// NewInSlack prepares the program with a workspace, in Socket Mode or over HTTP.
func NewInSlack(t testing.TB, overHTTP bool) *InSlack {
	t.Helper()
	return IntoSlack(New(t), overHTTP)
}

// IntoSlack puts a workspace in front of the program.
func IntoSlack(live *Live, overHTTP bool) *InSlack {
	l := &InSlack{live, fakeslack.New(live.T, fakeslack.Config{})}
	c := l.Slack.Config()
	l.Slack.AddUser(fakeslack.User{ID: "U0ALICE", Name: "alice"})
	l.Slack.AddChannel(fakeslack.Channel{ID: "C0SHOW", Name: "show", Members: []string{"U0ALICE", c.BotUser}})
	l.Env = append(l.Env, "SLACK_BOT_TOKEN="+c.BotToken, "SLACK_API_URL="+l.Slack.URL(), "ALLOWLIST=slack:user:U0ALICE")
	l.Secrets = append(l.Secrets, c.BotToken, c.AppToken, c.SigningSecret)
	if overHTTP {
		l.Env = append(l.Env, "SLACK_SIGNING_SECRET="+c.SigningSecret)
		l.Slack.UseHTTP("http://" + l.Addr)
	} else {
		l.Env = append(l.Env, "SLACK_APP_TOKEN="+c.AppToken)
	}
	return l
}

// Command types a Command and waits for its result in the thread.
func (l *InSlack) Command(text, want string) {
	l.T.Helper()
	ctx, cancel := context.WithTimeout(l.T.Context(), 30*time.Second)
	defer cancel()
	if _, err := l.Slack.Slash("U0ALICE", "C0SHOW", text).Wait(ctx); err != nil {
		l.T.Fatalf("%s was not acknowledged: %v; log:\n%s", text, err, l.Logged())
	}
	if _, err := l.Slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return m.ThreadTS != "" && strings.Contains(l.Slack.Plain(m), want)
	}); err != nil {
		l.T.Fatalf("no result with %q: %v; log:\n%s", want, err, l.Logged())
	}
}

// Home opens somebody's Home tab and waits for what it shows.
func (l *InSlack) Home(user, want string) {
	l.T.Helper()
	ctx, cancel := context.WithTimeout(l.T.Context(), 30*time.Second)
	defer cancel()
	if _, err := l.Slack.OpenHome(user).Wait(ctx); err != nil {
		l.T.Fatalf("the opening of a Home tab was not acknowledged: %v; log:\n%s", err, l.Logged())
	}
	if _, err := l.Slack.WaitHome(ctx, func(h fakeslack.Home) bool {
		return strings.Contains(l.Slack.Plain(fakeslack.Message{Blocks: h.Blocks}), want)
	}); err != nil {
		l.T.Fatalf("no Home tab with %q: %v; log:\n%s", want, err, l.Logged())
	}
}

// Whispered types a command and waits for the answer that the caller alone gets.
func (l *InSlack) Whispered(user, text, want string) {
	l.T.Helper()
	ctx, cancel := context.WithTimeout(l.T.Context(), 30*time.Second)
	defer cancel()
	_ = l.Slack.Slash(user, "C0SHOW", text)
	if _, err := l.Slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return m.To == user && strings.Contains(l.Slack.Plain(m), want)
	}); err != nil {
		l.T.Fatalf("no answer with %q: %v; log:\n%s", want, err, l.Logged())
	}
}
