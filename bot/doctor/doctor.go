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

// patience is how long the check waits for one call to a chat platform, for the calls to
// Tencent Chat together, repetitions included, and for everything about one service.
type patience struct{ call, tencent, service time.Duration }

// Examine checks the settings in the working directory and environ, and asks each
// service whether it takes them. It returns a finding for each thing, in a fixed order,
// and changes nothing. group is the live group to read; empty: the first of the rules file.
func Examine(ctx context.Context, environ []string, group string) []bot.Finding {
	return examine(ctx, environ, group, patience{call: 5 * time.Second, tencent: 8 * time.Second, service: 12 * time.Second})
}

func examine(ctx context.Context, environ []string, group string, waits patience) []bot.Finding {
	cfg, err := config.Load(".", environ)
	if err != nil {
		findings := problemsOf("configuration", err)
		for _, name := range []string{"config file", "Tencent Chat", "Slack", "Discord", "database"} {
			findings = append(findings, bot.Finding{Name: name, Status: bot.Unchecked, Detail: "the configuration has to be right first"})
		}
		return findings
	}
	rules, findings := checkRules(cfg)
	log, policy := slog.New(slog.DiscardHandler), func() policy.Policy { return rules.Policy }
	return slices.Concat(checkSettings(cfg), findings, sideBySide(ctx, waits.service,
		func(ctx context.Context) []bot.Finding {
			return checkTencent(ctx, cfg.IM, group, rules.Names, waits.tencent)
		},
		func(ctx context.Context) []bot.Finding {
			return checkPlatform(ctx, "Slack", "SLACK_BOT_TOKEN", cfg.Slack.HasCredentials(), func() (platform, error) {
				return slack.New(cfg.Slack, slack.Options{Log: log, Policy: policy, CallTime: waits.call, Accounts: rules.Names.Accounts()})
			})
		},
		func(ctx context.Context) []bot.Finding {
			return checkPlatform(ctx, "Discord", "DISCORD_TOKEN", cfg.Discord.HasCredentials(), func() (platform, error) {
				return discord.New(cfg.Discord, discord.Options{Log: log, Policy: policy, CallTime: waits.call, Accounts: rules.Names.Accounts()})
			})
		},
		func(ctx context.Context) []bot.Finding {
			return append(checkWayToDatabase(cfg), checkDatabase(ctx, cfg))
		},
	))
}

// sideBySide runs parts of the check at the same time, and returns their findings in
// the order of the parts.
func sideBySide(ctx context.Context, each time.Duration, parts ...func(context.Context) []bot.Finding) []bot.Finding {
	found := make([][]bot.Finding, len(parts))
	var asked sync.WaitGroup
	for i, part := range parts {
		asked.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, each)
			defer cancel()
			found[i] = part(ctx)
		})
	}
	asked.Wait()
	return slices.Concat(found...)
}

// platform is a chat platform that can be checked.
type platform interface {
	Check(context.Context) []bot.Finding
}

// checkPlatform asks a platform, if it has credentials.
func checkPlatform(ctx context.Context, name, token string, used bool, build func() (platform, error)) []bot.Finding {
	if !used {
		return []bot.Finding{{Name: name, Status: bot.Unchecked, Detail: token + " is not set"}}
	}
	p, err := build()
	if err != nil {
		return []bot.Finding{failed(bot.Finding{Name: name}, err.Error(), "Correct the settings of "+name+".")}
	}
	return p.Check(ctx)
}

// failed is a thing that is not as it has to be.
func failed(f bot.Finding, detail, remedy string) bot.Finding {
	f.Status, f.Detail, f.Remedy = bot.IsWrong, detail, remedy
	return f
}
