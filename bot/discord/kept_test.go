package discord

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/chat"
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
// is bearable, and what is told of it is short.
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
		if e.Status != status || len(e.Message) > longestReason {
			t.Errorf("refused with %+v", e)
		}
	})
}
