package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// platform is a bot.Platform that runs in a service.
type platform interface {
	bot.Platform
	// State reports whether commands can arrive, and if not, why.
	State(context.Context) (ready bool, reason string)
	// Accepted asks the service nothing but whether it accepts the credentials. If not, the
	// error wraps bot.ErrRevoked.
	Accepted(context.Context) error
	// Mount mounts what the service calls over HTTP.
	Mount(func(pattern string, h http.Handler))
}

// connect returns the platforms that have credentials in the settings. Those that are not
// to run need no memory.
func (s *service) connect(cfg config.Config, rules func() bot.Rules, held func() error, shared func() bool, memory discord.Memory) ([]platform, error) {
	var all []platform
	policy := func() policy.Policy { return rules().Policy }
	if cfg.Slack.HasCredentials() {
		p, err := slack.New(cfg.Slack, slack.Options{Log: s.log, Policy: policy, Gate: held, Shared: shared})
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if cfg.Discord.HasCredentials() {
		p, err := discord.New(cfg.Discord, discord.Options{Log: s.log, Policy: policy, Memory: memory, Gate: held, Dropped: s.metrics.GatewayDropped})
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// accepted asks the services whether they accept the credentials of the settings, where
// these are others than those in use.
func (r *running) accepted(ctx context.Context, cfg config.Config, rules func() bot.Rules) error {
	all, err := r.connect(cfg, rules, nil, nil, nil)
	if err != nil {
		return err
	}
	now, next := credentials(r.cfg), credentials(cfg)
	var errs []error
	for _, p := range all {
		if now[p.Name()] == next[p.Name()] {
			continue
		}
		if err := p.Accepted(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%s does not accept the new credentials: %w", p.Name(), err))
		}
	}
	return errors.Join(errs...)
}

// acceptedByTencent asks Tencent Chat whether it accepts another key, account or application, if
// these are others than those in use. The question counts in the limit of calls.
func (r *running) acceptedByTencent(ctx context.Context, im config.IM) error {
	now := r.cfg.IM
	if im.Key.Reveal() == now.Key.Reveal() && im.SDKAppID == now.SDKAppID && im.Identifier == now.Identifier &&
		im.Region == now.Region && im.BaseURL == now.BaseURL {
		return nil
	}
	client, err := im.NewClient(r.log, imapi.WithLimitOf(r.api), imapi.WithGate(r.record.Held))
	if err != nil {
		return err
	}
	p, err := client.Within(acceptTime/3).Probe(ctx, "")
	if p.Caller != nil {
		err = p.Caller
	}
	if err != nil {
		return fmt.Errorf("the new settings are not accepted by Tencent Chat: %w", err)
	}
	return nil
}

// credentials returns what is secret of each platform's settings. A Secret that was read
// twice is not the same; its text is.
func credentials(cfg config.Config) map[string]string {
	return map[string]string{
		slack.Name:   fmt.Sprintf("%q %q %q", cfg.Slack.BotToken.Reveal(), cfg.Slack.AppToken.Reveal(), cfg.Slack.SigningSecret.Reveal()),
		discord.Name: fmt.Sprintf("%q %q", cfg.Discord.Token.Reveal(), cfg.Discord.PublicKey),
	}
}
