package slack_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// inDoubt are the ways in which it stays unknown whether a post was made.
var inDoubt = []fakeslack.Fault{
	{Kind: fakeslack.Reset, Applied: true},
	{Kind: fakeslack.Hang, Applied: true},
	{Kind: fakeslack.Status, Applied: true, Status: 504},
}

// TestPostInDoubt: with the history scope a message is looked for before it is
// posted again; without it, it may be twice but never not at all.
func TestPostInDoubt(t *testing.T) {
	t.Parallel()
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
				w.Closed()
				root := w.Messages(channel)
				w.Inject(fault)
				m := w.Mention(alice, channel, "", "add "+group+" user2")
				w.acked(m)
				w.message(func(r fakeslack.Message) bool { return r.ThreadTS == m.TS })
				w.Closed()
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
	t.Parallel()
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
			w.Stage.API.SetLatency(500 * time.Millisecond)
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
			w.Stage.API.SetLatency(0)
			w.Stage.Restart(t)
			w.start()
			w.final(channel)
			w.Closed()
			if n := len(w.Messages(channel)); n != 2 {
				t.Errorf("%d messages are in the channel", n)
			}
		})
	}
}

// TestLongResultBegun: of a result of several messages that failed between two of them
// the first are not repeated, in a thread and in the channel. What Slack did not take is posted
// once without the history scope, too.
func TestLongResultBegun(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		fault  fakeslack.Fault
		scopes []string
	}{
		{fakeslack.Fault{Kind: fakeslack.Reset, Applied: true}, []string{"commands", "chat:write", "channels:history"}},
		{fakeslack.Fault{Kind: fakeslack.Status}, []string{"commands", "chat:write", "channels:history"}},
		{fakeslack.Fault{Kind: fakeslack.Status}, []string{"commands", "chat:write"}},
	} {
		for _, deleted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%d scopes/deleted root %v", tc.fault.Kind, len(tc.scopes), deleted), func(t *testing.T) { // one at a time: each has much to do
				w := open(t, "sockets", fakeslack.Config{Scopes: tc.scopes}, slack.Options{})
				w.Unlike(200)
				fault := tc.fault
				fault.Method, fault.After = "chat.postMessage", 2
				w.Inject(fault)
				w.API.SetLatency(20 * time.Millisecond)
				w.acked(w.slash(alice, "add weekend "+strings.Join(bottest.LongUsers(), " ")+" --new"))
				if deleted {
					root := w.message(func(m fakeslack.Message) bool { return m.Channel == channel })
					w.recorded(root)
					w.Delete(channel, root.TS)
				}
				w.says("#1\n[Undo]")
				w.Closed()
				all := ""
				for _, m := range w.Messages(channel) {
					all += w.Plain(m) + "\n"
				}
				for i := range 200 {
					if id := fmt.Sprintf("@TGS#aMANY%04d", i); strings.Count(all, id) != 1 {
						t.Errorf("%s is there %d times", id, strings.Count(all, id))
					}
				}
			})
		}
	}
}

// TestFoundBesideOddMessages: what a message shows, also one of others, cannot hide the bot's own:
// it is found by its metadata alone.
func TestFoundBesideOddMessages(t *testing.T) {
	t.Parallel()
	for name, blocks := range map[string]string{
		"a block that is new":  `[{"type":"hologram","elements":7}]`,
		"a part that is wrong": `[{"type":"rich_text","elements":"x"}]`,
		"a time that is wrong": `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"date","timestamp":"soon","format":"{time}"}]}]}]`,
		"a button":             `[{"type":"actions","elements":[{"type":"button","text":7}]}]`,
		"no blocks":            `{"type":"rich_text"}`,
	} {
		for _, inThread := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/in a thread %v", name, inThread), func(t *testing.T) {
				t.Parallel()
				scopes := []string{"commands", "chat:write", "app_mentions:read", "channels:history"}
				w := open(t, "sockets", fakeslack.Config{Scopes: scopes}, slack.Options{CallTime: 2 * time.Second})
				topic := w.SayBlocks(bob, channel, "", "odd", []byte(blocks))
				w.SayBlocks(bob, channel, topic.TS, "odd", []byte(blocks))
				w.Inject(fakeslack.Fault{Kind: fakeslack.Reset, Applied: true, Method: "chat.postMessage", Times: 1})
				const want = 4 // of Bob two, and in the thread the mention and its result, or a root and its result
				if inThread {
					w.acked(w.Mention(alice, channel, topic.TS, "add "+group+" user1"))
				} else {
					w.acked(w.slash(alice, "add "+group+" user1"))
				}
				w.Closed()
				if n := len(w.Messages(channel)); n != want {
					t.Errorf("%d messages are in the channel, want %d", n, want)
				}
			})
		}
	}
}

// TestFoundAmongMany: a message of which no one knows whether it was posted is found among
// thousands of others.
func TestFoundAmongMany(t *testing.T) {
	t.Parallel()
	const others = 2100
	scopes := []string{"commands", "chat:write", "app_mentions:read", "channels:history"}
	hang := fakeslack.Fault{Kind: fakeslack.Hang, Method: "chat.postMessage", Applied: true}
	t.Run("in a thread, after them", func(t *testing.T) {
		t.Parallel()
		w := open(t, "sockets", fakeslack.Config{Scopes: scopes}, slack.Options{CallTime: 3 * time.Second})
		topic := w.Say(bob, channel, "", "who helps tonight?")
		w.Inject(hang)
		w.API.SetLatency(2 * time.Second)
		w.acked(w.Mention(alice, channel, topic.TS, "add "+group+" user1"))
		for range others {
			w.Say(bob, channel, topic.TS, "me")
		}
		if n := len(w.Calls("chat.postMessage")); n > 0 {
			t.Fatal("the result was posted before")
		}
		w.Closed()
		if n := len(w.Thread(channel, topic.TS)); n != others+3 {
			t.Errorf("%d messages in the thread, want %d", n, others+3)
		}
	})
	t.Run("in a channel, before them", func(t *testing.T) {
		t.Parallel()
		w := open(t, "sockets", fakeslack.Config{Scopes: scopes}, slack.Options{CallTime: 3 * time.Second})
		w.Inject(hang)
		w.acked(w.slash(alice, "add "+group+" user1"))
		w.message(func(m fakeslack.Message) bool { return m.Channel == channel })
		for range others {
			w.Say(bob, channel, "", "me")
		}
		w.Closed()
		if n := len(w.Messages(channel)); n != others+2 {
			t.Errorf("%d messages in the channel, want %d", n, others+2)
		}
	})
}
