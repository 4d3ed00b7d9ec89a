// Package config reads what the operator has set: a .env file, the environment
// and the files that hold secrets. It finds every problem at once, says what to
// do about each, and never shows a secret.
//
// The variables stand in one table, from which everything else follows.
package config

import (
	"errors"
	"log/slog"

	"liveadmin/imapi"
)

// Config is what the operator has set, checked and with the defaults filled in.
// It can be printed: its secrets print as "[redacted]".
type Config struct {
	IM      IM
	Slack   Slack
	Discord Discord

	// Allowlist says who may run everything: "slack:user:U…", "slack:usergroup:S…",
	// "discord:user:N", "discord:role:N". Empty: nobody.
	Allowlist []string

	// PolicyFile is the path of the YAML file with aliases and rules, or empty.
	// Load does not read it and does not ask whether a file that was named is
	// there; the default name counts only if the file is there. Where it is not,
	// PolicyAwaited is the path at which it may appear.
	PolicyFile, PolicyAwaited string

	// Database is "sqlite://FILE" or "postgres://…", which may hold a password.
	Database imapi.Secret

	HTTPAddr  string // host:port; the host may be empty, the port 0
	LogLevel  slog.Level
	LogFormat string // "text" or "json"
}

// IM is the application in the Tencent Chat console and the way to its API. One
// of Region and BaseURL is set at least; BaseURL counts if both are.
type IM struct {
	SDKAppID   int64
	Key        imapi.Secret
	Identifier string // the app administrator account that calls the API
	Region     string // a name of imapi.Regions, or empty
	BaseURL    string // takes the place of https://<domain>, or empty
	RateLimit  int    // calls a second
}

// NewClient returns a client for the application.
func (im IM) NewClient(log *slog.Logger, more ...imapi.Option) (*imapi.Client, error) {
	app := imapi.App{SDKAppID: im.SDKAppID, Key: im.Key, Identifier: im.Identifier}
	return imapi.New(app, append(more,
		imapi.WithRegion(imapi.Region(im.Region)), imapi.WithBaseURL(im.BaseURL),
		imapi.WithRateLimit(im.RateLimit), imapi.WithLogger(log),
	)...)
}

// Slack is the app in Slack. With an app token it works in Socket Mode,
// otherwise over HTTP with the signing secret.
type Slack struct {
	BotToken      imapi.Secret
	AppToken      imapi.Secret
	SigningSecret imapi.Secret
	APIURL        string // ends in "/"; empty: https://slack.com/api/
}

// Discord is the application in Discord. With a public key, interactions come
// over HTTP instead of the gateway.
type Discord struct {
	Token     imapi.Secret
	PublicKey string // Ed25519, 64 hexadecimal digits, or empty
	GuildID   string // register the command there; empty: globally
	APIURL    string // scheme://host[:port]; empty: https://discord.com
}

// HasCredentials reports whether there is all that is needed to connect.
func (s Slack) HasCredentials() bool {
	return !s.BotToken.Empty() && (!s.AppToken.Empty() || !s.SigningSecret.Empty())
}

// HasCredentials reports whether there is all that is needed to connect.
func (d Discord) HasCredentials() bool { return !d.Token.Empty() }

// Platforms lists the platforms that have credentials: "slack", "discord". None
// is no problem of Load's, because not every command of the program needs one.
func (c Config) Platforms() []string {
	var names []string
	if c.Slack.HasCredentials() {
		names = append(names, "slack")
	}
	if c.Discord.HasCredentials() {
		names = append(names, "discord")
	}
	return names
}

// Load reads dir/.env, if there is one, and environ ("NAME=value", as from
// os.Environ), which wins. Relative paths in X_FILE variables and of the policy
// file start from dir. The process environment is neither read nor changed. Its
// error is Problems: all of them.
func Load(dir string, environ []string) (Config, error) {
	c, s := read(dir, environ)
	if len(s.problems) > 0 {
		return Config{}, s.problems.sorted()
	}
	return c, nil
}

// LoadToRun is Load for a start of the bot. Among its Problems is also that no
// platform has credentials, and what is wrong with the policy file.
func LoadToRun(dir string, environ []string) (Config, error) {
	c, s := read(dir, environ)
	s.checkPlatforms()
	problems := s.problems.sorted()
	_, err := OpenPolicy(c.PolicyFile, nil, slog.New(slog.DiscardHandler))
	if bad, ok := errors.AsType[Problems](err); ok {
		problems = append(problems, bad...)
	}
	if len(problems) > 0 {
		return Config{}, problems
	}
	return c, nil
}

// read takes every value that can be used, and notes the problems of the others.
func read(dir string, environ []string) (Config, *settings) {
	s := gather(dir, environ)
	var c Config
	for _, v := range table() {
		if value := s.value(v); value != "" {
			s.note(v.Name, v.set(&c, value)...)
		}
	}
	s.checkTogether()
	c.PolicyFile, c.PolicyAwaited = s.policyFile(c.PolicyFile)
	return c, s
}
