package slack_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

// What comes late has these words.
const (
	reminds = "Reminder: user1 in " + group + ", until "
	ended   = "Access from #1 in " + group + " has expired."
)

// says waits for a message that has words.
func (w *world) says(words string) fakeslack.Message {
	w.T.Helper()
	return w.message(func(m fakeslack.Message) bool { return strings.Contains(w.Plain(m), words) })
}

// lasts lets someone be an administrator for an hour and waits until that is posted.
func (w *world) lasts(say func(text string) *fakeslack.Delivery) {
	w.T.Helper()
	w.acked(say("add " + group + " user1 --for 1h"))
	w.says("Added 1 of 1 administrator")
	w.Closed()
}

// inChannel types a command there.
func (w *world) inChannel(text string) *fakeslack.Delivery { return w.slash(alice, text) }

// TestLate: a reminder and an end are in the thread of the command that set the time,
// whichever way that came; they change nothing that is, and mention who asked only
// if that is to come and look.
func TestLate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		say  func(w *world, topic fakeslack.Message) *fakeslack.Delivery
	}{
		{"after a command", func(w *world, _ fakeslack.Message) *fakeslack.Delivery {
			return w.slash(alice, "add "+group+" user1 --for 1h")
		}},
		{"after a mention", func(w *world, _ fakeslack.Message) *fakeslack.Delivery {
			return w.Mention(alice, channel, "", "add "+group+" user1 --for 1h")
		}},
		{"after a mention in a thread", func(w *world, topic fakeslack.Message) *fakeslack.Delivery {
			return w.Mention(alice, channel, topic.TS, "add "+group+" user1 --for 1h")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
			topic := w.Say(bob, channel, "", "who helps tonight?")
			w.lasts(func(string) *fakeslack.Delivery { return tc.say(w, topic) })
			result := w.says("Added 1 of 1 administrator")
			before := w.Messages(channel)

			w.Clock.Advance(50 * time.Minute)
			reminder := w.says(reminds)
			if reminder.ThreadTS != result.ThreadTS || !slices.Equal(w.Pings(reminder), []string{alice}) || !strings.HasPrefix(w.Plain(reminder), "@UALICE Reminder") {
				t.Errorf("the reminder %q mentions %v, is in %q", w.Plain(reminder), w.Pings(reminder), reminder.ThreadTS)
			}
			w.Clock.Advance(10 * time.Minute)
			end := w.says(ended)
			if end.ThreadTS != result.ThreadTS || len(w.Pings(end)) > 0 || !strings.HasPrefix(w.Plain(end), ended) {
				t.Errorf("the end %q mentions %v, is in %q", w.Plain(end), w.Pings(end), end.ThreadTS)
			}
			w.Closed()
			after := w.Messages(channel)
			if len(after) != len(before)+2 {
				t.Errorf("%d messages, then %d", len(before), len(after))
			}
			for i, m := range before {
				if len(after[i].Edited) != len(m.Edited) {
					t.Errorf("%q was changed", m.Text)
				}
			}
			if got := w.API.Admins(group); len(got) > 0 || len(w.Calls("response_url")) > 0 {
				t.Errorf("administrators %v, %d calls of the response_url", got, len(w.Calls("response_url")))
			}
		})
	}
}

// TestFailingEnd: an end that fails mentions who asked.
func TestFailingEnd(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.lasts(w.inChannel)
	if err := w.API.Inject(simulator.Fault{Kind: simulator.HTML, Times: -1}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Hour)
	if m := w.says("has expired.\n"); m.ThreadTS == "" || !slices.Equal(w.Pings(m), []string{alice}) {
		t.Errorf("in %q is %q, mentions %v", m.ThreadTS, w.Plain(m), w.Pings(m))
	}
	w.API.ClearFaults()
}

// TestLoud: of the results in a thread, those that failed or are not known mention who
// asked, and no others.
func TestLoud(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	root := w.Say(bob, channel, "", "a root")
	for status, loud := range map[commands.Status]bool{
		commands.Done: false, commands.Warned: false, commands.Nothing: false, commands.Partly: false,
		commands.Failed: true, commands.Unknown: true,
	} {
		e := bot.Entry{
			Number: 1, Caller: commands.Caller{Ref: "slack:user:" + alice}, Place: commands.Place{Platform: "slack", Channel: "slack:" + channel},
			Root:    bot.Post(`{"channel":"` + channel + `","ts":"` + root.TS + `"}`),
			Changes: []bot.Change{{Group: group, State: bot.Settled, Plan: &commands.Plan{}, Outcome: &commands.Outcome{Status: status}}},
		}
		said := words.Message{Lines: []words.Line{{Text: words.Text{{Text: "It is " + string(status)}}}}}
		if _, err := w.slack.Report(w.Soon(), e, nil, said); err != nil {
			t.Fatal(err)
		}
		if got := w.Pings(w.says("It is " + string(status))); (len(got) == 1) != loud {
			t.Errorf("%s mentions %v", status, got)
		}
	}
}

// TestLateElsewhere: where the thread takes nothing, or there never was one, who asked gets
// directly what comes late. Slack itself puts it into the channel if it does not say that
// the root was deleted.
func TestLateElsewhere(t *testing.T) {
	t.Parallel()
	join := func(w *world) {
		w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = append(c.Members, w.Config().BotUser) })
	}
	away := func(w *world) {
		w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
	}
	gone := func(w *world) {
		for _, m := range w.Messages(channel) {
			if m.ThreadTS == "" {
				w.Delete(channel, m.TS)
			}
		}
	}
	for _, tc := range []struct {
		name   string
		before func(*world) // before the command
		after  func(*world) // after it
		in     string       // where it is
		also   string       // what it says beside
	}{
		{"the result was for the caller alone, then the bot was invited", away, join, "D" + alice, "/invite @liveadmin"},
		{"the result was for the caller alone", away, func(*world) {}, "D" + alice, "/invite @liveadmin"},
		{"the root was deleted", nil, gone, channel, ""},
		{"the root was deleted, and Slack says so", nil, func(w *world) {
			gone(w)
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "chat.postMessage", Code: "cannot_reply_to_message"})
		}, "D" + alice, "The message that this belongs to was deleted."},
		{"the thread was locked", nil, func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "chat.postMessage", Code: "restricted_action_thread_locked"})
		}, "D" + alice, "The settings of this channel do not allow it."},
		{"the channel was archived", nil, func(w *world) {
			w.EditChannel(channel, func(c *fakeslack.Channel) { c.Archived = true })
		}, "D" + alice, "This channel is archived."},
		{"the bot was removed", nil, away, "D" + alice, "/invite @liveadmin"},
		{"it is unknown where it is", nil, func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.NoTS, Method: "chat.postMessage"})
		}, "D" + alice, "Slack did not return the ID of my message."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
			w.AddUser(fakeslack.User{ID: alice})
			if tc.before != nil {
				tc.before(w)
			}
			w.start()
			w.lasts(w.inChannel)
			tc.after(w)
			w.Clock.Advance(50 * time.Minute)
			m := w.message(func(m fakeslack.Message) bool {
				return m.Channel == tc.in && m.ThreadTS == "" && strings.Contains(w.Plain(m), reminds) && strings.Contains(w.Plain(m), "access from #1 expires soon")
			})
			if got := w.Plain(m); m.To != "" || !strings.HasPrefix(got, "✅ Done · @UALICE · "+group+": access from #1 expires soon\n") || !strings.Contains(got, tc.also) || !slices.Equal(w.Pings(m), []string{alice}) {
				t.Errorf("to %q it says %q, mentions %v", m.To, got, w.Pings(m))
			}
			w.Closed()
		})
	}
}

// TestLateNowhere: what can be posted nowhere is on record and counted. What fails
// for another cause is tried again, and then posted.
func TestLateNowhere(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		code   string
		posted bool
	}{
		{"internal_error", true},
		{"channel_not_found", false},
		{"cannot_dm_bot", false},
		{"user_disabled", false},
	} {
		t.Run(tc.code, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
			w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
			w.start()
			w.lasts(w.inChannel)
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "chat.postMessage", Code: tc.code, Times: 2})
			w.Clock.Advance(50 * time.Minute)
			if tc.posted {
				w.Until("it is tried again", func() bool { return strings.Contains(w.Log.String(), "post failed, retrying") })
				w.message(func(m fakeslack.Message) bool { return m.Channel == "D"+alice && strings.Contains(w.Plain(m), reminds) })
				return
			}
			w.Until("it is on record", func() bool {
				rows, err := w.Journal.Trail(w.Soon(), bot.Filter{Number: 2, Limit: 10})
				return err == nil && slices.ContainsFunc(rows, func(r bot.Record) bool {
					return r.Event == bot.WasUnposted && strings.Contains(r.Detail, tc.code)
				})
			})
		})
	}
}

// TestGivenUp: a result that could not be posted for a day is on record, and what the
// command did is done.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "chat.postMessage", Times: -1})
	w.acked(w.slash(alice, "add "+group+" user1"))
	w.Until("it is tried again", func() bool { return strings.Contains(w.Log.String(), "post failed, retrying") })
	w.Clock.Advance(24*time.Hour + time.Minute)
	w.Until("it is on record", func() bool {
		rows, err := w.Journal.Trail(w.Soon(), bot.Filter{Number: 1, Limit: 10})
		return err == nil && slices.ContainsFunc(rows, func(r bot.Record) bool {
			return r.Event == bot.WasUnposted && r.Outcome == commands.Done
		})
	})
	if got := w.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
		t.Errorf("administrators are %q", got)
	}
}

// TestLateOnce: after a post of which it is not known whether it was posted, what came late is
// found, and what the same thread has of others is not taken for it.
func TestLateOnce(t *testing.T) {
	t.Parallel()
	scopes := []string{"commands", "chat:write", "channels:history"}
	for _, tc := range []struct {
		name    string
		applied bool // it is already
		deleted bool // the root, so that it is in the channel
		crash   bool
	}{
		{"it is there", true, false, false},
		{"it is there, and the bot died", true, false, true},
		{"it does not", false, false, false},
		{"it is in the channel", true, true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{Scopes: scopes}, slack.Options{})
			w.lasts(w.inChannel)
			root := w.Messages(channel)[0]
			if tc.deleted {
				w.Delete(channel, root.TS)
			}
			before := len(w.Messages(channel))
			fault := fakeslack.Fault{Kind: fakeslack.Reset, Method: "chat.postMessage", Applied: tc.applied}
			if tc.crash {
				fault.Kind = fakeslack.Hang
			}
			w.Inject(fault)
			sent := len(w.Calls("chat.postMessage"))
			w.Clock.Advance(50 * time.Minute)
			w.Until("it is posted", func() bool { return len(w.Calls("chat.postMessage")) > sent })
			if tc.crash {
				w.halt()
				w.Stage.Restart(t)
				w.start()
			}
			w.says(reminds)
			w.Closed()
			after := w.Messages(channel)
			if len(after) != before+1 {
				t.Errorf("%d messages, then %d", before, len(after))
			}
			if m := after[len(after)-1]; !strings.Contains(w.Plain(m), reminds) || (m.ThreadTS == "") != tc.deleted {
				t.Errorf("in %q is %q", m.ThreadTS, w.Plain(m))
			}
			if entry, found, err := w.Journal.Entry(w.Soon(), 2); err != nil || !found || entry.State != bot.Posted {
				t.Errorf("the entry is %+v, %v", entry, err)
			}
		})
	}
}

// TestLateBeforeTheRoot: what comes late is in the thread of the command that set the time, also if
// that could not be announced before.
func TestLateBeforeTheRoot(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "chat.postMessage", Times: -1})
	w.acked(w.slash(alice, "add "+group+" user1 --for 1h"))
	w.Until("the right is given", func() bool { return len(w.API.Admins(group)) == 1 })
	w.Clock.Advance(70 * time.Minute)
	w.Until("it is over", func() bool { return len(w.API.Admins(group)) == 0 })
	w.ClearFaults()
	end := w.says(ended)
	root, found := w.Message(channel, end.ThreadTS)
	if !found || !strings.Contains(root.Text, "added user1") {
		t.Errorf("the end is under %q", root.Text)
	}
	w.Closed()
}
