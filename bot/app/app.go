// Package app builds the bot from the settings and runs it.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/journal"
	"liveadmin/bot/web"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// SettingsError is an error of the settings or the rules file, which a person must
// correct before the bot can run.
type SettingsError struct{ error }

// Unwrap returns the error itself.
func (e SettingsError) Unwrap() error { return e.error }

// Option changes how the bot is built.
type Option func(*service)

// WithJournal puts what wrap returns in the place of the journal.
func WithJournal(wrap func(bot.Journal) bot.Journal) Option {
	return func(s *service) { s.wrap = wrap }
}

// Run runs the bot on every platform that has credentials, until the context ends or
// no platform is left. read returns the settings as they are now; they are read again
// on SIGHUP. Its error is a SettingsError if the rules file cannot be used.
func Run(ctx context.Context, cfg config.Config, read func() (config.Config, error), log *slog.Logger, options ...Option) error {
	metrics := web.NewMetrics(Built())
	policy, err := config.OpenPolicy(cfg.PolicyFile, cfg.Allowlist, log,
		config.WithObserver(metrics.ConfigRead), config.WithAwaited(cfg.PolicyAwaited))
	if err != nil {
		return SettingsError{err}
	}
	s := service{cfg: cfg, read: read, policy: policy, metrics: metrics, log: log}
	for _, option := range options {
		option(&s)
	}
	return s.operate(ctx)
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
	shared := func() bool { return record.Shared() }
	api, err := s.cfg.IM.NewClient(s.log, imapi.WithGate(held), imapi.WithKeySource(s.key), imapi.WithObserver(s.metrics))
	if err != nil {
		return err
	}
	record, err = journal.Open(ctx, s.cfg.Database.Reveal(), s.cfg.IM.SDKAppID, journal.WithLogger(s.log), journal.WithShares(s.cfg.IM.RateLimit, api.SetShare, api.Busy))
	if err != nil {
		return err
	}
	defer record.Close()
	var marks bot.Journal = record
	if s.wrap != nil {
		marks = s.wrap(record)
	}
	b, err := bot.New(bot.Parts{
		Journal: marks, API: bot.Client{Client: api}, Rules: s.policy.Rules, Words: commands.English(), Log: s.log, Now: record.Now, Observer: s.metrics,
	})
	if err != nil {
		return err
	}
	connections, err := s.connect(held, shared)
	if err != nil {
		return err
	}
	server, platforms, err := s.listen(record, connections)
	if err != nil {
		return err
	}
	s.log.Info("started", "version", Version(), "platforms", s.cfg.Platforms(), "http", server.Addr())
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
	server, err := web.New(s.cfg.HTTPAddr, s.log, append(slices.Clone(checks), web.Pinged("database", record.Ping), intact(record))...)
	if err != nil {
		return nil, nil, fmt.Errorf("HTTP_ADDR cannot be used: %w: free that address, or choose another", err)
	}
	s.metrics.Watch(func(ctx context.Context) (web.Counts, error) {
		c, err := record.Counts(ctx)
		return web.Counts{Open: c.Open, Grants: c.Grants, Damaged: len(record.Damaged())}, err
	}, checks...)
	server.Mount("GET /metrics", s.metrics.Handler())
	for _, c := range connections {
		c.Mount(server.Mount)
	}
	return server, platforms, nil
}

// intact says which entries on record could not be read. The bot goes on without them, so
// it stays ready.
func intact(record *journal.Journal) web.Check {
	return web.Check{Name: "record", State: func(context.Context) (bool, string) {
		damaged := record.Damaged()
		if len(damaged) == 0 {
			return true, ""
		}
		var numbers []string
		for _, n := range damaged {
			numbers = append(numbers, fmt.Sprintf("#%d", n))
		}
		return true, "damaged, and left out: " + bot.Some(numbers)
	}}
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
