package deploy

import (
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/joho/godotenv"

	"liveadmin/bot/app"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/config"
	"liveadmin/bot/e2e/harness"
	"liveadmin/bot/journal/journaltest"
)

func TestMain(m *testing.M) { harness.Main(m, func() []app.Option { return nil }) }

// The people and places of the examples.
const (
	slackUser, slackChannel                    = "U024BE7LH", "C024BE91L"
	discordUser, discordGuild, discordChannel  = "80351110224678912", "165511591545143290", "165511591545143291"
	firstGroup, inSystemd, inContainer, noLive = "@TGS#a6I4ZUUGO", "/run/credentials/liveadmin.service/secrets_", "/run/secrets/", "has 0 of 5 administrators"
)

// TestExamplesStart: with each example of settings, in each of the files that deploy it, the
// program starts against fakes of everything outside, is ready, and carries out the first
// command on every platform that the example is for.
func TestExamplesStart(t *testing.T) {
	t.Chdir(top)
	examples, err := filepath.Glob("deploy/examples/*.env")
	if err != nil || len(examples) < 5 {
		t.Fatalf("%q, %v", examples, err)
	}
	for deployment, set := range environments(t) {
		for _, file := range examples {
			t.Run(deployment+"/"+strings.TrimSuffix(filepath.Base(file), ".env"), func(t *testing.T) {
				t.Parallel()
				settings, err := godotenv.Unmarshal(inPlace(deployment, fileText(t, file)))
				if err != nil {
					t.Fatal(err)
				}
				all := maps.Clone(settings)
				for name, value := range set {
					if !strings.HasPrefix(value, "${") { // Compose puts in what .env has
						all[name] = value
					}
				}
				startsWith(t, all)
			})
		}
	}
}

// TestRenderedStart: the program starts with what the Helm chart renders for each of its
// examples, and kubernetes.yaml.
func TestRenderedStart(t *testing.T) {
	t.Chdir(top)
	for file, set := range rendered(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			delete(set, "HTTPS_PROXY")
			startsWith(t, set)
		})
	}
}

// TestOtherCommand: an app in Slack can give the command another name, as one of several bots in a
// workspace does.
func TestOtherCommand(t *testing.T) {
	t.Chdir(top)
	settings, err := godotenv.Unmarshal(fileText(t, "deploy/examples/slack.env"))
	if err != nil {
		t.Fatal(err)
	}
	startsIn(t, newWorldOf(t, fakeslack.Config{Command: "/liveadmin-jp"}), settings)
}

// inPlace is an example as the instructions put it in place for a deployment.
func inPlace(deployment, text string) string {
	if deployment == "systemd" {
		return strings.ReplaceAll(text, inContainer, inSystemd)
	}
	return text
}

// world is everything outside of the program.
type world struct {
	*harness.Live
	slack   *fakeslack.Server
	discord *fakediscord.Server
	secrets map[string]string // by the name of their file
	ready   string            // what /readyz said
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, fakeslack.Config{})
}

func newWorldOf(t *testing.T, slack fakeslack.Config) *world {
	t.Helper()
	w := &world{Live: harness.New(t), slack: fakeslack.New(t, slack), discord: fakediscord.New(t, fakediscord.Config{})}
	c, d := w.slack.Config(), w.discord.Config()
	w.slack.AddUser(fakeslack.User{ID: slackUser, Name: "alice"})
	w.slack.AddChannel(fakeslack.Channel{ID: slackChannel, Name: "show", Members: []string{slackUser, c.BotUser}})
	w.discord.AddGuild(fakediscord.Guild{ID: discordGuild, Name: "Ops"})
	w.discord.AddUser(fakediscord.User{ID: discordUser, Name: "alice"})
	w.discord.AddMember(discordGuild, fakediscord.Member{
		User: discordUser, Permissions: fakediscord.ManageMessages | fakediscord.ViewChannel | fakediscord.SendMessages,
	})
	w.discord.AddChannel(fakediscord.Channel{ID: discordChannel, Name: "show", Guild: discordGuild})
	w.secrets = map[string]string{
		"im_secret_key": harness.Key, "slack_bot_token": c.BotToken, "slack_app_token": c.AppToken,
		"slack_signing_secret": c.SigningSecret, "discord_token": d.Token,
	}
	w.Env = []string{
		"IM_BASE_URL=" + w.API.URL(), "SLACK_API_URL=" + w.slack.URL(), "DISCORD_API_URL=" + w.discord.URL(), "HTTP_ADDR=" + w.Addr,
	}
	return w
}

// startsWith starts the program with an environment, in which files and addresses of the
// real world are replaced by those of the fakes.
func startsWith(t *testing.T, environ map[string]string) {
	t.Helper()
	startsIn(t, newWorld(t), environ)
}

func startsIn(t *testing.T, w *world, environ map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(environ)) {
		w.Env = append(w.Env, name+"="+w.outside(name, environ[name]))
	}
	cfg, err := config.Load(w.Dir, w.Env)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Slack.HasCredentials() && cfg.Slack.AppToken.Empty() {
		w.slack.UseHTTP("http://" + w.Addr)
	}
	if cfg.Discord.PublicKey != "" {
		w.discord.UseHTTP("http://" + w.Addr + "/discord/interactions")
	}
	w.Start()
	w.ready = w.readiness()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if cfg.Slack.HasCredentials() {
		w.firstInSlack(ctx)
	}
	if cfg.Discord.HasCredentials() {
		w.firstInDiscord(ctx)
	}
	if len(cfg.Platforms()) == 0 {
		t.Error("no platform runs")
	}
	w.Stop()
}

func (w *world) readiness() string {
	w.T.Helper()
	res, err := http.Get("http://" + w.Addr + "/readyz")
	if err != nil {
		w.T.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.T.Fatal(err)
	}
	return strings.TrimSpace(string(body))
}

// outside is the value of a variable in the world of the fakes.
func (w *world) outside(name, value string) string {
	w.T.Helper()
	file := strings.TrimPrefix(filepath.Base(value), "secrets_")
	switch {
	case name == "DATABASE_URL_FILE":
		w.Write(file, journaltest.Postgres(w.T))
	case strings.HasSuffix(name, "_FILE"):
		if w.secrets[file] == "" || file != strings.ToLower(strings.TrimSuffix(name, "_FILE")) {
			w.T.Fatalf("%s is %s, which is no file of secrets", name, value)
		}
		w.Write(file, w.secrets[file])
	case name == "LIVEADMIN_CONFIG":
		text, err := os.ReadFile("deploy/config/liveadmin.yaml")
		if err != nil {
			w.T.Fatal(err)
		}
		w.Write(file, string(text))
	case name == "DISCORD_PUBLIC_KEY":
		return w.discord.PublicKey()
	case name == "DATABASE_URL":
		return "sqlite://" + filepath.Base(value)
	default:
		return value
	}
	return filepath.Join(w.Dir, file)
}

func (w *world) firstInSlack(ctx context.Context) {
	w.T.Helper()
	if _, err := w.slack.Slash(slackUser, slackChannel, "list "+firstGroup).Wait(ctx); err != nil {
		w.T.Fatalf("not acknowledged: %v; log:\n%s", err, w.Logged())
	}
	if _, err := w.slack.WaitMessage(ctx, func(m fakeslack.Message) bool { return strings.Contains(w.slack.Plain(m), noLive) }); err != nil {
		w.T.Fatalf("no result in Slack: %v; log:\n%s", err, w.Logged())
	}
}

func (w *world) firstInDiscord(ctx context.Context) {
	w.T.Helper()
	if err := w.discord.WaitCommand(ctx, discordGuild); err != nil {
		w.T.Fatalf("not registered: %v; log:\n%s", err, w.Logged())
	}
	if _, err := w.discord.Command(discordUser, discordChannel, "list", fakediscord.Options{"group": firstGroup}).Wait(ctx); err != nil {
		w.T.Fatalf("not acknowledged: %v; log:\n%s", err, w.Logged())
	}
	if _, err := w.discord.WaitMessage(ctx, func(m fakediscord.Message) bool { return strings.Contains(w.discord.Plain(m), noLive) }); err != nil {
		w.T.Fatalf("no result in Discord: %v; log:\n%s", err, w.Logged())
	}
}
