package config

import (
	"strings"

	"liveadmin/commands/grammar"
)

// Variable is one thing that the operator can set.
type Variable struct {
	Name    string
	Default string // as it would be written; empty: none
	Doc     string // what it is, in a line
	Secret  bool   // never shown; Name_FILE can name a file that holds it
}

// Variables lists all variables in the order in which people read of them.
func Variables() []Variable {
	var list []Variable
	for _, v := range table() {
		list = append(list, v.Variable)
	}
	return list
}

// variable is a Variable with what takes its value.
type variable struct {
	Variable
	set func(c *Config, value string) []Problem
}

// table is the one place that knows the variables. What concerns several of
// them at once, and which ones have to be set, is in checkTogether.
func table() []variable {
	return []variable{
		{Variable{Name: "IM_SDKAPPID", Doc: "The SDKAppID of the application in the Chat console. Required."}, setSDKAppID},
		{Variable{Name: "IM_SECRET_KEY", Secret: true, Doc: "The secret key of the application in the Chat console. Required."}, setKey},
		{Variable{Name: "IM_IDENTIFIER", Default: "administrator", Doc: "The app administrator account that calls the API."}, setIdentifier},
		{Variable{Name: "IM_REGION", Doc: "The region of the application. Required, unless IM_BASE_URL is set."}, setRegion},
		{Variable{Name: "IM_BASE_URL", Doc: "Replaces the address of the API (a gateway, a test server)."}, setBaseURL},
		{Variable{Name: "IM_RATE_LIMIT", Default: "100", Doc: "API calls a second, 1 to 200. 200 is what Tencent allows for all callers together."}, setRateLimit},

		{Variable{Name: "SLACK_BOT_TOKEN", Secret: true, Doc: "The bot token, xoxb-…. Turns Slack on."}, setBotToken},
		{Variable{Name: "SLACK_APP_TOKEN", Secret: true, Doc: "The app-level token, xapp-…, for Socket Mode."}, setAppToken},
		{Variable{Name: "SLACK_SIGNING_SECRET", Secret: true, Doc: "The signing secret, for HTTP mode. Used when there is no app-level token."}, setSigningSecret},
		{Variable{Name: "SLACK_API_URL", Doc: "Replaces https://slack.com/api/."}, setSlackURL},

		{Variable{Name: "DISCORD_TOKEN", Secret: true, Doc: "The bot token. Turns Discord on."}, setDiscordToken},
		{Variable{Name: "DISCORD_PUBLIC_KEY", Doc: "The public key, for interactions over HTTP instead of the gateway."}, setPublicKey},
		{Variable{Name: "DISCORD_GUILD_ID", Doc: "The one server of the bot: the command is there at once, other servers are refused. Without it: all servers."}, setGuildID},
		{Variable{Name: "DISCORD_API_URL", Doc: "Replaces https://discord.com."}, setDiscordURL},

		{Variable{Name: "ALLOWLIST", Doc: "Who is allowed to run every command. Without it: nobody."}, setAllowlist},
		{Variable{Name: "LIVEADMIN_CONFIG", Default: "liveadmin.yaml", Doc: "The YAML file with group names and rules. The default is used if the file is there."}, setPolicyFile},
		{Variable{Name: "DATABASE_URL", Default: "sqlite://liveadmin.db", Secret: true, Doc: "The database: sqlite://FILE or postgres://…"}, setDatabase},
		{Variable{Name: "HTTP_ADDR", Default: "127.0.0.1:8080", Doc: "Where health, metrics and the HTTP modes listen."}, setHTTPAddr},
		{Variable{Name: "LOG_LEVEL", Default: "info", Doc: "How much is logged: debug, info, warn or error."}, setLogLevel},
		{Variable{Name: "LOG_FORMAT", Default: "text", Doc: "How it is logged: text or json."}, setLogFormat},
	}
}

// fileSuffix makes of a secret's name the variable with its file.
const fileSuffix = "_FILE"

// nearest returns the name that an unknown one probably should have been, and
// the variable it belongs to. What merely resembles ours, but does not begin
// like ours, is somebody else's.
func nearest(unknown string) (name, owner string) {
	var names []string
	owners := make(map[string]string)
	for _, v := range table() {
		first, _, several := strings.Cut(v.Name, "_")
		if several && !strings.HasPrefix(strings.ToUpper(unknown), first+"_") {
			continue
		}
		names = append(names, v.Name)
		owners[v.Name] = v.Name
		if v.Secret {
			names = append(names, v.Name+fileSuffix)
			owners[v.Name+fileSuffix] = v.Name
		}
	}
	name = grammar.Nearest(unknown, names)
	return name, owners[name]
}

// known reports whether a name is in the table, or is the file of a secret.
func known(name string) bool {
	for _, v := range table() {
		if name == v.Name || v.Secret && name == v.Name+fileSuffix {
			return true
		}
	}
	return false
}
