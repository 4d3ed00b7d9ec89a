package config

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"liveadmin/bot"
	"liveadmin/commands/grammar"
)

// A change of the rules file is in force within two seconds. A file that is being written
// is left alone: half of it can say something else than the whole. The text itself is
// compared: size and time of a file do not show every change, and to read 4 KiB takes 15 µs.
const (
	lookEvery    = 250 * time.Millisecond
	settledAfter = time.Second // without a change
)

// Policy keeps what the rules file says in force. Make one with OpenPolicy, then
// Run it once.
type Policy struct {
	path      string // empty: no file
	awaited   string // takes the place of an empty path as soon as the file is there
	allowlist []string
	log       *slog.Logger
	observe   func(error)

	rules atomic.Pointer[bot.Rules]

	taken snapshot // what was last made into rules, or could not be
	seen  snapshot // the newest look
	since time.Time
}

// PolicyOption changes a Policy that is being made.
type PolicyOption func(*Policy)

// WithObserver calls observe for each version of the file: with nil if it is in force now,
// with the error if the rules before it stay. observe must not call the Policy.
func WithObserver(observe func(error)) PolicyOption {
	return func(p *Policy) { p.observe = observe }
}

// WithAwaited names the file that becomes the rules file as soon as it exists. It counts
// only if OpenPolicy gets no path.
func WithAwaited(path string) PolicyOption {
	return func(p *Policy) { p.awaited = path }
}

// snapshot is what a look at the file finds: its text, or why there is none.
type snapshot struct{ text, err string }

// OpenPolicy reads the rules file. An empty path is no file: ALLOWLIST is the only
// rule. An error of the file is bot.Problems.
func OpenPolicy(path string, allowlist []string, log *slog.Logger, options ...PolicyOption) (*Policy, error) {
	p := &Policy{path: path, allowlist: allowlist, log: log, observe: func(error) {}}
	for _, option := range options {
		option(p)
	}
	if p.log == nil || p.observe == nil {
		return nil, errors.New("a part of the policy is missing")
	}
	p.seen = p.look()
	if err := p.take(p.seen); err != nil {
		return nil, err
	}
	return p, nil
}

// Rules returns what is in force, to be read only. It never waits.
func (p *Policy) Rules() bot.Rules { return *p.rules.Load() }

// Run reads the file four times a second until the context ends, and puts each new version
// into force. It logs each problem of a version that cannot be used once.
func (p *Policy) Run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			p.follow(now)
		}
	}
}

// follow takes a version that is new and has not changed for a while.
func (p *Policy) follow(now time.Time) {
	look := p.look()
	if look != p.seen {
		p.seen, p.since = look, now
	}
	if look == p.taken || now.Sub(p.since) < settledAfter {
		return
	}
	if problems, broken := errors.AsType[bot.Problems](p.take(look)); broken {
		for _, problem := range problems {
			p.log.Error("could not use the policy file, keeping the rules in force", "problem", problem.String())
		}
	}
}

// look reads the file. Only a regular one: a pipe gives its text once.
func (p *Policy) look() snapshot {
	if p.path == "" && p.awaited != "" && isThere(p.awaited) {
		p.path = p.awaited
	}
	if p.path == "" {
		return snapshot{}
	}
	if info, err := os.Stat(p.path); err == nil && !info.Mode().IsRegular() {
		return snapshot{err: "it is no regular file"}
	}
	text, err := readFile(p.path, maxPolicy)
	if err != nil {
		return snapshot{err: err.Error()}
	}
	return snapshot{text: text}
}

// take puts into force what a look has found, or says why it cannot. Its error is
// bot.Problems.
func (p *Policy) take(look snapshot) error {
	rules, err := p.parse(look)
	p.taken = look
	if err == nil {
		p.rules.Store(&rules)
		for _, name := range grammar.Ambiguous(rules.Names) {
			p.log.Warn("a name of people is also the name of an option: it has to be typed in quotes", "file", p.path, "name", name)
		}
		p.log.Info("rules in force", "file", p.path, "rules", len(rules.Policy.Rules), "aliases", len(rules.Names.Aliases()))
	}
	p.observe(err)
	return err
}

func (p *Policy) parse(look snapshot) (bot.Rules, error) {
	if look.err != "" {
		return bot.Rules{}, bot.Problems{{
			Variable: p.path, What: fmt.Sprintf("cannot be read (%s)", look.err),
			Remedy: "make it a file that liveadmin can read, or change LIVEADMIN_CONFIG",
		}}
	}
	return ParsePolicy(p.path, []byte(look.text), p.allowlist)
}
