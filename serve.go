package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"syscall"
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
	cfg, err := config.LoadToRun(".", environ)
	if err != nil {
		fmt.Fprintln(std.err, err)
		return exitUsage
	}
	log := newLog(cfg, std.err)
	metrics := web.NewMetrics(built())
	policy, err := config.OpenPolicy(cfg.PolicyFile, cfg.Allowlist, log,
		config.WithObserver(metrics.ConfigRead), config.WithAwaited(cfg.PolicyAwaited))
	if err != nil {
		fmt.Fprintln(std.err, err)
		return exitUsage
	}
	read := func() (config.Config, error) { return config.Load(".", environ) }
	s := service{cfg: cfg, read: read, policy: policy, metrics: metrics, log: log}
	if err := s.operate(ctx); err != nil {
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
	var filter badFilter
	switch {
	case errors.Is(err, bot.ErrRevoked):
		return exitRevoked
	case errors.As(err, &url), errors.As(err, &application), errors.As(err, &newer), errors.As(err, &filter):
		return exitUsage
	}
	return exitFailed
}

// service is a bot that is going to run.
type service struct {
	cfg     config.Config
	read    func() (config.Config, error) // the settings as they are now
	policy  *config.Policy
	metrics *web.Metrics
	log     *slog.Logger
	wrap    func(bot.Journal) bot.Journal // put around the journal, if there is one
}

// operate builds the bot and runs it.
func (s service) operate(ctx context.Context) error {
	var record *journal.Journal
	held := func() error { return record.Held() }
	api, err := newAPI(s.cfg.IM, s.log, imapi.WithGate(held), imapi.WithKeySource(s.key), imapi.WithObserver(s.metrics))
	if err != nil {
		return err
	}
	record, err = journal.Open(ctx, s.cfg.Database.Reveal(), s.cfg.IM.SDKAppID, journal.WithLogger(s.log), journal.WithShares(api.SetShare))
	if err != nil {
		return err
	}
	defer record.Close()
	var marks bot.Journal = record
	if s.wrap != nil {
		marks = s.wrap(record)
	}
	b, err := bot.New(bot.Parts{
		Journal: marks, API: api, Rules: s.policy.Rules, Words: commands.English(), Log: s.log, Now: time.Now, Observer: s.metrics,
	})
	if err != nil {
		return err
	}
	connections, err := s.connect(held)
	if err != nil {
		return err
	}
	server, platforms, err := s.listen(record, connections)
	if err != nil {
		return err
	}
	s.log.Info("started", "version", version(), "platforms", s.cfg.Platforms(), "http", server.Addr())
	return together(ctx, server.Serve,
		func(ctx context.Context) error { return b.Run(ctx, platforms...) },
		s.policy.Run,
		onHangup(func() { s.renew(ctx, api, connections) }))
}

// listen makes the HTTP listener: health, readiness, metrics, and what platforms mount.
func (s service) listen(record *journal.Journal, connections []connection) (*web.Server, []bot.Platform, error) {
	var platforms []bot.Platform
	var checks []web.Check
	for _, c := range connections {
		platforms = append(platforms, c.platform)
		checks = append(checks, web.Check{Name: c.Name(), State: c.State})
	}
	server, err := web.New(s.cfg.HTTPAddr, s.log, append(slices.Clone(checks), web.Pinged("database", record.Ping))...)
	if err != nil {
		return nil, nil, fmt.Errorf("HTTP_ADDR cannot be used: %w: free that address, or choose another", err)
	}
	s.metrics.Watch(func(ctx context.Context) (web.Counts, error) {
		c, err := record.Counts(ctx)
		return web.Counts(c), err
	}, checks...)
	server.Mount("GET /metrics", s.metrics.Handler())
	for _, c := range connections {
		c.Mount(server.Mount)
	}
	return server, platforms, nil
}

// onHangup does something each time the process gets SIGHUP.
func onHangup(do func()) func(context.Context) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	return func(ctx context.Context) error {
		defer signal.Stop(hangup)
		for {
			select {
			case <-hangup:
				do()
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// renew reads the config file and the secrets again.
func (s service) renew(ctx context.Context, api *imapi.Client, connections []connection) {
	if err := s.policy.Reload(ctx); err != nil {
		s.log.Error("the config file cannot be used; the rules before it stay", "err", err)
	}
	key, err := s.key()
	if err == nil {
		err = api.SetKey(key)
	}
	if err != nil {
		s.log.Error("the settings could not be read again; the old ones stay", "err", err)
		return
	}
	s.log.Info("the settings were read again")
	for _, c := range connections {
		c.Renew()
	}
}

// key reads the secret key again.
func (s service) key() (imapi.Secret, error) {
	cfg, err := s.read()
	return cfg.IM.Key, err
}

func newAPI(im config.IM, log *slog.Logger, more ...imapi.Option) (*imapi.Client, error) {
	app := imapi.App{SDKAppID: im.SDKAppID, Key: im.Key, Identifier: im.Identifier}
	return imapi.New(app, append(more,
		imapi.WithRegion(imapi.Region(im.Region)), imapi.WithBaseURL(im.BaseURL),
		imapi.WithRateLimit(im.RateLimit), imapi.WithLogger(log),
	)...)
}

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
func (s service) connect(held func() error) ([]connection, error) {
	var all []connection
	if s.cfg.Slack.HasCredentials() {
		policy := func() commands.Policy { return s.policy.Rules().Policy }
		r := &renewal{read: s.read, log: s.log, credentials: slackCredentials}
		r.build = func(cfg config.Config) (chat, error) {
			return slack.New(slack.Config(cfg.Slack), slack.Options{Log: s.log, Policy: policy, Gate: held, Doubt: r.Doubt})
		}
		if err := r.init(s.cfg); err != nil {
			return nil, err
		}
		all = append(all, connection{r, r})
	}
	if s.cfg.Discord.HasCredentials() {
		r := &renewal{read: s.read, log: s.log, credentials: discordCredentials, build: func(cfg config.Config) (chat, error) {
			return discord.New(discord.Config(cfg.Discord), discord.Options{Log: s.log, Gate: held})
		}}
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
