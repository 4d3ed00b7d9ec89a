package discord

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
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

// permission is a permission that the bot uses.
type permission struct {
	bit  uint64
	name string
}

// permissions are all that the bot uses, as docs/discord.md lists them.
var permissions = [...]permission{
	{viewChannel, "View Channel"},
	{createPublicThreads, "Create Public Threads"},
	{sendMessagesInThreads, "Send Messages in Threads"},
	{embedLinks, "Embed Links"},
	{1 << 16, "Read Message History"},
	{1 << 11, "Send Messages"},
}

// invitation is the address at which a server's admin lets the bot in.
func invitation(app string) string {
	var all uint64
	for _, p := range permissions {
		all |= p.bit
	}
	return fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d", app, all)
}

// server is a server that the bot is in, and what the bot is allowed in it where no
// channel says otherwise.
type server struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Allowed string `json:"permissions"`
}

func (s server) String() string { return fmt.Sprintf("%s (%s)", s.Name, s.ID) }

// lacks names the permissions that the bot does not have.
func (s server) lacks() string {
	allowed, err := strconv.ParseUint(s.Allowed, 10, 64)
	if err != nil || allowed&administrator != 0 {
		return ""
	}
	var missing []string
	for _, p := range permissions {
		if allowed&p.bit == 0 {
			missing = append(missing, p.name)
		}
	}
	return strings.Join(missing, " and ")
}

// servers are the servers of the bot, or the one that is configured, if the bot is in
// it.
func (d *Discord) servers(ctx context.Context) ([]server, error) {
	id, err := strconv.ParseUint(d.config.GuildID, 10, 64)
	if err != nil || id == 0 {
		return d.allServers(ctx)
	}
	page, err := d.somePage(ctx, strconv.FormatUint(id-1, 10), 1)
	return slices.DeleteFunc(page, func(s server) bool { return s.ID != d.config.GuildID }), err
}

// serversPage is how many servers Discord lists at once.
const serversPage = 200

// allServers are the servers of the bot.
func (d *Discord) allServers(ctx context.Context) ([]server, error) {
	var all []server
	for last := "0"; ; last = all[len(all)-1].ID {
		page, err := d.somePage(ctx, last, serversPage)
		if all = append(all, page...); err != nil || len(page) < serversPage {
			return all, err
		}
	}
}

// somePage lists some of the servers of the bot, which come in the order of their IDs.
func (d *Discord) somePage(ctx context.Context, after string, most int) (page []server, err error) {
	path := fmt.Sprintf("/users/@me/guilds?limit=%d&after=%s", most, after)
	err = d.rest.do(ctx, call{name: "reading the servers", method: http.MethodGet, path: path, into: &page})
	return page, err
}

// checkServers looks at what the bot is allowed in its servers.
func (d *Discord) checkServers(ctx context.Context, app application) bot.Finding {
	servers, err := d.servers(ctx)
	if err != nil {
		return useless(serversChecked, err)
	}
	var all, lacking []string
	for _, s := range servers {
		all = append(all, s.String())
		if missing := s.lacks(); missing != "" {
			lacking = append(lacking, fmt.Sprintf("%s lacks %s", s, missing))
		}
	}
	f := bot.Finding{Name: serversChecked, Status: bot.IsWrong, Remedy: "An admin of the server has to open " + invitation(app.ID)}
	switch {
	case len(all) == 0 && d.config.GuildID != "":
		f.Detail = "the bot is not in the server " + d.config.GuildID + " of DISCORD_GUILD_ID"
	case len(all) == 0:
		f.Detail = "the bot is in no server"
	case len(lacking) > 0:
		f.Detail = "a result needs these to stand in a thread: " + bot.Some(lacking)
		f.Remedy = "Give them to the bot's role. Or: " + f.Remedy
	default:
		f.Status, f.Detail, f.Remedy = bot.IsFine, "the bot has all that it uses in "+bot.Some(all), ""
	}
	return f
}

// checkCommand reports what the bot will do about its command when it starts.
func (d *Discord) checkCommand(ctx context.Context, app application) bot.Finding {
	where := "for all servers"
	if d.config.GuildID != "" {
		where = "in the server " + d.config.GuildID
	}
	there, err := d.registeredIn(ctx, scopeOf(app.ID, d.config.GuildID))
	f := bot.Finding{Name: commandChecked, Status: bot.IsFine}
	switch {
	case isRefusal(err):
		f.Status, f.Detail = bot.IsWrong, fmt.Sprintf("the bot is not allowed a command %s: %v", where, err)
		f.Remedy = "An admin of the server has to open " + invitation(app.ID)
	case err != nil:
		return useless(commandChecked, err)
	case there == nil:
		f.Detail = "it is not registered yet: the bot will register it " + where + " when it starts"
	case !there.is(newDefinition(d.config.GuildID == "")):
		f.Detail = "it is registered as another version has it: the bot will change it " + where + " when it starts"
	default:
		f.Detail = "it is registered " + where
	}
	return d.checkLeft(ctx, app, there, f)
}

// checkLeft adds to a finding where else the command is registered: people would see it
// twice there.
func (d *Discord) checkLeft(ctx context.Context, app application, there *registered, f bot.Finding) bot.Finding {
	servers, err := d.allServers(ctx)
	if err != nil {
		return useless(commandChecked, err)
	}
	var left, remedies []string
	for _, s := range append([]server{{}}, servers...) {
		if s.ID == d.config.GuildID {
			continue
		}
		scope := scopeOf(app.ID, s.ID)
		old, err := d.registeredIn(ctx, scope)
		if isRefusal(err) {
			continue // no command is allowed there
		}
		if err != nil {
			f.Detail += fmt.Sprintf("; not known whether it is also in others of the %d servers: %v", len(servers), err)
			break
		}
		if old == nil || there != nil && old.ID == there.ID {
			continue
		}
		where := "for all servers"
		if s.ID != "" {
			where = "in " + s.String()
		}
		left = append(left, where)
		remedies = append(remedies, fmt.Sprintf(`curl -X DELETE -H "Authorization: Bot $DISCORD_TOKEN" %s%s/%s`, apiRoot, scope, old.ID))
	}
	if len(left) > 0 {
		f.Status = bot.IsWrong
		f.Detail += ", and from an earlier setting also " + bot.Some(left) + ", where people see it twice"
		f.Remedy = "Delete it there: " + remedies[0]
	}
	return f
}
