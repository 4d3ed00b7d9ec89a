package slack

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

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
			slackgo.OptionLog(quiet{o.Log}), slackgo.OptionAPIURL(at.String()))
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

// askBotToken and askAppToken ask Slack nothing but whether it accepts a token. If not, the
// error wraps bot.ErrRevoked.

func (a *api) askBotToken(ctx context.Context) error {
	_, err := a.whoAmI(ctx)
	return revoked(err)
}

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

// quiet takes slack-go's own log, which is never asked for more than a few lines
// and may speak of people: it is for debugging only.
type quiet struct{ log *slog.Logger }

// Output is what slack-go calls.
func (q quiet) Output(_ int, line string) error {
	q.log.Debug("slack-go", "says", line)
	return nil
}
