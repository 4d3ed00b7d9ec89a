package slack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/imapi"
)

// method is a method of Slack's Web API.
type method string

// The methods that the bot uses, and no others.
const (
	authTest       method = "auth.test"
	connectionOpen method = "apps.connections.open"
	postMessage    method = "chat.postMessage"
	postEphemeral  method = "chat.postEphemeral"
	updateMessage  method = "chat.update"
	history        method = "conversations.history"
	replies        method = "conversations.replies"
	groupMembers   method = "usergroups.users.list"
	userInfo       method = "users.info"
	publishView    method = "views.publish"
	openView       method = "views.open"
	renewView      method = "views.update"

	// responseURL replaces an address that came with a command or a click.
	responseURL method = "response_url"
)

// scopes is what each method needs: of the app token the first, of the bot token
// the others. Those of histories and user groups are optional.
var scopes = map[method]string{
	authTest:       "",
	connectionOpen: "connections:write",
	postMessage:    "chat:write",
	postEphemeral:  "chat:write",
	updateMessage:  "chat:write",
	history:        "channels:history, groups:history",
	replies:        "channels:history, groups:history",
	groupMembers:   "usergroups:read",
	userInfo:       "users:read",
	publishView:    "",
	openView:       "",
	renewView:      "",
}

// api is the Web API. Every call has a time-out. Errors pass through judge, which takes
// secrets out.
type api struct {
	*slackgo.Client
	http *http.Client
	url  *url.URL // of the Web API

	// For calls about an entry, which are not sent while the gate is closed.
	entries     *slackgo.Client
	entriesHTTP *http.Client

	botToken, appToken *chat.Recheck
}

func newAPI(c Config, o Options) *api {
	at, _ := imapi.ParseBaseURL(cmp.Or(c.APIURL, slackgo.APIURL)) // New has validated it
	at.Path += "/"
	a := &api{http: chat.NewClient(o.CallTime, authorized(at, c.BotToken)), url: at}
	a.entriesHTTP = chat.Gated(a.http, o.Gate)
	client := func(over *http.Client) *slackgo.Client {
		return slackgo.New(c.BotToken.Reveal(), slackgo.OptionHTTPClient(over), slackgo.OptionAppLevelToken(c.AppToken.Reveal()),
			slackgo.OptionLog(quiet(o.Log)), slackgo.OptionAPIURL(at.String()))
	}
	a.Client, a.entries = client(a.http), client(a.entriesHTTP)
	a.botToken, a.appToken = chat.NewRecheck(o.Recheck, a.askBotToken), chat.NewRecheck(o.Recheck, a.askAppToken)
	return a
}

// authorized puts the bot token into the header of calls of the Web API: slack-go sends it in
// the form alone, where some servers that speak Slack's protocol do not look.
func authorized(api *url.URL, token imapi.Secret) func(*http.Request) *http.Request {
	return func(r *http.Request) *http.Request {
		if r.URL.Host == api.Host && strings.HasPrefix(r.URL.Path, api.Path) && r.Header.Get("Authorization") == "" {
			r = r.Clone(r.Context())
			r.Header.Set("Authorization", "Bearer "+token.Reveal())
		}
		return r
	}
}

// canRespond reports whether an address is one at which Slack takes responses. The address
// comes with a payload, and answers must not go wherever a forged one points.
func (a *api) canRespond(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	return u.Scheme == a.url.Scheme && u.Host == a.url.Host ||
		u.Scheme == "https" && slices.Contains([]string{"hooks.slack.com", "hooks.slack-gov.com"}, u.Host)
}

// askBotToken asks only whether Slack accepts the token. If not, the error wraps bot.ErrRevoked.
func (a *api) askBotToken(ctx context.Context) error {
	_, err := a.whoAmI(ctx)
	return revoked(err)
}

// askAppToken is askBotToken for the other token.
func (a *api) askAppToken(ctx context.Context) error { return revoked(a.openSocket(ctx)) }

func revoked(err error) error {
	if isRevoked(code(err)) {
		err = fmt.Errorf("%w: %w", err, bot.ErrRevoked)
	}
	return err
}

// whoAmI asks whose bot this is, with its token.
func (a *api) whoAmI(ctx context.Context) (*slackgo.AuthTestResponse, error) {
	me, err := a.AuthTestContext(ctx)
	return me, a.judge(authTest, err)
}

// openSocket asks for the address of a socket, with the app token. No socket is opened.
func (a *api) openSocket(ctx context.Context) error {
	_, _, err := a.StartSocketModeContext(ctx)
	return a.judge(connectionOpen, err)
}

// read calls a method about an entry and decodes its answer into what the caller needs of it.
func (a *api) read(ctx context.Context, m method, args url.Values, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url.JoinPath(string(m)).String(), strings.NewReader(args.Encode()))
	if err != nil {
		return a.judge(m, err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := a.entriesHTTP.Do(r)
	if err != nil {
		return a.judge(m, err)
	}
	defer func() { _ = answer.Body.Close() }()
	return a.judge(m, decode(answer, into))
}

// respond posts a message to an address that came with a command or a click. If Slack takes it,
// the answer is "ok", in plain text or as JSON. If not, the status says so, or the answer has an
// error, as those of the Web API have, which slack-go does not look at.
func (a *api) respond(ctx context.Context, over *http.Client, address string, m *slackgo.WebhookMessage) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return a.judge(responseURL, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(raw))
	if err != nil {
		return a.judge(responseURL, err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := over.Do(r)
	if err != nil {
		return a.judge(responseURL, err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := bodyOf(answer)
	var outcome struct {
		Error string `json:"error"`
	}
	if err == nil && json.Unmarshal(body, &outcome) == nil && outcome.Error != "" {
		err = slackgo.SlackErrorResponse{Err: outcome.Error}
	}
	return a.judge(responseURL, err)
}

// bodyOf reads an answer. Its errors are those of slack-go.
func bodyOf(answer *http.Response) ([]byte, error) {
	if answer.StatusCode == http.StatusTooManyRequests {
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // 0 is a second
		return nil, &slackgo.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
	}
	if answer.StatusCode != http.StatusOK {
		return nil, slackgo.StatusCodeError{Code: answer.StatusCode, Status: answer.Status}
	}
	return io.ReadAll(answer.Body) // the client limits it
}

// decode decodes an answer of the Web API. Its errors are those of slack-go.
func decode(answer *http.Response, into any) error {
	body, err := bodyOf(answer)
	if err != nil {
		return err
	}
	var outcome struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if err := json.Unmarshal(body, &outcome); err != nil {
		return err
	}
	if !outcome.OK {
		return slackgo.SlackErrorResponse{Err: cmp.Or(outcome.Error, "no_error")}
	}
	return json.Unmarshal(body, into)
}

// quiet is for slack-go's own log, which may name people: it is for debugging only.
func quiet(log *slog.Logger) *stdlog.Logger {
	return slog.NewLogLogger(log.With("from", "slack-go").Handler(), slog.LevelDebug)
}

// errNoPlace is returned for a message that Slack seems to have taken, without its ID.
var errNoPlace = errors.New("slack did not return the ID of the message")

// errNotOK is returned for a view that Slack refuses without an error, which slack-go takes for
// success.
var errNotOK = errors.New("slack says that it is not ok, and not why")

// judgeView is judge for a view.
func (a *api) judgeView(m method, v *slackgo.ViewResponse, err error) error {
	if err == nil && !v.Ok {
		err = errNotOK
	}
	return a.judge(m, err)
}

// judge names the method in an error, takes secrets out, and starts a recheck of the token if the
// error says that it is not valid. User groups and response_urls say nothing about a token.
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

// isBusy reports whether a word says that Slack has trouble that passes, and nothing else: too
// many messages, an error of its own, or a workspace or channel that is being moved.
func isBusy(code string) bool {
	switch code {
	case "ratelimited", "rate_limited", "message_limit_exceeded",
		"internal_error", "fatal_error", "service_unavailable", "request_timeout",
		"team_added_to_org", "org_login_required", "external_channel_migrating":
		return true
	}
	return false
}

// isRefused reports whether Slack definitely refused a call: it will do so again. That it does
// not accept the token may be a mistake.
func isRefused(err error) bool {
	word := code(err)
	return word != "" && !isBusy(word) && !isToken(word)
}

// isLost reports whether a message was not posted and will not be by trying again,
// or was posted in an unknown place.
func isLost(err error) bool { return errors.Is(err, errNoPlace) || isRefused(err) }

// isSpent reports whether an address for answers no longer takes anything, however
// often it is tried.
func isSpent(err error) bool {
	s := status(err)
	return s >= 400 && s < 500 && s != 408 && s != 429 || errors.Is(err, errForeign)
}

// invalidBlocks is Slack's word for blocks that it does not know. A message that is only too
// long has another one. Of a view it is said in general.
const (
	invalidBlocks = "invalid_blocks"
	invalidView   = "invalid_arguments"
)

// refusesBlocks reports whether Slack does not take the blocks of a message. By a status of
// 400 a response_url says so, too.
func refusesBlocks(err error) bool {
	return strings.Contains(code(err), "blocks") || code(err) == invalidView || status(err) == http.StatusBadRequest
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
