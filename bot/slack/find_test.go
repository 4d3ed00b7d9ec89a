package slack_test

import (
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// inDoubt are the ways in which a post leaves nobody knowing whether it stands.
var inDoubt = []fakeslack.Fault{
	{Kind: fakeslack.Reset, Applied: true},
	{Kind: fakeslack.Hang, Applied: true},
	{Kind: fakeslack.Status, Applied: true, Status: 504},
}

// TestPostInDoubt: with the history scope a message is looked for before it is
// posted again; without it, it may stand twice but never not at all.
func TestPostInDoubt(t *testing.T) {
	for _, tc := range []struct {
		name   string
		scopes []string
		once   bool
	}{
		{"with the scope", []string{"commands", "chat:write", "app_mentions:read", "channels:history"}, true},
		{"without", []string{"commands", "chat:write", "app_mentions:read"}, false},
	} {
		for _, fault := range inDoubt {
			t.Run(tc.name+"/"+string(fault.Kind), func(t *testing.T) {
				t.Parallel()
				w := build(t, "sockets", fakeslack.Config{Scopes: tc.scopes}, slack.Options{CallTime: time.Second})
				w.start()
				fault.Method, fault.Times = "chat.postMessage", 1
				w.Inject(fault)
				w.acked(w.slash(alice, "add "+group+" user1"))
				w.final(channel)
				w.posted(1)
				root := w.Messages(channel)
				w.Inject(fault)
				m := w.Mention(alice, channel, "", "add "+group+" user2")
				w.acked(m)
				w.message(func(r fakeslack.Message) bool { return r.ThreadTS == m.TS })
				w.posted(2)
				thread := w.Thread(channel, m.TS)
				if tc.once && (len(root) != 2 || len(thread) != 2) {
					t.Errorf("%d messages after the command, %d in the thread of the mention", len(root), len(thread))
				}
				if !tc.once && (len(root) < 2 || len(thread) < 2) {
					t.Errorf("something is missing: %d and %d", len(root), len(thread))
				}
				if n := len(w.Calls("conversations.history")); !tc.once && n > 1 {
					t.Errorf("the missing scope was asked for %d times", n)
				}
			})
		}
	}
}

// TestRestart: what was posted before the bot died, but not recorded, is found
// again and not posted twice.
func TestRestart(t *testing.T) {
	for _, tc := range []struct {
		name string
		nth  int // call of chat.postMessage, at which the bot dies
	}{
		{"after the root", 1},
		{"after the result", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "channels:history"}}, slack.Options{})
			w.stage.API.SetLatency(500 * time.Millisecond)
			hang := fakeslack.Fault{Kind: fakeslack.Hang, Method: "chat.postMessage", Applied: true, Times: -1}
			if tc.nth == 1 {
				w.Inject(hang)
			}
			w.acked(w.slash(alice, "add "+group+" user1"))
			if tc.nth == 2 {
				w.message(func(m fakeslack.Message) bool { return m.Channel == channel })
				w.Inject(hang)
			}
			w.message(func(m fakeslack.Message) bool { return m.Channel == channel && len(w.Messages(channel)) == tc.nth })
			w.halt()
			w.ClearFaults()
			w.stage.API.SetLatency(0)
			w.stage.Restart(t)
			w.start()
			w.final(channel)
			w.posted(1)
			if n := len(w.Messages(channel)); n != 2 {
				t.Errorf("%d messages stand in the channel", n)
			}
		})
	}
}
