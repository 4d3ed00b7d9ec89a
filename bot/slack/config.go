package slack

import (
	"liveadmin/bot"
	"liveadmin/imapi"
)

// Config is the app in Slack. With an app token it works in Socket Mode, otherwise
// over HTTP with the signing secret. The tags name and explain the variables.
type Config struct {
	BotToken      imapi.Secret `env:"SLACK_BOT_TOKEN" doc:"The bot token, xoxb-…. Turns Slack on."`
	AppToken      imapi.Secret `env:"SLACK_APP_TOKEN" doc:"The app-level token, xapp-…, for Socket Mode."`
	SigningSecret imapi.Secret `env:"SLACK_SIGNING_SECRET" doc:"The signing secret, for HTTP mode. Used when there is no app-level token."`
	APIURL        string       `env:"SLACK_API_URL" doc:"Replaces https://slack.com/api/."`
}

// HasCredentials reports whether there is all that is needed to connect.
func (c Config) HasCredentials() bool {
	return !c.BotToken.Empty() && (!c.AppToken.Empty() || !c.SigningSecret.Empty())
}

// Validate returns everything that is wrong. A Config without any credentials is valid:
// it leaves Slack out.
func (c Config) Validate() bot.Problems {
	var p bot.Problems
	p.Check("SLACK_BOT_TOKEN", c.BotToken.CheckToken("xoxb-"), `copy the bot token from the app's page "OAuth & Permissions" again`)
	p.Check("SLACK_APP_TOKEN", c.AppToken.CheckToken("xapp-"), `copy the app-level token from the app's page "Basic Information" again`)
	p.Check("SLACK_SIGNING_SECRET", c.SigningSecret.CheckToken(""), `copy the signing secret from the app's page "Basic Information" again`)
	switch {
	case !c.BotToken.Empty() && !c.HasCredentials():
		p.Add("SLACK_BOT_TOKEN", "is set without a way for commands to arrive", "set SLACK_APP_TOKEN too (Socket Mode), or SLACK_SIGNING_SECRET (HTTP mode)")
	case c.BotToken.Empty() && !c.AppToken.Empty():
		p.Add("SLACK_APP_TOKEN", "is set without SLACK_BOT_TOKEN", "set SLACK_BOT_TOKEN too, or remove SLACK_APP_TOKEN")
	case c.BotToken.Empty() && !c.SigningSecret.Empty():
		p.Add("SLACK_SIGNING_SECRET", "is set without SLACK_BOT_TOKEN", "set SLACK_BOT_TOKEN too, or remove SLACK_SIGNING_SECRET")
	}
	if c.APIURL != "" {
		_, err := imapi.ParseBaseURL(c.APIURL)
		p.Check("SLACK_API_URL", err, "write a URL like https://slack.com/api/")
	}
	return p
}
