package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
)

// TestServeComesBack: a platform whose credentials are revoked is back when there are
// others, while the other one goes on.
func TestServeComesBack(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	d := intoDiscord(l.live, false)
	l.env = append(l.env, "SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN_FILE=token", "DISCORD_TOKEN=", "DISCORD_TOKEN_FILE=other", "ALLOWLIST=slack:user:U0ALICE discord:user:501")
	first, token := l.slack.Config().BotToken, d.discord.Config().Token
	l.write("token", first)
	l.write("other", token)
	l.start()
	l.command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
	list := fakediscord.Options{"group": "@TGS#a6I4ZUUGO"}

	l.slack.Revoke(first, "token_revoked")
	_ = l.slack.Slash("U0ALICE", "C0SHOW", "list @TGS#a6I4ZUUGO") // whose root is refused
	l.until("it is gone", func() bool {
		return l.get("/readyz") == http.StatusServiceUnavailable && strings.Contains(l.logged(), `msg="platform ended" platform=slack`)
	})
	d.command("list", "has 1 of 5 administrators", list)
	const second = "xoxb-canary-second-token-of-the-serve-test"
	l.secrets = append(l.secrets, second)
	l.slack.AddBotToken(second)
	l.write("token", second) // without a signal
	l.until("it is back", func() bool { return l.get("/readyz") == http.StatusOK })
	l.command("remove @TGS#a6I4ZUUGO user1", "Removed 1 of 1 administrator")
	l.until("what was said before is answered", func() bool {
		return slices.ContainsFunc(l.slack.Messages("C0SHOW"), func(m fakeslack.Message) bool {
			return m.ThreadTS != "" && strings.Contains(l.slack.Plain(m), "has 1 of 5 administrators")
		})
	})

	d.discord.SetRevoked(true)
	d.discord.CloseWith(4004)
	l.until("the other is gone", func() bool { return strings.Contains(l.logged(), `msg="platform ended" platform=discord`) })
	l.command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	l.hangup("the settings were read again") // nothing has changed
	if code := l.get("/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("/readyz is %d", code)
	}
	l.stop()
}
