package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode"

	"liveadmin/bot"
	"liveadmin/bot/config"
)

func loadError(dir string, env map[string]string) error {
	_, err := config.Load(dir, environ(env))
	return err
}

// checkError wants no canary in an error, and one printable line a problem.
func checkError(t *testing.T, err error, canary string) {
	t.Helper()
	if err == nil {
		return
	}
	var found bot.Problems
	if !errors.As(err, &found) {
		t.Fatalf("%T is not Problems", err)
	}
	for _, shown := range []string{err.Error(), fmt.Sprintf("%#v", err)} {
		if strings.Contains(shown, canary) {
			t.Errorf("the secret is shown: %s", shown)
		}
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(found) {
		t.Errorf("%d lines for %d problems: %q", len(lines), len(found), err)
	}
	for _, line := range lines {
		if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q has characters that do not print", line)
		}
	}
}

// revealed is the secret that a variable sets.
func revealed(c config.Config, variable string) string {
	switch variable {
	case "IM_SECRET_KEY":
		return c.IM.Key.Reveal()
	case "SLACK_BOT_TOKEN":
		return c.Slack.BotToken.Reveal()
	case "SLACK_APP_TOKEN":
		return c.Slack.AppToken.Reveal()
	case "SLACK_SIGNING_SECRET":
		return c.Slack.SigningSecret.Reveal()
	case "DISCORD_TOKEN":
		return c.Discord.Token.Reveal()
	case "DATABASE_URL":
		return c.Database.Reveal()
	}
	return "no secret variable " + variable
}

// TestNoProblemShowsASecret puts a canary into every secret variable in every
// way that makes a problem.
func TestNoProblemShowsASecret(t *testing.T) {
	const canary = "kanari7f3b"
	for _, v := range config.Variables() {
		if !v.Secret {
			continue
		}
		dir := t.TempDir()
		ways := map[string]map[string]string{
			"wrong beginning":         {v.Name: canary},
			"known beginning":         {v.Name: "xoxb-" + canary + "\n"},
			"other known beginning":   {v.Name: "xapp-" + canary + " "},
			"control characters":      {v.Name: "\x1b" + canary + "\x00"},
			"a URL":                   {v.Name: "mysql://u:" + canary + "@h/d"},
			"no database":             {v.Name: canary + "://"},
			"value and file":          {v.Name: canary, v.Name + "_FILE": write(t, dir, "both", canary)},
			"bad value in a file":     {v.Name + "_FILE": write(t, dir, "bad", canary+"\n"+canary+"\n")},
			"in place of its file":    {v.Name + "_FILE": canary + strings.Repeat("0", 30)},
			"a URL in the file's way": {v.Name + "_FILE": "postgres://u:" + canary + "@h/d"},
		}
		for name, env := range ways {
			t.Run(v.Name+"/"+name, func(t *testing.T) {
				env["LOG_LEVEL"] = "never right"
				err := loadError(dir, env)
				if err == nil {
					t.Fatal("no problem found")
				}
				checkError(t, err, canary)
			})
		}
		t.Run(v.Name+"/broken .env", func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, ".env", v.Name+" "+canary+"\n"+v.Name+"='"+canary+"\n"+v.Name+"X="+canary+"\n")
			checkError(t, loadError(dir, nil), canary)
		})
	}
}

// TestSecretInTheWrongVariable: a token or a key that was put into a variable for something else is
// not shown, either.
func TestSecretInTheWrongVariable(t *testing.T) {
	const canary = "kanari7f3bkanari7f3bkanari7f3bkan" // longer than the name of an account
	for _, v := range config.Variables() {
		if v.Secret || v.Name == "LIVEADMIN_CONFIG" { // which can be the name of any file
			continue
		}
		for _, value := range []string{canary, "xoxb-" + canary, canary + "." + canary} {
			err := loadError(t.TempDir(), map[string]string{v.Name: value})
			if !strings.Contains(err.Error(), v.Name+": its value (not shown") {
				t.Errorf("%s: %v", v.Name, err)
			}
			checkError(t, err, canary)
		}
	}
}

func TestConfigPrintsNoSecret(t *testing.T) {
	const canary = "kanari7f3b"
	c := load(t, t.TempDir(), with("IM_SECRET_KEY="+canary, "SLACK_BOT_TOKEN=xoxb-"+canary, "SLACK_APP_TOKEN=xapp-"+canary,
		"SLACK_SIGNING_SECRET="+canary, "DISCORD_TOKEN="+canary, "DATABASE_URL=postgres://u:"+canary+"@h/d"))
	for _, v := range config.Variables() {
		if v.Secret && !strings.Contains(revealed(c, v.Name), canary) {
			t.Errorf("%s did not arrive", v.Name)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "config", c)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{log.String(), string(asJSON), fmt.Sprintf("%v %+v %#v", c, c, c)} {
		if strings.Contains(shown, canary) {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
}

// FuzzValues: no value of any variable makes Load panic, a secret one is never
// shown, and a problem stays on its line.
func FuzzValues(f *testing.F) {
	for i := range config.Variables() {
		f.Add(i, "https://u:p@h:1/%zz?#", "slack:user:U1,discord:role:x")
	}
	f.Add(0, "\x1b[2J\u202e\n", "sqlite://")
	f.Fuzz(func(t *testing.T, which int, before, after string) {
		const canary = "kanari7f3b"
		list := config.Variables()
		v := list[uint(which)%uint(len(list))]
		env := with(v.Name + "=" + before)
		if v.Secret {
			env[v.Name] = before + canary + after
		}
		checkError(t, loadError(t.TempDir(), env), canary)
	})
}
