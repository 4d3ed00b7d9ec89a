package fakediscord_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/bottest/fakediscord"
)

func TestTheTokenIsChecked(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	me, err := c.User("@me")
	if err != nil || me.ID != s.Config().AppID || !me.Bot {
		t.Errorf("got %+v, %v", me, err)
	}
	text, err := c.Request("GET", discordgo.EndpointApplications+"/@me", nil)
	var app discordgo.Application
	if err == nil {
		err = json.Unmarshal(text, &app)
	}
	if err != nil || app.ID != s.Config().AppID || app.VerifyKey != s.PublicKey() {
		t.Errorf("got %+v, %v", app, err)
	}
	s.SetRevoked(true)
	_, err = c.User("@me")
	var refused *discordgo.RESTError
	if !errors.As(err, &refused) || refused.Response.StatusCode != http.StatusUnauthorized {
		t.Errorf("revoked: %v", err)
	}
	s.SetRevoked(false)
	if _, err := c.User("@me"); err != nil {
		t.Error(err)
	}
	c.Token = "Bot wrong"
	if _, err := c.User("@me"); !errors.As(err, &refused) {
		t.Errorf("wrong: %v", err)
	}
	c.Token = s.Config().Token
	if _, err := c.User("@me"); err == nil {
		t.Error("a token without Bot is taken")
	}
}

func TestWhereTheAPIIs(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	for _, row := range []struct {
		path   string
		status int
	}{
		{"/api/v9/gateway", 200}, {"/api/v10/gateway", 200}, {"/api/gateway", 404}, {"/gateway", 404},
		{"/api/v8/gateway", 404}, {"/api/v10/nothing", 404}, {"/api/v10/users/@me", 401},
	} {
		resp, err := http.Get(s.URL() + row.path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != row.status {
			t.Errorf("%s: %d", row.path, resp.StatusCode)
		}
	}
}

func TestSmallReads(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.AddGuild(fakediscord.Guild{ID: "101", NoBot: true})
	for _, row := range []struct {
		path         string
		status, code int
	}{
		{"/gateway/bot", 200, 0}, {"/applications/@me", 200, 0},
		{"/guilds/" + server, 200, 0}, {"/guilds/101", 403, fakediscord.MissingAccess}, {"/guilds/9", 404, fakediscord.UnknownGuild},
		{"/channels/" + general + "/messages", 200, 0}, {"/channels/9/messages", 404, fakediscord.UnknownChannel},
	} {
		if status, body := call(t, s, "GET", row.path, nil); status != row.status || codeOf(body) != row.code {
			t.Errorf("%s: %d %v", row.path, status, body)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, row := range []struct {
		name    string
		fault   fakediscord.Fault
		wrong   func(error) bool
		applied bool
	}{
		{"429", fakediscord.Fault{Kind: fakediscord.RateLimit, RetryAfter: 1500 * time.Millisecond, Global: true}, func(err error) bool {
			var limited *discordgo.RateLimitError
			return errors.As(err, &limited) && limited.RetryAfter == 1500*time.Millisecond && limited.Bucket == ""
		}, false},
		{"a refusal", fakediscord.Fault{Kind: fakediscord.Refuse, Code: fakediscord.MissingAccess, Status: 403}, func(err error) bool {
			var refused *discordgo.RESTError
			return errors.As(err, &refused) && refused.Message.Code == fakediscord.MissingAccess && refused.Response.StatusCode == 403
		}, false},
		{"500", fakediscord.Fault{Kind: fakediscord.Status}, func(err error) bool {
			var refused *discordgo.RESTError
			return errors.As(err, &refused) && refused.Response.StatusCode == 500 && refused.Message == nil
		}, false},
		{"a reset before", fakediscord.Fault{Kind: fakediscord.Reset}, func(err error) bool { return err != nil }, false},
		{"a reset after", fakediscord.Fault{Kind: fakediscord.Reset, Applied: true}, func(err error) bool { return err != nil }, true},
		{"a hang", fakediscord.Fault{Kind: fakediscord.Hang}, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }, false},
		{"slow", fakediscord.Fault{Kind: fakediscord.Slow, Delay: 20 * time.Millisecond}, func(err error) bool { return err == nil }, true},
		{"another route", fakediscord.Fault{Kind: fakediscord.Reset, Route: fakediscord.GetMe}, func(err error) bool { return err == nil }, true},
		{"another channel", fakediscord.Fault{Kind: fakediscord.Reset, Channel: news}, func(err error) bool { return err == nil }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			s.Inject(row.fault)
			patience := 20 * time.Second
			if row.fault.Kind == fakediscord.Hang {
				patience = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			send := func(ctx context.Context) error {
				_, err := client(t, s).ChannelMessageSend(general, "x", discordgo.WithContext(ctx))
				return err
			}
			if err := send(ctx); !row.wrong(err) {
				t.Errorf("got %v", err)
			}
			if n := len(s.Messages(general)); (n == 1) != row.applied {
				t.Errorf("%d messages", n)
			}
			s.ClearFaults()
			if err := send(soon(t)); err != nil {
				t.Errorf("and then: %v", err)
			}
		})
	}
}

func TestLatency(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	const latency = 30 * time.Millisecond
	s.SetLatency(latency)
	began := time.Now()
	if _, err := client(t, s).User("@me"); err != nil || time.Since(began) < latency {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

func TestLimits(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.SetLimit(fakediscord.CreateMessage, 2, time.Hour)
	send := func(channel string) (int, map[string]any) {
		return call(t, s, "POST", "/channels/"+channel+"/messages", map[string]string{"content": "x"})
	}
	for n, want := range []int{200, 200, 429} {
		status, body := send(general)
		if status != want {
			t.Errorf("call %d: %d %v", n+1, status, body)
		}
		if after, _ := body["retry_after"].(float64); want == 429 && (after < 3000 || after > 3600 || body["global"] != false) {
			t.Errorf("got %v", body)
		}
	}
	if status, _ := send(news); status != 200 {
		t.Errorf("another channel: %d", status)
	}
	s.SetLimit(fakediscord.CreateMessage, 0, 0)
	if status, _ := send(general); status != 200 {
		t.Errorf("without the limit: %d", status)
	}
	if len(s.Messages(general)) != 3 {
		t.Errorf("%d messages", len(s.Messages(general)))
	}
}

func TestEveryAnswerTellsOfItsBucket(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	resp, err := http.Get(s.URL() + "/api/v9/gateway")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for _, name := range []string{"Limit", "Remaining", "Reset", "Reset-After", "Bucket"} {
		if resp.Header.Get("X-RateLimit-"+name) == "" {
			t.Errorf("no %s in %v", name, resp.Header)
		}
	}
}

func TestCalls(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	c.ChannelMessageSend(general, "x")
	c.ChannelMessageSend("9", "x") // refused
	if err := s.WaitCalls(soon(t), fakediscord.CreateMessage, 2); err != nil {
		t.Fatal(err)
	}
	calls := s.Calls(fakediscord.CreateMessage)
	if calls[0].Status != 200 || calls[1].Code != fakediscord.UnknownChannel || calls[1].Path != "/channels/9/messages" ||
		!strings.Contains(string(calls[0].Body), `"content":"x"`) || calls[0].At.IsZero() {
		t.Errorf("got %+v", calls)
	}
	if len(s.Calls("")) != 2 || len(s.Calls(fakediscord.GetMe)) != 0 {
		t.Errorf("got %+v", s.Calls(""))
	}
	if err := s.WaitCalls(ended(), fakediscord.GetMe, 1); err == nil {
		t.Error("waited for a call that never came")
	}
}

func TestTestsThatDoWhatCannotBe(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(*fakediscord.Server)
	}{
		{"a channel without a guild", func(s *fakediscord.Server) { s.AddChannel(fakediscord.Channel{ID: "1", Guild: "9"}) }},
		{"a thread without a parent", func(s *fakediscord.Server) {
			s.AddChannel(fakediscord.Channel{ID: "1", Type: fakediscord.PublicThread, Parent: "9"})
		}},
		{"editing no channel", func(s *fakediscord.Server) { s.EditChannel("9", func(*fakediscord.Channel) {}) }},
		{"writing in no channel", func(s *fakediscord.Server) { s.Say(alice, "9", "x") }},
		{"a command that is not registered", func(s *fakediscord.Server) { s.Command(alice, "1", "add", nil) }},
		{"a command in no channel", func(s *fakediscord.Server) { s.Command(alice, "9", "add", nil) }},
		{"a click in no channel", func(s *fakediscord.Server) { s.Click(alice, fakediscord.Message{Channel: "9"}, "x") }},
		{"a click on no button", func(s *fakediscord.Server) { s.Click(alice, s.Say(alice, "1", "x"), "x") }},
		{"a click on what another sees", func(s *fakediscord.Server) {
			s.Click(mallory, fakediscord.Message{Channel: "1", To: alice}, "x")
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := &watched{TB: t}
			s := fakediscord.New(w, fakediscord.Config{})
			s.AddChannel(fakediscord.Channel{ID: "1", Type: fakediscord.DM, User: alice})
			if row.do(s); len(w.errors) != 1 {
				t.Errorf("failures: %q", w.errors)
			}
		})
	}
}

func TestOnlyJSONIsTaken(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	resp, err := http.Post(s.URL()+"/api/v9/interactions/1/x/callback", "text/plain", strings.NewReader(`{"type":5}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("got %d", resp.StatusCode)
	}
}
