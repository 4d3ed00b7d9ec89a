package app

import (
	"math/rand/v2"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/commands"
)

// sessionTime is how long a session on Discord's gateway is used: there were sessions that
// got their heartbeats and nothing else, until a new one was begun
// (discord/discord-api-docs#8162).
const sessionTime = 12 * time.Hour

// connection is a platform as the bot runs it.
type connection struct {
	*renewal
	platform bot.Platform
}

// connect makes the platforms that have credentials.
func (s service) connect(held func() error, shared func() bool) ([]connection, error) {
	var all []connection
	policy := func() commands.Policy { return s.policy.Rules().Policy }
	if s.cfg.Slack.HasCredentials() {
		r := &renewal{read: s.read, log: s.log, credentials: slackCredentials}
		r.build = func(cfg config.Config) (chat, error) {
			return slack.New(slack.Config(cfg.Slack), slack.Options{Log: s.log, Policy: policy, Gate: held, Shared: shared, Doubt: r.Doubt})
		}
		if err := r.init(s.cfg); err != nil {
			return nil, err
		}
		all = append(all, connection{r, r})
	}
	if s.cfg.Discord.HasCredentials() {
		r := &renewal{read: s.read, log: s.log, credentials: discordCredentials}
		r.build = func(cfg config.Config) (chat, error) {
			return discord.New(discord.Config(cfg.Discord), discord.Options{Log: s.log, Policy: policy, Gate: held, Doubt: r.Doubt, Dropped: s.metrics.GatewayDropped})
		}
		if s.cfg.Discord.PublicKey == "" {
			r.every = sessionTime + rand.N(sessionTime/10)
		}
		if err := r.init(s.cfg); err != nil {
			return nil, err
		}
		all = append(all, connection{r, confirming{r}})
	}
	return all, nil
}

// What is secret of a platform's settings. A Secret that was read twice is not the same;
// its text is.

func slackCredentials(cfg config.Config) any {
	return [...]string{cfg.Slack.BotToken.Reveal(), cfg.Slack.AppToken.Reveal(), cfg.Slack.SigningSecret.Reveal()}
}

func discordCredentials(cfg config.Config) any { return cfg.Discord.Token.Reveal() }
