// Package bottest is for tests: a stage with the real bot, the real client and
// the real journal on it, a simulator of Tencent Chat behind it, and the
// conversations of commands/testdata in front.
package bottest

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/engine"
	"liveadmin/bot/journal"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
	"liveadmin/imapi/simulator/pipe"
)

// Key signs the stage's calls. Nothing that the bot shows or stores may have it.
const Key = "canary-key-5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bf"

// AppID is the application of the stage.
const AppID = 1400000000

// Stage is everything but a platform.
type Stage struct {
	API     *simulator.Server
	Client  *imapi.Client
	Journal *journal.Journal
	Bot     *engine.Engine
	Rules   *Rules
	Clock   *Clock

	log      *slog.Logger
	dir      string
	database string // its URL
}

// Rules are the rules in force, which a test can change.
type Rules struct {
	mu    sync.Mutex
	rules bot.Rules
}

// Get returns the rules in force.
func (r *Rules) Get() bot.Rules {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rules
}

// Set changes the rules in force.
func (r *Rules) Set(rules bot.Rules) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rules = rules
}

// Clock is a clock that moves only when it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time on the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// NewStage builds a stage with a journal in a file in a folder of its own. log may be nil.
func NewStage(t testing.TB, log *slog.Logger, opts ...imapi.Option) *Stage {
	t.Helper()
	return NewStageOn(t, "", log, opts...)
}

// NewStageOn builds a stage with its journal in the database of a URL; "" is a file, as
// NewStage has it.
func NewStageOn(t testing.TB, database string, log *slog.Logger, opts ...imapi.Option) *Stage {
	t.Helper()
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Stage{log: log, database: database, Rules: &Rules{}, Clock: &Clock{now: time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)}}
	var err error
	s.API, err = simulator.New(simulator.App{SDKAppID: AppID, Key: Key, Admins: []string{"administrator"}})
	check(t, err)
	t.Cleanup(s.API.Close)
	opts = append([]imapi.Option{imapi.WithBaseURL(pipe.URL), imapi.WithDialer(pipe.Serve(t, s.API).Dial), imapi.WithLogger(log), imapi.WithRateLimit(200)}, opts...)
	s.Client, err = imapi.New(imapi.App{SDKAppID: AppID, Key: imapi.NewSecret(Key), Identifier: "administrator"}, opts...)
	check(t, err)
	s.dir = t.TempDir()
	if s.database == "" {
		s.database = "sqlite://" + filepath.Join(s.dir, "journal.db")
	}
	s.Restart(t)
	t.Cleanup(func() { _ = s.Journal.Close() })
	return s
}

// Beside returns a second instance of the bot on the same stage, whose database both share.
func (s *Stage) Beside(t testing.TB) *Stage {
	t.Helper()
	other := *s
	other.Journal = nil
	other.Restart(t)
	t.Cleanup(func() { _ = other.Journal.Close() })
	return &other
}

// Dir is the folder of the journal.
func (s *Stage) Dir() string { return s.dir }

// Restart makes a new bot on the same journal, as a restart does. The bot before
// it must have been stopped.
func (s *Stage) Restart(t testing.TB) {
	t.Helper()
	if s.Journal != nil {
		check(t, s.Journal.Close())
	}
	var err error
	s.Journal, err = journal.Open(t.Context(), s.database, AppID, journal.WithClock(s.Clock.Now), journal.WithLogger(s.log))
	check(t, err)
	s.Bot, err = NewBot(engine.Parts{
		Journal: s.Journal, API: engine.Client{Client: s.Client}, Rules: s.Rules.Get, Words: words.In, Log: s.log, Now: s.Clock.Now, Clock: s.Clock.Now,
	})
	check(t, err)
}

// Run runs the bot on platforms until the returned function is called, which stops it as
// an operator does and waits for its end. At the end of the test it is stopped as for a
// restart, which does not wait for what is in flight.
func (s *Stage) Run(t testing.TB, platforms ...bot.Platform) (stop func()) {
	t.Helper()
	end := s.Start(t, platforms...)
	return func() { end(nil) }
}

// Start is Run with the cause for which the bot is stopped: with engine.ErrRestart it does
// not wait for what is in flight.
func (s *Stage) Start(t testing.TB, platforms ...bot.Platform) (stop func(cause error)) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan error, 1)
	b := s.Bot
	go func() { done <- b.Run(ctx, platforms...) }()
	ended := sync.OnceFunc(func() {
		if err := <-done; err != nil {
			t.Errorf("the bot ended: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel(engine.ErrRestart)
		ended()
	})
	return func(cause error) {
		cancel(cause)
		ended()
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
