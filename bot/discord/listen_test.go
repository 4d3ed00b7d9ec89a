package discord

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"liveadmin/imapi"
)

// TestNoSessionsLeft: when a day's sessions are nearly used up, none is begun until
// Discord has counted anew. Without a count there is no limit.
func TestNoSessionsLeft(t *testing.T) {
	answer := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bot a.b.c" || r.URL.Path != "/api/v10/gateway/bot" {
			t.Errorf("called %s", r.URL)
		}
		fmt.Fprint(w, answer)
	}))
	defer s.Close()
	var log strings.Builder
	d, err := New(Config{Token: imapi.NewSecret("a.b.c"), APIURL: s.URL}, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, answer string
		want         error
	}{
		{"plenty", `{"session_start_limit":{"total":1000,"remaining":999,"reset_after":1000}}`, nil},
		{"nearly none", `{"session_start_limit":{"total":1000,"remaining":49,"reset_after":1}}`, errSpent},
		{"none", `{"session_start_limit":{"total":1000,"remaining":0,"reset_after":1}}`, errSpent},
		{"no count", `{"url":"wss://gateway"}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer = tc.answer
			session, err := d.begin(t.Context())
			if !errors.Is(err, tc.want) || (session != nil) != (tc.want == nil) {
				t.Errorf("begun %v, %v", session != nil, err)
			}
		})
	}
}
