package config_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// minimal is the least that is no problem.
func minimal() map[string]string {
	return map[string]string{"IM_SDKAPPID": "1400000000", "IM_SECRET_KEY": "the-key", "IM_REGION": "singapore"}
}

// with returns minimal with some variables set, or taken away by an empty value.
func with(pairs ...string) map[string]string {
	env := minimal()
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}

func environ(values map[string]string) []string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, name+"="+value)
	}
	return pairs
}

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, dir string, env map[string]string) config.Config {
	t.Helper()
	c, err := config.Load(dir, environ(env))
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	dir := t.TempDir()
	got := load(t, dir, minimal())
	want := config.Config{
		IM: config.IM{
			SDKAppID: 1400000000, Key: imapi.NewSecret("the-key"), Identifier: "administrator",
			Region: "singapore", RateLimit: imapi.DefaultRateLimit,
		},
		PolicyAwaited: filepath.Join(dir, "liveadmin.yaml"), Database: imapi.NewSecret("sqlite://liveadmin.db"),
		HTTPAddr: "127.0.0.1:8080", LogLevel: slog.LevelInfo, LogFormat: "text", Language: commands.English,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEverythingSet(t *testing.T) {
	key := strings.Repeat("0aF1", 16)
	got := load(t, t.TempDir(), map[string]string{
		"IM_SDKAPPID": "20000001", "IM_SECRET_KEY": "k", "IM_IDENTIFIER": "bot account", "IM_REGION": "Seoul",
		"IM_BASE_URL": "http://127.0.0.1:99/prefix", "IM_RATE_LIMIT": "200",
		"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "sign", "SLACK_API_URL": "https://slack.test/api",
		"DISCORD_TOKEN": "tok.en", "DISCORD_PUBLIC_KEY": key, "DISCORD_GUILD_ID": "42", "DISCORD_API_URL": "http://[::1]:7/",
		"ALLOWLIST":     " slack:user:U024BE7LH, slack:user:W1\tslack:usergroup:S0614TZR7,,discord:user:1\u00a0discord:role:2 ",
		"CHAT_LANGUAGE": "zh-hant", "LIVEADMIN_CONFIG": "/etc/rules.yaml", "DATABASE_URL": "postgres://u:p@h/d", "HTTP_ADDR": ":0", "LOG_LEVEL": "WARN", "LOG_FORMAT": "JSON",
	})
	want := config.Config{
		IM: config.IM{
			SDKAppID: 20000001, Key: imapi.NewSecret("k"), Identifier: "bot account", Region: "seoul",
			BaseURL: "http://127.0.0.1:99/prefix", RateLimit: 200,
		},
		Slack: slack.Config{
			BotToken: imapi.NewSecret("xoxb-1"), AppToken: imapi.NewSecret("xapp-1"),
			SigningSecret: imapi.NewSecret("sign"), APIURL: "https://slack.test/api",
		},
		Discord:    discord.Config{Token: imapi.NewSecret("tok.en"), PublicKey: key, GuildID: "42", APIURL: "http://[::1]:7/"},
		Allowlist:  []string{"slack:user:U024BE7LH", "slack:user:W1", "slack:usergroup:S0614TZR7", "discord:user:1", "discord:role:2"},
		PolicyFile: "/etc/rules.yaml", Database: imapi.NewSecret("postgres://u:p@h/d"), HTTPAddr: ":0",
		LogLevel: slog.LevelWarn, LogFormat: "json", Language: "zh-Hant",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEveryRegionIsTaken(t *testing.T) {
	for _, region := range imapi.Regions() {
		if c := load(t, t.TempDir(), with("IM_REGION="+region)); c.IM.Region != region {
			t.Errorf("IM_REGION=%s gave %q", region, c.IM.Region)
		}
	}
}

func TestOtherAcceptedValues(t *testing.T) {
	tests := []struct {
		name string
		env  map[string]string
		get  func(config.Config) any
		want any
	}{
		{"a base URL needs no region", with("IM_REGION=", "IM_BASE_URL=https://gateway.test"),
			func(c config.Config) any { return c.IM.BaseURL }, "https://gateway.test"},
		{"postgresql scheme", with("DATABASE_URL=postgresql://h/d"),
			func(c config.Config) any { return c.Database.Reveal() }, "postgresql://h/d"},
		{"Slack URL with its slash", with("SLACK_API_URL=https://slack.test/api/"),
			func(c config.Config) any { return c.Slack.APIURL }, "https://slack.test/api/"},
		{"Slack URL without a path", with("SLACK_API_URL=https://slack.test"),
			func(c config.Config) any { return c.Slack.APIURL }, "https://slack.test"},
		{"listening on IPv6", with("HTTP_ADDR=[::1]:8080"),
			func(c config.Config) any { return c.HTTPAddr }, "[::1]:8080"},
		{"listening by name", with("HTTP_ADDR=localhost:65535"),
			func(c config.Config) any { return c.HTTPAddr }, "localhost:65535"},
		{"lowest rate", with("IM_RATE_LIMIT=1"),
			func(c config.Config) any { return c.IM.RateLimit }, 1},
		{"debug level", with("LOG_LEVEL=debug"),
			func(c config.Config) any { return c.LogLevel }, slog.LevelDebug},
		{"error level", with("LOG_LEVEL=error"),
			func(c config.Config) any { return c.LogLevel }, slog.LevelError},
		{"an allowlist of separators names nobody", with("ALLOWLIST= , "),
			func(c config.Config) any { return len(c.Allowlist) }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.get(load(t, t.TempDir(), tt.env)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestPlatforms(t *testing.T) {
	tests := []struct {
		name string
		env  map[string]string
		want []string
	}{
		{"none", with(), nil},
		{"Slack in Socket Mode", with("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1"), []string{"slack"}},
		{"Slack over HTTP", with("SLACK_BOT_TOKEN=xoxb-1", "SLACK_SIGNING_SECRET=s"), []string{"slack"}},
		{"Discord", with("DISCORD_TOKEN=t"), []string{"discord"}},
		{"both", with("DISCORD_TOKEN=t", "SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1"), []string{"slack", "discord"}},
		{"settings without a token", with("DISCORD_GUILD_ID=1", "SLACK_API_URL=https://slack.test"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := load(t, t.TempDir(), tt.env).Platforms(); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestPolicyFile(t *testing.T) {
	bare, withFile := t.TempDir(), t.TempDir()
	write(t, withFile, "liveadmin.yaml", "groups: {}")
	tests := []struct {
		name, dir, variable, want string
	}{
		{"nothing named, nothing there", bare, "", ""},
		{"the default is there", withFile, "", filepath.Join(withFile, "liveadmin.yaml")},
		{"named, not there", bare, "rules.yaml", filepath.Join(bare, "rules.yaml")},
		{"the default named, not there", bare, "liveadmin.yaml", filepath.Join(bare, "liveadmin.yaml")},
		{"absolute", withFile, "/etc/rules.yaml", "/etc/rules.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := load(t, tt.dir, with("LIVEADMIN_CONFIG="+tt.variable)).PolicyFile; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHTTPAddr(t *testing.T) {
	for _, test := range []struct {
		name    string
		dotEnv  string
		environ []string
		want    string
		wrong   string
	}{
		{"nothing is set", "", nil, "127.0.0.1:8080", ""},
		{"in .env", "HTTP_ADDR=:9090\n", nil, ":9090", ""},
		{"the environment wins", "HTTP_ADDR=:9090\n", []string{"HTTP_ADDR=[::1]:7070"}, "[::1]:7070", ""},
		{"empty counts as not set", "HTTP_ADDR=\n", []string{"HTTP_ADDR="}, "127.0.0.1:8080", ""},
		{"everything else is wrong", "HTTP_ADR=x\nbroken line\nHTTP_ADDR=:9090\nIM_REGION=mars\n", []string{"IM_SDKAPPID=x"}, ":9090", ""},
		{"no address", "", []string{"HTTP_ADDR=nowhere"}, "",
			`HTTP_ADDR: "nowhere" is no address to listen on: write host:port, like 127.0.0.1:8080, or :8080 for every interface`},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.dotEnv != "" {
				if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(test.dotEnv), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := config.HTTPAddr(dir, test.environ)
			said := ""
			if err != nil {
				said = err.Error()
			}
			if got != test.want || said != test.wrong {
				t.Errorf("got %q, %q", got, said)
			}
		})
	}
}
