package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
)

// How long the check waits for one call, and for everything about one service.
const (
	checkCallTime = 5 * time.Second
	checkPartTime = 12 * time.Second
)

// check looks at the settings, asks every service whether it takes them, and says
// what to do about what is wrong. It changes nothing, also beside a running bot.
func check(ctx context.Context, args, environ []string, std streams) int {
	var asked checkArgs
	if err := asked.parse(args); err != nil {
		fmt.Fprintf(std.err, "liveadmin check: %v\n%s", err, usage)
		return exitUsage
	}
	findings := examine(ctx, environ, asked.group)
	fine := !slices.ContainsFunc(findings, func(f bot.Finding) bool { return f.Verdict == bot.IsWrong })
	if err := asked.show(std.out, fine, findings); err != nil {
		fmt.Fprintln(std.err, "writing the output:", err)
		return exitFailed
	}
	if !fine {
		return exitFailed
	}
	return exitOK
}

// checkArgs are the arguments of check.
type checkArgs struct {
	group string
	json  bool
}

func (c *checkArgs) parse(args []string) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.group, "group", "", "")
	flags.BoolVar(&c.json, "json", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument: %q", flags.Arg(0))
	}
	return nil
}

// show writes a line for each finding, or all as one object of JSON.
func (c *checkArgs) show(out io.Writer, fine bool, findings []bot.Finding) error {
	if c.json {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			OK     bool          `json:"ok"`
			Checks []bot.Finding `json:"checks"`
		}{fine, findings})
	}
	for _, f := range findings {
		text := f.Name + ": " + f.Detail
		if f.Remedy != "" {
			text += ". " + f.Remedy
		}
		if _, err := fmt.Fprintf(out, "%-11s  %s\n", f.Verdict, terminal.Visible(text)); err != nil {
			return err
		}
	}
	return nil
}

// examine checks everything, in a fixed order. The services are asked side by side.
func examine(ctx context.Context, environ []string, group string) []bot.Finding {
	cfg, err := config.Load(".", environ)
	if err != nil {
		findings := problemsOf("configuration", err)
		for _, name := range []string{"config file", "Tencent Chat", "Slack", "Discord", "database"} {
			findings = append(findings, bot.Finding{Name: name, Verdict: bot.Unchecked, Detail: "the configuration has to be right first"})
		}
		return findings
	}
	rules, findings := checkRules(cfg)
	return slices.Concat(checkSettings(cfg), findings, sideBySide(ctx,
		func(ctx context.Context) []bot.Finding { return checkTencent(ctx, cfg.IM, group, rules.Names) },
		func(ctx context.Context) []bot.Finding { return checkSlack(ctx, cfg.Slack, rules.Policy) },
		func(ctx context.Context) []bot.Finding { return checkDiscord(ctx, cfg.Discord) },
		func(ctx context.Context) []bot.Finding { return []bot.Finding{checkDatabase(ctx, cfg)} },
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

func checkSlack(ctx context.Context, c config.Slack, policy commands.Policy) []bot.Finding {
	if !c.HasCredentials() {
		return []bot.Finding{{Name: "Slack", Verdict: bot.Unchecked, Detail: "SLACK_BOT_TOKEN is not set"}}
	}
	s, err := slack.New(slack.Config(c), slack.Options{
		Log: slog.New(slog.DiscardHandler), Policy: func() commands.Policy { return policy }, CallTime: checkCallTime,
	})
	if err != nil {
		return []bot.Finding{failed(bot.Finding{Name: "Slack"}, err.Error(), "Correct the settings of Slack.")}
	}
	return s.Check(ctx)
}

func checkDiscord(ctx context.Context, c config.Discord) []bot.Finding {
	if !c.HasCredentials() {
		return []bot.Finding{{Name: "Discord", Verdict: bot.Unchecked, Detail: "DISCORD_TOKEN is not set"}}
	}
	d, err := discord.New(discord.Config(c), discord.Options{Log: slog.New(slog.DiscardHandler), CallTime: checkCallTime})
	if err != nil {
		return []bot.Finding{failed(bot.Finding{Name: "Discord"}, err.Error(), "Correct the settings of Discord.")}
	}
	return d.Check(ctx)
}

// failed is a thing that is not as it has to be.
func failed(f bot.Finding, detail, remedy string) bot.Finding {
	f.Verdict, f.Detail, f.Remedy = bot.IsWrong, detail, remedy
	return f
}
