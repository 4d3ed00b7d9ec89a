package discord

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

func noPolicy() policy.Policy { return policy.Policy{} }

// TestRefused: codes about the settings or the program let the next session wait, and some
// ends let no session go on.
func TestRefused(t *testing.T) {
	d, err := New(Config{Token: imapi.NewSecret("a.b.c")}, Options{Log: slog.New(slog.DiscardHandler), Policy: noPolicy})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		err       error
		least     time.Duration
		resumable bool
	}{
		{closedError(4000), 0, true},
		{closedError(4004), 0, false},
		{closedError(4007), 0, false},
		{closedError(4009), 0, false},
		{closedError(4010), hopelessPause, false},
		{closedError(4011), hopelessPause, false},
		{closedError(4012), hopelessPause, false},
		{closedError(4013), hopelessPause, false},
		{closedError(4014), hopelessPause, false},
		{closedError(1001), 0, true},
		{errReconnect, 0, true},
		{errSilent, 0, true},
		{errInvalid, 0, false},
		{errBinary, 0, false},
		{errLeft, 0, false},
	} {
		if least := d.refused(t.Context(), tc.err); least != tc.least || isResumable(tc.err) != tc.resumable {
			t.Errorf("%v: waits %v, resumable %v", tc.err, least, isResumable(tc.err))
		}
	}
}

// TestGatewayURL: sockets speak version 10, whatever the address says.
func TestGatewayURL(t *testing.T) {
	for named, want := range map[string]string{
		"wss://gateway.discord.gg":          "wss://gateway.discord.gg/?encoding=json&v=10",
		"ws://127.0.0.1:80/socket?v=6&x=zz": "ws://127.0.0.1:80/socket/?encoding=json&v=10",
		"":                                  "",
		"https://gateway.discord.gg":        "",
		"wss:///nowhere":                    "",
		"gateway.discord.gg":                "",
	} {
		if got, err := gatewayURL(named, true); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", named, got, err)
		}
	}
	if got, err := gatewayURL("ws://gateway.discord.gg", false); err == nil {
		t.Errorf("the token would be sent in the clear to %s", got)
	}
}

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
	d, err := New(Config{Token: imapi.NewSecret("a.b.c"), APIURL: s.URL}, Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Policy: noPolicy})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, answer string
		want         error
	}{
		{"plenty", `{"url":"wss://gateway","session_start_limit":{"total":1000,"remaining":999,"reset_after":1000}}`, nil},
		{"nearly none", `{"session_start_limit":{"total":1000,"remaining":49,"reset_after":1}}`, errSpent},
		{"none", `{"session_start_limit":{"total":1000,"remaining":0,"reset_after":1}}`, errSpent},
		{"no count", `{"url":"wss://gateway"}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer = tc.answer
			session, err := (&connection{d: d, health: d.health}).begin(t.Context())
			if !errors.Is(err, tc.want) || (session != nil) != (tc.want == nil) {
				t.Errorf("begun %v, %v", session != nil, err)
			}
		})
	}
}
