package slack

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"liveadmin/bot"

	slackgo "github.com/slack-go/slack"
)

// TestJudge: what an answer of Slack's means for the bot.
func TestJudge(t *testing.T) {
	for _, tc := range []struct {
		code    string
		revoked bool
		refused bool // definitely: trying again is of no use
	}{
		{"invalid_auth", true, false},
		{"not_authed", true, false},
		{"token_revoked", true, false},
		{"token_expired", true, false},
		{"account_inactive", true, false},
		{"socket_mode_disabled", true, true},
		{"app_disabled", true, true},
		{"messages_tab_disabled", false, true},
		{"not_in_channel", false, true},
		{"channel_not_found", false, true},
		{"is_archived", false, true},
		{"missing_scope", false, true},
		{"restricted_action", false, true},
		{"restricted_action_thread_locked", false, true},
		{"restricted_action_something_new", false, true},
		{"message_not_found", false, true},
		{"cant_update_message", false, true},
		{"invalid_blocks", false, true},
		{"msg_too_long", false, true},
		{"access_denied", false, true},
		{"a_word_made_up", false, true},
		{"internal_error", false, false},
		{"service_unavailable", false, false},
		{"ratelimited", false, false},
		{"rate_limited", false, false},
		{"message_limit_exceeded", false, false},
		{"team_added_to_org", false, false},
		{"org_login_required", false, false},
		{"external_channel_migrating", false, false},
		{"request_timeout", false, false},
		{"fatal_error", false, false},
		{"", false, false},
	} {
		t.Run(tc.code, func(t *testing.T) {
			err := deaf(identity{}).api.judge(postMessage, slackgo.SlackErrorResponse{Err: tc.code})
			if errors.Is(err, bot.ErrRevoked) || isRevoked(code(err)) != tc.revoked {
				t.Errorf("revoked: %v", err)
			}
			if isLost(err) != tc.refused || isSpent(err) {
				t.Errorf("lost %v, spent %v", isLost(err), isSpent(err))
			}
		})
	}
}

// TestJudgeHides: no address is in an error.
func TestJudgeHides(t *testing.T) {
	const secret = "https://hooks.slack.com/commands/T1/2/secret"
	cause := errors.New("connection refused")
	a := deaf(identity{}).api
	err := a.judge(responseURL, fmt.Errorf("failed to post webhook: %w", &url.Error{Op: "Post", URL: secret, Err: cause}))
	if strings.Contains(err.Error(), "secret") || !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), "response_url: ") {
		t.Errorf("the error is %q", err)
	}
}
