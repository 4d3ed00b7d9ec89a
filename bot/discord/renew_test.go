package discord_test

import (
	"fmt"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
)

// TestSessionIsRenewed: from time to time a session takes the place of another one, and
// nothing that people say meanwhile is lost or done twice.
func TestSessionIsRenewed(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{Renew: 100 * time.Millisecond})
	said, before := 0, len(w.Threads(general))
	for begun := len(w.Identifies()); len(w.Identifies()) < begun+4; said++ {
		w.answered(w.says(alice, general, "remove", fakediscord.Options{"group": group, "users": fmt.Sprintf("user%d", said%5)}))
		if ready, why := w.discord.State(t.Context()); !ready {
			t.Errorf("not ready after command %d: %s", said+1, why)
		}
	}
	w.Closed()
	if rows := w.Rows(bot.WasAccepted); len(rows) != said {
		t.Errorf("%d commands, %d on record", said, len(rows))
	}
	if results := len(w.Threads(general)) - before; results != said {
		t.Errorf("%d commands, %d threads", said, results)
	}
}
