package slack

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
)

// TestJudge: what an answer of Slack's means for the bot.
func TestJudge(t *testing.T) {
	for _, tc := range []struct {
		code    string
		revoked bool
		post    bool // the bot cannot post there
		update  bool // the message cannot be changed any more
	}{
		{"invalid_auth", true, false, false},
		{"not_authed", true, false, false},
		{"token_revoked", true, false, false},
		{"token_expired", true, false, false},
		{"account_inactive", true, false, false},
		{"socket_mode_disabled", true, false, false},
		{"app_disabled", true, false, false},
		{"messages_tab_disabled", false, true, true},
		{"not_in_channel", false, true, true},
		{"channel_not_found", false, true, true},
		{"is_archived", false, true, true},
		{"missing_scope", false, true, true},
		{"restricted_action", false, true, true},
		{"restricted_action_thread_locked", false, true, true},
		{"restricted_action_something_new", false, true, true},
		{"message_not_found", false, false, true},
		{"cant_update_message", false, false, true},
		{"internal_error", false, false, false},
		{"fatal_error", false, false, false},
		{"", false, false, false},
	} {
		t.Run(tc.code, func(t *testing.T) {
			err := deaf(identity{}).api.judge(postMessage, slackgo.SlackErrorResponse{Err: tc.code})
			if errors.Is(err, bot.ErrRevoked) || isRevoked(code(err)) != tc.revoked {
				t.Errorf("revoked: %v", err)
			}
			if isLost(err) != tc.post || cannotUpdate(code(err)) != tc.update || isSpent(err) {
				t.Errorf("lost %v, final %v", isLost(err), cannotUpdate(code(err)))
			}
		})
	}
}

// TestJudgeHides: no address stands in an error.
func TestJudgeHides(t *testing.T) {
	const secret = "https://hooks.slack.com/commands/T1/2/secret"
	cause := errors.New("connection refused")
	a := deaf(identity{}).api
	err := a.judge(responseURL, fmt.Errorf("failed to post webhook: %w", &url.Error{Op: "Post", URL: secret, Err: cause}))
	if strings.Contains(err.Error(), "secret") || !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), "response_url: ") {
		t.Errorf("the error is %q", err)
	}
}
