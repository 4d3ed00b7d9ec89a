package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/imapi"
)

// listener is a door that puts everything on record at once, and counts.
type listener struct{ heard atomic.Int64 }

func (l *listener) Receive(ctx context.Context, _ bot.Delivery, ack bot.Ack) error {
	l.heard.Add(1)
	return ack.Answer(ctx, bot.Answer{})
}

// behind posts a body to what serves, and returns how many deliveries were heard of it.
func (l *listener) behind(served http.Handler, path, body, stamp, signature string) (status int, heard int64) {
	before := l.heard.Load()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", signature)
	w := httptest.NewRecorder()
	served.ServeHTTP(w, r)
	return w.Code, l.heard.Load() - before
}

// grave is a logger of errors alone, which here are panics.
func grave(log *bottest.Log) *slog.Logger {
	return slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError}))
}

// FuzzServe: whatever a body holds, Slack gets an answer to it if Slack has signed it;
// with any other signature nothing of it is heard.
func FuzzServe(f *testing.F) {
	for _, body := range []string{
		"team_id=T1&user_id=U1&channel_id=C1&text=add+g+u&trigger_id=1.2&response_url=https%3A%2F%2Fhooks.example%2F1", "ssl_check=1", "text=%zz", "a;b",
	} {
		f.Add("/slack/commands", body, "v0=00")
	}
	for _, body := range []string{
		`{"type":"url_verification","challenge":"x"}`,
		`{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":{"type":"app_mention","user":"U1","channel":"C1","ts":"1.1","text":"<@U0BOT> list g"}}`,
		`{"event":null}`, "null", "[]", "{",
	} {
		f.Add("/slack/events", body, "v0="+strings.Repeat("0", 64))
	}
	for _, body := range []string{
		"payload=" + `{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1","team_id":"T1"},"channel":{"id":"C1"},"actions":[{"action_id":"undo.0","value":"42"}]}`,
		"payload=" + `{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1","team_id":"T1"},"view":{"callback_id":"liveadmin_add","state":{"values":{"group":{"group":null}}}}}`,
		"payload=%7B%7D", "payload=null", "x=y",
	} {
		f.Add("/slack/interactions", body, "")
	}
	for _, body := range []string{
		"payload=" + `{"type":"block_suggestion","user":{"id":"U1"},"action_id":"users","value":"m","view":{"callback_id":"liveadmin_remove","private_metadata":"a.b"}}`, "payload=null",
	} {
		f.Add("/slack/options", body, "v0=")
	}
	const secret = "8f742231b10e8888abcd99yyyzzz85a5"
	var log bottest.Log
	s := introduced(Config{SigningSecret: imapi.NewSecret(secret)}, grave(&log), identity{team: "T1", user: "U0BOT"})
	door, served := &listener{}, http.NewServeMux()
	s.Mount(served.Handle)
	s.inflight.Open(door)
	f.Fuzz(func(t *testing.T, path, body, forged string) {
		switch path {
		case "/slack/commands", "/slack/events", "/slack/interactions", "/slack/options":
		default:
			t.Skip("is not mounted")
		}
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		if status, heard := door.behind(served, path, body, stamp, forged); status != http.StatusUnauthorized || heard != 0 {
			t.Errorf("with the signature %q it is answered %d, and %d were heard", forged, status, heard)
		}
		status, heard := door.behind(served, path, body, stamp, signature(secret, stamp, body))
		if heard > 1 || status != http.StatusOK && (status != http.StatusBadRequest || heard > 0) {
			t.Errorf("answered %d, and %d were heard", status, heard)
		}
		if said := log.String(); said != "" {
			t.Error(said)
		}
	})
}

// signature is how Slack signs a body.
func signature(secret, stamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
