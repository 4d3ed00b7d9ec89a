package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/e2e/harness"
)

func TestServeDiscord(t *testing.T) {
	t.Parallel()
	for name, overHTTP := range map[string]bool{"gateway": false, "http": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := harness.NewInDiscord(t, overHTTP)
			l.Start()
			l.Command("add", "Added 1 of 1 administrator", fakediscord.Options{"group": "@TGS#a6I4ZUUGO", "users": "user1"})
			if got := l.API.Admins("@TGS#a6I4ZUUGO"); len(got) != 1 {
				t.Errorf("the group has %q", got)
			}
			l.Stop()
			l.Start()
			l.Command("list", "has 1 of 5 administrators", fakediscord.Options{"group": "@TGS#a6I4ZUUGO"})
			l.Stop()
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
			l := harness.NewInDiscord(t, false)
			l.Start()
			l.Registered(t.Context())
			tries := func() int { return len(l.Discord.Identifies()) + l.Discord.Resumes() }
			before, began := tries(), time.Now()
			tc.harm(l.Discord)
			ctx, cancel := context.WithTimeout(t.Context(), tc.within)
			defer cancel()
			if err := l.Discord.Wait(ctx, func() bool { return tries() >= before+tc.resumes && len(l.Discord.Sessions()) > 0 }); err != nil {
				t.Fatalf("no new session: %v; log:\n%s", err, l.Logged())
			}
			t.Logf("connected anew after %s", time.Since(began).Round(time.Second/10))
			l.Command("list", "has 0 of 5 administrators", fakediscord.Options{"group": "@TGS#a6I4ZUUGO"})
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("a command works again after %s", took)
			}
			l.Stop()
		})
	}
}

// TestServeWrongPublicKeyOnHangup: a public key that is not the application's changes nothing on SIGHUP.
func TestServeWrongPublicKeyOnHangup(t *testing.T) {
	t.Parallel()
	l := harness.NewInDiscord(t, true)
	l.Env = append(l.Env, "DISCORD_PUBLIC_KEY=")
	l.Write(".env", "DISCORD_PUBLIC_KEY="+l.Discord.PublicKey()+"\n")
	l.Start()
	l.Write(".env", "DISCORD_PUBLIC_KEY="+strings.Repeat("ab", 32)+"\n")
	l.Hangup("discord does not accept the new credentials")
	if ready := l.Get("/readyz"); ready != http.StatusOK {
		t.Errorf("/readyz is %d", ready)
	}
	l.Command("list", "has 0 of 5 administrators", fakediscord.Options{"group": "@TGS#a6I4ZUUGO"})
	l.Stop()
}
