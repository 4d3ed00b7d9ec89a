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

	"github.com/bwmarrin/discordgo"

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

// Check finds out whether Discord accepts the credentials, what the bot is allowed in
// its servers, and whether the command is registered. It changes nothing and opens no
// session. Run is not needed for it.
func (d *Discord) Check(ctx context.Context) []bot.Finding {
	me, app, err := d.introduced(ctx)
	if err != nil {
		return d.unknownBot(err)
	}
	var way, permissions, command bot.Finding
	var approvers, people []bot.Finding
	var asked sync.WaitGroup
	asked.Go(func() { way = d.checkWay(ctx, app) })
	asked.Go(func() {
		servers, err := d.servers(ctx)
		if err != nil {
			permissions = useless(serversChecked, err)
		} else {
			permissions, approvers = d.checkPermissions(app, servers), d.checkApprovers(ctx, servers)
		}
		command = d.checkCommand(ctx, app, servers, err)
	})
	asked.Go(func() { people = d.checkAccounts(ctx) })
	asked.Wait()
	return slices.Concat([]bot.Finding{
		fine(tokenChecked, fmt.Sprintf("it is the bot %s (%s)", me.Name, me.ID)),
		fine(applicationChecked, fmt.Sprintf("%s (%s); to invite the bot: %s", app.Name, app.ID, invitation(app.ID))),
		way, permissions, command,
	}, approvers, people)
}

func fine(name, detail string) bot.Finding {
	return bot.Finding{Name: name, Status: bot.IsFine, Detail: detail}
}

func wrong(name, detail, remedy string) bot.Finding {
	return bot.Finding{Name: name, Status: bot.IsWrong, Detail: detail, Remedy: remedy}
}

// useless says why Discord did not answer the question.
func useless(name string, err error) bot.Finding {
	const look = "Check the network and its proxy, and DISCORD_API_URL if it is set."
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return wrong(name, "Discord does not answer in time", look)
	case answerOf(err).Status != 0:
		return wrong(name, "Discord refuses: "+err.Error(), "Wait a minute, then check again.")
	}
	return wrong(name, "Discord cannot be asked: "+err.Error(), look)
}

// unknownBot is what is found if Discord does not say whose bot this is.
func (d *Discord) unknownBot(err error) []bot.Finding {
	f := useless(tokenChecked, err)
	if errors.Is(err, errToken) {
		f = wrong(tokenChecked, "Discord does not take it",
			`Copy the token from the application's page "Bot" to DISCORD_TOKEN. "Reset Token" makes a new one.`)
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

// account is the bot itself as Discord describes it.
type account struct {
	ID   string `json:"id"`
	Name string `json:"username"`
}

// application is the bot's application as Discord describes it.
type application struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
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
	err = d.rest.do(ctx, call{name: "asking for the bot", method: http.MethodGet, path: "/users/@me", into: &me})
	if err == nil {
		err = d.rest.do(ctx, call{name: "asking for the application", method: http.MethodGet, path: "/applications/@me", into: &app})
	}
	if err == nil && (!snowflake.MatchString(app.ID) || !snowflake.MatchString(me.ID)) {
		err = errors.New("the answer does not say whose bot this is")
	}
	return me, app, err
}

// checkWay looks at the way on which commands come.
func (d *Discord) checkWay(ctx context.Context, app application) bot.Finding {
	endpoint, known := app.endpoint()
	if d.overHTTP() {
		switch {
		case app.Key != hex.EncodeToString(d.key):
			return wrong(httpChecked, "DISCORD_PUBLIC_KEY is not the key of this application",
				`Copy the public key from the application's page "General Information".`)
		case known && endpoint == "":
			return wrong(httpChecked, "the public key is right, but no Interactions Endpoint URL is saved, so Discord sends nothing over HTTP",
				`Start the bot, then save https://YOUR-ADDRESS/discord/interactions on the application's page "General Information".`)
		}
		f := fine(httpChecked, "the public key is right; Discord itself has to reach /discord/interactions at the address of HTTP_ADDR")
		if endpoint != "" {
			f.Detail += ", as " + endpoint
		}
		return f
	}
	g, err := d.askGateway(ctx)
	switch {
	case err != nil:
		return useless(gatewayChecked, err)
	case endpoint != "":
		return wrong(gatewayChecked, "the Interactions Endpoint URL "+endpoint+" is saved, so Discord sends nothing through the gateway",
			`Delete the URL on the application's page "General Information", or set DISCORD_PUBLIC_KEY.`)
	case g.isSpent():
		return wrong(gatewayChecked, fmt.Sprintf("only %d new sessions can begin today", *g.Starts.Remaining),
			"Look in the log why sessions end so often, and wait until tomorrow.")
	}
	return fine(gatewayChecked, "the bot can begin sessions")
}

// permissions are all that the bot uses, as docs/discord.md lists them.
var permissions = [...]struct {
	bit  uint64
	name string
}{
	{discordgo.PermissionViewChannel, "View Channel"},
	{discordgo.PermissionCreatePublicThreads, "Create Public Threads"},
	{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads"},
	{discordgo.PermissionEmbedLinks, "Embed Links"},
	{discordgo.PermissionReadMessageHistory, "Read Message History"},
	{discordgo.PermissionSendMessages, "Send Messages"},
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

// allows reports whether the bot has a permission, as far as Discord says that.
func (s server) allows(permission uint64) bool {
	allowed, err := strconv.ParseUint(s.Allowed, 10, 64)
	return err != nil || allowed&(discordgo.PermissionAdministrator|permission) != 0
}

// lacks names the permissions that the bot does not have.
func (s server) lacks() string {
	var missing []string
	for _, p := range permissions {
		if !s.allows(p.bit) {
			missing = append(missing, p.name)
		}
	}
	return strings.Join(missing, " and ")
}

// serversPage is how many servers Discord lists at once.
const serversPage = 200

// servers are the servers that the bot is in.
func (d *Discord) servers(ctx context.Context) ([]server, error) {
	var all []server
	for last := "0"; ; last = all[len(all)-1].ID {
		var page []server
		path := fmt.Sprintf("/users/@me/guilds?limit=%d&after=%s", serversPage, last)
		err := d.rest.do(ctx, call{name: "reading the servers", method: http.MethodGet, path: path, into: &page})
		if all = append(all, page...); err != nil || len(page) < serversPage {
			return all, err
		}
	}
}

// checkPermissions looks at what the bot is allowed in its servers, or in the one that is
// configured.
func (d *Discord) checkPermissions(app application, servers []server) bot.Finding {
	var all, lacking []string
	for _, s := range servers {
		if d.config.GuildID != "" && s.ID != d.config.GuildID {
			continue
		}
		all = append(all, s.String())
		if missing := s.lacks(); missing != "" {
			lacking = append(lacking, fmt.Sprintf("%s lacks %s", s, missing))
		}
	}
	invite := "An admin of the server has to open " + invitation(app.ID)
	switch {
	case len(all) == 0 && d.config.GuildID != "":
		return wrong(serversChecked, "the bot is not in the server "+d.config.GuildID+" of DISCORD_GUILD_ID", invite)
	case len(all) == 0:
		return wrong(serversChecked, "the bot is in no server", invite)
	case len(lacking) > 0:
		return wrong(serversChecked, "a result needs these to be in a thread: "+bot.Some(lacking), "Give them to the bot's role. Or: "+invite)
	}
	return fine(serversChecked, "the bot has all that it uses in "+bot.Some(all))
}

// checkCommand reports what the bot will do about its command when it starts. The servers
// are those of the bot, or unread is why they are not known.
func (d *Discord) checkCommand(ctx context.Context, app application, servers []server, unread error) bot.Finding {
	where := "for all servers"
	if d.config.GuildID != "" {
		where = "in the server " + d.config.GuildID
	}
	there, err := d.registeredIn(ctx, scopeOf(app.ID, d.config.GuildID))
	want := newDefinitions(d.config.GuildID == "")
	f := fine(commandChecked, "it is registered "+where+", with the menu of members")
	switch {
	case isRefusal(err):
		f = wrong(commandChecked, fmt.Sprintf("the bot is not allowed a command %s: %v", where, err),
			"An admin of the server has to open "+invitation(app.ID))
	case err != nil:
		return useless(commandChecked, err)
	case unread != nil:
		return useless(commandChecked, unread)
	case want[0].in(there) == nil:
		f.Detail = "it is not registered yet: the bot will register it " + where + " when it starts"
	case slices.ContainsFunc(want, func(w definition) bool { have := w.in(there); return have == nil || !have.is(w) }):
		f.Detail = "it is registered as another version has it: the bot will change it " + where + " when it starts"
	}
	return d.checkLeft(ctx, app, servers, there, f)
}

// checkLeft adds to a finding where else the command is registered: people would see it
// twice there.
func (d *Discord) checkLeft(ctx context.Context, app application, servers []server, there []registered, f bot.Finding) bot.Finding {
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
		old = slices.DeleteFunc(old, func(c registered) bool {
			return slices.ContainsFunc(there, func(t registered) bool { return t.ID == c.ID })
		})
		if len(old) == 0 {
			continue
		}
		where := "for all servers"
		if s.ID != "" {
			where = "in " + s.String()
		}
		left = append(left, where)
		for _, c := range old {
			remedies = append(remedies, fmt.Sprintf(`curl -X DELETE -H "Authorization: Bot $DISCORD_TOKEN" %s%s/%s`, apiHost+apiPath, scope, c.ID))
		}
	}
	if len(left) > 0 {
		f.Status = bot.IsWrong
		f.Detail += ", and from an earlier setting also " + bot.Some(left) + ", where people see it twice"
		f.Remedy = "Delete it there: " + remedies[0]
	}
	return f
}
