package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"liveadmin/imapi/simulator"
)

// TestCheckWrong: each thing that is wrong is distinct from every other, with a remedy,
// and what is not touched by it is still checked.
func TestCheckWrong(t *testing.T) {
	const above = ": what is above has to be right first"
	for _, test := range []struct {
		name string
		harm func(*examined)
		args []string
		want []string // lines, or their beginnings
	}{
		{"settings", func(e *examined) {
			e.env["IM_BASE_URL"], e.env["IM_RATE_LIMIT"], e.env["SLACK_APP_TOKEN"] = "", "0", "canary"
		}, nil, []string{
			"FAIL         configuration: IM_REGION: is not set. Write the application's region: china, ",
			`FAIL         configuration: IM_RATE_LIMIT: "0" is no rate limit. Write a number of calls a second from 1 to 200.`,
			"FAIL         configuration: SLACK_APP_TOKEN: does not begin with xapp-. Copy the app-level token from",
			"not checked  config file: the configuration has to be right first", "not checked  Tencent Chat: ", "not checked  Slack: ",
			"not checked  Discord: ", "not checked  database: ",
		}},
		{"no platform", func(e *examined) {
			e.env["SLACK_BOT_TOKEN"], e.env["SLACK_APP_TOKEN"], e.env["DISCORD_TOKEN"] = "", "", ""
		}, nil, []string{
			"FAIL         configuration: no platform has credentials, so there is nobody to talk to. Set SLACK_BOT_TOKEN and ",
			"not checked  Slack: SLACK_BOT_TOKEN is not set", "not checked  Discord: DISCORD_TOKEN is not set", "OK           UserSig: ",
		}},
		{"nobody is allowed", func(e *examined) { e.env["ALLOWLIST"] = "" }, nil, []string{
			"FAIL         rules: nobody is allowed anything. Name somebody in ALLOWLIST, or in a rule of the config file.", "OK           UserSig: ",
		}},
		{"the config file is broken", func(e *examined) { e.write("liveadmin.yaml", "grups:\n  a: b\nrules: 5\n") }, nil, []string{
			"FAIL         config file: ", "not checked  rules: the config file has to be right first", "OK           Slack bot token: ",
		}},
		{"the config file is not there", func(e *examined) { e.env["LIVEADMIN_CONFIG"] = "rules.yaml" }, nil, []string{
			"FAIL         config file: ", "not checked  rules: the config file has to be right first", "OK           UserSig: ",
		}},
		{"another key", func(e *examined) { e.env["IM_SECRET_KEY"] = "canary-of-another" }, []string{"--group", checkGroup}, []string{
			"OK           REST API: it answers at ", "FAIL         UserSig: Tencent Chat answers 70009: ", "not checked  plan and console switch" + above,
			"OK           clock: ",
		}},
		{"no app administrator", func(e *examined) { e.env["IM_IDENTIFIER"] = "somebody" }, nil, []string{
			"FAIL         UserSig: Tencent Chat answers 60010: the account that calls the API is not an app administrator. Make the account of IM_IDENTIFIER",
		}},
		{"another application or region", func(e *examined) { e.env["IM_SDKAPPID"] = "1400000001" }, nil, []string{
			"FAIL         REST API: Tencent Chat answers 70020: ", "not checked  UserSig" + above, "not checked  plan and console switch" + above,
		}},
		{"the address of this machine", func(e *examined) { e.fault(simulator.Fault{Code: 60021}) }, nil, []string{
			"FAIL         REST API: Tencent Chat answers 60021: ", "not checked  UserSig" + above,
		}},
		{"the plan has ended", func(e *examined) { e.fault(simulator.Fault{Code: 60020}) }, nil, []string{
			"OK           REST API: ", "FAIL         plan and console switch: Tencent Chat answers 60020: ",
		}},
		{"the switch is off", func(e *examined) { e.fault(simulator.Fault{Command: "get_admin_list", Code: 10008, Times: -1}) }, []string{"--group", checkGroup}, []string{
			`OK           UserSig: `,
			`FAIL         plan and console switch: the administrators of @TGS#a6I4ZUUGO cannot be read: Tencent Chat answers 10008: the plan of the application does not include ` +
				`live administrators, or a switch in the console is off. Check the plan. Turn on "Live streaming group online member list" in the console.`,
		}},
		{"no such group", nil, []string{"--group", "@TGS#aNONE"}, []string{
			"OK           UserSig: ", "FAIL         plan and console switch: the administrators of @TGS#aNONE cannot be read: Tencent Chat answers 10010: ",
		}},
		{"a Community group", nil, []string{"--group", "@TGS#_x"}, []string{`FAIL         plan and console switch: "@TGS#_x": the GroupID belongs to a Community group. Name a live`, "OK           UserSig: "}},
		{"no group", nil, nil, []string{"not checked  plan and console switch: a live streaming group is needed for that. Name one with --group ID."}},
		{"nobody answers for Tencent", func(e *examined) { e.api.Close() }, nil, []string{
			"not checked  clock: no answer had the time", "FAIL         REST API: Tencent Chat could not be reached, ", "not checked  UserSig" + above,
			"OK           Slack bot token: ", "OK           Discord token: ", "OK           database: ",
		}},
		{"the bot token", func(e *examined) { e.slack.Revoke(e.slack.Config().BotToken, "invalid_auth") }, nil, []string{
			"FAIL         Slack bot token: Slack answers invalid_auth. Copy the bot token", "OK           Slack Socket Mode: ", "OK           Discord token: ",
		}},
		{"a scope for a user group of a rule", func(e *examined) {
			e.slack.SetScopes("commands", "chat:write", "app_mentions:read")
			e.env["ALLOWLIST"] = "slack:usergroup:S0MODS"
		}, nil, []string{"FAIL         Slack scope usergroups:read: missing (", "OK           Slack scope chat:write: "}},
		{"the token of Discord", func(e *examined) { e.discord.SetRevoked(true) }, nil, []string{
			"FAIL         Discord token: Discord does not take it. Copy the token", "not checked  Discord command: ", "OK           Slack bot token: ",
		}},
		{"no such database folder", func(e *examined) { e.env["DATABASE_URL"] = "sqlite://none/live.db" }, nil, []string{"FAIL         database: "}},
		{"no database server", func(e *examined) { e.env["DATABASE_URL"] = "postgres://bot:canary-password@127.0.0.1:9/live" }, nil,
			[]string{"FAIL         database: ", "OK           UserSig: "}},
		{"a database server that anybody can pretend to be", func(e *examined) {
			e.env["DATABASE_URL"] = "postgres://bot:canary-password@db.invalid/live?sslmode=require"
		}, nil, []string{"FAIL         database: ", "OK           database connection: warning: the certificate of the database server is not verified, and"}},
		{"no database", func(e *examined) {
			e.write("live.db", strings.Repeat("this is no database ", 100))
			e.env["DATABASE_URL"] = "sqlite://live.db"
		}, nil, []string{"FAIL         database: "}},
		{"a database of another application", func(e *examined) {
			e.env["DATABASE_URL"] = "sqlite://live.db"
			e.journal("sqlite://live.db", 1400000007)
		}, nil, []string{"FAIL         database: it belongs to the SDKAppID 1400000007, not to 1400000000. Correct IM_SDKAPPID, or name another DATABASE_URL."}},
		{"a database of a newer version", func(e *examined) { e.schema("live.db", 999) }, nil, []string{
			"FAIL         database: it was made by a newer liveadmin (schema 999, this one knows ",
		}},
		{"a database of an older version", func(e *examined) { e.schema("live.db", 1) }, nil, []string{
			"OK           database: it is of an older liveadmin (schema 1): the bot brings it to schema ",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := newExamined(t)
			if test.harm != nil {
				test.harm(e)
			}
			got := e.check(test.args...)
			fails := strings.Contains("\n"+got.out, "\nFAIL ")
			if fails != (got.code == ExitFailed) || fails != strings.Contains(strings.Join(test.want, "\n"), "FAIL ") || got.err != "" {
				t.Errorf("exit code %d, %s", got.code, got.err)
			}
			for _, want := range test.want {
				if !strings.Contains("\n"+got.out, "\n"+want) {
					t.Errorf("%q is missing in\n%s", want, got.out)
				}
			}
			e.readJSON(e.check(append(test.args, "--json")...))
		})
	}
}

// TestCheckClock: the clock is compared with Tencent's, in words.
func TestCheckClock(t *testing.T) {
	const wrong = `\. Set the clock of this machine, and let it follow a time server \(NTP\)\.\n`
	for _, test := range []struct {
		name string
		off  time.Duration // of Tencent's
		want string        // an answer has the time to a second
	}{
		{"right", 0, `OK           clock: it agrees with Tencent Chat's\n`},
		{"a little behind", 10 * time.Second, `OK           clock: it is (9|10|11)s behind Tencent Chat's\n`},
		{"far ahead", -5 * time.Minute, `FAIL         clock: it is (4m59|5m[012])s ahead of Tencent Chat's` + wrong},
		{"far behind", 5 * time.Minute, `FAIL         clock: it is (4m5[89]|5m[01])s behind Tencent Chat's` + wrong},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := newExamined(t, simulator.WithClock(func() time.Time { return time.Now().Add(test.off) }))
			if got := e.check(); !regexp.MustCompile(test.want).MatchString(got.out) {
				t.Errorf("%q is missing in\n%s", test.want, got.out)
			}
		})
	}
}

// TestCheckOverHTTP: in the HTTP modes the check says what the platforms have to reach.
func TestCheckOverHTTP(t *testing.T) {
	e := newExamined(t)
	e.env["SLACK_APP_TOKEN"], e.env["SLACK_SIGNING_SECRET"] = "", "canary-signing-secret"
	e.env["DISCORD_PUBLIC_KEY"] = e.discord.PublicKey()
	e.discord.UseHTTP("https://live.example.com/discord/interactions")
	got := e.check()
	for _, want := range []string{
		"not checked  Slack HTTP mode: Slack itself has to reach /slack/commands, /slack/events, /slack/interactions and /slack/options at the address of HTTP_ADDR, ",
		"OK           Discord HTTP mode: the public key is right; Discord itself has to reach /discord/interactions at the address of HTTP_ADDR, ",
	} {
		if got.code != ExitOK || !strings.Contains(got.out, want) {
			t.Errorf("%q is missing in %+v", want, got)
		}
	}
}

// TestCheckHostile: what servers say cannot drive the terminal, nor repeat a secret.
func TestCheckHostile(t *testing.T) {
	e := newExamined(t)
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		_ = json.NewEncoder(w).Encode(map[string]any{
			"ok": true, "user": "bot\x1b[2J\nOK  forged", "user_id": "U1", "team_id": "T1", "team": "x",
			"ActionStatus": "FAIL", "ErrorCode": 70003, "ErrorInfo": r.URL.String(), "id": "1", "username": "bot\u202e", "name": "\x1b]0;x\a",
		})
	}))
	t.Cleanup(echo.Close)
	e.env["IM_BASE_URL"], e.env["SLACK_API_URL"], e.env["DISCORD_API_URL"] = echo.URL, echo.URL+"/api/", echo.URL
	got := e.check()
	if strings.ContainsAny(got.out, "\x1b\a\u202e") || strings.Contains(got.out, "\nOK  forged") {
		t.Errorf("got %q", got.out)
	}
}
