package slack_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// TestSignatures: only what Slack has signed in the last five minutes gets in.
func TestSignatures(t *testing.T) {
	w := open(t, "http", fakeslack.Config{}, slack.Options{})
	command := url.Values{
		"command": {"/liveadmin"}, "text": {"add " + group + " user1"}, "team_id": {w.Config().Team},
		"user_id": {alice}, "channel_id": {channel}, "trigger_id": {"1.2.3"},
	}.Encode()
	event := `{"type":"event_callback","team_id":"` + w.Config().Team + `","event_id":"Ev1","event":{"type":"app_mention","user":"` +
		alice + `","text":"<@U0BOT> add ` + group + ` user1","channel":"` + channel + `","ts":"1.000001"}}`
	const form, object = "application/x-www-form-urlencoded", "application/json"
	for _, tc := range []struct {
		name             string
		path, kind, body string
		sign             fakeslack.Signature
		status           int
	}{
		{"forged", "/slack/commands", form, command, fakeslack.BadSignature, 401},
		{"forged", "/slack/events", object, event, fakeslack.BadSignature, 401},
		{"forged", "/slack/interactions", form, "payload={}", fakeslack.BadSignature, 401},
		{"forged", "/slack/options", form, "payload={}", fakeslack.BadSignature, 401},
		{"old", "/slack/commands", form, command, fakeslack.TooOld, 401},
		{"of the future", "/slack/commands", form, command, fakeslack.TooNew, 401},
		{"altered", "/slack/commands", form, command, fakeslack.Altered, 401},
		{"not signed", "/slack/commands", form, command, fakeslack.Unsigned, 401},
		{"not signed", "/slack/events", object, `{"type":"url_verification","challenge":"x"}`, fakeslack.Unsigned, 401},
		{"too long", "/slack/commands", form, "text=" + strings.Repeat("x", 1<<20), fakeslack.Signed, 413},
		{"no JSON", "/slack/events", object, "{", fakeslack.Signed, 400},
		{"no form", "/slack/commands", form, "text=%zz", fakeslack.Signed, 400},
		{"no payload", "/slack/interactions", form, "x=y", fakeslack.Signed, 400},
		{"in the query, which is not signed", "/slack/commands?" + command, form, "", fakeslack.Signed, 200},
		{"in the query, which is not signed", "/slack/interactions?payload={}", form, "", fakeslack.Signed, 400},
	} {
		path, _, _ := strings.Cut(tc.path, "?")
		t.Run(path+"/"+tc.name, func(t *testing.T) {
			r, err := w.Send(w.Soon(), fakeslack.Request{
				Path: tc.path, ContentType: tc.kind, Body: []byte(tc.body), Sign: tc.sign,
			})
			if err != nil || r.Status != tc.status {
				t.Errorf("answered %d %s, %v; want %d", r.Status, r.Body, err, tc.status)
			}
		})
	}
	if rows, err := w.Stage.Journal.Trail(w.Soon(), bot.Filter{}); err != nil || len(rows) > 0 {
		t.Errorf("on record are %+v, %v", rows, err)
	}
	r, err := http.Get(w.app + "/slack/commands")
	if err != nil || r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET is answered %v, %v", r.Status, err)
	}
	r.Body.Close()
}

// TestProbes: Slack's own requests that are no delivery.
func TestProbes(t *testing.T) {
	w := open(t, "http", fakeslack.Config{}, slack.Options{})
	if ok, err := w.VerifyURL(w.Soon()); !ok || err != nil {
		t.Errorf("the URL is not verified: %v", err)
	}
	if r, err := w.CheckSSL(w.Soon()); err != nil || r.Status != 200 {
		t.Errorf("the probe of the certificate gets %d, %v", r.Status, err)
	}
	for _, body := range []string{
		`{"type":"app_rate_limited","minute_rate_limited":1,"team_id":"T0TEAM"}`,
		`{"type":"event_callback","event":{"type":"message","user":"U1","text":"hi","channel":"C1","ts":"1.1"}}`,
		`{"type":"something_new"}`,
		`{"type":"event_callback","event":null}`,
		`null`,
	} {
		r, err := w.Send(w.Soon(), fakeslack.Request{Path: "/slack/events", ContentType: "application/json", Body: []byte(body)})
		if err != nil || r.Status != 200 {
			t.Errorf("%s is answered %d, %v", body, r.Status, err)
		}
	}
	for _, payload := range []string{
		`{"type":"view_submission"}`, `{"type":"block_actions","actions":[]}`, `{"type":"block_actions","actions":[{"action_id":"x"}]}`, `{}`, `null`, `[]`, `x`,
	} {
		r, err := w.Send(w.Soon(), fakeslack.Request{
			Path: "/slack/interactions", ContentType: "application/x-www-form-urlencoded", Body: []byte(url.Values{"payload": {payload}}.Encode()),
		})
		if err != nil || r.Status != 200 {
			t.Errorf("%s is answered %d, %v", payload, r.Status, err)
		}
	}
}

// TestOptions: a question for options is answered with a list, whatever it asks.
func TestOptions(t *testing.T) {
	w := open(t, "http", fakeslack.Config{}, slack.Options{})
	for _, payload := range []string{
		`{"type":"block_suggestion","action_id":"users","value":"m","user":{"id":"UALICE"}}`,
		`{"type":"block_suggestion","action_id":"nothing","view":{"callback_id":"liveadmin_add"}}`,
		`{"type":"block_suggestion","view":{"callback_id":"liveadmin_remove","private_metadata":"x.y","state":{"values":null}},"action_id":"users"}`,
		`{"type":"block_suggestion","action_id":7,"view":[]}`,
		`{"type":"block_suggestion"}`,
	} {
		r, err := w.Send(w.Soon(), fakeslack.Request{
			Path: "/slack/options", ContentType: "application/x-www-form-urlencoded", Body: []byte(url.Values{"payload": {payload}}.Encode()),
		})
		if err != nil || r.Status != 200 || strings.TrimSpace(string(r.Body)) != `{"options":[]}` {
			t.Errorf("%s is answered %d %s, %v", payload, r.Status, r.Body, err)
		}
	}
}

// TestSocketModeMountsNothing: HTTP requests are no way in while sockets are.
func TestSocketModeMountsNothing(t *testing.T) {
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.platform().Mount(func(pattern string, _ http.Handler) { t.Errorf("%s is mounted", pattern) })
}

// TestNotRunning: before the bot runs, and after, the answer to Slack is that nothing was
// received.
func TestNotRunning(t *testing.T) {
	w := build(t, "http", fakeslack.Config{}, slack.Options{})
	w.install()
	d := w.slash(alice, "whoami")
	if a, err := d.Wait(w.Soon()); err != nil || a.Status != http.StatusServiceUnavailable {
		t.Errorf("answered %+v, %v", a, err)
	}
}

// TestRetriedEvent: an event that no one took at first counts when Slack sends it again.
func TestRetriedEvent(t *testing.T) {
	t.Parallel()
	w := build(t, "http", fakeslack.Config{}, slack.Options{})
	w.install()
	d := w.Mention(alice, channel, "", "add "+group+" user1")
	if a, err := d.Wait(w.Soon()); err != nil || a.Status != http.StatusServiceUnavailable {
		t.Errorf("answered %+v, %v", a, err)
	}
	w.Stage.Run(t, w.slack)
	w.Ready(w.slack.State)
	w.Redeliver(d)
	w.message(func(m fakeslack.Message) bool { return m.ThreadTS == d.TS })
	w.Closed()
	if n := len(w.Rows(bot.WasAccepted)); n != 1 {
		t.Errorf("%d entries", n)
	}
}

// door is a bot of the test's own.
type door func(context.Context, bot.Delivery, bot.Ack) error

func (d door) Receive(ctx context.Context, dd bot.Delivery, ack bot.Ack) error {
	return d(ctx, dd, ack)
}

// runWith runs the platform with a door of the test's own.
func (w *world) runWith(d door) {
	w.T.Helper()
	w.install()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.slack.Run(ctx, d) }()
	w.T.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			w.T.Error(err)
		}
	})
	w.Ready(w.slack.State)
}

// TestPanic: a panic ends one delivery and nothing else.
func TestPanic(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakeslack.Config{}, slack.Options{})
			w.runWith(func(ctx context.Context, d bot.Delivery, ack bot.Ack) error {
				if strings.Contains(d.Text, "boom") {
					panic("boom with " + d.Reply)
				}
				return ack.Answer(ctx, bot.Answer{})
			})
			d := w.slash(alice, "boom")
			w.Until("the panic is logged", func() bool { return strings.Contains(w.Log.String(), "panic") })
			if mode == "http" {
				if a, err := d.Wait(w.Soon()); err != nil || a.Status != http.StatusServiceUnavailable {
					t.Errorf("answered %+v, %v", a, err)
				}
			}
			w.acked(w.slash(alice, "add"))
		})
	}
}

// TestSlowRecord: while one record waits, others are acknowledged. The slow one is
// not acknowledged before it is on record, and over HTTP not too late.
func TestSlowRecord(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakeslack.Config{AckWithin: 3 * time.Second}, slack.Options{})
			recorded, result := make(chan struct{}), make(chan error, 1)
			w.runWith(func(ctx context.Context, d bot.Delivery, ack bot.Ack) error {
				if strings.Contains(d.Text, "slow") {
					<-recorded
					err := ack.Answer(ctx, bot.Answer{})
					result <- err
					return err
				}
				return ack.Answer(ctx, bot.Answer{})
			})
			slow := w.slash(alice, "slow")
			for range 60 { // more than slack-go holds
				w.acked(w.slash(bob, "quick"))
			}
			if len(slow.Acks()) > 0 {
				t.Error("acknowledged before it was on record")
			}
			if mode == "http" {
				if a, err := slow.Wait(w.Soon()); err != nil || a.Status != http.StatusServiceUnavailable {
					t.Errorf("answered %+v, %v", a, err)
				}
			}
			close(recorded)
			if err := <-result; mode == "http" && err == nil {
				t.Error("acknowledged, as it believes, too late")
			}
		})
	}
}
