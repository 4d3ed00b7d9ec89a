package cli

import (
	"database/sql"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/journal"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi/simulator"
)

const (
	checkKey   = "canary-key-of-the-check"
	checkGroup = "@TGS#a6I4ZUUGO"
)

// examined is everything that the check looks at: the settings, and servers with
// both platforms and the API.
type examined struct {
	t       *testing.T
	api     *simulator.Server
	slack   *fakeslack.Server
	discord *fakediscord.Server
	env     map[string]string
}

// newExamined makes all of it right, in a folder of its own.
func newExamined(t *testing.T, opts ...simulator.Option) *examined {
	t.Helper()
	t.Chdir(t.TempDir())
	api, err := simulator.New(simulator.App{SDKAppID: 1400000000, Key: checkKey, Admins: []string{"administrator"}}, opts...)
	if err == nil {
		err = api.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	api.AddGroup(checkGroup, simulator.Group{})
	e := &examined{
		t: t, api: api,
		slack:   fakeslack.New(t, fakeslack.Config{Scopes: []string{"commands", "chat:write", "app_mentions:read", "usergroups:read"}}),
		discord: fakediscord.New(t, fakediscord.Config{}),
	}
	e.discord.AddGuild(fakediscord.Guild{ID: "100", Name: "Ops"})
	e.env = map[string]string{
		"IM_SDKAPPID": "1400000000", "IM_SECRET_KEY": checkKey, "IM_BASE_URL": api.URL(),
		"SLACK_BOT_TOKEN": e.slack.Config().BotToken, "SLACK_APP_TOKEN": e.slack.Config().AppToken, "SLACK_API_URL": e.slack.URL(),
		"DISCORD_TOKEN": e.discord.Config().Token, "DISCORD_API_URL": e.discord.URL(), "DISCORD_GUILD_ID": "100",
		"ALLOWLIST": "slack:user:U0ALICE discord:role:601",
	}
	return e
}

// check runs the check, and looks for secrets in what it says.
func (e *examined) check(args ...string) ran {
	e.t.Helper()
	var environ []string
	for name, value := range e.env {
		environ = append(environ, name+"="+value)
	}
	got := call(e.t, environ, "", append([]string{"check"}, args...)...)
	secrets := []string{checkKey, "canary", "usersig", e.slack.Config().AppToken, e.slack.Config().BotToken, e.discord.Config().Token, "ticket="}
	for _, secret := range secrets {
		if strings.Contains(got.out+got.err, secret) {
			e.t.Errorf("a secret is shown:\n%s%s", got.out, got.err)
		}
	}
	return got
}

func (e *examined) write(file, text string) {
	e.t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		e.t.Fatal(err)
	}
}

// schema makes a journal that says it has another version.
func (e *examined) schema(file string, version int) {
	e.t.Helper()
	e.env["DATABASE_URL"] = "sqlite://" + file
	e.journal(e.env["DATABASE_URL"], 1400000000)
	db, err := sql.Open("sqlite", file)
	if err == nil {
		_, err = db.ExecContext(e.t.Context(), `UPDATE meta SET value = $1 WHERE name = 'schema'`, strconv.Itoa(version))
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		e.t.Fatal(err)
	}
}

// TestCheck: a line for each thing, in the same order each time.
func TestCheck(t *testing.T) {
	e := newExamined(t)
	want := []string{
		"OK           configuration: the settings can be used; the bot will run in slack and discord",
		"OK           config file: there is none, so ALLOWLIST alone says who is allowed",
		"OK           ALLOWLIST: every command on every group is allowed to slack:user:U0ALICE, discord:role:601",
		"OK           clock: it agrees with Tencent Chat's",
		"OK           REST API: it answers at " + e.api.URL(),
		`OK           UserSig: it is accepted for the account "administrator"`,
		"OK           plan and console switch: the administrators of @TGS#a6I4ZUUGO can be read: 0 of 5",
		"OK           Slack bot token: it is the bot liveadmin (U0BOT) in the workspace Fake (T0TEAM)",
		"OK           Slack scope commands: granted (/liveadmin)",
		"OK           Slack scope chat:write: granted (root messages, results, private answers)",
		"OK           Slack scope app_mentions:read: granted (@liveadmin, which also works inside of threads)",
		"OK           Slack scope usergroups:read: granted (user groups in the allowlist and in rules: slack:usergroup:S…)",
		"OK           Slack scope users:read: optional, not granted (answers in each person's own language)",
		"OK           Slack scope chat:write.public: optional, not granted (results in public channels that the bot is not a member of)",
		"OK           Slack scope channels:history: optional, not granted (after a crash, a message is looked for before it is posted again: public channels)",
		"OK           Slack scope groups:history: optional, not granted (the same in private channels)",
		"OK           Slack Socket Mode: the app-level token can open sockets",
		"OK           Discord token: it is the bot liveadmin (900000000000000001)",
		"OK           Discord application: liveadmin (900000000000000001); to invite the bot: " +
			"https://discord.com/oauth2/authorize?client_id=900000000000000001&scope=bot+applications.commands&permissions=309237730304",
		"OK           Discord gateway: the bot can begin sessions",
		"OK           Discord permissions: the bot has all that it uses in Ops (100)",
		"OK           Discord command: it is not registered yet: the bot will register it in the server 100 when it starts",
		"OK           database: there is no journal yet: the bot makes one when it starts",
	}
	got := e.check("--group", checkGroup)
	if lines := strings.Split(strings.TrimSpace(got.out), "\n"); got.code != ExitOK || got.err != "" || !slices.Equal(lines, want) {
		t.Errorf("got %d\n%s%s\nwant\n%s", got.code, got.out, got.err, strings.Join(want, "\n"))
	}
	left(t, ".")
}

// checkedJSON is what the check says as JSON.
type checkedJSON struct {
	OK     bool
	Checks []map[string]string
}

// readJSON reads what the check says as JSON: what fails has a remedy, and only then the
// exit code is 1.
func (e *examined) readJSON(got ran) checkedJSON {
	e.t.Helper()
	var all checkedJSON
	d := json.NewDecoder(strings.NewReader(got.out))
	if err := d.Decode(&all); err != nil || d.More() || got.err != "" {
		e.t.Fatalf("%v in %+v", err, got)
	}
	fails := false
	for _, c := range all.Checks {
		wrong := c["status"] == "FAIL"
		fails = fails || wrong
		if len(c) != 4 || c["name"] == "" || c["detail"] == "" || wrong && c["remedy"] == "" {
			e.t.Errorf("a check is %q", c)
		}
	}
	if fails == all.OK || fails != (got.code == ExitFailed) {
		e.t.Errorf("it ends with %d and says ok: %v, of\n%s", got.code, all.OK, got.out)
	}
	return all
}

func TestCheckJSON(t *testing.T) {
	e := newExamined(t)
	got := e.check("--json")
	all := e.readJSON(got)
	if got.code != ExitOK || !all.OK || len(all.Checks) != 23 || all.Checks[6]["status"] != "not checked" || all.Checks[0]["status"] != "OK" {
		t.Errorf("got %d, %+v", got.code, all)
	}
	e.env["IM_SECRET_KEY"] = "canary-of-another"
	got = e.check("--json")
	all = e.readJSON(got)
	if got.code != ExitFailed || all.OK || all.Checks[5]["name"] != "UserSig" || all.Checks[5]["status"] != "FAIL" {
		t.Errorf("got %d, %+v", got.code, all)
	}
	delete(e.env, "IM_SDKAPPID")
	if got = e.check("--json"); got.code != ExitFailed || e.readJSON(got).OK {
		t.Errorf("got %+v", got)
	}
}

// fault lets the next calls of the API fail.
func (e *examined) fault(f simulator.Fault) {
	e.t.Helper()
	if err := e.api.Inject(f); err != nil {
		e.t.Fatal(err)
	}
}

// journal makes a journal, and has it open until the test ends, as a running bot has.
func (e *examined) journal(url string, app int64) {
	e.t.Helper()
	record, err := journal.Open(e.t.Context(), url, app, journal.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { _ = record.Close() })
}

// TestCheckRules: who is allowed what, a line a rule, and the first alias is read.
func TestCheckRules(t *testing.T) {
	e := newExamined(t)
	e.write("liveadmin.yaml", `groups:
  friday-show: "`+checkGroup+`"
  all-weekend: ["@TGS#aSAT", "@TGS#aSUN"]
people: {for: u_8821}
blocked: [slack:user:U0MALLORY]
rules:
  - allow: [slack:user:U024BE7LH, discord:role:165511591545143296]
    commands: [add, remove]
    groups: [all-weekend, "show-*"]
    channels: [slack:C024BE91L]
    for: 8h
`)
	got := e.check()
	for _, want := range []string{
		"liveadmin.yaml can be used; aliases: 2\n",
		"OK           ALLOWLIST: every command on every group is allowed to slack:user:U0ALICE, discord:role:601\n",
		"add, remove on @TGS#aSAT, @TGS#aSUN, show-*, in slack:C024BE91L, for 8h at most, is allowed to slack:user:U024BE7LH, discord:role:165511591545143296\n",
		"OK           config file: warning: liveadmin.yaml:4:10: \"for\" is a name of people and the name of an option. " +
			"Type it in quotes, or give these people another name.\n",
		"OK           blocked: nothing is allowed to slack:user:U0MALLORY\n",
		"OK           plan and console switch: the administrators of @TGS#a6I4ZUUGO can be read: 0 of 5\n",
		"OK           config file: warning: liveadmin.yaml:2:16: @TGS#a6I4ZUUGO, @TGS#aSAT, @TGS#aSUN, u_8821, slack:user:U0MALLORY, " +
			"slack:user:U024BE7LH, discord:role:165511591545143296, slack:C024BE91L are from the documentation's examples. Put your own in their place.\n",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is missing in\n%s", want, got.out)
		}
	}
	if got := e.check("--group", "FRIDAY-show"); got.code != ExitOK || !strings.Contains(got.out, "of "+checkGroup+" can be read") {
		t.Errorf("got %+v", got)
	}
}

// TestCheckDoubts: a platform that runs, in which nobody is allowed anything.
func TestCheckDoubts(t *testing.T) {
	e := newExamined(t)
	e.env["ALLOWLIST"] = "discord:role:601"
	got := e.check()
	want := "OK           configuration: warning: ALLOWLIST: nobody is allowed anything in slack: neither ALLOWLIST nor a rule " +
		"has an entry that begins with \"slack:\". Name somebody of that platform.\n"
	if got.code != ExitOK || !strings.Contains(got.out, want) {
		t.Errorf("got %+v", got)
	}
}

// TestCheckPeople: a warning names the people with chat accounts whose UserID nobody has; a
// file that gives one account to two people cannot be used.
func TestCheckPeople(t *testing.T) {
	e := newExamined(t)
	e.api.AddAccount("u_1", "")
	const one = "people:\n  minho: {id: u_1, slack: U0MINHO}\n"
	for _, test := range []struct {
		name, file string
		code       int
		want       string
	}{
		{"without accounts", "people: {minho: u_9}\n", ExitOK, ""},
		{"known people", one, ExitOK, "OK           people: Tencent Chat has the UserID of everybody with a chat account (1)\n"},
		{"nobody", one + "  yuna: {id: u_2, discord: 80351110224678912}\n", ExitOK,
			"OK           people: warning: no account has the UserID of yuna (u_2). Correct the UserID in the config file, unless they have not logged in yet.\n"},
		{"one account of two", one + "  yuna: {id: u_2, slack: U0MINHO}\n", ExitFailed, "FAIL         config file: liveadmin.yaml:3:26: the account \"U0MINHO\" is also of \"minho\" in line 2."},
	} {
		e.write("liveadmin.yaml", test.file)
		if got := e.check(); got.code != test.code || !strings.Contains(got.out, test.want) || test.want == "" && strings.Contains(got.out, "people:") {
			t.Errorf("%s: %q is missing in %+v", test.name, test.want, got)
		}
	}
}

// TestCheckBesideTheBot: the check works while a bot has the database, and says whose
// it is.
func TestCheckBesideTheBot(t *testing.T) {
	e := newExamined(t)
	e.env["DATABASE_URL"] = "sqlite://" + filepath.Join(t.TempDir(), "live.db")
	e.journal(e.env["DATABASE_URL"], 1400000000)
	want := "OK           database: its version is right, and it belongs to the SDKAppID 1400000000\n"
	if got := e.check(); got.code != ExitOK || !strings.Contains(got.out, want) {
		t.Errorf("%q is missing in %+v", want, got)
	}
}

// TestCheckPostgres: the same of a database server.
func TestCheckPostgres(t *testing.T) {
	url := journaltest.Postgres(t)
	e := newExamined(t)
	e.env["DATABASE_URL"] = url
	for _, test := range []struct {
		name string
		do   func()
		code int
		want string
	}{
		{"nothing in it", func() {}, ExitOK, "OK           database: there is no journal yet: the bot makes one when it starts\n"},
		{"beside a bot", func() { e.journal(url, 1400000000) }, ExitOK, "OK           database: its version is right, and it belongs to the SDKAppID 1400000000\n"},
		{"of another application", func() { e.env["IM_SDKAPPID"] = "1400000007" }, ExitFailed, "FAIL         database: it belongs to the SDKAppID 1400000000, not to 1400000007. Correct"},
	} {
		test.do()
		if got := e.check(); got.code != test.code || !strings.Contains(got.out, test.want) {
			t.Errorf("%s: %q is missing in %+v", test.name, test.want, got)
		}
	}
}
