package discord_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
)

// TestBan: while Cloudflare refuses everything that comes from the bot's address, no call of
// any kind is made, which would prolong it; then everything goes on.
func TestBan(t *testing.T) {
	t.Parallel()
	const ban = 2 * time.Second
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	if err := w.WaitCalls(w.Soon(), fakediscord.CreateGuildCommand, 1); err != nil { // nothing else is under way
		t.Fatal(err)
	}
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Status: http.StatusTooManyRequests, RetryAfter: ban, Route: fakediscord.StartThread})
	first := w.says(alice, general, "add", adding("user1"))
	if err := w.WaitCalls(w.Soon(), fakediscord.StartThread, 1); err != nil {
		t.Fatal(err)
	}
	second := w.says(alice, general, "add", adding("user2"))
	third := w.says(bob, general, "whoami", nil)
	w.private(third)
	w.result(first)
	w.result(second)
	all := w.Calls("")
	met := slices.IndexFunc(all, func(c fakediscord.Call) bool { return c.Fault != "" })
	if next := all[met+1]; next.At.Sub(all[met].At) < ban-100*time.Millisecond {
		t.Errorf("%s was called %s after the ban began", next.Route, next.At.Sub(all[met].At))
	}
}
