package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

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

// restart sends SIGHUP and waits until the program runs with the settings as they are.
func (l *live) restart() {
	l.t.Helper()
	l.hangup("msg=started")
	l.until("ready", func() bool { return l.get("/readyz") == http.StatusOK })
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
	l.restart()
	l.command("add friday-show user1", "done in 2 of 2 groups")
	l.write("liveadmin.yaml", "groups: [\n")
	l.hangup("keeping those before")
	l.until("the file is refused", func() bool { return strings.Contains(l.read("/metrics"), "\nliveadmin_config_file_good 0\n") })
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

	const second = "xoxb-canary-second-token-of-the-serve-test"
	l.secrets = append(l.secrets, second)
	l.slack.AddBotToken(second)
	l.write("token", second)
	l.restart()
	l.slack.Revoke(c.BotToken, "token_revoked")
	l.command("remove @TGS#a6I4ZUUGO user1", "Removed 1 of 1 administrator")

	l.write("token", "xoxb-nothing") // which Slack does not accept: nothing changes
	l.hangup("slack does not accept the new credentials")
	if ready := l.get("/readyz"); ready != http.StatusOK {
		t.Errorf("/readyz is %d", ready)
	}
	l.command("remove @TGS#a6I4ZUUGO user1 --reason again", "Reason: again")
	l.stop()
}

// TestServeComesBack: a platform that is not ready is, once there are other credentials in
// their files, without a signal.
func TestServeComesBack(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	l.env = append(l.env, "SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN_FILE=token")
	l.write("token", "xoxb-canary-of-another-workspace")
	l.secrets = append(l.secrets, "xoxb-canary-of-another-workspace")
	l.begin(program(t, l.dir, l.env))
	l.until("it says why it is not ready", func() bool {
		return l.get("/healthz") == http.StatusOK && strings.Contains(l.read("/readyz"), "invalid_auth")
	})
	l.write("token", l.slack.Config().BotToken)
	l.until("ready", func() bool { return l.get("/readyz") == http.StatusOK })
	l.command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	l.stop()
}

// TestServeRestart: on SIGHUP with work in flight, that goes on with the settings as they
// are now: everything is carried out and posted once. Settings with which the bot cannot run
// change nothing.
func TestServeRestart(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	names, groups := "groups:\n  all: [", 40
	for n := range groups {
		group := fmt.Sprintf("@TGS#aRUN%05d", n)
		l.api.AddGroup(group, simulator.Group{})
		names += fmt.Sprintf("%q, ", group)
	}
	l.write("liveadmin.yaml", names+"]\n")
	l.env = append(l.env, "HTTP_ADDR=", "IM_RATE_LIMIT=50")
	l.write(".env", "HTTP_ADDR="+l.addr+"\n")
	l.start()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	for n := range 3 {
		said := l.slack.Slash("U0ALICE", "C0SHOW", fmt.Sprintf("add all user1 --reason round%d", n))
		if _, err := said.Wait(ctx); err != nil {
			t.Fatal(err)
		}
		l.restart()
	}
	l.until("all is posted", func() bool { return strings.Count(l.results(), "round") >= 3 })

	l.write(".env", "HTTP_ADDR="+strings.TrimPrefix(l.api.URL(), "http://")+"\n") // where somebody else listens
	l.hangup("keeping those before")
	l.until("ready", func() bool { return l.get("/readyz") == http.StatusOK })
	l.command("list @TGS#aRUN00039", "has 1 of 5 administrators")
	for n := range 3 {
		if got := strings.Count(l.results(), fmt.Sprintf("round%d", n)); got != 1 {
			t.Errorf("the result of round %d was posted %d times", n, got)
		}
	}
	for n := range groups {
		if got := l.api.Admins(fmt.Sprintf("@TGS#aRUN%05d", n)); !slices.Equal(got, []string{"user1"}) {
			t.Errorf("group %d has the administrators %q", n, got)
		}
	}
	l.stop()
}

// results are all messages in threads.
func (l *inSlack) results() string {
	var all strings.Builder
	for _, m := range l.slack.Messages("C0SHOW") {
		if m.ThreadTS != "" {
			all.WriteString(l.slack.Plain(m) + "\n")
		}
	}
	return all.String()
}

// TestServeSigningSecret: in HTTP mode SIGHUP changes the signing secret.
func TestServeSigningSecret(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, true)
	c := l.slack.Config()
	l.env = append(l.env, "SLACK_SIGNING_SECRET=", "SLACK_SIGNING_SECRET_FILE=secret")
	l.write("secret", "canary-old-signing-secret")
	l.start()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, _ = l.slack.Slash("U0ALICE", "C0SHOW", "list @TGS#a6I4ZUUGO").Wait(ctx) // refused: 401
	l.write("secret", c.SigningSecret)
	l.restart()
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
	l.restart()
	l.command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
	for _, call := range l.api.Calls() {
		if call.Code != 0 {
			t.Errorf("%s was answered %d", call.Command, call.Code)
		}
	}
	l.stop()
}
