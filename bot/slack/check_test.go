package slack_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands/policy"
)

// everyScope is what the manifest has, its optional scopes included.
func everyScope() []string {
	return []string{"commands", "chat:write", "app_mentions:read", "usergroups:read", "users:read", "chat:write.public", "channels:history", "groups:history"}
}

// TestCheckAllRight: each thing has its line, and nothing of the workspace changes.
func TestCheckAllRight(t *testing.T) {
	ways := map[string]string{
		"sockets": "OK Slack Socket Mode: the app-level token can open sockets",
		"http": "not checked Slack HTTP mode: Slack itself has to reach /slack/commands, /slack/events, /slack/interactions and /slack/options " +
			"at the address of HTTP_ADDR, and the first request shows whether the signing secret is right",
	}
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			w := build(t, mode, fakeslack.Config{Scopes: everyScope()}, slack.Options{})
			want := `OK Slack bot token: it is the bot liveadmin (U0BOT) in the workspace Fake (T0TEAM)
OK Slack scope commands: granted (/liveadmin)
OK Slack scope chat:write: granted (root messages, results, private answers)
OK Slack scope app_mentions:read: granted (@liveadmin, which also works inside of threads)
OK Slack scope usergroups:read: granted (user groups in the allowlist and in rules: slack:usergroup:S…)
OK Slack scope users:read: granted (answers in each person's own language)
OK Slack scope chat:write.public: granted (results in public channels that the bot is not a member of)
OK Slack scope channels:history: granted (after a crash, a message is looked for before it is posted again: public channels)
OK Slack scope groups:history: granted (the same in private channels)
` + ways[mode]
			if got := bottest.Findings(w.platform().Check(t.Context())); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if n := len(w.Sockets()); n != 0 {
				t.Errorf("it opened %d sockets", n)
			}
			for _, c := range w.Calls("") {
				if c.Method != "auth.test" && c.Method != "apps.connections.open" {
					t.Errorf("it called %s", c.Method)
				}
			}
		})
	}
}

// TestCheckWrong: each thing that is wrong says so and what to do, and takes nothing
// else with it.
func TestCheckWrong(t *testing.T) {
	t.Parallel()
	const (
		renewBot  = `[Copy the bot token from the app's page "OAuth & Permissions" to SLACK_BOT_TOKEN. If there is none, install the app.]`
		renewApp  = `[Copy the app-level token, with the scope connections:write, from the app's page "Basic Information" to SLACK_APP_TOKEN. Look also on the page "Socket Mode" whether it is on.]`
		lookAbout = `[Check the network and its proxy, and SLACK_API_URL if it is set.]`
		wait      = `[Wait a minute, then check again.]`
		tokenOK   = "OK Slack bot token: "
		socketOK  = "OK Slack Socket Mode: "
		unknown   = "not checked Slack scopes: the bot token cannot be used"
	)
	for _, test := range []struct {
		name string
		harm func(*world)
		want []string // beginnings of lines
		not  []string
	}{
		{"the bot token is revoked", func(w *world) { w.Revoke(w.Config().BotToken, "token_revoked") },
			[]string{"FAIL Slack bot token: Slack answers token_revoked " + renewBot, unknown, socketOK}, nil},
		{"the app token is none", func(w *world) { w.Revoke(w.Config().AppToken, "invalid_auth") },
			[]string{tokenOK, "FAIL Slack Socket Mode: Slack answers invalid_auth " + renewApp}, []string{"not checked"}},
		{"a needed scope is missing", func(w *world) { w.SetScopes("commands", "app_mentions:read") },
			[]string{
				"FAIL Slack scope chat:write: missing (root messages, results, private answers) " +
					`[Add chat:write on the app's page "OAuth & Permissions", and install the app again.]`,
				"OK Slack scope usergroups:read: optional, not granted (user groups in", "OK Slack scope commands: ", socketOK,
			}, nil},
		{"a rule names a user group", func(w *world) { w.allow("slack:usergroup:S1") },
			[]string{"FAIL Slack scope usergroups:read: missing (user groups in"}, []string{"FAIL Slack scope channels:history"}},
		{"a user group is blocked", func(w *world) {
			w.Stage.Rules.Set(bot.Rules{Policy: policy.Policy{Blocked: []string{"slack:usergroup:S1"}}})
		}, []string{"FAIL Slack scope usergroups:read: "}, nil},
		{"Slack is busy", func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "auth.test"})
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Code: "internal_error", Method: "apps.connections.open"})
		}, []string{"FAIL Slack bot token: Slack is too busy to tell " + wait, "FAIL Slack Socket Mode: Slack is too busy to tell " + wait}, nil},
		{"Slack hangs", func(w *world) { w.Inject(fakeslack.Fault{Kind: fakeslack.Hang, Times: -1}) },
			[]string{"FAIL Slack bot token: Slack does not answer in time " + lookAbout, unknown, "FAIL Slack Socket Mode: Slack does not answer in time " + lookAbout}, nil},
		{"there is no Slack", func(w *world) { w.Close() },
			[]string{"FAIL Slack bot token: Slack cannot be asked: auth.test: dial tcp ", unknown, "FAIL Slack Socket Mode: Slack cannot be asked: apps.connections.open: dial tcp "},
			[]string{"http://", "wss:"}},
		{"something else answers", func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Status: 502, Times: -1})
		}, []string{"FAIL Slack bot token: Slack cannot be asked: auth.test: ", lookAbout}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var opts slack.Options
			if test.name == "Slack hangs" {
				opts.CallTime = 500 * time.Millisecond
			}
			w := build(t, "sockets", fakeslack.Config{}, opts)
			test.harm(w)
			got := bottest.Findings(w.platform().Check(t.Context()))
			for _, want := range test.want {
				if !strings.Contains("\n"+got, "\n"+want) && !strings.HasPrefix(want, "[") || !strings.Contains(got, want) {
					t.Errorf("%q is missing in\n%s", want, got)
				}
			}
			for _, not := range append(test.not, w.Config().BotToken, w.Config().AppToken) {
				if strings.Contains(got, not) {
					t.Errorf("%q is in\n%s", not, got)
				}
			}
		})
	}
}

// TestCheckedScopes: what is checked is what the manifest has, with its reasons.
func TestCheckedScopes(t *testing.T) {
	w := build(t, "sockets", fakeslack.Config{Scopes: everyScope()}, slack.Options{})
	var checked, listed []string
	for _, f := range w.platform().Check(t.Context()) {
		if name, ok := strings.CutPrefix(f.Name, "Slack scope "); ok {
			checked = append(checked, name+" # "+strings.TrimSuffix(strings.TrimPrefix(f.Detail, "granted ("), ")"))
		}
	}
	for _, found := range regexp.MustCompile(`(?m)^ +#?- ([a-z_.]+(?::[a-z.]+)? # .+)$`).FindAllStringSubmatch(manifest(t), -1) {
		listed = append(listed, found[1])
	}
	if !slices.Equal(checked, listed) {
		t.Errorf("checked are\n%q\nthe manifest has\n%q", checked, listed)
	}
}

// TestCheckPeople: with the scope for it, accounts of the config file that are nobody's are
// named.
func TestCheckPeople(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		scopes   []string
		accounts []string
		want     string
	}{
		{"nobody has accounts", everyScope(), []string{"discord:user:502"}, ""},
		{"all there", everyScope(), []string{"slack:user:" + bob, "discord:user:502"}, "OK Slack people: the accounts of people that were looked for are there: 1"},
		{"one is not", everyScope(), []string{"slack:user:" + bob, "slack:user:U0NOBODY"},
			"OK Slack people: warning: these accounts of people are nobody that the bot can see: U0NOBODY [Copy the member ID from the person's profile in Slack to the config file.]"},
		{"without the scope", []string{"commands", "chat:write", "app_mentions:read"}, []string{"slack:user:U0NOBODY"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{Scopes: test.scopes}, slack.Options{Accounts: test.accounts})
			w.AddUser(fakeslack.User{ID: bob})
			got := bottest.Findings(w.platform().Check(t.Context()))
			if !strings.Contains(got, test.want) || test.want == "" && strings.Contains(got, "people") {
				t.Errorf("%q is not in\n%s", test.want, got)
			}
		})
	}
}
