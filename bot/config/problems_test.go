package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/imapi"
)

// problems loads a configuration that has some.
func problems(t *testing.T, dir string, env map[string]string) bot.Problems {
	t.Helper()
	c, err := config.Load(dir, environ(env))
	var found bot.Problems
	if !errors.As(err, &found) {
		t.Fatalf("Load gave %+v and error %v, want Problems", c, err)
	}
	for _, p := range found {
		if p.Variable == "" || p.What == "" || p.Remedy == "" {
			t.Errorf("%#v has a gap", p)
		}
	}
	return found
}

// TestOneProblem: each row makes exactly one problem, which quotes the value
// (unless shown is empty) and gives the remedy.
func TestOneProblem(t *testing.T) {
	regions := strings.Join(imapi.Regions(), ", ")
	tests := []struct {
		name, variable string
		env            map[string]string
		shown, remedy  string
	}{
		{"no SDKAppID", "IM_SDKAPPID", with("IM_SDKAPPID="), "is not set", "console"},
		{"SDKAppID is no number", "IM_SDKAPPID", with("IM_SDKAPPID=14000x"), `"14000x"`, "1400000000"},
		{"SDKAppID is zero", "IM_SDKAPPID", with("IM_SDKAPPID=0"), `"0"`, "1400000000"},
		{"SDKAppID is negative", "IM_SDKAPPID", with("IM_SDKAPPID=-3"), `"-3"`, "1400000000"},
		{"SDKAppID is huge", "IM_SDKAPPID", with("IM_SDKAPPID=9223372036854775808"), `"9223372036854775808"`, "1400000000"},
		{"control characters are made visible", "IM_SDKAPPID", with("IM_SDKAPPID=\x1b[2J\u202e\t"), `"\x1b[2J\u202e\t"`, "1400000000"},
		{"no key", "IM_SECRET_KEY", with("IM_SECRET_KEY="), "is not set", "console"},
		{"key with a space", "IM_SECRET_KEY", with("IM_SECRET_KEY=ab cd"), "has a space", "again"},
		{"identifier too long", "IM_IDENTIFIER", with("IM_IDENTIFIER=" + strings.Repeat("a", 33)), "the UserID is too long", "at most 32"},
		{"identifier not ASCII", "IM_IDENTIFIER", with("IM_IDENTIFIER=админ"), `"админ"`, "ASCII"},
		{"no region", "IM_REGION", with("IM_REGION="), "is not set", regions},
		{"unknown region", "IM_REGION", with("IM_REGION=singapur"), `"singapur"`, regions},
		{"unknown region beside a base URL", "IM_REGION", with("IM_REGION=mars", "IM_BASE_URL=https://a.test"), `"mars"`, regions},
		{"base URL without TLS", "IM_BASE_URL", with("IM_BASE_URL=http://a.test"), `"http://a.test"`, "https://"},
		{"base URL alone and bad", "IM_BASE_URL", with("IM_REGION=", "IM_BASE_URL=a.test"), `"a.test"`, "https://"},
		{"base URL with a password", "IM_BASE_URL", with("IM_BASE_URL=https://u:pass@a.test"), "not shown, because it may hold a password) must not hold a user", "https://"},
		{"rate of zero", "IM_RATE_LIMIT", with("IM_RATE_LIMIT=0"), `"0"`, "1 to 200"},
		{"rate over the cap", "IM_RATE_LIMIT", with("IM_RATE_LIMIT=201"), `"201"`, "1 to 200"},
		{"rate is no number", "IM_RATE_LIMIT", with("IM_RATE_LIMIT=fast"), `"fast"`, "1 to 200"},

		{"unknown language", "CHAT_LANGUAGE", with("CHAT_LANGUAGE=ko-KR"), `"ko-KR"`, "zh-Hant"},

		{"bot token of another kind", "SLACK_BOT_TOKEN", with("SLACK_BOT_TOKEN=xoxp-1", "SLACK_APP_TOKEN=xapp-1"), "does not begin with xoxb-", "copy"},
		{"app token of another kind", "SLACK_APP_TOKEN", with("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xoxb-1"), "does not begin with xapp-", "copy"},
		{"signing secret with a line break", "SLACK_SIGNING_SECRET", with("SLACK_BOT_TOKEN=xoxb-1", "SLACK_SIGNING_SECRET=a\nb"), "has a line break", "on one line"},
		{"bot token alone", "SLACK_BOT_TOKEN", with("SLACK_BOT_TOKEN=xoxb-1"), "without a way", "SLACK_SIGNING_SECRET"},
		{"app token alone", "SLACK_APP_TOKEN", with("SLACK_APP_TOKEN=xapp-1"), "without SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"},
		{"signing secret alone", "SLACK_SIGNING_SECRET", with("SLACK_SIGNING_SECRET=s"), "without SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"},
		{"Slack URL of another scheme", "SLACK_API_URL", with("SLACK_API_URL=ftp://a.test/"), `"ftp://a.test/"`, "https://slack.com/api/"},
		{"Slack URL in the clear", "SLACK_API_URL", with("SLACK_API_URL=http://a.test/api/"), `"http://a.test/api/"`, "https://slack.com/api/"},
		{"Discord URL in the clear", "DISCORD_API_URL", with("DISCORD_API_URL=http://10.0.0.1"), `"http://10.0.0.1"`, "https://discord.com"},
		{"Slack URL without a host", "SLACK_API_URL", with("SLACK_API_URL=https:///api/"), `"https:///api/"`, "https://slack.com/api/"},
		{"Slack URL with a query", "SLACK_API_URL", with("SLACK_API_URL=https://a.test/?token=1"), "(not shown, because it may hold a password) must not have a query", "https://slack.com/api/"},
		{"Slack URL with a user", "SLACK_API_URL", with("SLACK_API_URL=https://u@a.test/"), "(not shown, because it may hold a password) must not hold a user", "https://slack.com/api/"},

		{"Discord token with a space", "DISCORD_TOKEN", with("DISCORD_TOKEN=Bot abc"), "has a space", "again"},
		{"public key too short", "DISCORD_PUBLIC_KEY", with("DISCORD_TOKEN=t", "DISCORD_PUBLIC_KEY=abcd"), `"abcd"`, "64 hexadecimal digits"},
		{"public key not hexadecimal", "DISCORD_PUBLIC_KEY", with("DISCORD_TOKEN=t", "DISCORD_PUBLIC_KEY="+strings.Repeat("xy", 32)), "not shown", "64 hexadecimal digits"},
		{"public key without a token", "DISCORD_PUBLIC_KEY", with("DISCORD_PUBLIC_KEY=" + strings.Repeat("ab", 32)), "without DISCORD_TOKEN", "set DISCORD_TOKEN"},
		{"server by name", "DISCORD_GUILD_ID", with("DISCORD_GUILD_ID=my server"), `"my server"`, "Copy Server ID"},
		{"Discord URL with a path", "DISCORD_API_URL", with("DISCORD_API_URL=https://a.test/api"), `"https://a.test/api"`, "scheme://host"},
		{"Discord URL without a scheme", "DISCORD_API_URL", with("DISCORD_API_URL=a.test:80"), `"a.test:80"`, "scheme://host"},

		{"database of another kind", "DATABASE_URL", with("DATABASE_URL=mysql://h/d"), "no URL of a database", "sqlite://FILE"},
		{"database without a scheme", "DATABASE_URL", with("DATABASE_URL=live.db"), "no URL of a database", "sqlite://FILE"},
		{"database without a name", "DATABASE_URL", with("DATABASE_URL=sqlite://"), "no URL of a database", "sqlite://FILE"},
		{"database with a port that is none", "DATABASE_URL", with("DATABASE_URL=postgres://u:pass@h:port/d"), "cannot be understood", "postgres://USER"},
		{"database in memory", "DATABASE_URL", with("DATABASE_URL=sqlite://:memory:"), "in memory", "sqlite://FILE"},
		{"address without a port", "HTTP_ADDR", with("HTTP_ADDR=localhost"), `"localhost"`, "127.0.0.1:8080"},
		{"address with a named port", "HTTP_ADDR", with("HTTP_ADDR=localhost:http"), `"localhost:http"`, "127.0.0.1:8080"},
		{"address with a port that is too high", "HTTP_ADDR", with("HTTP_ADDR=:65536"), `":65536"`, "127.0.0.1:8080"},
		{"address that is a URL", "HTTP_ADDR", with("HTTP_ADDR=http://localhost:80"), `"http://localhost:80"`, "127.0.0.1:8080"},
		{"address with a space", "HTTP_ADDR", with("HTTP_ADDR= localhost:80"), `" localhost:80"`, "127.0.0.1:8080"},
		{"unknown level", "LOG_LEVEL", with("LOG_LEVEL=warning"), `"warning"`, "debug, info, warn or error"},
		{"unknown format", "LOG_FORMAT", with("LOG_FORMAT=xml"), `"xml"`, "text or json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := problems(t, t.TempDir(), tt.env)
			if len(found) != 1 {
				t.Fatalf("got %d problems, want one:\n%v", len(found), found)
			}
			p := found[0]
			if p.Variable != tt.variable || !strings.Contains(p.What, tt.shown) || !strings.Contains(p.Remedy, tt.remedy) {
				t.Errorf("got %q, want %s, %q and %q", p, tt.variable, tt.shown, tt.remedy)
			}
			if strings.Contains(p.String(), "pass@") {
				t.Errorf("%q shows a password", p)
			}
		})
	}
}

// TestEverythingToRun: what only a start of the bot needs is reported at once with the rest.
func TestEverythingToRun(t *testing.T) {
	const platform, file = "SLACK_BOT_TOKEN", "liveadmin.yaml:1:1"
	tests := []struct {
		name, yaml string
		env        map[string]string
		variables  []string
	}{
		{"nothing is wrong", "contact: Sam", with("DISCORD_TOKEN=t"), nil},
		{"no platform", "", minimal(), []string{platform}},
		{"a platform that is set badly", "", with("SLACK_APP_TOKEN=xapp-1"), []string{"SLACK_APP_TOKEN"}},
		{"a platform's file that is not there", "", with("DISCORD_TOKEN_FILE=/nowhere"), []string{"DISCORD_TOKEN"}},
		{"a broken policy file", "contacts: Sam", with("DISCORD_TOKEN=t"), []string{file}},
		{"all of it", "contacts: Sam", map[string]string{"LOG_LEVEL": "loud"},
			[]string{"IM_SDKAPPID", "IM_SECRET_KEY", "IM_REGION", platform, "LOG_LEVEL", file}},
		{"a policy file that has no name", "contacts: Sam", with("DISCORD_TOKEN=t", "LIVEADMIN_CONFIG=a\nb"), []string{"LIVEADMIN_CONFIG"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := write(t, dir, "liveadmin.yaml", tt.yaml)
			_, err := config.LoadToRun(dir, environ(tt.env))
			var found bot.Problems
			if err != nil && !errors.As(err, &found) {
				t.Fatalf("error %v, want Problems", err)
			}
			var variables []string
			for _, p := range found {
				variables = append(variables, strings.ReplaceAll(p.Variable, path, "liveadmin.yaml"))
			}
			if !slices.Equal(variables, tt.variables) {
				t.Errorf("problems of %q, want of %q:\n%v", variables, tt.variables, err)
			}
		})
	}
}

func TestAllowlistProblems(t *testing.T) {
	const all = "slack:user:U024BE7LH or slack:usergroup:S0614TZR7 or discord:user:80351110224678912 or discord:role:165511591545143296"
	tests := []struct {
		name, entry, remedy string
	}{
		{"a name", "alice", all},
		{"Slack user by name", "slack:user:@alice", "slack:user:U024BE7LH"},
		{"Slack user in lower case", "slack:user:u024be7lh", "slack:user:U024BE7LH"},
		{"Slack channel as a user", "slack:user:C024BE91L", "slack:user:U024BE7LH"},
		{"Slack user as a group", "slack:usergroup:U024BE7LH", "slack:usergroup:S0614TZR7"},
		{"Slack user without an ID", "slack:user:", "slack:user:U024BE7LH"},
		{"Discord user by name", "discord:user:alice", "discord:user:80351110224678912"},
		{"Discord role in other digits", "discord:role:١٢٣", "discord:role:165511591545143296"},
		{"zero-width character", "slack:user:U024\u200bBE7LH", "slack:user:U024BE7LH"},
		{"unknown platform", "irc:user:1", all},
		{"upper case", "SLACK:USER:U024BE7LH", all},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := problems(t, t.TempDir(), with("ALLOWLIST=slack:user:U1,"+tt.entry+" discord:role:1"))
			if len(found) != 1 || found[0].Variable != "ALLOWLIST" || found[0].Remedy != "write it like "+tt.remedy {
				t.Fatalf("got %q, want one problem with %q", found, tt.remedy)
			}
			visible := strings.ReplaceAll(tt.entry, "\u200b", `\u200b`)
			if !strings.Contains(found[0].What, `"`+visible+`"`) {
				t.Errorf("%q does not quote the entry", found[0])
			}
		})
	}
}

func TestEveryProblemAtOnceInOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".env", "LOG_FORMAT=xml\nthis is no setting\nHTTP_ADR=:1\n")
	found := problems(t, dir, map[string]string{
		"LOG_LEVEL": "loud", "ALLOWLIST": "alice bob", "IM_SDKAPPID": "x", "SLACK_APP_TOKEN": "xoxb-1", "DISCORD_PUBLIC_KEY": "1",
	})
	var got []string
	for _, p := range found {
		got = append(got, p.Variable)
	}
	want := []string{
		".env", "IM_SDKAPPID", "IM_SECRET_KEY", "IM_REGION", "SLACK_APP_TOKEN", "SLACK_APP_TOKEN",
		"DISCORD_PUBLIC_KEY", "DISCORD_PUBLIC_KEY", "ALLOWLIST", "ALLOWLIST", "HTTP_ADDR", "LOG_LEVEL", "LOG_FORMAT",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if lines := strings.Split(found.Error(), "\n"); len(lines) != len(want) {
		t.Errorf("%d lines for %d problems:\n%v", len(lines), len(want), found)
	}
}

func TestErrorIsALineEach(t *testing.T) {
	got := bot.Problems{{Variable: "A", What: "is bad", Remedy: "mend it"}, {Variable: "B", What: "is worse", Remedy: "remove it"}}.Error()
	if want := "A: is bad: mend it\nB: is worse: remove it"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestBadCountsAsSet: one slip makes one problem, not also "is not set".
func TestBadCountsAsSet(t *testing.T) {
	found := problems(t, t.TempDir(), with("IM_SECRET_KEY=", "IM_SECRET_KEY_FILE=/nowhere/key",
		"SLACK_BOT_TOKEN=bad", "SLACK_APP_TOKEN=xapp-1", "DISCORD_TOKEN=b d", "DISCORD_PUBLIC_KEY="+strings.Repeat("ab", 32)))
	var got []string
	for _, p := range found {
		got = append(got, p.Variable)
	}
	if want := []string{"IM_SECRET_KEY", "SLACK_BOT_TOKEN", "DISCORD_TOKEN"}; !slices.Equal(got, want) {
		t.Errorf("got %v", found)
	}
}
