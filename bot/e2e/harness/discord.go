package harness

import (
	"context"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
)

// InDiscord is the program with a server of Discord in front of it.
type InDiscord struct {
	*Live
	Discord *fakediscord.Server
}

// NewInDiscord prepares the program with a server of Discord, over the gateway or over HTTP.
func NewInDiscord(t testing.TB, overHTTP bool) *InDiscord {
	t.Helper()
	return IntoDiscord(New(t), overHTTP)
}

// IntoDiscord puts a server of Discord in front of the program.
func IntoDiscord(live *Live, overHTTP bool) *InDiscord {
	return BeforeDiscord(live, fakediscord.Config{Heartbeat: time.Second}, overHTTP)
}

// BeforeDiscord puts a server of Discord with other settings in front of the program.
func BeforeDiscord(live *Live, c fakediscord.Config, overHTTP bool) *InDiscord {
	l := &InDiscord{live, fakediscord.New(live.T, c)}
	l.Discord.AddGuild(fakediscord.Guild{ID: "100", Name: "Ops"})
	l.Discord.AddUser(fakediscord.User{ID: "501", Name: "alice"})
	l.Discord.AddMember("100", fakediscord.Member{
		User: "501", Permissions: fakediscord.ManageMessages | fakediscord.ViewChannel | fakediscord.SendMessages,
	})
	l.Discord.AddChannel(fakediscord.Channel{ID: "200", Name: "show", Guild: "100"})
	token := l.Discord.Config().Token
	l.Env = append(l.Env, "DISCORD_TOKEN="+token, "DISCORD_API_URL="+l.Discord.URL(), "DISCORD_GUILD_ID=100", "ALLOWLIST=discord:user:501")
	l.Secrets = append(l.Secrets, token)
	if overHTTP {
		l.Env = append(l.Env, "DISCORD_PUBLIC_KEY="+l.Discord.PublicKey())
		l.Discord.UseHTTP("http://" + l.Addr + "/discord/interactions")
	}
	return l
}

// Command types a Command and waits for its result.
func (l *InDiscord) Command(sub, want string, options fakediscord.Options) {
	l.T.Helper()
	ctx, cancel := context.WithTimeout(l.T.Context(), 30*time.Second)
	defer cancel()
	l.Registered(ctx)
	if _, err := l.Discord.Command("501", "200", sub, options).Wait(ctx); err != nil {
		l.T.Fatalf("%s was not acknowledged: %v; log:\n%s", sub, err, l.Logged())
	}
	if _, err := l.Discord.WaitMessage(ctx, func(m fakediscord.Message) bool {
		return strings.Contains(l.Discord.Plain(m), want)
	}); err != nil {
		l.T.Fatalf("no result with %q: %v; log:\n%s", want, err, l.Logged())
	}
}

// Registered waits until the command can be typed.
func (l *InDiscord) Registered(ctx context.Context) {
	l.T.Helper()
	if err := l.Discord.WaitCommand(ctx, "100"); err != nil {
		l.T.Fatalf("the command was not registered: %v; log:\n%s", err, l.Logged())
	}
}
