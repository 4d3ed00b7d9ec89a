package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveadmin/bot/config"
)

func TestDotEnvIsRead(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".env", "\ufeffIM_SDKAPPID=1400000001\r\nexport IM_SECRET_KEY='a$KEY#1' # the key\r\n\r\nIM_REGION: tokyo\r\n"+
		"CERTIFICATE=\"two\nlines\"\nLOG_FORMAT=json")
	c := load(t, dir, nil)
	if c.IM.SDKAppID != 1400000001 || c.IM.Key.Reveal() != "a$KEY#1" || c.IM.Region != "tokyo" || c.LogFormat != "json" {
		t.Errorf("got %+v", c)
	}
}

func TestEnvironmentWins(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".env", "IM_SDKAPPID=7\nIM_SECRET_KEY=file\nIM_REGION=tokyo\nLOG_LEVEL=nonsense\n")
	c := load(t, dir, map[string]string{"IM_SDKAPPID": "8", "LOG_LEVEL": "warn"})
	if c.IM.SDKAppID != 8 {
		t.Errorf("SDKAppID is %d, want the environment's", c.IM.SDKAppID)
	}
	if c.IM.Key.Reveal() != "file" || c.IM.Region != "tokyo" {
		t.Errorf("what the environment does not set was lost: %+v", c.IM)
	}
}

func TestEmptyIsNotSet(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".env", "IM_SDKAPPID=7\nIM_SECRET_KEY=k\nIM_REGION=tokyo\nIM_IDENTIFIER=\nIM_REGON=\nSLACK_APP_TOKEN=''\n")
	c := load(t, dir, map[string]string{"IM_REGION": "", "HTTP_ADDR": "", "IM_SECRET_KEY_FILE": "", "SLACK_BOT_TOKEN": ""})
	if c.IM.Region != "tokyo" || c.IM.Identifier != "administrator" || c.HTTPAddr != "127.0.0.1:8080" {
		t.Errorf("got %+v", c)
	}
}

func TestProcessEnvironmentIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LOG_LEVEL", "debug")
	write(t, dir, ".env", "LIVEADMIN_TEST_LEFT_ALONE=1\n")
	if c := load(t, dir, minimal()); c.LogLevel != 0 {
		t.Errorf("the log level came from the process environment")
	}
	if v, ok := os.LookupEnv("LIVEADMIN_TEST_LEFT_ALONE"); ok {
		t.Errorf("the process environment now has %q", v)
	}
}

func TestSecretFiles(t *testing.T) {
	token := map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "DATABASE_URL": "postgres://u:p@h/d"}
	for _, v := range config.Variables() {
		if !v.Secret {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			dir := t.TempDir()
			value := token[v.Name]
			if value == "" {
				value = "a-secret"
			}
			for _, end := range []string{"", "\n", "\r\n"} {
				path := write(t, dir, "secret", value+end)
				for _, named := range []string{path, "secret"} {
					env := with("SLACK_BOT_TOKEN=xoxb-2", "SLACK_APP_TOKEN=xapp-2")
					delete(env, v.Name)
					env[v.Name+"_FILE"] = named
					if got := revealed(load(t, dir, env), v.Name); got != value {
						t.Errorf("from a file that ends with %q: %q, want %q", end, got, value)
					}
				}
			}
		})
	}
}

func TestSecretFileNamedInDotEnv(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "key", "from-file\n")
	write(t, dir, ".env", "IM_SDKAPPID=7\nIM_SECRET_KEY_FILE=key\nIM_REGION=tokyo\n")
	if c := load(t, dir, nil); c.IM.Key.Reveal() != "from-file" {
		t.Error("the key did not come from the file")
	}
}

func TestSecretFileProblems(t *testing.T) {
	dir := t.TempDir()
	empty := write(t, dir, "empty", "\n")
	big := write(t, dir, "big", strings.Repeat("canary", 20000))
	two := write(t, dir, "two-lines", "canary-one\ncanary-two\n")
	missing := filepath.Join(dir, "missing")
	tests := []struct {
		name, file string
		want       []string
	}{
		{"missing", missing, []string{missing, "no such file"}},
		{"a folder", dir, []string{dir, "cannot be read"}},
		{"empty", empty, []string{empty, "is empty"}},
		{"too big", big, []string{big, "more than 65536 bytes"}},
		{"two lines", two, []string{"line break"}},
		{"a name with control characters", "no\x1b[2Jthing", []string{`"no\x1b[2Jthing"`}},
		{"the key in place of its file", "canary" + strings.Repeat("a", 58), []string{"not shown"}},
		{"a name that goes on into the next line", "/key\nDISCORD_TOKEN=canary", []string{"not shown"}},
		{"a URL in place of its file", "postgres://u:canary@h/d", []string{"not shown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := with("IM_SECRET_KEY=", "IM_SECRET_KEY_FILE="+tt.file)
			found := problems(t, dir, env)
			if len(found) != 1 || found[0].Variable != "IM_SECRET_KEY" {
				t.Fatalf("got %v, want one problem of IM_SECRET_KEY", found)
			}
			text := found.Error()
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q does not say %q", text, want)
				}
			}
			if strings.Contains(text, "canary") {
				t.Errorf("the secret is shown: %q", text)
			}
		})
	}
}

// TestEnvironmentWinsOverTheOtherWay: what the environment sets counts, also where .env has
// the value and the environment its file, or the other way around.
func TestEnvironmentWinsOverTheOtherWay(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "key", "from-file\n")
	tests := []struct{ name, dotEnv, environ, want string }{
		{"a file over a value", "IM_SECRET_KEY=dotenv", "IM_SECRET_KEY_FILE=key", "from-file"},
		{"a value over a file", "IM_SECRET_KEY_FILE=nowhere", "IM_SECRET_KEY=environment", "environment"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			write(t, dir, ".env", tt.dotEnv+"\n")
			if c := load(t, dir, with("IM_SECRET_KEY=", tt.environ)); c.IM.Key.Reveal() != tt.want {
				t.Errorf("the key is %q, want %q", c.IM.Key.Reveal(), tt.want)
			}
		})
	}
}

func TestBothValueAndFile(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "secret", "canary-file")
	write(t, dir, ".env", "IM_SECRET_KEY=canary-dotenv\nIM_SECRET_KEY_FILE="+path+"\n")
	tests := []struct {
		name, variable string
		env            map[string]string
	}{
		{"both in the environment", "DISCORD_TOKEN", with("DISCORD_TOKEN=canary-env", "DISCORD_TOKEN_FILE="+path)},
		{"both in .env", "IM_SECRET_KEY", with("IM_SECRET_KEY=")},
		{"database", "DATABASE_URL", with("DATABASE_URL=sqlite://canary", "DATABASE_URL_FILE="+path)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := problems(t, dir, tt.env)
			if len(found) != 1 || found[0].Variable != tt.variable || !strings.Contains(found[0].What, tt.variable+"_FILE are both set") {
				t.Errorf("got %v", found)
			}
			if strings.Contains(found.Error(), "canary") {
				t.Errorf("a secret is shown: %v", found)
			}
		})
	}
}

func TestOnlySecretsComeFromFiles(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "region", "tokyo")
	found := problems(t, dir, with("IM_REGION=", "IM_REGION_FILE="+path))
	if len(found) != 1 || found[0].Variable != "IM_REGION" || found[0].What != "is not set" {
		t.Errorf("got %v", found)
	}
}
