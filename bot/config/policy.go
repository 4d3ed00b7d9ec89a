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
	cfg     Config
	log     *slog.Logger
	observe func(error)
	rules   atomic.Pointer[bot.Rules]

	taken snapshot // what was last made into rules, or could not be
	seen  snapshot // the newest look
	since time.Time
}

// snapshot is what a look at the file finds: its text, or why there is none.
type snapshot struct{ text, err string }

// Rules reads the rules file once. Without a file ALLOWLIST is the only rule. Its error
// is bot.Problems.
func (c Config) Rules() (bot.Rules, error) { return c.rulesOf(look(c.PolicyFile)) }

// ReadRules reads a rules file alone, without the settings. Its error is bot.Problems.
func ReadRules(path string) (bot.Rules, error) {
	found := look(path)
	if found.err != "" {
		return bot.Rules{}, unreadable(path, found, "name a file that liveadmin can read")
	}
	return ParsePolicy(path, []byte(found.text), nil)
}

// OpenPolicy reads the rules file, which may also appear later. observe is called for each
// version of the file: with nil if it is in force now, with the error if the rules before
// it stay. It must not call the Policy. An error of the file is bot.Problems.
func OpenPolicy(c Config, log *slog.Logger, observe func(error)) (*Policy, error) {
	if log == nil || observe == nil {
		return nil, errors.New("a part of the policy is missing")
	}
	p := &Policy{cfg: c, log: log, observe: observe, seen: look(c.PolicyFile)}
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
	tick := time.Tick(lookEvery)
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick:
			p.follow(now)
		}
	}
}

// follow takes a version that is new and has not changed for a while.
func (p *Policy) follow(now time.Time) {
	if p.cfg.PolicyFile == "" && isThere(p.cfg.PolicyAwaited) {
		p.cfg.PolicyFile = p.cfg.PolicyAwaited
	}
	found := look(p.cfg.PolicyFile)
	if found != p.seen {
		p.seen, p.since = found, now
	}
	if found == p.taken || now.Sub(p.since) < settledAfter {
		return
	}
	if problems, broken := errors.AsType[bot.Problems](p.take(found)); broken {
		for _, problem := range problems {
			p.log.Error("could not use the policy file, keeping the rules in force", "problem", problem.String())
		}
	}
}

// take puts into force what a look has found, or says why it cannot. Its error is
// bot.Problems.
func (p *Policy) take(found snapshot) error {
	rules, err := p.cfg.rulesOf(found)
	p.taken = found
	if err == nil {
		p.rules.Store(&rules)
		if len(rules.Policy.Rules) == 0 {
			p.log.Warn("nobody is allowed anything: name somebody in ALLOWLIST, or in a rule of the config file")
		}
		for _, doubt := range p.cfg.Doubts(rules) {
			p.log.Warn("the settings can be used, with a warning", "warning", doubt.String())
		}
		for _, warning := range rules.Warnings {
			p.log.Warn("the policy file can be used, with a warning", "warning", warning.String())
		}
		p.log.Info("rules in force", "file", p.cfg.PolicyFile, "rules", len(rules.Policy.Rules), "aliases", len(rules.Names.Aliases()))
	}
	p.observe(err)
	return err
}

// look reads the file. Only a regular one: a pipe gives its text once.
func look(path string) snapshot {
	if path == "" {
		return snapshot{}
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return snapshot{err: "it is no regular file"}
	}
	text, err := readFile(path, maxPolicy)
	if err != nil {
		return snapshot{err: err.Error()}
	}
	return snapshot{text: text}
}

func (c Config) rulesOf(found snapshot) (bot.Rules, error) {
	if found.err != "" {
		return bot.Rules{}, unreadable(c.PolicyFile, found, "make it a file that liveadmin can read, or change LIVEADMIN_CONFIG")
	}
	rules, err := ParsePolicy(c.PolicyFile, []byte(found.text), c.Allowlist)
	rules.Language = c.Language
	return rules, err
}

// unreadable is the problem of a file without a text.
func unreadable(path string, found snapshot, remedy string) bot.Problems {
	return bot.Problems{{Variable: path, What: fmt.Sprintf("cannot be read (%s)", found.err), Remedy: remedy}}
}
