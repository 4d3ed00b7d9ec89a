package deploy

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"liveadmin/bot/config"
)

// TestSetupCommands: the commands of docs/operations.md for settings, secrets and systemd, run by
// a shell in folders of their own, leave the secrets that were typed, and two files of settings
// with which the program starts.
func TestSetupCommands(t *testing.T) {
	t.Chdir(top)
	opt, etc := filepath.Join(t.TempDir(), "opt"), filepath.Join(t.TempDir(), "etc")
	shell(t, "### 1. Settings", opt, etc, "")
	typed := map[string]string{"im_secret_key": "key'1", "slack_bot_token": `xoxb-"1`, "slack_app_token": `xapp-\1`}
	shell(t, "### 2. Secrets", opt, etc, typed["im_secret_key"]+"\n"+typed["slack_bot_token"]+"\n"+typed["slack_app_token"]+"\n")
	for name, want := range typed {
		if got := fileText(t, filepath.Join(opt, "secrets", name)); got != want {
			t.Errorf("the secret %s is %q, want %q", name, got, want)
		}
	}
	shell(t, "### 3. systemd", opt, etc, "")

	unitSettings, err := godotenv.Read(filepath.Join(etc, "liveadmin.env"))
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := os.ReadDir(filepath.Join(etc, "secrets"))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range unitSettings {
		if !strings.HasSuffix(name, "_FILE") {
			continue
		}
		secret, inPlace := strings.CutPrefix(value, inSystemd)
		if !inPlace || !slices.ContainsFunc(loaded, func(f os.DirEntry) bool { return f.Name() == secret }) {
			t.Errorf("%s is %s, which systemd does not load", name, value)
		}
	}
	cfg, err := config.Load(etc, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.IM.Key.Reveal() != typed["im_secret_key"] || !slices.Equal(cfg.Platforms(), []string{"slack"}) {
		t.Errorf("platforms %q of %v", cfg.Platforms(), maps.Collect(maps.All(unitSettings)))
	}
}

// shell runs the first commands under a heading of docs/operations.md, with the folders of a
// test in place of the machine's, and without what needs root or a built program.
func shell(t *testing.T, heading, opt, etc, input string) {
	t.Helper()
	_, text, _ := strings.Cut(fileText(t, "docs/operations.md"), "\n"+heading+"\n")
	_, text, _ = strings.Cut(text, "```sh\n")
	text, _, found := strings.Cut(text, "```")
	if !found {
		t.Fatalf("docs/operations.md has no commands under %s", heading)
	}
	text = regexp.MustCompile(`(?m)^(install -m 755 liveadmin|systemctl) .*$`).ReplaceAllString(text, "")
	text = strings.NewReplacer(
		`sudo install -d -m 700 -o "$USER" /opt/liveadmin`, "install -d -m 700 "+opt,
		"/opt/liveadmin", opt, "/etc/liveadmin", etc,
	).Replace(text)
	if heading == "### 2. Secrets" {
		text = "cd " + opt + "\n" + text
	}
	bash := exec.CommandContext(t.Context(), "bash", "-euc", text)
	bash.Stdin = strings.NewReader(input)
	if out, err := bash.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", heading, err, out)
	}
}
