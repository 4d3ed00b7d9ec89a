package slack

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot/chat"
)

// errNoPlace is returned for a message that Slack took, as it seems, without
// telling where it is.
var errNoPlace = errors.New("slack did not return the ID of the message")

// judge names the method in an error, takes secrets out, and starts a recheck of the token
// if the error says that it is not valid. User groups and response_urls say nothing about
// a token.
func (a *api) judge(m method, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", m, chat.WithoutURL(err))
	if code(err) == "missing_scope" {
		err = fmt.Errorf("%w: the app needs %s", err, scopes[m])
	}
	if isRevoked(code(err)) {
		switch m {
		case responseURL, groupMembers:
		case connectionOpen:
			a.appToken.Report()
		default:
			a.botToken.Report()
		}
	}
	return err
}

// code is Slack's own word for what is wrong, or empty.
func code(err error) string {
	if refused, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return refused.Err
	}
	return ""
}

// isRevoked reports whether a word says that the credentials are not valid. One answer
// proves nothing: see chat.Recheck.
func isRevoked(code string) bool {
	return isToken(code) || strings.HasSuffix(code, "_disabled") && !cannotPost(code)
}

// isToken reports whether a word says that the token of a call is not valid.
func isToken(code string) bool {
	return slices.Contains([]string{"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}, code)
}

// cannotPost reports whether a word means that the bot is not able to post there,
// however often it tries.
func cannotPost(code string) bool {
	switch code {
	case "not_in_channel", "channel_not_found", "is_archived", "user_not_in_channel", "messages_tab_disabled",
		"user_not_found", "user_disabled", "is_inactive", "missing_scope", "no_permission", "cannot_dm_bot", "team_access_not_granted", "channel_is_frozen", "ekm_access_denied":
		return true
	}
	return strings.HasPrefix(code, "restricted_action")
}

// isPassing reports whether a word says nothing about what was asked for: Slack has trouble,
// or does not accept the token, which may be a mistake.
func isPassing(code string) bool { return isBusy(code) || isToken(code) }

// isRefused reports whether Slack definitely refused a call: it will do so again.
func isRefused(err error) bool {
	word := code(err)
	return word != "" && !isPassing(word)
}

// refusesBlocks reports whether Slack does not take the blocks of a message. By a status of
// 400 a response_url says so, too.
func refusesBlocks(err error) bool {
	return strings.Contains(code(err), "blocks") || status(err) == http.StatusBadRequest
}

// cannotThread reports whether a word means that a thread no longer takes answers:
// its root is gone. Usually Slack does not say so but posts in the channel.
func cannotThread(code string) bool {
	return slices.Contains([]string{"cannot_reply_to_message", "message_not_found", "thread_not_found"}, code)
}

// limitOf is what an answer says of how fast calls can follow.
func limitOf(err error) chat.Limit {
	if limited, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		return chat.Limit{Refused: true, Pause: min(max(limited.RetryAfter, time.Second), chat.MostPause)}
	}
	if status(err) == http.StatusTooManyRequests {
		return chat.Limit{Refused: true, Pause: time.Second}
	}
	return chat.Limit{}
}

// status is the HTTP status of an answer that was not 200, or 0.
func status(err error) int {
	if s, ok := errors.AsType[slackgo.StatusCodeError](err); ok {
		return s.Code
	}
	return 0
}
