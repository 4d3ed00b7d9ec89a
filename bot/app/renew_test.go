package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// TestSessionIsRenewed: from time to time a session takes the place of another one, and
// nothing that people say meanwhile is lost or done twice. One that cannot begin leaves the
// other where it is.
func TestSessionIsRenewed(t *testing.T) {
	t.Parallel()
	scene := bottest.NewScene(t, "discord:user:501")
	server := fakediscord.New(t, fakediscord.Config{})
	server.AddGuild(fakediscord.Guild{ID: "100", Name: "Ops"})
	server.AddUser(fakediscord.User{ID: "501", Name: "alice"})
	server.AddMember("100", fakediscord.Member{User: "501", Permissions: fakediscord.ManageMessages | fakediscord.ViewChannel | fakediscord.SendMessages})
	server.AddChannel(fakediscord.Channel{ID: "200", Name: "show", Guild: "100"})
	settings := config.Config{Discord: config.Discord{Token: imapi.NewSecret(server.Config().Token), APIURL: server.URL(), GuildID: "100"}}
	log := scene.Log.Logger()
	r := &renewal{
		read: func() (config.Config, error) { return settings, nil }, credentials: discordCredentials, log: log, every: 100 * time.Millisecond,
		build: func(cfg config.Config) (chat, error) {
			return discord.New(discord.Config(cfg.Discord), discord.Options{Log: log, Policy: func() commands.Policy { return commands.Policy{} }})
		},
	}
	if err := r.init(settings); err != nil {
		t.Fatal(err)
	}
	stop := scene.Run(t, confirming{r})
	scene.Ready(r.State)
	if err := server.WaitCommand(scene.Soon(), "100"); err != nil {
		t.Fatal(err)
	}
	said := 0
	for begun := len(server.Identifies()); len(server.Identifies()) < begun+4; said++ {
		user := fmt.Sprintf("user%d", said%5)
		if _, err := server.Command("501", "200", "remove", fakediscord.Options{"group": bottest.Group, "users": user}).Wait(scene.Soon()); err != nil {
			t.Fatalf("command %d: %v\n%s", said+1, err, scene.Log)
		}
	}
	scene.Closed()
	if rows := scene.Rows(bot.WasAccepted); len(rows) != said {
		t.Errorf("%d commands, %d on record", said, len(rows))
	}
	if results := len(server.Threads("200")); results != said {
		t.Errorf("%d commands, %d threads", said, results)
	}
	stop()
}

// still is a platform that does nothing.
type still struct {
	chat
	number int
}

func (still) Mount(func(string, http.Handler)) {}

// TestRevive: others than the revoked credentials are tried at once, and the same ones from
// time to time, by another platform: one that was revoked stays so.
func TestRevive(t *testing.T) {
	for name, row := range map[string]struct{ change, comes time.Duration }{
		"other credentials": {time.Minute, time.Minute + reviveGap},
		"the same ones":     {time.Hour, retryGap},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, built := time.Now(), 0
				r := &renewal{
					read: func() (config.Config, error) { return config.Config{}, nil },
					build: func(config.Config) (chat, error) {
						built++
						return still{number: built}, nil
					},
					credentials: func(config.Config) any { return time.Since(began) > row.change },
				}
				if err := r.init(config.Config{}); err != nil {
					t.Fatal(err)
				}
				if err := r.Revive(t.Context()); err != nil || time.Since(began) != row.comes {
					t.Errorf("after %s: %v", time.Since(began), err)
				}
				if now := r.current().chat.(still); now.number != 2 {
					t.Errorf("it is number %d", now.number)
				}
			})
		})
	}
}

// revocable is a workspace with a platform whose bot token is in a file of the test's own, and
// that finds out quickly whether the token is revoked.
func revocable(t *testing.T, scene *bottest.Scene) (server *fakeslack.Server, r *renewal, write func(token string)) {
	t.Helper()
	server = fakeslack.New(t, fakeslack.Config{})
	c := server.Config()
	server.AddChannel(fakeslack.Channel{ID: "C0SHOW", Name: "show", Members: []string{"U0ALICE", c.BotUser}})
	var mu sync.Mutex
	token := c.BotToken
	write = func(next string) {
		mu.Lock()
		defer mu.Unlock()
		token = next
	}
	r = &renewal{
		credentials: slackCredentials, log: scene.Log.Logger(),
		read: func() (config.Config, error) {
			mu.Lock()
			defer mu.Unlock()
			return config.Config{Slack: config.Slack{BotToken: imapi.NewSecret(token), AppToken: imapi.NewSecret(c.AppToken), APIURL: server.URL()}}, nil
		},
	}
	r.build = func(cfg config.Config) (chat, error) {
		return slack.New(slack.Config(cfg.Slack), slack.Options{
			Log: r.log, Doubt: r.Doubt, Recheck: 20 * time.Millisecond, Policy: func() commands.Policy { return scene.Rules.Get().Policy },
		})
	}
	cfg, _ := r.read()
	if err := r.init(cfg); err != nil {
		t.Fatal(err)
	}
	return server, r, write
}

// answered waits until the result of a list is in its thread.
func answered(scene *bottest.Scene, server *fakeslack.Server, want string) {
	scene.T.Helper()
	if _, err := server.WaitMessage(scene.Soon(), func(m fakeslack.Message) bool {
		return m.ThreadTS != "" && strings.Contains(server.Plain(m), want)
	}); err != nil {
		scene.T.Fatalf("%v\n%s", err, scene.Log)
	}
}

// TestComesBack: a platform whose credentials are revoked is back when there are others,
// without a signal, and what was said before is answered then.
func TestComesBack(t *testing.T) {
	t.Parallel()
	scene := bottest.NewScene(t, "slack:user:U0ALICE")
	server, r, write := revocable(t, scene)
	stop := scene.Run(t, r)
	scene.Ready(r.State)
	server.Revoke(server.Config().BotToken, "token_revoked")
	_ = server.Slash("U0ALICE", "C0SHOW", "list "+bottest.Group) // whose root is refused
	scene.Until("it is gone", func() bool {
		ready, _ := r.State(t.Context())
		return !ready && strings.Contains(scene.Log.String(), `msg="platform ended" platform=slack`)
	})
	const second = "xoxb-canary-second-token"
	server.AddBotToken(second)
	write(second)
	scene.Ready(r.State)
	answered(scene, server, "has 0 of 5 administrators")
	stop()
}

// TestNewCredentialsNotValid: new credentials that the service does not accept change
// nothing.
func TestNewCredentialsNotValid(t *testing.T) {
	t.Parallel()
	scene := bottest.NewScene(t, "slack:user:U0ALICE")
	server, r, write := revocable(t, scene)
	stop := scene.Run(t, r)
	scene.Ready(r.State)
	before := server.Sockets()
	write("xoxb-nothing")
	r.Renew()
	scene.Until("they are refused", func() bool {
		return strings.Contains(scene.Log.String(), "the new credentials are not valid; the old ones stay")
	})
	if after := server.Sockets(); !slices.Equal(after, before) {
		t.Errorf("sockets %v, then %v", before, after)
	}
	_ = server.Slash("U0ALICE", "C0SHOW", "list "+bottest.Group)
	answered(scene, server, "has 0 of 5 administrators")
	stop()
}
