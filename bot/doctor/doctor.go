// Package doctor finds out whether the settings are right and the services answer, and
// what to do about what is wrong. It prints nothing.
package doctor

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/commands/policy"
)

// How long the check waits for one call, and for everything about one service.
const (
	checkCallTime = 5 * time.Second
	checkPartTime = 12 * time.Second
)

// Examine checks the settings in the working directory and environ, and asks each
// service whether it takes them. It returns a finding for each thing, in a fixed order,
// and changes nothing. group is the live group to read; empty: the first of the rules file.
func Examine(ctx context.Context, environ []string, group string) []bot.Finding {
	cfg, err := config.Load(".", environ)
	if err != nil {
		findings := problemsOf("configuration", err)
		for _, name := range []string{"config file", "Tencent Chat", "Slack", "Discord", "database"} {
			findings = append(findings, bot.Finding{Name: name, Status: bot.Unchecked, Detail: "the configuration has to be right first"})
		}
		return findings
	}
	rules, findings := checkRules(cfg)
	return slices.Concat(checkSettings(cfg), findings, sideBySide(ctx,
		func(ctx context.Context) []bot.Finding { return checkTencent(ctx, cfg.IM, group, rules.Names) },
		func(ctx context.Context) []bot.Finding { return checkSlack(ctx, cfg.Slack, rules.Policy) },
		func(ctx context.Context) []bot.Finding { return checkDiscord(ctx, cfg.Discord, rules.Policy) },
		func(ctx context.Context) []bot.Finding {
			return append(checkWayToDatabase(cfg), checkDatabase(ctx, cfg))
		},
	))
}

// sideBySide runs parts of the check at the same time, and returns their findings in
// the order of the parts.
func sideBySide(ctx context.Context, parts ...func(context.Context) []bot.Finding) []bot.Finding {
	found := make([][]bot.Finding, len(parts))
	var asked sync.WaitGroup
	for i, part := range parts {
		asked.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, checkPartTime)
			defer cancel()
			found[i] = part(ctx)
		})
	}
	asked.Wait()
	return slices.Concat(found...)
}

func checkSlack(ctx context.Context, c slack.Config, rules policy.Policy) []bot.Finding {
	if !c.HasCredentials() {
		return []bot.Finding{{Name: "Slack", Status: bot.Unchecked, Detail: "SLACK_BOT_TOKEN is not set"}}
	}
	s, err := slack.New(c, slack.Options{
		Log: slog.New(slog.DiscardHandler), Policy: func() policy.Policy { return rules }, CallTime: checkCallTime,
	})
	if err != nil {
		return []bot.Finding{failed(bot.Finding{Name: "Slack"}, err.Error(), "Correct the settings of Slack.")}
	}
	return s.Check(ctx)
}

func checkDiscord(ctx context.Context, c discord.Config, rules policy.Policy) []bot.Finding {
	if !c.HasCredentials() {
		return []bot.Finding{{Name: "Discord", Status: bot.Unchecked, Detail: "DISCORD_TOKEN is not set"}}
	}
	d, err := discord.New(c, discord.Options{
		Log: slog.New(slog.DiscardHandler), Policy: func() policy.Policy { return rules }, CallTime: checkCallTime,
	})
	if err != nil {
		return []bot.Finding{failed(bot.Finding{Name: "Discord"}, err.Error(), "Correct the settings of Discord.")}
	}
	return d.Check(ctx)
}

// failed is a thing that is not as it has to be.
func failed(f bot.Finding, detail, remedy string) bot.Finding {
	f.Status, f.Detail, f.Remedy = bot.IsWrong, detail, remedy
	return f
}
