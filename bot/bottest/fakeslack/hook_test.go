package fakeslack_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"liveadmin/bot/bottest/fakeslack"
)

// respond posts to a response_url and returns the HTTP status.
func respond(t *testing.T, url string, m slack.WebhookMessage) int {
	t.Helper()
	err := slack.PostWebhookCustomHTTPContext(soon(t), url, http.DefaultClient, &m)
	var status slack.StatusCodeError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &status):
		return status.Code
	}
	t.Fatal(err)
	return 0
}

func TestResponseURLHasFiveUses(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	url := s.Slash(alice, secret, "list x").ResponseURL
	for n := range 6 {
		want := http.StatusOK
		if n == 5 {
			want = http.StatusNotFound
		}
		if got := respond(t, url, slack.WebhookMessage{Text: "x"}); got != want {
			t.Errorf("use %d: status %d", n+1, got)
		}
	}
	if got := s.Calls("response_url"); len(got) != 6 || got[5].Error != "used_url" {
		t.Errorf("got %+v", got)
	}
	if got := s.Responses(url); len(got) != 5 {
		t.Errorf("%d responses", len(got))
	}
	if got := s.Ephemerals(alice); len(got) != 5 || got[0].Channel != secret {
		t.Errorf("alice saw %+v", got)
	}
}

func TestResponseURLExpires(t *testing.T) {
	var now atomic.Int64
	now.Store(1_700_000_000)
	s := workspace(t, fakeslack.Config{Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	url := s.Slash(alice, general, "list x").ResponseURL
	now.Add(30 * 60)
	if got := respond(t, url, slack.WebhookMessage{Text: "x"}); got != http.StatusOK {
		t.Errorf("after 30 minutes: %d", got)
	}
	now.Add(1)
	if got := respond(t, url, slack.WebhookMessage{Text: "x"}); got != http.StatusNotFound {
		t.Errorf("a second later: %d", got)
	}
	if got := s.Calls("response_url"); got[1].Error != "expired_url" {
		t.Errorf("got %+v", got[1])
	}
}

func TestResponsesInTheChannel(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	root := s.Say(alice, open, "", "root").TS
	url := s.Slash(alice, open, "list x").ResponseURL
	respond(t, url, slack.WebhookMessage{Text: "for all", ResponseType: "in_channel", ThreadTimestamp: root})
	respond(t, url, slack.WebhookMessage{Text: "for alice", ThreadTimestamp: root})
	got := s.Messages(open)
	if len(got) != 2 || got[1].Text != "for all" || got[1].ThreadTS != root {
		t.Errorf("in the channel: %+v", got)
	}
	if got := s.Ephemerals(alice); len(got) != 1 || got[0].ThreadTS != "" {
		t.Errorf("for alice: %+v", got)
	}
}

func TestResponsesAreCheckedToo(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	url := s.Slash(alice, general, "list x").ResponseURL
	tooLong := slack.Blocks{BlockSet: []slack.Block{section(strings.Repeat("x", 3001))}}
	if got := respond(t, url, slack.WebhookMessage{Blocks: &tooLong}); got != http.StatusBadRequest {
		t.Errorf("a long section: %d", got)
	}
	if got := respond(t, url, slack.WebhookMessage{}); got != http.StatusBadRequest {
		t.Errorf("nothing: %d", got)
	}
	if got := respond(t, strings.TrimSuffix(url, url[len(url)-3:])+"abc", slack.WebhookMessage{Text: "x"}); got != http.StatusNotFound {
		t.Errorf("an invented URL: %d", got)
	}
	if got := s.Responses(url); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestResponsesToAClick(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	ts := post(t, s, general, text("sure?"), slack.MsgOptionBlocks(section("sure?"), buttons(button("undo", "42", "Undo"))))
	m, _ := s.Message(general, ts)
	click := s.Click(alice, m, "undo")
	api := client(s)
	if _, _, err := api.PostMessageContext(soon(t), "", text("undone"), slack.MsgOptionBlocks(), slack.MsgOptionReplaceOriginal(click.ResponseURL)); err != nil {
		t.Fatal(err)
	}
	if m, _ = s.Message(general, ts); s.Plain(m) != "undone" {
		t.Errorf("there is %q", s.Plain(m))
	}
	if _, _, err := api.PostMessageContext(soon(t), "", slack.MsgOptionDeleteOriginal(click.ResponseURL)); err != nil {
		t.Fatal(err)
	}
	if _, posted := s.Message(general, ts); posted {
		t.Error("it is still there")
	}
}

func TestResponseURLFaults(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	url := s.Slash(alice, general, "list x").ResponseURL
	s.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "response_url", Status: 503})
	if got := respond(t, url, slack.WebhookMessage{Text: "x"}); got != 503 {
		t.Errorf("status %d", got)
	}
	s.Inject(fakeslack.Fault{Kind: fakeslack.Hang, Method: "response_url", Applied: true})
	ctx, cancel := context.WithCancel(soon(t))
	defer cancel()
	go func() {
		s.Wait(ctx, func() bool { return len(s.Responses(url)) == 1 })
		cancel()
	}()
	if err := slack.PostWebhookCustomHTTPContext(ctx, url, http.DefaultClient, &slack.WebhookMessage{Text: "x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := s.Responses(url); len(got) != 1 {
		t.Errorf("got %+v", got)
	}
}
