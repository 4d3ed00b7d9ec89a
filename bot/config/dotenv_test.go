package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/joho/godotenv"
)

func TestBrokenDotEnvLines(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a line without =", "LOG_LEVEL=info\n\n# comment\ncanary words\nLOG_FORMAT=text\n", []string{"line 4"}},
		{"the last line without =", "LOG_LEVEL=info\ncanary", []string{"line 2"}},
		{"no name", "LOG_LEVEL=info\n=canary\n", []string{"line 2"}},
		{"an open quote", "LOG_LEVEL=info\nOTHER='canary\nLOG_FORMAT=text\n", []string{"line 2"}},
		{"a strange name", "can-ary=canary\n", []string{"line 1"}},
		{"after a value of several lines, which are then read one by one", "OTHER=\"one\ntwo\nthree\"\ncanary!\n", []string{"line 1", "line 2", "line 3", "line 4"}},
		{"two of them", "canary!\r\nLOG_LEVEL=info\r\n\"canary\r\n", []string{"line 1", "line 3"}},
		{"not a text", strings.Repeat("\x00canary\n", 40), []string{
			"line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, ".env", tt.text)
			found := problems(t, dir, minimal())
			if len(found) != len(tt.want) {
				t.Fatalf("got %d problems, want %d:\n%v", len(found), len(tt.want), found)
			}
			for i, want := range tt.want {
				if found[i].Variable != ".env" || !strings.HasPrefix(found[i].What, want+" ") {
					t.Errorf("got %q, want %s", found[i], want)
				}
			}
			if strings.Contains(found.Error(), "canary") {
				t.Errorf("the file's content is shown: %v", found)
			}
		})
	}
}

// TestRestOfBrokenDotEnvCounts: a broken line does not hide what is wrong, or
// right, in the others.
func TestRestOfBrokenDotEnvCounts(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".env", "IM_SDKAPPID=7\nbroken!\nIM_SECRET_KEY=k\nIM_REGION=mars\n")
	found := problems(t, dir, nil)
	if len(found) != 2 || found[0].Variable != ".env" || found[1].Variable != "IM_REGION" {
		t.Errorf("got %v", found)
	}
}

// TestOpenQuoteShowsNoSecret: a value whose quote is closed somewhere below holds
// the secrets between.
func TestOpenQuoteShowsNoSecret(t *testing.T) {
	for _, name := range []string{"IM_REGION", "ALLOWLIST", "SLACK_API_URL", "DISCORD_GUILD_ID"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, ".env", name+"='x\nIM_SECRET_KEY=canary\n# the admins'\n")
			found := problems(t, dir, with(name+"="))
			if strings.Contains(found.Error(), "canary") {
				t.Errorf("the secret is shown: %v", found)
			}
			if found[0].Variable != name || found[0].What != "has a line break" {
				t.Errorf("got %v", found)
			}
		})
	}
}

func TestUnreadableDotEnv(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, ".env"), 0o700); err != nil {
		t.Fatal(err)
	}
	big := t.TempDir()
	write(t, big, ".env", strings.Repeat("# canary\n", 10000))
	for name, dir := range map[string]string{"a folder": folder, "too big": big} {
		t.Run(name, func(t *testing.T) {
			found := problems(t, dir, minimal())
			if len(found) != 1 || found[0].Variable != ".env" || !strings.Contains(found[0].What, "cannot be read") {
				t.Errorf("got %v", found)
			}
		})
	}
}

func TestMisspeltNames(t *testing.T) {
	tests := []struct {
		name, unknown, variable, meant string
	}{
		{"a letter missing", "IM_REGON", "IM_REGION", "IM_REGION"},
		{"two letters swapped", "SLACK_BOT_TOEKN", "SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"},
		{"a letter too many", "DISCORD_TOKENS", "DISCORD_TOKEN", "DISCORD_TOKEN"},
		{"lower case", "log_level", "LOG_LEVEL", "LOG_LEVEL"},
		{"a file's name", "IM_SECRET_KEY_FIL", "IM_SECRET_KEY", "IM_SECRET_KEY_FILE"},
		{"the one name without an underscore", "ALLOW_LIST", "ALLOWLIST", "ALLOWLIST"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, ".env", tt.unknown+"=canary\n")
			found := problems(t, dir, minimal())
			if len(found) != 1 {
				t.Fatalf("got %v, want one problem", found)
			}
			p := found[0]
			if p.Variable != tt.variable || !strings.Contains(p.What, `"`+tt.unknown+`"`) || p.Remedy != "did you mean "+tt.meant+"?" {
				t.Errorf("got %q", p)
			}
			if strings.Contains(p.String(), "canary") {
				t.Errorf("the value is shown: %q", p)
			}
		})
	}
}

func TestOtherPeoplesNames(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".env", "VM_REGION=a\nIM_SOMETHING_ELSE=b\nHTTP_PROXY=c\nPATH=d\nDATABASE=e\n")
	load(t, dir, minimal())
	load(t, t.TempDir(), with("IM_REGON=in the environment anything goes"))
}

// FuzzDotEnv: no file makes Load panic, or show a secret that is in it; a
// broken one is a problem.
func FuzzDotEnv(f *testing.F) {
	f.Add("IM_SDKAPPID=1\nIM_SECRET_KEY='x'\n", "IM_REGION=tokyo")
	f.Add("IM_REGION='", "# the admins'\n")
	f.Add("A=\"open\n", "B='x' C=$A${A}\\n # no")
	f.Add("export X: 1\r\n= 2\n\ufeff", "#")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(after, "$") {
			t.Skip("may name the token to put it elsewhere, on purpose")
		}
		const canary = "kanari7f3b"
		dir := t.TempDir()
		text := before + "\nSLACK_BOT_TOKEN=" + canary + "\n" + after
		write(t, dir, ".env", text)
		err := loadError(dir, nil)
		checkError(t, err, canary)
		_, broken := godotenv.Unmarshal(strings.TrimPrefix(text, "\ufeff") + "\n")
		if broken != nil && !strings.HasPrefix(err.Error(), ".env: ") {
			t.Errorf("the file is broken, but the first problem is %v", err)
		}
	})
}
