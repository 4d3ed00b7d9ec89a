package slack_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// TestFallback: where the bot cannot post, the result goes to the caller alone,
// with what to do about it.
func TestFallback(t *testing.T) {
	t.Parallel()
	refuse := func(method, code string) func(*world) {
		return func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: method, Code: code, Times: -1})
		}
	}
	restrict := func(code string) func(*world) {
		return func(w *world) {
			w.EditChannel(channel, func(c *fakeslack.Channel) { c.Restricted = code })
		}
	}
	const settings = "The settings of this channel do not allow it."
	for _, tc := range []struct {
		name, in string
		set      func(*world)
		want     string
	}{
		{"not in the channel", channel, func(w *world) {
			w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
		}, "invite me: /invite @liveadmin"},
		{"a private channel without the bot", "G0SECRET", func(w *world) {
			w.AddChannel(fakeslack.Channel{ID: "G0SECRET", Kind: fakeslack.Private, Members: []string{alice}})
		}, "invite me: /invite @liveadmin"},
		{"a direct message between others", "D0OTHERS", func(w *world) {
			w.AddChannel(fakeslack.Channel{ID: "D0OTHERS", Kind: fakeslack.IM, Members: []string{alice, bob}})
		}, "Use a channel instead."},
		{"archived", channel, func(w *world) {
			w.EditChannel(channel, func(c *fakeslack.Channel) { c.Archived = true })
		}, "This channel is archived."},
		{"restricted", channel, restrict("restricted_action"), settings},
		{"read only", channel, restrict("restricted_action_read_only_channel"), settings},
		{"threads only", channel, restrict("restricted_action_thread_only_channel"), settings},
		{"no threads", channel, restrict("restricted_action_non_threadable_channel"), settings},
		{"threads locked", channel, restrict("restricted_action_thread_locked"), settings},
		{"no scope", channel, refuse("chat.postMessage", "missing_scope"), "does not have the permission"},
		{"no messages tab", channel, refuse("chat.postMessage", "messages_tab_disabled"), settings},
		{"too long, as Slack says", channel, refuse("chat.postMessage", "msg_too_long"), "Slack refused my message here. Ask the people who run this bot, and mention: msg_too_long"},
		{"refused with a word that nobody knows", channel, refuse("chat.postMessage", "a_word_made_up"), "mention: a_word_made_up"},
		{"an answer without ts", channel, func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.NoTS, Method: "chat.postMessage"})
		}, "Slack did not return the ID of my message."},
		{"ok:false without an error", channel, func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.NoError, Method: "chat.postMessage"})
		}, "Slack did not return the ID of my message."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
			tc.set(w)
			d := w.Slash(alice, tc.in, "add "+group+" user1")
			w.acked(d)
			m := w.private(alice, 1)
			got := w.Plain(m)
			for _, want := range []string{"✅ Done · @UALICE · ", "Added 1 of 1 administrator", tc.want, "Only you can see this: I cannot post in this channel.\n"} {
				if !strings.Contains(got, want) {
					t.Errorf("it lacks %q:\n%s", want, got)
				}
			}
			if len(w.Responses(d.ResponseURL)) != 1 {
				t.Error("it did not come through the response_url")
			}
			for _, root := range w.Messages(tc.in) {
				if !strings.Contains(root.Text, "Working") && !strings.Contains(root.Text, "Done") {
					t.Errorf("in the channel is %q", root.Text)
				}
			}
			w.Closed()
		})
	}
}

// TestDirect: when the response_url is spent, or there is none, the caller gets a
// direct message.
func TestDirect(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		say  func(*world)
	}{
		{"the response_url is spent", func(w *world) {
			w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
			w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "response_url", Status: 404, Times: -1})
			w.acked(w.slash(alice, "add "+group+" user1"))
		}},
		{"the response_url is spent, as its answer says", func(w *world) {
			w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "response_url", Status: 200, Code: "Expired url", Times: -1})
			w.acked(w.slash(alice, "add "+group+" user1"))
		}},
		{"a mention, then the bot is removed", func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "chat.postMessage", Code: "not_in_channel"})
			w.acked(w.Mention(alice, channel, "", "add "+group+" user1"))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
			w.AddUser(fakeslack.User{ID: alice})
			w.start()
			tc.say(w)
			w.message(func(m fakeslack.Message) bool { return m.Channel == "D"+alice })
			got := w.Plain(w.Direct(alice)[0])
			for _, want := range []string{"✅ Done", "Added 1 of 1 administrator", "I am sending you this directly, because I cannot answer where you asked.\n", "/invite @liveadmin"} {
				if !strings.Contains(got, want) {
					t.Errorf("it lacks %q:\n%s", want, got)
				}
			}
			if strings.Contains(got, "Only you can see this") || strings.Count(got, "/invite") != 1 {
				t.Errorf("it says why and what to do twice:\n%s", got)
			}
		})
	}
}

// TestDirectRemedy: a direct message says what to do about the channel of the command, not
// about itself.
func TestDirectRemedy(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	_, err := w.slack.Report(t.Context(), bot.Entry{
		Number: 1, Caller: commands.Caller{Ref: "slack:user:" + alice}, Root: `{"channel":"D0OTHERS","why":"channel_not_found"}`,
		Place: commands.Place{Platform: "slack", Channel: "slack:D0OTHERS"},
	}, nil, words.Message{})
	if err != nil {
		t.Fatal(err)
	}
	w.message(func(m fakeslack.Message) bool {
		return m.Channel == "D"+alice && strings.Contains(m.Text, "I cannot be in a direct message between people.")
	})
}

// TestDeletedRoot: a result whose root was deleted is in the channel, with the
// root's line, and nothing is tried again.
func TestDeletedRoot(t *testing.T) {
	t.Parallel()
	for _, says := range []string{"", "cannot_reply_to_message", "thread_not_found"} {
		t.Run("slack says "+says, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
			w.Stage.API.SetLatency(time.Second)
			w.acked(w.slash(alice, "add "+group+" user1"))
			root := w.message(func(m fakeslack.Message) bool { return strings.Contains(m.Text, "Working") })
			w.recorded(root)
			w.Delete(channel, root.TS)
			if says != "" {
				w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "chat.postMessage", Code: says})
			}
			w.Stage.API.SetLatency(0)
			m := w.message(func(m fakeslack.Message) bool { return len(m.Edited) > 0 })
			if got := w.Plain(m); m.ThreadTS != "" || !strings.HasPrefix(got, "✅ Done · @UALICE · ") || !strings.Contains(got, "Added 1 of 1") {
				t.Errorf("it says %q in %q", got, m.ThreadTS)
			}
			w.Closed()
			if all := w.Messages(channel); len(all) != 1 || strings.Contains(w.Log.String(), "post failed, retrying") {
				t.Errorf("there are %d messages\n%s", len(all), w.Log)
			}
		})
	}
}

// recorded waits until the journal knows where a root is.
func (w *world) recorded(root fakeslack.Message) {
	w.T.Helper()
	w.Until("the root is on record", func() bool {
		open, err := w.Stage.Journal.Unclosed(context.Background())
		return err == nil && len(open) == 1 && strings.Contains(string(open[0].Root), root.TS)
	})
}

// TestPassingTrouble: what may pass is tried again until it does.
func TestPassingTrouble(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault fakeslack.Fault
	}{
		{"a gateway's page", fakeslack.Fault{Kind: fakeslack.Status, Status: 502}},
		{"an error inside Slack", fakeslack.Fault{Kind: fakeslack.Refuse, Code: "internal_error"}},
		{"too many messages of the app", fakeslack.Fault{Kind: fakeslack.Refuse, Code: "rate_limited"}},
		{"a connection cut before", fakeslack.Fault{Kind: fakeslack.Reset}},
		{"no answer", fakeslack.Fault{Kind: fakeslack.Hang}},
		{"a limit without a time", fakeslack.Fault{Kind: fakeslack.Status, Status: 429}},
		{"a redirect", fakeslack.Fault{Kind: fakeslack.Status, Status: 302}},
	} {
		for _, method := range []string{"chat.postMessage", "chat.update"} {
			t.Run(method+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				w := open(t, "sockets", fakeslack.Config{}, slack.Options{CallTime: time.Second})
				fault := tc.fault
				fault.Method = method
				w.Inject(fault)
				w.acked(w.slash(alice, "add "+group+" user1"))
				if _, replies := w.final(channel); len(replies) != 1 || len(w.Messages(channel)) != 2 {
					t.Errorf("there are %d messages", len(w.Messages(channel)))
				}
				w.Closed()
			})
		}
	}
}
