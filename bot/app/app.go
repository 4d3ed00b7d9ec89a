// Package app builds the bot from the settings and runs it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/engine"
	"liveadmin/bot/journal"
	"liveadmin/bot/web"
	"liveadmin/imapi"

	"golang.org/x/sync/errgroup"
)

// SettingsError is an error of the settings or the rules file, which a person must
// correct before the bot can run.
type SettingsError struct{ error }

// Unwrap returns the error itself.
func (e SettingsError) Unwrap() error { return e.error }

// Option changes how the bot is built.
type Option func(*service)

// WithJournal puts what wrap returns in the place of the journal.
func WithJournal(wrap func(engine.Journal) engine.Journal) Option {
	return func(s *service) { s.wrap = wrap }
}

// Run runs the bot on every platform that has credentials, until the context ends or no
// platform is left. read returns the settings as they are now. On SIGHUP they are read
// again and, if they can be used and the services accept the new credentials, the bot is
// run again with all of them. newLog makes the log that settings ask for. Its error is a
// SettingsError if the rules file cannot be used.
func Run(ctx context.Context, cfg config.Config, read func() (config.Config, error), newLog func(config.Config) *slog.Logger, options ...Option) error {
	s := service{read: read, metrics: web.NewMetrics(Built())}
	for _, option := range options {
		option(&s)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	var before *config.Config // which the bot has run with
	for {
		s.log = newLog(cfg)
		r, err := s.build(ctx, cfg)
		switch {
		case err != nil && ctx.Err() != nil:
			return nil // asked to stop while it was starting
		case err != nil && before != nil:
			s.log.Error("could not run with the new settings, keeping those before", "err", err)
			s.failed, s.failedAt = fmt.Sprint(credentials(cfg)), time.Now()
			cfg, before = *before, nil
			continue
		case err != nil:
			return err
		}
		next, err := r.run(ctx, hangup)
		if next == nil {
			return err
		}
		s.log.Info("restarting with the current settings")
		used := cfg
		cfg, before = *next, &used
	}
}

// service is what outlives a restart.
type service struct {
	read    func() (config.Config, error) // the settings as they are now
	metrics *web.Metrics
	log     *slog.Logger                        // as the settings in use ask for
	wrap    func(engine.Journal) engine.Journal // put around the journal, if there is one

	failed   string // the credentials of settings with which it could not run, for another cause
	failedAt time.Time
}

// running is a bot that is built with some settings.
type running struct {
	*service
	cfg       config.Config
	policy    *config.Policy
	api       *imapi.Client
	record    *journal.Journal
	platforms []platform
	bot       *engine.Engine
	server    *web.Server
}

// build builds the bot. Its error is a SettingsError if the rules file cannot be used.
func (s *service) build(ctx context.Context, cfg config.Config) (_ *running, err error) {
	r := &running{service: s, cfg: cfg}
	r.policy, err = config.OpenPolicy(cfg, s.log, s.metrics.ConfigRead)
	if err != nil {
		return nil, SettingsError{err}
	}
	held := func() error { return r.record.Held() }
	r.api, err = cfg.IM.NewClient(s.log, imapi.WithGate(held), imapi.WithKeySource(s.key), imapi.WithObserver(s.metrics))
	if err != nil {
		return nil, err
	}
	r.record, err = journal.Open(ctx, cfg.Database.Reveal(), cfg.IM.SDKAppID, journal.WithLogger(s.log), journal.WithShares(cfg.IM.RateLimit, r.api.SetShare, r.api.Busy))
	if err != nil {
		return nil, err
	}
	if left, err := r.record.Counts(ctx); err != nil || left.Open[bot.Accepted]+left.Open[bot.Done] > 0 {
		r.api.Spent() // by what was in the middle of that work a moment ago
	}
	r.platforms, err = s.connect(cfg, r.policy.Rules, held, r.record.Shared, r.record)
	if err == nil {
		r.bot, err = NewBot(r.record, s.wrap, r.api, r.policy.Rules, s.log, s.metrics)
	}
	if err == nil {
		r.server, err = r.listen()
	}
	if err != nil {
		r.record.Close()
		return nil, err
	}
	return r, nil
}

// run runs the bot until it ends, or is to be run again with other settings, which it
// returns.
func (r *running) run(ctx context.Context, hangup <-chan os.Signal) (next *config.Config, err error) {
	defer r.record.Close()
	r.log.Info("started", "version", Version(), "platforms", r.cfg.Platforms(), "http", r.server.Addr())
	on, end := context.WithCancelCause(ctx)
	defer end(nil)
	all := []func(context.Context) error{r.serveHTTP, r.serve, r.policy.Run, r.record.Run, func(ctx context.Context) error {
		if next = r.renewed(ctx, hangup); next != nil {
			end(engine.ErrRestart)
		}
		return nil
	}}
	together, on := errgroup.WithContext(on)
	for _, run := range all {
		together.Go(func() error {
			defer end(nil) // what ends first ends the others
			return run(on)
		})
	}
	err = together.Wait()
	if ctx.Err() != nil {
		next = nil // asked to stop meanwhile
	}
	return next, err
}

// serve runs the engine on the platforms.
func (r *running) serve(ctx context.Context) error {
	platforms := make([]bot.Platform, len(r.platforms))
	for i, p := range r.platforms {
		platforms[i] = p
	}
	return r.bot.Run(ctx, platforms...)
}

// serveHTTP serves what is asked for over HTTP.
func (r *running) serveHTTP(ctx context.Context) error { return r.server.Serve(ctx, engine.ErrRestart) }

// listen makes the HTTP listener: health, readiness, metrics, and what platforms mount.
func (r *running) listen() (*web.Server, error) {
	var checks []web.Check
	for _, p := range r.platforms {
		checks = append(checks, web.Check{Name: p.Name(), State: p.State})
	}
	server, err := web.New(r.cfg.HTTPAddr, r.log, append(slices.Clone(checks), web.Pinged("database", r.record.Ping), intact(r.record))...)
	if err != nil {
		return nil, fmt.Errorf("HTTP_ADDR cannot be used: %w: free that address, or choose another", err)
	}
	r.metrics.Watch(func(ctx context.Context) (bot.Counts, error) {
		c, err := r.record.Counts(ctx)
		c.Damaged = len(r.record.Damaged())
		return c, err
	}, checks...)
	server.Mount("GET /metrics", r.metrics.Handler())
	for _, p := range r.platforms {
		p.Mount(server.Mount)
	}
	return server, nil
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

// How often the settings are looked at for other credentials while a platform is not ready,
// after what time those are tried again with which the bot could not run, and how long the
// services may take to accept new ones.
const (
	lookGap    = 5 * time.Second
	failedGap  = 5 * time.Minute
	acceptTime = 15 * time.Second
)

// renewed waits until the bot is to be run again, and returns the settings for that: on
// SIGHUP, or when the credentials of a platform that is not ready have changed, if they can
// be used. It returns nil if the context ends before.
func (r *running) renewed(ctx context.Context, hangup <-chan os.Signal) *config.Config {
	every := time.NewTicker(lookGap)
	defer every.Stop()
	refused, said := "", "" // credentials that were found unasked: those not accepted, and what the log has of them
	starting := true        // until all platforms are ready for the first time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangup:
			next, err := r.renew(ctx)
			if err == nil {
				return &next
			}
			r.log.Error("could not use the changed settings, keeping those before", "err", err)
		case <-every.C:
			if r.ready(ctx) {
				if starting {
					debug.FreeOSMemory() // what was read once, as the sentences of six languages, leaves a third of all
				}
				starting = false
				continue
			}
			next, err := r.read()
			found := fmt.Sprint(credentials(next))
			failed := found == r.failed && time.Since(r.failedAt) < failedGap
			if err != nil || found == fmt.Sprint(credentials(r.cfg)) || found == refused || failed {
				continue
			}
			if next, err = r.renew(ctx); err == nil {
				return &next
			}
			if errors.Is(err, bot.ErrRevoked) {
				refused = found // else the services are asked again
			}
			if saying := found + err.Error(); saying != said {
				said = saying
				r.log.Error("could not use the changed credentials, keeping those before", "err", err)
			}
		}
	}
}

// ready reports whether commands can arrive from every platform.
func (r *running) ready(ctx context.Context) bool {
	for _, p := range r.platforms {
		if ready, _ := p.State(ctx); !ready {
			return false
		}
	}
	return true
}

// renew reads the settings again, checks them, and asks the services, and the database too, without
// which the bot would not start again.
func (r *running) renew(ctx context.Context) (config.Config, error) {
	cfg, err := r.read()
	if err != nil {
		return cfg, err
	}
	if len(cfg.Platforms()) == 0 {
		return cfg, errors.New("no platform has credentials")
	}
	rules, err := cfg.Rules()
	if err != nil {
		return cfg, err
	}
	ctx, cancel := context.WithTimeout(ctx, acceptTime)
	defer cancel()
	if cfg.Database.Reveal() == r.cfg.Database.Reveal() && cfg.IM.SDKAppID == r.cfg.IM.SDKAppID {
		err = r.record.Ping(ctx)
	} else {
		err = opens(ctx, cfg)
	}
	if err == nil {
		err = r.acceptedByTencent(ctx, cfg.IM)
	}
	if err != nil {
		return cfg, err
	}
	return cfg, r.accepted(ctx, cfg, func() bot.Rules { return rules })
}

// key reads the secret key again.
func (s *service) key() (imapi.Secret, error) {
	cfg, err := s.read()
	return cfg.IM.Key, err
}
