// Package config reads what the operator has set: a .env file, the environment
// and the files that hold secrets. It finds every problem at once, says what to
// do about each, and never shows a secret.
//
// The tags of Config and of what it holds are the one list of the variables.
package config

import (
	"errors"
	"log/slog"
	"slices"

	"liveadmin/bot"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// Config is what the operator has set, checked and with the defaults filled in.
// It can be printed: its secrets print as "[redacted]".
type Config struct {
	IM      IM
	Slack   slack.Config
	Discord discord.Config

	// Allowlist says who may run everything: "slack:user:U…", "slack:usergroup:S…",
	// "discord:user:N", "discord:role:N". Empty: nobody.
	Allowlist []string `env:"ALLOWLIST" doc:"Who is allowed to run every command. Without it: nobody."`

	// PolicyFile is the path of the rules file, or empty. Load neither reads it nor asks
	// whether a file that was named is there; the default name counts only if the file is
	// there. Where it is not, PolicyAwaited is the path at which it may appear.
	PolicyFile    string `env:"LIVEADMIN_CONFIG" default:"liveadmin.yaml" doc:"The YAML file with aliases of groups, names of people, and rules. The default is used if the file is there."`
	PolicyAwaited string

	// Language is the language of what is posted for everyone.
	Language commands.Language `env:"CHAT_LANGUAGE" default:"en" doc:"The language of what is posted for everyone, such as en or zh-Hans."`

	// Database is "sqlite://FILE" or "postgres://…", which may hold a password.
	Database imapi.Secret `env:"DATABASE_URL" default:"sqlite://liveadmin.db" doc:"The database: sqlite://FILE or postgres://…"`

	// HTTPAddr is host:port; the host may be empty, the port 0.
	HTTPAddr  string     `env:"HTTP_ADDR" default:"127.0.0.1:8080" doc:"Where health, metrics and the HTTP modes listen."`
	LogLevel  slog.Level `env:"LOG_LEVEL" default:"info" doc:"How much is logged: debug, info, warn or error."`
	LogFormat string     `env:"LOG_FORMAT" default:"text" doc:"How it is logged: text or json."`
}

// IM is the application in the Tencent Chat console and the way to its API. One
// of Region and BaseURL is set at least; BaseURL counts if both are.
type IM struct {
	SDKAppID   int64        `env:"IM_SDKAPPID" doc:"The SDKAppID of the application in the Chat console. Required."`
	Key        imapi.Secret `env:"IM_SECRET_KEY" doc:"The secret key of the application in the Chat console. Required."`
	Identifier string       `env:"IM_IDENTIFIER" default:"administrator" doc:"The app administrator account that calls the API."`
	Region     string       `env:"IM_REGION" doc:"The region of the application. Required, unless IM_BASE_URL is set."`
	BaseURL    string       `env:"IM_BASE_URL" doc:"Replaces the address of the API (a gateway, a test server)."`
	RateLimit  int          `env:"IM_RATE_LIMIT" default:"100" doc:"API calls a second, 1 to 200. 200 is what Tencent allows for all callers together."`
}

// NewClient returns a client for the application.
func (im IM) NewClient(log *slog.Logger, more ...imapi.Option) (*imapi.Client, error) {
	app := imapi.App{SDKAppID: im.SDKAppID, Key: im.Key, Identifier: im.Identifier}
	return imapi.New(app, append(more,
		imapi.WithRegion(imapi.Region(im.Region)), imapi.WithBaseURL(im.BaseURL),
		imapi.WithRateLimit(im.RateLimit), imapi.WithLogger(log),
	)...)
}

// Platforms lists the platforms that have credentials: "slack", "discord". None
// is no problem of Load's, because not every command of the program needs one.
func (c Config) Platforms() []string {
	var names []string
	if c.Slack.HasCredentials() {
		names = append(names, slack.Name)
	}
	if c.Discord.HasCredentials() {
		names = append(names, discord.Name)
	}
	return names
}

// Load reads dir/.env, if there is one, and environ ("NAME=value", as from
// os.Environ), which wins. Relative paths in X_FILE variables and of the rules
// file start from dir. The process environment is neither read nor changed. Its
// error is bot.Problems: all of them, those of the .env file first, then in the order
// of Variables.
func Load(dir string, environ []string) (Config, error) {
	c, problems := read(dir, environ)
	if len(problems) > 0 {
		return Config{}, inOrder(problems)
	}
	return c, nil
}

// LoadToRun is Load for a start of the bot. Among its problems is also that no
// platform has credentials, and what is wrong with the rules file.
func LoadToRun(dir string, environ []string) (Config, error) {
	c, problems := read(dir, environ)
	if (c.Slack == slack.Config{APIURL: c.Slack.APIURL}) && (c.Discord == discord.Config{GuildID: c.Discord.GuildID, APIURL: c.Discord.APIURL}) {
		problems.Add("SLACK_BOT_TOKEN", "no platform has credentials, so there is nobody to talk to",
			"set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP), or DISCORD_TOKEN, or both; liveadmin demo needs none")
	}
	problems = inOrder(problems)
	_, err := c.Rules()
	if bad, ok := errors.AsType[bot.Problems](err); ok {
		problems = append(problems, bad...)
	}
	if len(problems) > 0 {
		return Config{}, problems
	}
	return c, nil
}

// HTTPAddr reads HTTP_ADDR alone, as Load does, for a look at the running instance
// from outside: whatever else is set wrong does not matter here. Its error is
// bot.Problems.
func HTTPAddr(dir string, environ []string) (string, error) {
	c, _ := read(dir, environ)
	if problems := c.checkHTTPAddr(); len(problems) > 0 {
		return "", problems
	}
	return c.HTTPAddr, nil
}

// inOrder puts problems in the order of Variables, behind those of the .env file.
func inOrder(problems bot.Problems) bot.Problems {
	place := map[string]int{dotEnv: -1}
	for i, v := range Variables() {
		place[v.Name] = i
	}
	slices.SortStableFunc(problems, func(a, b bot.Problem) int { return place[a.Variable] - place[b.Variable] })
	return problems
}
