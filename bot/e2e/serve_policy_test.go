package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/cli"
	"liveadmin/bot/e2e/harness"
	"liveadmin/imapi/simulator"
)

// TestServePolicy: the config file's names and rules count, a change counts soon, also
// without a signal, and a broken file keeps the rules in force, which log and metrics say.
func TestServePolicy(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.API.AddGroup("@TGS#aSECOND00", simulator.Group{})
	l.Write("liveadmin.yaml", "groups:\n  friday-show: \"@TGS#a6I4ZUUGO\"\n")
	l.Start()
	l.Command("add friday-show user1", "Added 1 of 1 administrator to")
	l.Write("liveadmin.yaml", "groups:\n  friday-show: [\"@TGS#a6I4ZUUGO\", \"@TGS#aSECOND00\"]\n")
	l.Restart()
	l.Command("add friday-show user1", "done in 2 of 2 groups")
	l.Write("liveadmin.yaml", "groups: [\n")
	l.Hangup("keeping those before")
	l.Until("the file is refused", func() bool { return strings.Contains(l.Read("/metrics"), "\nliveadmin_config_file_good 0\n") })
	l.Command("list friday-show", "read 2 of 2 groups")

	l.Write("liveadmin.yaml", "groups:\n  monday-show: \"@TGS#a6I4ZUUGO\"\n")
	l.Until("the file is read", func() bool { return strings.Contains(l.Read("/metrics"), "\nliveadmin_config_file_good 1\n") })
	l.Command("list monday-show", "monday-show (@TGS#a6I4ZUUGO) has 1 of 5")
	l.Write("liveadmin.yaml", "groups:\n  tuesday-show: \"#general\"\n")
	l.Until("the file is refused", func() bool { return strings.Contains(l.Read("/metrics"), "\nliveadmin_config_file_good 0\n") })
	for _, want := range []string{`liveadmin_config_reloads_total{result="refused"} 2`, `liveadmin_config_reloads_total{result="taken"} 3`} {
		if text := l.Read("/metrics"); !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	if log := l.Logged(); !strings.Contains(log, "liveadmin.yaml:2:17: ") {
		t.Errorf("the place is not named:\n%s", log)
	}
	l.Command("list monday-show", "monday-show (@TGS#a6I4ZUUGO) has 1 of 5")
	l.Stop()
}

// TestServeBrokenPolicy: at the start a broken file is refused, with its line.
func TestServeBrokenPolicy(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Write("liveadmin.yaml", "groups:\n  friday-show: 7x\nrulez: []\n")
	cmd := harness.Program(t, l.Dir, l.Env)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != cli.ExitUsage || !strings.Contains(string(out), "liveadmin.yaml:3:1") {
		t.Errorf("ended with %v:\n%s", err, out)
	}
}

// TestServeRotation: the secret key and Slack's tokens change while it runs, and
// nothing that people say is lost.
func TestServeRotation(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	c := l.Slack.Config()
	l.Env = append(l.Env, "IM_SECRET_KEY=", "IM_SECRET_KEY_FILE=key", "SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN_FILE=token")
	l.Write("key", harness.Key)
	l.Write("token", c.BotToken)
	l.Start()
	l.Command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")

	const newKey = "canary-key-number-two-of-the-serve-test"
	l.Secrets = append(l.Secrets, newKey)
	if err := l.API.ChangeKey(newKey); err != nil {
		t.Fatal(err)
	}
	l.Write("key", newKey) // without a signal: the first sign that the old one is wrong is enough
	l.Command("list @TGS#a6I4ZUUGO", "has 1 of 5 administrators")

	const second = "xoxb-canary-second-token-of-the-serve-test"
	l.Secrets = append(l.Secrets, second)
	l.Slack.AddBotToken(second)
	l.Write("token", second)
	l.Restart()
	l.Slack.Revoke(c.BotToken, "token_revoked")
	l.Command("remove @TGS#a6I4ZUUGO user1", "Removed 1 of 1 administrator")

	l.Write("token", "xoxb-nothing") // which Slack does not accept: nothing changes
	l.Hangup("slack does not accept the new credentials")
	if ready := l.Get("/readyz"); ready != http.StatusOK {
		t.Errorf("/readyz is %d", ready)
	}
	l.Command("remove @TGS#a6I4ZUUGO user1 --reason again", "Reason: again")
	l.Stop()
}

// TestServeComesBack: a platform that is not ready is, once there are other credentials in
// their files, without a signal, also if Slack could not be asked about them at first.
func TestServeComesBack(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Env = append(l.Env, "SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN_FILE=token")
	l.Write("token", "xoxb-canary-of-another-workspace")
	l.Secrets = append(l.Secrets, "xoxb-canary-of-another-workspace")
	l.Begin(harness.Program(t, l.Dir, l.Env))
	l.Until("it says why it is not ready", func() bool {
		return l.Get("/healthz") == http.StatusOK && strings.Contains(l.Read("/readyz"), "invalid_auth")
	})
	l.Slack.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "auth.test", Times: -1})
	l.Write("token", l.Slack.Config().BotToken)
	l.Until("the log says why not", func() bool { return strings.Contains(l.Logged(), "could not use the changed credentials") })
	l.Slack.ClearFaults()
	l.Until("ready", func() bool { return l.Get("/readyz") == http.StatusOK })
	l.Command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	l.Stop()
}

// TestServeRestart: on SIGHUP with work in flight, that goes on with the settings as they
// are now: everything is carried out and posted once. Settings with which the bot cannot run
// change nothing.
func TestServeRestart(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	names, groups := "groups:\n  all: [", 40
	for n := range groups {
		group := fmt.Sprintf("@TGS#aRUN%05d", n)
		l.API.AddGroup(group, simulator.Group{})
		names += fmt.Sprintf("%q, ", group)
	}
	l.Write("liveadmin.yaml", names+"]\n")
	l.Env = append(l.Env, "HTTP_ADDR=", "IM_RATE_LIMIT=50")
	l.Write(".env", "HTTP_ADDR="+l.Addr+"\n")
	l.Start()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	for n := range 3 {
		said := l.Slack.Slash("U0ALICE", "C0SHOW", fmt.Sprintf("add all user1 --reason round%d", n))
		if _, err := said.Wait(ctx); err != nil {
			t.Fatal(err)
		}
		l.Restart()
	}
	l.Until("all is posted", func() bool { return strings.Count(results(l), "round") >= 3 })

	l.Write(".env", "HTTP_ADDR="+strings.TrimPrefix(l.API.URL(), "http://")+"\n") // where somebody else listens
	l.Hangup("keeping those before")
	l.Until("ready", func() bool { return l.Get("/readyz") == http.StatusOK })
	l.Command("list @TGS#aRUN00039", "has 1 of 5 administrators")
	for n := range 3 {
		if got := strings.Count(results(l), fmt.Sprintf("round%d", n)); got != 1 {
			t.Errorf("the result of round %d was posted %d times", n, got)
		}
	}
	for n := range groups {
		if got := l.API.Admins(fmt.Sprintf("@TGS#aRUN%05d", n)); !slices.Equal(got, []string{"user1"}) {
			t.Errorf("group %d has the administrators %q", n, got)
		}
	}
	l.Stop()
}

// TestServeRestartPostsOnce: a message that is on its way to Slack at a SIGHUP is posted once.
func TestServeRestartPostsOnce(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Start()
	l.Slack.SetLatency(350 * time.Millisecond) // longer than what a restart waits for work to end
	const rounds, each = 2, 8
	for round := range rounds {
		for range each {
			_ = l.Slack.Slash("U0ALICE", "C0SHOW", "list @TGS#a6I4ZUUGO")
		}
		l.Until("all is read", func() bool { return len(l.API.Calls()) >= (round+1)*each })
		l.Restart()
	}
	const result = "has 0 of 5 administrators"
	l.Until("all is posted", func() bool { return strings.Count(results(l), result) >= rounds*each })
	l.Stop()
	if posted := len(l.Slack.Messages("C0SHOW")); posted != 2*rounds*each {
		t.Errorf("%d messages were posted for %d commands", posted, rounds*each)
	}
}

// TestServeKilledBeforeLastLine: killed while Slack lets the root wait for its last line, the bot
// does not post the result again.
func TestServeKilledBeforeLastLine(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Start()
	l.Slack.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "chat.update", RetryAfter: time.Minute})
	const result = "has 0 of 5 administrators"
	l.Command("list @TGS#a6I4ZUUGO", result)
	l.Until("the last line waits", func() bool { return len(l.Slack.Calls("chat.update")) > 0 })
	_ = l.Cmd.Process.Kill()
	_ = l.Cmd.Wait()
	l.Start()
	l.Until("the root has its last line", func() bool { return strings.Contains(l.Slack.Plain(l.Slack.Messages("C0SHOW")[0]), "Done") })
	l.Stop()
	if got := strings.Count(results(l), result); got != 1 {
		t.Errorf("the result was posted %d times", got)
	}
}

// results are all messages in threads.
func results(l *harness.InSlack) string {
	var all strings.Builder
	for _, m := range l.Slack.Messages("C0SHOW") {
		if m.ThreadTS != "" {
			all.WriteString(l.Slack.Plain(m) + "\n")
		}
	}
	return all.String()
}

// TestServeSigningSecret: in HTTP mode SIGHUP changes the signing secret.
func TestServeSigningSecret(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, true)
	c := l.Slack.Config()
	l.Env = append(l.Env, "SLACK_SIGNING_SECRET=", "SLACK_SIGNING_SECRET_FILE=secret")
	l.Write("secret", "canary-old-signing-secret")
	l.Start()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, _ = l.Slack.Slash("U0ALICE", "C0SHOW", "list @TGS#a6I4ZUUGO").Wait(ctx) // refused: 401
	l.Write("secret", c.SigningSecret)
	l.Restart()
	l.Command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	l.Stop()
}

// TestServeKeyOnHangup: on SIGHUP the secret key is read again, before a call has failed
// with the old one.
func TestServeKeyOnHangup(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Env = append(l.Env, "IM_SECRET_KEY=", "IM_SECRET_KEY_FILE=key")
	l.Write("key", harness.Key)
	l.Start()
	l.Command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	const newKey = "canary-key-that-comes-with-a-signal"
	l.Secrets = append(l.Secrets, newKey)
	if err := l.API.ChangeKey(newKey); err != nil {
		t.Fatal(err)
	}
	l.Write("key", newKey)
	l.Restart()
	l.Command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
	for _, call := range l.API.Calls() {
		if call.Code != 0 {
			t.Errorf("%s was answered %d", call.Command, call.Code)
		}
	}
	l.Stop()
}

// TestServeWrongKeyOnHangup: a key that Tencent Chat does not accept changes nothing on SIGHUP.
func TestServeWrongKeyOnHangup(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Env = append(l.Env, "IM_SECRET_KEY=", "IM_SECRET_KEY_FILE=key")
	l.Write("key", harness.Key)
	l.Start()
	const wrong = "canary-key-of-another-application"
	l.Secrets = append(l.Secrets, wrong)
	l.Write("key", wrong)
	l.Hangup("the new settings are not accepted by Tencent Chat")
	l.Write("key", harness.Key)
	l.Command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
	l.Stop()
	if log := l.Logged(); strings.Contains(log, "restarting") {
		t.Errorf("it restarted; the log:\n%s", log)
	}
}
