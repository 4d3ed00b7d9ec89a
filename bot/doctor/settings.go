package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/journal"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
)

// problemsOf gives each problem of the settings, or of the config file, a finding.
func problemsOf(name string, err error) []bot.Finding {
	problems, ok := errors.AsType[bot.Problems](err)
	if !ok {
		return []bot.Finding{failed(bot.Finding{Name: name}, err.Error(), "Correct it, then check again.")}
	}
	var findings []bot.Finding
	for _, p := range problems {
		findings = append(findings, failed(bot.Finding{Name: name}, p.Variable+": "+p.What, sentence(p.Remedy)))
	}
	return findings
}

// sentence makes a sentence of a clause.
func sentence(clause string) string {
	return strings.ToUpper(clause[:1]) + strings.ReplaceAll(clause[1:]+".", "?.", "?")
}

// checkSettings is about settings in which Load found no problem.
func checkSettings(cfg config.Config) []bot.Finding {
	f := bot.Finding{Name: "configuration", Status: bot.IsFine}
	if platforms := cfg.Platforms(); len(platforms) > 0 {
		f.Detail = "the settings can be used; the bot will run in " + strings.Join(platforms, " and ")
		return []bot.Finding{f}
	}
	return []bot.Finding{failed(f, "no platform has credentials, so there is nobody to talk to",
		"Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (or SLACK_SIGNING_SECRET), or DISCORD_TOKEN, or both.")}
}

// ExamineRules checks a config file alone, without settings, credentials or a network: a
// finding for each problem or, if there is none, for each warning and each rule.
func ExamineRules(file string) []bot.Finding {
	rules, err := config.ReadRules(file)
	if err != nil {
		return problemsOf("config file", err)
	}
	f := bot.Finding{Name: "config file", Status: bot.IsFine, Detail: usable(file, rules)}
	return slices.Concat([]bot.Finding{f}, warnings("config file", rules.Warnings), allowed(rules.Policy))
}

// usable is the detail about a file without problems.
func usable(file string, rules bot.Rules) string {
	return fmt.Sprintf("%s can be used; aliases: %d", file, len(rules.Names.Aliases()))
}

// checkRules reads the config file and says who is allowed what: a finding for each
// rule. Where the file cannot be used there are no rules.
func checkRules(cfg config.Config) (bot.Rules, []bot.Finding) {
	rules, err := cfg.Rules()
	if err != nil {
		return bot.Rules{}, append(problemsOf("config file", err),
			bot.Finding{Name: "rules", Status: bot.Unchecked, Detail: "the config file has to be right first"})
	}
	f := bot.Finding{Name: "config file", Status: bot.IsFine, Detail: "there is none, so ALLOWLIST alone says who is allowed"}
	if cfg.PolicyFile != "" {
		f.Detail = usable(cfg.PolicyFile, rules)
	}
	findings := slices.Concat(warnings("configuration", cfg.Doubts(rules)), []bot.Finding{f}, warnings("config file", rules.Warnings), allowed(rules.Policy))
	if len(rules.Policy.Rules) == 0 {
		findings = append(findings, failed(bot.Finding{Name: "rules"}, "nobody is allowed anything",
			"Name somebody in ALLOWLIST, or in a rule of the config file."))
	}
	return rules, findings
}

// warnings gives each warning about a part a finding.
func warnings(part string, all bot.Problems) []bot.Finding {
	var findings []bot.Finding
	for _, w := range all {
		findings = append(findings, bot.Finding{
			Name: part, Status: bot.IsFine, Detail: "warning: " + w.Variable + ": " + w.What, Remedy: sentence(w.Remedy),
		})
	}
	return findings
}

// allowed says who is allowed what.
func allowed(p policy.Policy) []bot.Finding {
	var findings []bot.Finding
	for _, r := range p.Rules {
		findings = append(findings, bot.Finding{Name: r.Name, Status: bot.IsFine, Detail: allows(r)})
	}
	if len(p.Blocked) > 0 {
		findings = append(findings, bot.Finding{Name: "blocked", Status: bot.IsFine, Detail: "nothing is allowed to " + bot.Some(p.Blocked)})
	}
	return findings
}

// allows puts a rule in words.
func allows(r policy.Rule) string {
	which, where := "every command", " on every group"
	if len(r.Commands) > 0 {
		which = bot.Some(r.Commands)
	}
	if len(r.Groups) > 0 {
		where = " on " + bot.Some(r.Groups)
	}
	limits := ""
	if len(r.Channels) > 0 {
		limits += ", in " + bot.Some(r.Channels)
	}
	if r.For > 0 {
		limits += ", for " + grammar.FormatDuration(r.For) + " at most"
	}
	if len(r.Approval) > 0 {
		limits += ", with the approval of " + bot.Some(r.Approval)
	}
	if limits != "" {
		limits += ","
	}
	return which + where + limits + " is allowed to " + bot.Some(r.Allow)
}

// checkDatabase reads the version of the database and whose it is, as a reader, which
// works beside a running bot. That there is nothing in it yet is as it should be.
func checkDatabase(ctx context.Context, cfg config.Config) bot.Finding {
	f := bot.Finding{Name: "database", Status: bot.IsFine, Detail: "there is no journal yet: the bot makes one when it starts"}
	record, err := journal.OpenReader(ctx, cfg.Database.Reveal(), cfg.IM.SDKAppID)
	if err == nil {
		defer record.Close()
		f.Detail = fmt.Sprintf("its version is right, and it belongs to the SDKAppID %d", cfg.IM.SDKAppID)
		return f
	}
	var version *journal.VersionError
	var application *journal.ApplicationError
	var storage *journal.StorageError
	switch {
	case errors.As(err, &version) && version.Have == 0, errors.As(err, &storage) && !storage.Server && isToBeMade(storage.Database):
	case errors.As(err, &version) && version.Have < version.Want:
		f.Detail = fmt.Sprintf("it is of an older liveadmin (schema %d): the bot brings it to schema %d when it starts", version.Have, version.Want)
	case version != nil:
		f = failed(f, fmt.Sprintf("it was made by a newer liveadmin (schema %d, this one knows %d)", version.Have, version.Want),
			"Run that one, or restore an older copy.")
	case errors.As(err, &application):
		f = failed(f, fmt.Sprintf("it belongs to the SDKAppID %s, not to %d", application.Have, application.Want),
			"Correct IM_SDKAPPID, or name another DATABASE_URL.")
	default:
		f = failed(f, err.Error(), "Correct that, or DATABASE_URL.")
	}
	return f
}

// checkWayToDatabase warns of a database server that anyone in between could pretend to be.
func checkWayToDatabase(cfg config.Config) []bot.Finding {
	if verified, err := journal.VerifiesServer(cfg.Database.Reveal()); verified || err != nil {
		return nil // the check of the database says what is wrong with the URL
	}
	return []bot.Finding{{
		Name: "database connection", Status: bot.IsFine,
		Detail: "warning: the certificate of the database server is not verified, and anyone who pretends to be that server decides what the bot does",
		Remedy: "Unless the network in between is yours alone, add sslmode=verify-full to DATABASE_URL.",
	}}
}

// isToBeMade reports whether a database file is not there, and its folder is.
func isToBeMade(file string) bool {
	_, err := os.Stat(file)
	folder, missing := os.Stat(filepath.Dir(file))
	return file != "" && errors.Is(err, fs.ErrNotExist) && missing == nil && folder.IsDir()
}
