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

// api is the Web API. Every call has a time-out; its errors are free of secrets.
type api struct {
	*slackgo.Client
	http *http.Client
	url  *url.URL // of the Web API
	time time.Duration

	botToken, appToken *chat.Recheck
}

func newAPI(c Config, o Options) *api {
	at, _ := imapi.ParseBaseURL(cmp.Or(c.APIURL, slackgo.APIURL)) // New has validated it
	at.Path += "/"
	client := chat.NewClient(o.CallTime, o.Gate, authorized(at, c.BotToken))
	options := []slackgo.Option{
		slackgo.OptionHTTPClient(client), slackgo.OptionAppLevelToken(c.AppToken.Reveal()), slackgo.OptionLog(quiet{o.Log}),
		slackgo.OptionAPIURL(at.String()),
	}
	a := &api{Client: slackgo.New(c.BotToken.Reveal(), options...), http: client, url: at, time: o.CallTime}
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
	return a.ask(ctx, authTest, func(ctx context.Context) error {
		_, err := a.AuthTestContext(ctx)
		return err
	})
}

func (a *api) askAppToken(ctx context.Context) error {
	return a.ask(ctx, connectionOpen, func(ctx context.Context) error {
		_, _, err := a.StartSocketModeContext(ctx)
		return err
	})
}

func (a *api) ask(ctx context.Context, m method, do func(context.Context) error) error {
	err := a.call(ctx, m, do)
	if isRevoked(code(err)) {
		err = fmt.Errorf("%w: %w", err, bot.ErrRevoked)
	}
	return err
}

// call makes one call of a method. If Slack answers that the token is not valid, that is
// rechecked.
func (a *api) call(ctx context.Context, m method, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, a.time)
	defer cancel()
	return a.judge(m, do(ctx))
}

// quiet takes slack-go's own log, which is never asked for more than a few lines
// and may speak of people: it is for debugging only.
type quiet struct{ log *slog.Logger }

// Output is what slack-go calls.
func (q quiet) Output(_ int, line string) error {
	q.log.Debug("slack-go", "says", line)
	return nil
}
