package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"liveadmin/bot"
	"liveadmin/bot/journal"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// noLevel takes the place of a log level that is none.
const noLevel = slog.Level(-1)

// check finds everything that is wrong, and writes regions and formats as the rest of the
// program knows them. What it says of a value goes on behind the value.
func (c *Config) check() bot.Problems {
	p := slices.Concat(c.IM.check(), c.Slack.Validate(), c.Discord.Validate(), c.checkHTTPAddr())
	for _, entry := range c.Allowlist {
		if remedy := entryRemedy(entry, callerForms); remedy != "" {
			p.Add("ALLOWLIST", shown(entry)+" names nobody", remedy)
		}
	}
	p.Check("DATABASE_URL", checkDatabase(c.Database.Reveal()), "write sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE")
	if levels := []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}; !slices.Contains(levels, c.LogLevel) {
		p.Add("LOG_LEVEL", "is no log level", "write debug, info, warn or error")
	}
	if l, ok := languageOf(string(c.Language)); ok {
		c.Language = l
	} else {
		p.Add("CHAT_LANGUAGE", "is no language of liveadmin", "write "+commands.LanguageNames())
	}
	if c.LogFormat = strings.ToLower(c.LogFormat); c.LogFormat != "text" && c.LogFormat != "json" {
		p.Add("LOG_FORMAT", "is no log format", "write text or json")
	}
	return p
}

// languageOf reads the name of a language, in any case.
func languageOf(name string) (commands.Language, bool) {
	i := slices.IndexFunc(commands.Languages, func(l commands.Language) bool { return strings.EqualFold(string(l), name) })
	if i < 0 {
		return "", false
	}
	return commands.Languages[i], true
}

func (im *IM) check() bot.Problems {
	var p bot.Problems
	const unset, console = "is not set", "copy the %s of the application from the Chat console"
	if im.SDKAppID == 0 {
		p.Add("IM_SDKAPPID", unset, fmt.Sprintf(console, "SDKAppID"))
	} else if im.SDKAppID < 0 {
		p.Add("IM_SDKAPPID", "is no SDKAppID", "write a number like 1400000000, from the Chat console")
	}
	if im.Key.Empty() {
		p.Add("IM_SECRET_KEY", unset, fmt.Sprintf(console, "key"))
	}
	p.Check("IM_SECRET_KEY", im.Key.CheckToken(""), fmt.Sprintf(console, "key")+" again")
	if _, err := imapi.ParseUserID(im.Identifier); err != nil {
		p.Add("IM_IDENTIFIER", fmt.Sprintf("is no account name (%v)", err),
			fmt.Sprintf("name an app administrator account: at most %d letters, digits and other ASCII characters", imapi.MaxUserIDBytes))
	}
	region, err := imapi.ParseRegion(im.Region)
	regions := "write the application's region: " + strings.Join(imapi.Regions(), ", ")
	if im.Region == "" && im.BaseURL == "" {
		p.Add("IM_REGION", unset, regions)
	} else if im.Region != "" && err != nil {
		p.Add("IM_REGION", "is no region", regions)
	}
	im.Region = string(region)
	if im.BaseURL != "" {
		_, err := imapi.ParseBaseURL(im.BaseURL)
		p.Check("IM_BASE_URL", err, "write a URL like https://gateway.example.com, or remove IM_BASE_URL")
	}
	if im.RateLimit < imapi.MinRateLimit || im.RateLimit > imapi.MaxRateLimit {
		p.Add("IM_RATE_LIMIT", "is no rate limit", fmt.Sprintf("write a number of calls a second from %d to %d", imapi.MinRateLimit, imapi.MaxRateLimit))
	}
	return p
}

// checkDatabase lets the journal judge what follows the scheme.
func checkDatabase(url string) error {
	scheme, rest, _ := strings.Cut(url, "://")
	if rest == "" || scheme != "sqlite" && scheme != "postgres" && scheme != "postgresql" {
		return errors.New("is no URL of a database")
	}
	if bad, ok := errors.AsType[*journal.URLError](journal.CheckURL(url)); ok {
		return fmt.Errorf("cannot be used: %s", bad.Problem)
	}
	return nil
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9._-]*$`)

func (c *Config) checkHTTPAddr() bot.Problems {
	var p bot.Problems
	host, port, err := net.SplitHostPort(c.HTTPAddr)
	_, notIP := netip.ParseAddr(host)
	_, notPort := strconv.ParseUint(port, 10, 16)
	if err != nil || notPort != nil || notIP != nil && !hostName.MatchString(host) {
		p.Add("HTTP_ADDR", shown(c.HTTPAddr)+" is no address to listen on", "write host:port, like 127.0.0.1:8080, or :8080 for every interface")
	}
	return p
}

// idForm is a way to name callers or channels.
type idForm struct {
	prefix  string
	id      *regexp.Regexp
	example string
}

var number = regexp.MustCompile(`^[0-9]+$`)

// callerForms are the ways to name callers. Slack's user IDs begin with U or W, its
// group IDs with S; Discord's IDs are numbers.
var callerForms = []idForm{
	{"slack:user:", regexp.MustCompile(`^[UW][A-Z0-9]+$`), "slack:user:U024BE7LH"},
	{"slack:usergroup:", regexp.MustCompile(`^S[A-Z0-9]+$`), "slack:usergroup:S0614TZR7"},
	{"discord:user:", number, "discord:user:80351110224678912"},
	{"discord:role:", number, "discord:role:165511591545143296"},
}

// channelForms are the ways to name channels.
var channelForms = []idForm{
	{"slack:", regexp.MustCompile(`^[CGD][A-Z0-9]+$`), "slack:C024BE91L"},
	{"discord:", number, "discord:165511591545143296"},
}

// entryRemedy is how an entry should look, or empty if it does.
func entryRemedy(entry string, forms []idForm) string {
	var examples []string
	for _, form := range forms {
		id, ok := strings.CutPrefix(entry, form.prefix)
		if ok && form.id.MatchString(id) {
			return ""
		}
		if ok {
			return "write it like " + form.example
		}
		examples = append(examples, form.example)
	}
	return "write it like " + strings.Join(examples, " or ")
}
