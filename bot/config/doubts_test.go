package config_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/imapi"
)

// TestDoubts: what the settings and the rules file together say about who is allowed.
func TestDoubts(t *testing.T) {
	inSlack := config.Config{Slack: slack.Config{BotToken: imapi.NewSecret("xoxb-1"), AppToken: imapi.NewSecret("xapp-1")}}
	inBoth := config.Config{Slack: inSlack.Slack, Discord: discord.Config{Token: imapi.NewSecret("t")}}
	exampleServer := config.Config{Discord: discord.Config{Token: imapi.NewSecret("t"), GuildID: "165511591545143290"}}
	const role = "rules: [{allow: ['discord:role:601']}]"
	tests := []struct {
		name      string
		cfg       config.Config
		allowlist []string
		file      string
		want      []string // a part of each warning
	}{
		{"as it should be", inBoth, []string{"slack:user:U0A", "discord:user:501"}, "", nil},
		{"a rule for the other platform", inBoth, []string{"slack:user:U0A"}, role, nil},
		{"nobody in Discord", inBoth, []string{"slack:user:U0A"}, "", []string{`nobody is allowed anything in discord: neither ALLOWLIST nor a rule has an entry that begins with "discord:": name`}},
		{"nobody in Slack", inSlack, nil, role, []string{"nobody is allowed anything in slack"}},
		{"a platform that does not run", inSlack, []string{"slack:user:U0A"}, role, nil},
		{"nobody at all", inBoth, nil, "", nil}, // there is one warning for that
		{"an example", inSlack, []string{"slack:user:U0A", "slack:user:U024BE7LH"}, "", []string{"ALLOWLIST: slack:user:U024BE7LH is from the documentation's examples"}},
		{"examples", inSlack, []string{"slack:user:U024BE7LH", "slack:usergroup:S0614TZR7"}, "", []string{"slack:user:U024BE7LH, slack:usergroup:S0614TZR7 are from"}},
		{"an example's server", exampleServer, []string{"discord:user:501"}, "", []string{"DISCORD_GUILD_ID: 165511591545143290 is from the documentation's examples"}},
		{"begins like an example", inSlack, []string{"slack:user:U024BE7LHX"}, "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.cfg.Allowlist = test.allowlist
			rules, err := config.ParsePolicy("liveadmin.yaml", []byte(test.file), test.allowlist)
			if err != nil {
				t.Fatal(err)
			}
			got := test.cfg.Doubts(rules)
			if len(got) != len(test.want) {
				t.Fatalf("got %v", got)
			}
			for i, want := range test.want {
				if !strings.Contains(got[i].String(), want) {
					t.Errorf("got %q, want %q in it", got[i], want)
				}
			}
		})
	}
}

// TestExamplesInTheFile: one warning, with the place of the first.
func TestExamplesInTheFile(t *testing.T) {
	tests := []struct {
		name, file string
		want       string
	}{
		{"none", "groups:\n  show: '@TGS#aOURS'\npeople:\n  minho: u_1\n", ""},
		{"a group", "groups:\n  show: ['@TGS#aOURS', '@TGS#a6I4ZUUGO']\n", "liveadmin.yaml:2:24: @TGS#a6I4ZUUGO is from the documentation's examples: put your own in their place"},
		{"twice", "groups:\n  a: '@TGS#aSAT'\n  b: '@TGS#aSAT'\n", "liveadmin.yaml:2:6: @TGS#aSAT is from the documentation's examples: put your own in their place"},
		{"a channel", "language: {'slack:C024BE91L': ko}\n", "liveadmin.yaml:1:12: slack:C024BE91L is from the documentation's examples: put your own in their place"},
		{"an account and a rule", "people:\n  yuna: {id: u_1, discord: '80351110224678912'}\nrules:\n- allow: [slack:user:U024BE7LH]\n", "liveadmin.yaml:2:28: 80351110224678912, slack:user:U024BE7LH are from the documentation's examples: put your own in their place"},
		{"in a comment", "# slack:user:U024BE7LH\ncontact: Sam\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rules, err := config.ParsePolicy("liveadmin.yaml", []byte(test.file), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			for _, w := range rules.Warnings {
				got += w.String()
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestDoubtsAreLogged: at the start, before anybody waits for an answer.
func TestDoubtsAreLogged(t *testing.T) {
	for allowlist, want := range map[string]string{
		"":                     "nobody is allowed anything: name somebody in ALLOWLIST",
		"discord:user:501":     "nobody is allowed anything in slack",
		"slack:user:U024BE7LH": "slack:user:U024BE7LH is from the documentation's examples",
		"slack:user:U0A":       "",
	} {
		var log bytes.Buffer
		cfg := config.Config{Slack: slack.Config{BotToken: imapi.NewSecret("xoxb-1"), AppToken: imapi.NewSecret("xapp-1")}, Allowlist: strings.Fields(allowlist)}
		if _, err := config.OpenPolicy(cfg, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})), func(error) {}); err != nil {
			t.Fatal(err)
		}
		if got := log.String(); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: the log has %q, want %q", allowlist, got, want)
		}
	}
}
