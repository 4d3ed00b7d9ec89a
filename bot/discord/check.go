package discord

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"liveadmin/bot"
)

// The things that are checked.
const (
	tokenChecked       = "Discord token"
	applicationChecked = "Discord application"
	gatewayChecked     = "Discord gateway"
	httpChecked        = "Discord HTTP mode"
	serversChecked     = "Discord permissions"
	commandChecked     = "Discord command"
)

// Check finds out whether Discord takes the credentials, what the bot is allowed in
// its servers, and whether the command is registered. It changes nothing and opens no
// session. Run is not needed for it.
func (d *Discord) Check(ctx context.Context) []bot.Finding {
	me, app, err := d.introduced(ctx)
	if err != nil {
		return d.strange(err)
	}
	var way, servers, command bot.Finding
	var asked sync.WaitGroup
	asked.Go(func() { way = d.checkWay(ctx, app) })
	asked.Go(func() { servers = d.checkServers(ctx, app) })
	asked.Go(func() { command = d.checkCommand(ctx, app) })
	asked.Wait()
	return []bot.Finding{
		{Name: tokenChecked, Status: bot.IsFine, Detail: fmt.Sprintf("it is the bot %s (%s)", me.Name, me.ID)},
		{Name: applicationChecked, Status: bot.IsFine, Detail: fmt.Sprintf("%s (%s); to invite the bot: %s", app.Name, app.ID, invitation(app.ID))},
		way, servers, command,
	}
}

// strange is what is found if Discord does not say whose bot this is.
func (d *Discord) strange(err error) []bot.Finding {
	f := useless(tokenChecked, err)
	if errors.Is(err, errToken) {
		f.Detail = "Discord does not take it"
		f.Remedy = `Copy the token from the application's page "Bot" to DISCORD_TOKEN. "Reset Token" makes a new one.`
	}
	way := gatewayChecked
	if d.overHTTP() {
		way = httpChecked
	}
	findings := []bot.Finding{f}
	for _, name := range []string{applicationChecked, way, serversChecked, commandChecked} {
		findings = append(findings, bot.Finding{Name: name, Status: bot.Unchecked, Detail: "the token cannot be used"})
	}
	return findings
}

// account is a bot or an application as Discord shows it.
type account struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// application is the bot's application as Discord describes it.
type application struct {
	account
	Key      string          `json:"verify_key"`
	Endpoint json.RawMessage `json:"interactions_endpoint_url"` // a text, or null
}

// endpoint is the Interactions Endpoint URL that is saved, empty if there is none, and
// whether Discord says that at all.
func (a application) endpoint() (url string, known bool) {
	err := json.Unmarshal(a.Endpoint, &url)
	return url, err == nil
}

// introduced asks for the bot and its application.
func (d *Discord) introduced(ctx context.Context) (me account, app application, err error) {
	var u struct {
		ID   string `json:"id"`
		Name string `json:"username"`
	}
	err = d.rest.do(ctx, call{name: "asking for the bot", method: http.MethodGet, path: "/users/@me", into: &u})
	if err == nil {
		err = d.rest.do(ctx, call{name: "asking for the application", method: http.MethodGet, path: "/applications/@me", into: &app})
	}
	if err == nil && (!snowflake.MatchString(app.ID) || !snowflake.MatchString(u.ID)) {
		err = errors.New("the answer does not tell whose bot this is")
	}
	return account{ID: u.ID, Name: u.Name}, app, err
}

// checkWay looks at the way on which commands come.
func (d *Discord) checkWay(ctx context.Context, app application) bot.Finding {
	if d.overHTTP() {
		return d.checkHTTP(app)
	}
	f := bot.Finding{Name: gatewayChecked, Status: bot.IsFine}
	endpoint, _ := app.endpoint()
	var gateway struct {
		Starts struct {
			Remaining *int `json:"remaining"`
		} `json:"session_start_limit"`
	}
	err := d.rest.do(ctx, call{name: "asking for the gateway", method: http.MethodGet, path: "/gateway/bot", into: &gateway})
	left := gateway.Starts.Remaining
	switch {
	case err != nil:
		return useless(gatewayChecked, err)
	case endpoint != "":
		f.Status, f.Detail = bot.IsWrong, "the Interactions Endpoint URL "+endpoint+" is saved, so Discord sends nothing through the gateway"
		f.Remedy = `Delete the URL on the application's page "General Information", or set DISCORD_PUBLIC_KEY.`
	case left != nil && *left < startsKept:
		f.Status, f.Detail = bot.IsWrong, fmt.Sprintf("only %d new sessions can begin today", *left)
		f.Remedy = "Look in the log why sessions end so often, and wait until tomorrow."
	default:
		f.Detail = "the bot can begin sessions"
	}
	return f
}

// checkHTTP compares the public key, and says what Discord has to reach.
func (d *Discord) checkHTTP(app application) bot.Finding {
	f := bot.Finding{Name: httpChecked, Status: bot.IsFine}
	endpoint, known := app.endpoint()
	switch {
	case app.Key != hex.EncodeToString(d.key):
		f.Status, f.Detail = bot.IsWrong, "DISCORD_PUBLIC_KEY is not the key of this application"
		f.Remedy = `Copy the public key from the application's page "General Information".`
	case known && endpoint == "":
		f.Status, f.Detail = bot.IsWrong, "the public key is right, but no Interactions Endpoint URL is saved, so Discord sends nothing over HTTP"
		f.Remedy = `Start the bot, then save https://YOUR-ADDRESS/discord/interactions on the application's page "General Information".`
	default:
		f.Detail = "the public key is right; Discord itself has to reach /discord/interactions at the address of HTTP_ADDR"
		if endpoint != "" {
			f.Detail += ", as " + endpoint
		}
	}
	return f
}

// useless says why Discord did not answer the question.
func useless(name string, err error) bot.Finding {
	f := bot.Finding{Name: name, Status: bot.IsWrong, Remedy: "Check the network and its proxy, and DISCORD_API_URL if it is set."}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		f.Detail = "Discord does not answer in time"
	case status(err) != 0:
		f.Detail, f.Remedy = "Discord refuses: "+err.Error(), "Wait a minute, then check again."
	default:
		f.Detail = "Discord cannot be asked: " + err.Error()
	}
	return f
}
