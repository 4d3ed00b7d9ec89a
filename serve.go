package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/journal"
	"liveadmin/bot/slack"
	"liveadmin/bot/web"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// serve runs the bot on every platform that has credentials, until it is asked
// to stop or no platform is left.
func serve(ctx context.Context, environ []string, std streams) int {
	cfg, err := config.Load(".", environ)
	if err != nil {
		fmt.Fprintln(std.err, err)
		return exitUsage
	}
	if len(cfg.Platforms()) == 0 {
		fmt.Fprintln(std.err, "no platform has credentials, so there is nobody to talk to. Set one of these, or both:\n"+
			"  Slack: SLACK_BOT_TOKEN, and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)\n"+
			"  Discord: DISCORD_TOKEN\n"+
			"To try the bot without any: liveadmin demo")
		return exitUsage
	}
	if cfg.PolicyFile != "" {
		// Somebody in it may be blocked: going on without it would let them in.
		fmt.Fprintf(std.err, "LIVEADMIN_CONFIG: this version does not read the rules in %q: remove the file and use ALLOWLIST\n", cfg.PolicyFile)
		return exitUsage
	}
	log := newLog(cfg, std.err)
	if err := operate(ctx, cfg, log); err != nil {
		log.Error("stopped", "err", err)
		return exitCode(err)
	}
	log.Info("stopped")
	return exitOK
}

func newLog(cfg config.Config, out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// exitCode tells who can help: 2 and 3 are for people, anything else may be
// better at the next start.
func exitCode(err error) int {
	var url *journal.URLError
	var application *journal.ApplicationError
	var newer *journal.VersionError
	switch {
	case errors.Is(err, bot.ErrRevoked):
		return exitRevoked
	case errors.As(err, &url), errors.As(err, &application), errors.As(err, &newer):
		return exitUsage
	}
	return exitFailed
}

// operate builds the bot from its settings and runs it.
func operate(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	api, err := newAPI(cfg.IM, log)
	if err != nil {
		return err
	}
	record, err := journal.Open(ctx, cfg.Database.Reveal(), cfg.IM.SDKAppID, journal.WithLogger(log))
	if err != nil {
		return err
	}
	defer record.Close()
	rules := rulesOf(cfg)
	b, err := bot.New(bot.Parts{
		Journal: record, API: api, Rules: rules, Words: commands.English(), Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	connections, err := connect(cfg, rules, log)
	if err != nil {
		return err
	}
	checks := []web.Check{web.Pinged("database", record.Ping)}
	var platforms []bot.Platform
	for _, c := range connections {
		platforms = append(platforms, c.Platform)
		checks = append(checks, web.Check{Name: c.Name(), State: c.state})
	}
	server, err := web.New(cfg.HTTPAddr, log, checks...)
	if err != nil {
		return err
	}
	for _, c := range connections {
		c.mount(server.Mount)
	}
	log.Info("started", "version", version(), "platforms", cfg.Platforms(), "http", server.Addr())
	return together(ctx, server.Serve, func(ctx context.Context) error { return b.Run(ctx, platforms...) })
}

func newAPI(im config.IM, log *slog.Logger) (*imapi.Client, error) {
	return imapi.New(
		imapi.App{SDKAppID: im.SDKAppID, Key: im.Key, Identifier: im.Identifier},
		imapi.WithRegion(imapi.Region(im.Region)), imapi.WithBaseURL(im.BaseURL),
		imapi.WithRateLimit(im.RateLimit), imapi.WithLogger(log),
	)
}

// rulesOf makes the one rule of ALLOWLIST, which allows everything everywhere.
func rulesOf(cfg config.Config) func() bot.Rules {
	var rules bot.Rules
	if len(cfg.Allowlist) > 0 {
		rules.Policy.Rules = []commands.Rule{{Name: "ALLOWLIST", Allow: cfg.Allowlist}}
	}
	return func() bot.Rules { return rules }
}

// connection is a platform, whether it is ready, and what calls it over HTTP.
type connection struct {
	bot.Platform
	state func(context.Context) (ready bool, reason string)
	mount func(func(pattern string, h http.Handler))
}

// connect makes the platforms that have credentials.
func connect(cfg config.Config, rules func() bot.Rules, log *slog.Logger) ([]connection, error) {
	var all []connection
	if cfg.Slack.HasCredentials() {
		policy := func() commands.Policy { return rules().Policy }
		s, err := slack.New(slack.Config(cfg.Slack), slack.Options{Log: log, Policy: policy})
		if err != nil {
			return nil, err
		}
		all = append(all, connection{s, s.State, s.Mount})
	}
	if cfg.Discord.HasCredentials() {
		d, err := discord.New(discord.Config(cfg.Discord), discord.Options{Log: log})
		if err != nil {
			return nil, err
		}
		all = append(all, connection{d, d.State, d.Mount})
	}
	return all, nil
}

// together runs all until one ends, and then ends the others. The first error
// counts.
func together(ctx context.Context, all ...func(context.Context) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	ended := make(chan error, len(all))
	for _, run := range all {
		go func() {
			ended <- run(ctx)
			end()
		}()
	}
	var first error
	for range all {
		if err := <-ended; first == nil {
			first = err
		}
	}
	return first
}
