package bot_test

import (
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
)

// TestCapped: who has no right at all gets 30 answers a minute; more is acknowledged,
// not answered, and stands in the audit trail as one row. Others are not touched.
func TestCapped(t *testing.T) {
	stage, chat := open(t)
	stage.Run(t, chat)
	answered := 0
	for range 50 {
		got, err := chat.Say(soon(t), "mallory", "add "+groupA+" user1")
		check(t, err)
		if got != "" {
			answered++
		}
	}
	if answered != 30 {
		t.Errorf("%d were answered", answered)
	}
	if got, err := chat.Deliver(soon(t), "chat:too much", "mallory", "whoami"); err != nil || !got.Muted || got.Private != nil {
		t.Errorf("more is acknowledged with %+v, %v", got, err)
	}
	if got := tell(t, chat, "list GROUP"); !strings.Contains(got, "0 of 5") {
		t.Errorf("alice was answered %q", got)
	}
	stage.Clock.Advance(time.Minute)
	var rows []bot.Record
	until(t, "the rest is on record", func() bool {
		all, err := stage.Journal.Trail(t.Context(), bot.Filter{About: []string{bottest.Ref("mallory")}, Limit: 100})
		check(t, err)
		rows = all
		return len(all) == 31
	})
	if last := rows[0]; last.What != bot.WasCapped || last.Caller != bottest.Ref("mallory") || !strings.HasPrefix(last.Text, "21 more since 2026-11-20 15:30 UTC") {
		t.Errorf("on record is %+v", last)
	}
	if got, err := chat.Say(soon(t), "mallory", "whoami"); err != nil || got == "" {
		t.Errorf("after a minute: %q, %v", got, err)
	}
}
