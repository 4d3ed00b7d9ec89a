package discord_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/imapi/simulator"
)

// TestRateLimits: only what Discord slows waits, and everything comes once.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.SetLimit(fakediscord.EditOriginal, 1, 100*time.Millisecond)
	w.SetLimit(fakediscord.StartThread, 2, 100*time.Millisecond)
	w.SetLimit(fakediscord.CreateMessage, 1, 100*time.Millisecond)
	w.Inject(fakediscord.Fault{Kind: fakediscord.RateLimit, Route: fakediscord.CreateMessage, RetryAfter: 300 * time.Millisecond, Global: true})
	var all []*fakediscord.Interaction
	for range 12 {
		i := w.says(alice, general, "add", adding("user1"))
		w.answered(i) // Discord waits three seconds, also for twelve at once on a busy machine
		all = append(all, i)
	}
	for _, i := range all {
		if _, replies := w.result(i); len(replies) != 1 {
			t.Errorf("%d replies", len(replies))
		}
	}
	var refused int
	for _, c := range w.Calls("") {
		if c.Status == 429 {
			refused++
		}
	}
	if refused > 20 {
		t.Errorf("%d calls were refused", refused)
	}
}

// TestContextEndsWait: who waits because Discord asks to stops when the bot does.
func TestContextEndsWait(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Inject(fakediscord.Fault{Kind: fakediscord.RateLimit, Route: fakediscord.StartThread, RetryAfter: 10 * time.Minute, Times: -1})
	w.says(alice, general, "add", adding("user1"))
	if err := w.WaitCalls(w.Soon(), fakediscord.StartThread, 1); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.halt()
	}()
	select {
	case <-done:
	case <-time.After(25 * time.Second):
		t.Fatal("the bot does not stop")
	}
	if got := w.Stage.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
		t.Errorf("administrators %v", got)
	}
}

// TestSlowGroup: while one command waits for Tencent, another one is finished.
func TestSlowGroup(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Stage.API.AddGroup("@TGS#aSLOW", simulator.Group{})
	if err := w.Stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Group: "@TGS#aSLOW", Times: -1}); err != nil {
		t.Fatal(err)
	}
	slow := w.says(alice, general, "add", fakediscord.Options{"group": "@TGS#aSLOW", "users": "user1"})
	w.result(w.says(alice, general, "add", adding("user1")))
	if m, _ := slow.Original(); !strings.Contains(m.Content, "Working") {
		t.Errorf("the slow one says %q", m.Content)
	}
	w.Stage.API.ClearFaults()
}

// TestSlowResponse: while Discord does not answer about one response, another command
// is finished.
func TestSlowResponse(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{CallTime: 2 * time.Minute})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Hang, Route: fakediscord.EditOriginal})
	slow := w.says(alice, general, "add", adding("user1"))
	if err := w.WaitCalls(w.Soon(), fakediscord.EditOriginal, 1); err != nil {
		t.Fatal(err)
	}
	w.result(w.says(alice, general, "add", adding("user2")))
	if m, _ := slow.Original(); !strings.Contains(m.Content, "Working") {
		t.Errorf("the slow one says %q", m.Content)
	}
}

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
	w.Until("the bot knows of the ban", func() bool { return strings.Contains(w.Log.String(), "Cloudflare refuses") })
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
