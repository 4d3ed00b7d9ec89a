package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
)

// inDiscord is the program with a server of Discord in front of it.
type inDiscord struct {
	*live
	discord *fakediscord.Server
}

func newInDiscord(t testing.TB, overHTTP bool) *inDiscord {
	t.Helper()
	return intoDiscord(newLive(t), overHTTP)
}

// intoDiscord puts a server of Discord in front of the program.
func intoDiscord(live *live, overHTTP bool) *inDiscord {
	l := &inDiscord{live, fakediscord.New(live.t, fakediscord.Config{Heartbeat: time.Second})}
	l.discord.AddGuild(fakediscord.Guild{ID: "100", Name: "Ops"})
	l.discord.AddUser(fakediscord.User{ID: "501", Name: "alice"})
	l.discord.AddMember("100", fakediscord.Member{
		User: "501", Permissions: fakediscord.ManageMessages | fakediscord.ViewChannel | fakediscord.SendMessages,
	})
	l.discord.AddChannel(fakediscord.Channel{ID: "200", Name: "show", Guild: "100"})
	token := l.discord.Config().Token
	l.env = append(l.env, "DISCORD_TOKEN="+token, "DISCORD_API_URL="+l.discord.URL(), "DISCORD_GUILD_ID=100", "ALLOWLIST=discord:user:501")
	l.secrets = append(l.secrets, token)
	if overHTTP {
		l.env = append(l.env, "DISCORD_PUBLIC_KEY="+l.discord.PublicKey())
		l.discord.UseHTTP("http://" + l.addr + "/discord/interactions")
	}
	return l
}

// command types a command and waits for its result.
func (l *inDiscord) command(sub, want string, options fakediscord.Options) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 30*time.Second)
	defer cancel()
	if err := l.discord.WaitCommand(ctx, "100"); err != nil {
		l.t.Fatalf("the command was not registered: %v; log:\n%s", err, l.logged())
	}
	if _, err := l.discord.Command("501", "200", sub, options).Wait(ctx); err != nil {
		l.t.Fatalf("%s was not acknowledged: %v; log:\n%s", sub, err, l.logged())
	}
	if _, err := l.discord.WaitMessage(ctx, func(m fakediscord.Message) bool {
		return strings.Contains(l.discord.Plain(m), want)
	}); err != nil {
		l.t.Fatalf("no result with %q: %v; log:\n%s", want, err, l.logged())
	}
}

func TestServeDiscord(t *testing.T) {
	for name, overHTTP := range map[string]bool{"gateway": false, "http": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newInDiscord(t, overHTTP)
			l.start()
			l.command("add", "Added 1 of 1 administrator", fakediscord.Options{"group": "@TGS#a6I4ZUUGO", "users": "user1"})
			if got := l.api.Admins("@TGS#a6I4ZUUGO"); len(got) != 1 {
				t.Errorf("the group has %q", got)
			}
			l.stop()
			l.start()
			l.command("list", "has 1 of 5 administrators", fakediscord.Options{"group": "@TGS#a6I4ZUUGO"})
			l.stop()
		})
	}
}

// After a cut, an op 7 that answers a resume, an op 9 or a silence the program gets
// itself a session, and commands work again.
func TestServeDiscordLiving(t *testing.T) {
	for name, harm := range map[string]func(*fakediscord.Server){
		"cut":    func(s *fakediscord.Server) { s.Cut() },
		"silent": func(s *fakediscord.Server) { s.Silence() },
		"op 9":   func(s *fakediscord.Server) { s.Invalidate(false) },
		"op 7 as the first answer to a resume": func(s *fakediscord.Server) {
			s.NextResumes(fakediscord.ReconnectAgain)
			s.Cut()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newInDiscord(t, false)
			l.start()
			count := func() int {
				if name == "cut" { // the session can be resumed
					return len(l.discord.Identifies()) + l.discord.Resumes()
				}
				return len(l.discord.Identifies())
			}
			before, began := count(), time.Now()
			harm(l.discord)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if err := l.discord.Wait(ctx, func() bool { return count() > before }); err != nil {
				t.Fatalf("no new session: %v; log:\n%s", err, l.logged())
			}
			t.Logf("connected anew after %s", time.Since(began).Round(time.Second/10))
			l.until("ready again", func() bool { return l.get("/readyz") == 200 })
			l.command("list", "has 0 of 5 administrators", fakediscord.Options{"group": "@TGS#a6I4ZUUGO"})
			l.stop()
		})
	}
}
