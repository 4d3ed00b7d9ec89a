package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/chat"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// FuzzKept: whatever the journal holds of an entry, it is read as it was written, or not
// at all, and a secret leads nowhere else.
func FuzzKept(f *testing.F) {
	at := time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
	for _, text := range []string{
		handle{ID: "1", App: "9", Token: "aW50ZXJ/..+b24=", At: at, Why: noThreadsHere}.String(),
		string(chat.Post(messageRef{Channel: "200", Message: "1", Thread: "2"})), string(chat.Post(messageRef{Channel: "200", Why: notAllowed})),
		`{"app":"9","token":"\u0000?#"}`, `{"channel":""}`, `{"at":"then"}`, "null", "[]", "{", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if h, ok := handleOf(bot.Entry{Reply: text}); ok {
			again, ok := handleOf(bot.Entry{Reply: h.String()})
			if !ok || !again.At.Equal(h.At) {
				t.Errorf("%+v becomes %+v", h, again)
			}
			again.At = h.At
			if again != h {
				t.Errorf("%+v becomes %+v", h, again)
			}
			token, ok := strings.CutPrefix(h.original(), "/webhooks/"+h.App+"/")
			if token, _, _ = strings.Cut(token, "/messages/@original"); !ok || strings.ContainsAny(token, "/?#") {
				t.Errorf("%+v leads to %s", h, h.original())
			}
		}
		if at, err := chat.ReadPost[messageRef](bot.Post(text)); err == nil {
			if again, err := chat.ReadPost[messageRef](chat.Post(at)); err != nil || again != at || at.Channel == "" {
				t.Errorf("%+v becomes %+v, %v", at, again, err)
			}
		}
	})
}

// FuzzRefusal: whatever is answered instead of a message, the wait is of a length that
// is bearable, and what is reported of it is short.
func FuzzRefusal(f *testing.F) {
	f.Add(429, "1.5", "0", "2.5", []byte(`{"message":"You are being rate limited.","retry_after":0.3,"global":true}`))
	f.Add(429, "", "", "", []byte("<html>"))
	f.Add(403, "", "0", "1e300", []byte(`{"code":50013,"message":"Missing Permissions"}`))
	f.Add(500, "", "0", "NaN", []byte(`{"code":"x"}`))
	f.Add(429, "-Inf", "0", "0", []byte(`{"retry_after":-1}`))
	f.Fuzz(func(t *testing.T, status int, after, left, reset string, body []byte) {
		h := http.Header{"Retry-After": {after}, "X-Ratelimit-Remaining": {left}, "X-Ratelimit-Reset-After": {reset}}
		e := refusal(&http.Response{StatusCode: status, Header: h}, body)
		l := limitOf(h, e)
		if l.Pause < 0 || l.Pause > chat.MostPause || l.Refused != (status == http.StatusTooManyRequests) || l.Refused && l.Pause == 0 {
			t.Errorf("the limit is %+v", l)
		}
		if e.Status != status || chat.Length(e.Message) > longestReason {
			t.Errorf("refused with %+v", e)
		}
	})
}

// listener is a door that puts everything on record at once, and counts.
type listener struct{ heard int }

func (l *listener) Receive(ctx context.Context, _ bot.Delivery, ack bot.Ack) error {
	l.heard++
	return ack.Answer(ctx, bot.Answer{})
}

// FuzzServe: whatever a body holds, Discord gets an answer to it if Discord has signed
// it; with any other signature nothing of it is heard.
func FuzzServe(f *testing.F) {
	for _, body := range []string{
		`{"type":1}`,
		`{"type":2,"id":"1","application_id":"9","token":"t","guild_id":"100","channel_id":"3","member":{"user":{"id":"5"},"roles":["6"]},"data":{"name":"liveadmin","options":[{"name":"list","type":1,"options":[{"name":"group","value":"g"}]}]}}`,
		`{"type":3,"id":"1","application_id":"9","token":"t","channel_id":"3","user":{"id":"5"},"data":{"custom_id":"liveadmin:undo:42:0"}}`,
		`{"type":4,"id":"1","application_id":"9","token":"t","channel_id":"3","user":{"id":"5"},"data":{"name":"liveadmin","options":[{"name":"add","options":[{"name":"users","value":"a","focused":true}]}]}}`,
		`{"type":5,"id":"1","application_id":"9","token":"t","channel_id":"3","user":{"id":"5"},"data":{"custom_id":"liveadmin:form:7:8","components":[{"type":18,"component":{"type":3,"custom_id":"group","values":["a"]}},{"type":1,"components":[{"type":4,"custom_id":"for","value":"2h"}]}]}}`,
		`{"type":2,"id":"1","application_id":"9","token":"t","channel_id":"3","user":{"id":"5"},"data":{"type":2,"name":"Make live administrator","target_id":"7"}}`,
		`{"type":9}`, "null", "[]", "{", "",
	} {
		f.Add([]byte(body), []byte{})
		f.Add([]byte(body), make([]byte, ed25519.SignatureSize))
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer api.Close()
	var log bottest.Log
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	d, err := New(Config{
		Token: imapi.NewSecret("x"), PublicKey: hex.EncodeToString(private.Public().(ed25519.PublicKey)), APIURL: api.URL,
	}, Options{
		Log:    slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelError})),
		Policy: func() policy.Policy { return policy.Policy{} },
	})
	if err != nil {
		f.Fatal(err)
	}
	served := http.NewServeMux()
	d.Mount(served.Handle)
	post := func(body []byte, stamp string, signature []byte) (status, heard int) {
		door := &listener{}
		d.inflight.Open(door)
		r := httptest.NewRequest(http.MethodPost, "/discord/interactions", bytes.NewReader(body))
		r.Header.Set("X-Signature-Timestamp", stamp)
		r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(signature))
		w := httptest.NewRecorder()
		served.ServeHTTP(w, r)
		d.inflight.Close() // waits
		return w.Code, door.heard
	}
	f.Fuzz(func(t *testing.T, body, forged []byte) {
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		if status, heard := post(body, stamp, forged); status != http.StatusUnauthorized || heard != 0 {
			t.Errorf("with the signature %x it is answered %d, and %d were heard", forged, status, heard)
		}
		status, heard := post(body, stamp, ed25519.Sign(private, append([]byte(stamp), body...)))
		if taken := status == http.StatusAccepted; heard > 1 || heard == 1 && !taken || !taken && status != http.StatusOK && status != http.StatusBadRequest {
			t.Errorf("answered %d, and %d were heard", status, heard)
		}
		if said := log.String(); said != "" {
			t.Error(said) // a panic
		}
	})
}
