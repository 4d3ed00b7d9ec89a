package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/pace"
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
	return beforeDiscord(live, fakediscord.Config{Heartbeat: time.Second}, overHTTP)
}

// beforeDiscord puts a server of Discord with other settings in front of the program.
func beforeDiscord(live *live, c fakediscord.Config, overHTTP bool) *inDiscord {
	l := &inDiscord{live, fakediscord.New(live.t, c)}
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
	l.registered(ctx)
	if _, err := l.discord.Command("501", "200", sub, options).Wait(ctx); err != nil {
		l.t.Fatalf("%s was not acknowledged: %v; log:\n%s", sub, err, l.logged())
	}
	if _, err := l.discord.WaitMessage(ctx, func(m fakediscord.Message) bool {
		return strings.Contains(l.discord.Plain(m), want)
	}); err != nil {
		l.t.Fatalf("no result with %q: %v; log:\n%s", want, err, l.logged())
	}
}

// registered waits until the command can be typed.
func (l *inDiscord) registered(ctx context.Context) {
	l.t.Helper()
	if err := l.discord.WaitCommand(ctx, "100"); err != nil {
		l.t.Fatalf("the command was not registered: %v; log:\n%s", err, l.logged())
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

// After whatever ends a session the program gets itself another one, and commands work
// again, within 10 seconds; a silence is noticed within two heartbeats and 5 seconds.
func TestServeDiscordLiving(t *testing.T) {
	const (
		heartbeat = time.Second     // of newInDiscord
		begin     = 3 * time.Second // for a new session, on a busy machine
	)
	cut := func(answers ...fakediscord.ResumeAnswer) func(*fakediscord.Server) {
		return func(s *fakediscord.Server) {
			s.NextResumes(answers...)
			s.Cut()
		}
	}
	for _, tc := range []struct {
		name    string
		harm    func(*fakediscord.Server)
		resumes int // with which it must come back, IDENTIFYs included
		within  time.Duration
	}{
		{"cut", cut(), 1, 10 * time.Second},
		{"silent", func(s *fakediscord.Server) { s.Silence() }, 1, 2*heartbeat + 5*time.Second + begin},
		{"op 7", func(s *fakediscord.Server) { s.Reconnect() }, 1, 10 * time.Second},
		{"op 9", func(s *fakediscord.Server) { s.Invalidate(false) }, 1, 10 * time.Second},
		{"op 9, resumable", func(s *fakediscord.Server) { s.Invalidate(true) }, 1, 10 * time.Second},
		{"op 7 as the first answer to a resume", cut(fakediscord.ReconnectAgain), 2, 10 * time.Second},
		{"op 9 as the answer to a resume", cut(fakediscord.Invalid), 2, 10 * time.Second},
		{"op 9, resumable, as the answer to a resume", cut(fakediscord.InvalidResumable), 2, 10 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.name != "cut" && tc.name != "silent" {
				pace.Long(t)
			}
			l := newInDiscord(t, false)
			l.start()
			l.registered(t.Context())
			tries := func() int { return len(l.discord.Identifies()) + l.discord.Resumes() }
			before, began := tries(), time.Now()
			tc.harm(l.discord)
			ctx, cancel := context.WithTimeout(t.Context(), tc.within)
			defer cancel()
			if err := l.discord.Wait(ctx, func() bool { return tries() >= before+tc.resumes && len(l.discord.Sessions()) > 0 }); err != nil {
				t.Fatalf("no new session: %v; log:\n%s", err, l.logged())
			}
			t.Logf("connected anew after %s", time.Since(began).Round(time.Second/10))
			l.command("list", "has 0 of 5 administrators", fakediscord.Options{"group": "@TGS#a6I4ZUUGO"})
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("a command works again after %s", took)
			}
			l.stop()
		})
	}
}
