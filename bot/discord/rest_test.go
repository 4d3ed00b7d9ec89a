package discord

import (
	"net/http"
	"testing"
	"time"

	"liveadmin/bot/chat"
)

// TestLimitOf: what Discord says of its limits, and what something on the way says.
func TestLimitOf(t *testing.T) {
	header := func(remaining, after string) http.Header {
		h := make(http.Header)
		h.Set("X-RateLimit-Remaining", remaining)
		h.Set("X-RateLimit-Reset-After", after)
		return h
	}
	for _, tc := range []struct {
		name    string
		header  http.Header
		refused *apiError
		want    chat.Limit
	}{
		{"nothing", nil, nil, chat.Limit{}},
		{"some left", header("1", "2.5"), nil, chat.Limit{}},
		{"none left", header("0", "2.5"), nil, chat.Limit{Pause: 2500 * time.Millisecond}},
		{"none left, for ever", header("0", "1e300"), nil, chat.Limit{Pause: chat.MostPause}},
		{"none left, nonsense", header("0", "NaN"), nil, chat.Limit{}},
		{"none left, after the past", header("0", "-5"), nil, chat.Limit{}},
		{"too fast", nil, &apiError{Status: 429, RetryAfter: time.Second, Global: true}, chat.Limit{Refused: true, Pause: time.Second, Global: true}},
		{"banned by Cloudflare", nil, &apiError{Status: 429, Page: true, RetryAfter: time.Minute}, chat.Limit{Refused: true, Pause: time.Minute, Global: true}},
		{"refused, none left", header("0", "1"), &apiError{Status: 404}, chat.Limit{Pause: time.Second}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := limitOf(tc.header, tc.refused); got != tc.want {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
		})
	}
}
