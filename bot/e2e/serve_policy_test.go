package e2e

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/cli"
	"liveadmin/imapi/simulator"
)

// write puts a text into a file of the program's folder, in one step, as editors and
// Kubernetes do.
func (l *live) write(name, text string) {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		l.t.Fatal(err)
	}
}

// hangup sends SIGHUP and waits until the log has another line with a text.
func (l *live) hangup(want string) {
	l.t.Helper()
	before := strings.Count(l.logged(), want)
	if err := l.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		l.t.Fatal(err)
	}
	l.until("the log says "+want, func() bool { return strings.Count(l.logged(), want) > before })
}

// TestServePolicy: the config file's names and rules count, a change counts soon, also
// without a signal, and a broken file keeps the rules in force, which log and metrics say.
func TestServePolicy(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	l.api.AddGroup("@TGS#aSECOND00", simulator.Group{})
	l.write("liveadmin.yaml", "groups:\n  friday-show: \"@TGS#a6I4ZUUGO\"\n")
	l.start()
	l.command("add friday-show user1", "Added 1 of 1 administrator to")
	l.write("liveadmin.yaml", "groups:\n  friday-show: [\"@TGS#a6I4ZUUGO\", \"@TGS#aSECOND00\"]\n")
	l.hangup("the settings were read again")
	l.command("add friday-show user1", "done in 2 of 2 groups")
	l.write("liveadmin.yaml", "groups: [\n")
	l.hangup("the rules before it stay")
	l.command("list friday-show", "2 of 2 groups could be read")

	l.write("liveadmin.yaml", "groups:\n  monday-show: \"@TGS#a6I4ZUUGO\"\n")
	l.until("the file is read", func() bool { return strings.Contains(l.read("/metrics"), "\nliveadmin_config_file_good 1\n") })
	l.command("list monday-show", "monday-show (@TGS#a6I4ZUUGO) has 1 of 5")
	l.write("liveadmin.yaml", "groups:\n  tuesday-show: \"#general\"\n")
	l.until("the file is refused", func() bool { return strings.Contains(l.read("/metrics"), "\nliveadmin_config_file_good 0\n") })
	for _, want := range []string{`liveadmin_config_reloads_total{result="refused"} 2`, `liveadmin_config_reloads_total{result="taken"} 3`} {
		if text := l.read("/metrics"); !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	if log := l.logged(); !strings.Contains(log, "liveadmin.yaml:2:17: ") {
		t.Errorf("the place is not told:\n%s", log)
	}
	l.command("list monday-show", "monday-show (@TGS#a6I4ZUUGO) has 1 of 5")
	l.stop()
}

// TestServeBrokenPolicy: at the start a broken file is refused, with its line.
func TestServeBrokenPolicy(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	l.write("liveadmin.yaml", "groups:\n  friday-show: 7x\nrulez: []\n")
	cmd := program(t, l.dir, l.env)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != cli.ExitUsage || !strings.Contains(string(out), "liveadmin.yaml:3:1") {
		t.Errorf("ended with %v:\n%s", err, out)
	}
}

// TestServeRotation: the secret key and Slack's tokens change while it runs, and
// nothing that people say is lost.
func TestServeRotation(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	c := l.slack.Config()
	l.env = append(l.env, "IM_SECRET_KEY=", "IM_SECRET_KEY_FILE=key", "SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN_FILE=token")
	l.write("key", serveKey)
	l.write("token", c.BotToken)
	l.start()
	l.command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")

	const newKey = "canary-key-number-two-of-the-serve-test"
	l.secrets = append(l.secrets, newKey)
	if err := l.api.ChangeKey(newKey); err != nil {
		t.Fatal(err)
	}
	l.write("key", newKey) // without a signal: the first sign that the old one is wrong is enough
	l.command("list @TGS#a6I4ZUUGO", "has 1 of 5 administrators")

	const second, third = "xoxb-canary-second-token-of-the-serve-test", "xoxb-canary-third-token-of-the-serve-test"
	l.secrets = append(l.secrets, second, third)
	l.slack.AddBotToken(second)
	l.write("token", second)
	l.hangup("running with new credentials")
	l.slack.Revoke(c.BotToken, "token_revoked")
	l.command("remove @TGS#a6I4ZUUGO user1", "Removed 1 of 1 administrator")
	l.until("nothing is left to post", func() bool {
		return !slices.ContainsFunc(l.slack.Messages("C0SHOW"), func(m fakeslack.Message) bool { return strings.Contains(m.Text, "Working") })
	})

	l.slack.AddBotToken(third)
	l.write("token", third)
	l.slack.Revoke(second, "token_revoked") // without a signal: the post that is refused is the first sign
	l.command("add @TGS#a6I4ZUUGO user1 --reason third", "Reason: third")

	l.write("token", "xoxb-nothing")
	l.hangup("the settings were read again")
	l.until("the new token was refused", func() bool { return strings.Contains(l.logged(), "invalid_auth") })
	l.command("remove @TGS#a6I4ZUUGO user1 --reason fourth", "Reason: fourth")
	l.stop()
}

// TestServeSigningSecret: in HTTP mode the first request with a signature that the old
// secret cannot have made has the new one read.
func TestServeSigningSecret(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, true)
	c := l.slack.Config()
	l.env = append(l.env, "SLACK_SIGNING_SECRET=", "SLACK_SIGNING_SECRET_FILE=secret")
	l.write("secret", "canary-old-signing-secret")
	l.start()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	l.write("secret", c.SigningSecret)
	_, _ = l.slack.Slash("U0ALICE", "C0SHOW", "list @TGS#a6I4ZUUGO").Wait(ctx) // refused: 401
	l.until("it runs with the new secret", func() bool { return strings.Contains(l.logged(), "running with new credentials") })
	l.command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	l.stop()
}

// TestServeKeyOnHangup: on SIGHUP the secret key is read again, before a call has failed
// with the old one.
func TestServeKeyOnHangup(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	l.env = append(l.env, "IM_SECRET_KEY=", "IM_SECRET_KEY_FILE=key")
	l.write("key", serveKey)
	l.start()
	l.command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	const newKey = "canary-key-that-comes-with-a-signal"
	l.secrets = append(l.secrets, newKey)
	if err := l.api.ChangeKey(newKey); err != nil {
		t.Fatal(err)
	}
	l.write("key", newKey)
	l.hangup("the settings were read again")
	l.command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
	for _, call := range l.api.Calls() {
		if call.Code != 0 {
			t.Errorf("%s was answered %d", call.Command, call.Code)
		}
	}
	l.stop()
}
