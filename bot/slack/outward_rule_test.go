package slack

import (
	"log/slog"
	"testing"

	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// TestCanRespond: which addresses are Slack's.
func TestCanRespond(t *testing.T) {
	for _, tc := range []struct {
		api, address string
		want         bool
	}{
		{"", "https://hooks.slack.com/commands/T1/2/x", true},
		{"", "https://hooks.slack-gov.com/commands/T1/2/x", true},
		{"", "http://hooks.slack.com/commands/T1/2/x", false},
		{"", "https://hooks.slack.com.evil.example/x", false},
		{"", "https://user@10.0.0.1/x", false},
		{"", "https://hooks.slack.com@10.0.0.1/x", false},
		{"", "http://127.0.0.1:9/x", false},
		{"", "", false},
		{"", "https://hooks.slack.com:%zz/", false},
		{"http://127.0.0.1:9/api/", "http://127.0.0.1:9/commands/x", true},
		{"http://127.0.0.1:9/api", "http://127.0.0.1:9/commands/x", true},
		{"http://127.0.0.1:9/api/", "http://127.0.0.1:10/commands/x", false},
		{"http://127.0.0.1:9/api/", "https://127.0.0.1:9/commands/x", false},
	} {
		s, err := New(Config{BotToken: imapi.NewSecret("xoxb-1"), AppToken: imapi.NewSecret("xapp-1"), APIURL: tc.api},
			Options{Log: slog.New(slog.DiscardHandler), Policy: func() policy.Policy { return policy.Policy{} }})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.api.canRespond(tc.address); got != tc.want {
			t.Errorf("%q of %q: %v", tc.address, tc.api, got)
		}
	}
}
