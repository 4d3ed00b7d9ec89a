package fakeslack_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"liveadmin/bot/bottest/fakeslack"
)

// endpoint is an app in HTTP mode: it checks the signature with the real library and
// keeps what it got.
type endpoint struct {
	secret string
	answer func(w http.ResponseWriter) // nil for an empty 200

	mu       sync.Mutex
	requests []*http.Request // with the body in GetBody
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	e.mu.Lock()
	e.requests = append(e.requests, r)
	e.mu.Unlock()
	verifier, err := slack.NewSecretsVerifier(r.Header, e.secret)
	if err == nil {
		verifier.Write(body)
		err = verifier.Ensure()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	var challenge struct{ Challenge string }
	if json.Unmarshal(body, &challenge) == nil && challenge.Challenge != "" {
		fmt.Fprint(w, challenge.Challenge)
		return
	}
	if e.answer != nil {
		e.answer(w)
	}
}

func (e *endpoint) got() []*http.Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.requests
}

func listen(t *testing.T, s *fakeslack.Server) *endpoint {
	t.Helper()
	e := &endpoint{secret: s.Config().SigningSecret}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	s.UseHTTP(server.URL + "/")
	return e
}

func TestSignatures(t *testing.T) {
	for sign, want := range map[fakeslack.Signature]struct {
		status int
		body   string
	}{
		fakeslack.Signed:       {200, ""},
		fakeslack.BadSignature: {401, slack.ErrInvalidSignature.Error()},
		fakeslack.Altered:      {401, slack.ErrInvalidSignature.Error()},
		fakeslack.TooOld:       {401, slack.ErrExpiredTimestamp.Error()},
		fakeslack.TooNew:       {401, slack.ErrExpiredTimestamp.Error()},
		fakeslack.Unsigned:     {401, slack.ErrMissingHeaders.Error()},
	} {
		s := workspace(t, fakeslack.Config{})
		listen(t, s)
		m := s.Say(alice, general, "", "x")
		for kind, d := range map[string]*fakeslack.Delivery{
			"command": s.SendCommand(fakeslack.Command{User: alice, Channel: general, Text: "x", Sign: sign}),
			"mention": s.SendMention(fakeslack.Mention{User: alice, Channel: general, Text: "x", Sign: sign}),
			"click":   s.SendClick(fakeslack.Click{User: alice, Message: m, ActionID: "a", Forged: true, Sign: sign}),
		} {
			ack, err := d.Wait(soon(t))
			if err != nil || ack.Status != want.status || strings.TrimSpace(string(ack.Body)) != want.body {
				t.Errorf("%s, %d: status %d, %s, %v", kind, sign, ack.Status, ack.Body, err)
			}
		}
	}
}

func TestCommandOverHTTP(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	e := listen(t, s)
	d := s.Slash(alice, general, "list a&b")
	if _, err := d.Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	r := e.got()[0]
	command, err := slack.SlashCommandParse(r)
	if err != nil || r.URL.Path != "/slack/commands" || command.Text != "list a&b" || command.UserID != alice ||
		command.TriggerID != d.TriggerID || command.ResponseURL != d.ResponseURL || command.TeamID != s.Config().Team {
		t.Errorf("%s: %+v, %v", r.URL.Path, command, err)
	}
}

func TestClickOverHTTP(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	e := listen(t, s)
	m, _ := s.Message(general, post(t, s, general, slack.MsgOptionBlocks(buttons(button("undo", "42", "Undo")))))
	if _, err := s.Click(alice, m, "undo").Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	r := e.got()[0]
	click, err := slack.InteractionCallbackParse(r)
	if err != nil || r.URL.Path != "/slack/interactions" || click.ActionCallback.BlockActions[0].Value != "42" {
		t.Errorf("%s: %+v, %v", r.URL.Path, click, err)
	}
}

func TestAnswersOverHTTP(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		seen   string
	}{
		{"nothing", nil, ""},
		{"plain text", func(w http.ResponseWriter) { fmt.Fprint(w, "for you") }, "for you"},
		{"JSON", func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			fmt.Fprint(w, `{"response_type":"ephemeral","text":"for you"}`)
		}, "for you"},
		{"an error", func(w http.ResponseWriter) { http.Error(w, "for nobody", 500) }, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := workspace(t, fakeslack.Config{})
			listen(t, s).answer = row.answer
			if _, err := s.Slash(alice, general, "help").Wait(soon(t)); err != nil {
				t.Fatal(err)
			}
			seen := s.Ephemerals(alice)
			if row.seen == "" && len(seen) != 0 || row.seen != "" && (len(seen) != 1 || seen[0].Text != row.seen) {
				t.Errorf("alice saw %+v", seen)
			}
		})
	}
}

func TestEventsOverHTTPComeAgain(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	e := listen(t, s)
	e.answer = func(w http.ResponseWriter) { w.WriteHeader(500) }
	d := s.Mention(alice, general, "", "x")
	if _, err := d.Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	s.Redeliver(d)
	if _, err := d.WaitAcks(soon(t), 2); err != nil {
		t.Fatal(err)
	}
	first, again := e.got()[0], e.got()[1]
	if first.Header.Get("X-Slack-Retry-Num") != "" || again.Header.Get("X-Slack-Retry-Num") != "1" || again.Header.Get("X-Slack-Retry-Reason") == "" {
		t.Errorf("got %v and %v", first.Header, again.Header)
	}
	body, err := io.ReadAll(again.Body)
	if err != nil {
		t.Fatal(err)
	}
	event, err := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken())
	if err != nil || event.Data.(*slackevents.EventsAPICallbackEvent).EventID != d.EventID || again.URL.Path != "/slack/events" {
		t.Errorf("got %+v, %v", event, err)
	}
}

func TestNobodyListens(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	s.UseHTTP(server.URL)
	if ack, err := s.Slash(alice, general, "x").Wait(soon(t)); err != nil || ack.Err == nil {
		t.Errorf("got %+v, %v", ack, err)
	}
}

func TestVerificationsOfTheURLs(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	e := listen(t, s)
	if ok, err := s.VerifyURL(soon(t)); !ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
	if r, err := s.CheckSSL(soon(t)); err != nil || r.Status != 200 {
		t.Errorf("got %+v, %v", r, err)
	}
	e.got()[1].ParseForm()
	if form := e.got()[1].PostForm; form.Get("ssl_check") != "1" || form.Has("command") {
		t.Errorf("got %v", form)
	}
	body := url.Values{"command": {strings.Repeat("x", 2<<20)}}.Encode()
	r, err := s.Send(soon(t), fakeslack.Request{Path: "/slack/commands", ContentType: "application/x-www-form-urlencoded", Body: []byte(body)})
	if err != nil || r.Status != 200 || r.Took <= 0 || r.Took > time.Minute {
		t.Errorf("got %+v, %v", r, err)
	}
}
