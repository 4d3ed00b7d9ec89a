package discord_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

// What comes late has these words.
const (
	reminds = "Reminder: user1 in "
	ended   = "Access from #1 in "
)

// message waits for a message that has these words.
func (w *world) message(words string) fakediscord.Message {
	w.T.Helper()
	m, err := w.WaitMessage(w.Soon(), func(m fakediscord.Message) bool { return strings.Contains(w.Plain(m), words) })
	if err != nil {
		w.T.Fatalf("%v\n%s", err, w.Log)
	}
	return m
}

// lasts lets someone be an administrator for an hour, and returns the response.
func (w *world) lasts(room string) fakediscord.Message {
	w.T.Helper()
	i := w.kept(w.SendCommand(fakediscord.CommandInput{
		User: alice, Channel: room, Subcommand: "add", Forged: true,
		Options: fakediscord.Options{"group": group, "users": "user1", "for": "1h"},
	}))
	root := w.final(i)
	w.Closed()
	return root
}

// TestLate: a reminder and an end are in the thread of the command that set the time,
// where there is none in its channel; they change nothing that is posted, and notify who
// asked only if that is to come and look.
func TestLate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, room string
		archived   bool
	}{
		{"in a thread of its own", general, false},
		{"in an archived thread", general, true},
		{"in a thread of others", thread, false},
		{"in a voice channel", voice, false},
		{"in a direct message", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			room := tc.room
			if room == "" {
				room = w.Direct(alice)
			}
			root := w.lasts(room)
			in, top := room, "✅ Done · @alice · "
			if room == general {
				in, top = root.Thread, ""
			}
			if tc.archived {
				w.EditChannel(in, func(c *fakediscord.Channel) { c.Archived = true })
			}
			before := w.Messages(in)
			edits := len(w.Calls(fakediscord.EditOriginal)) + len(w.Calls(fakediscord.EditMessage))

			w.Clock.Advance(50 * time.Minute)
			reminder := w.message(reminds)
			if got := w.Plain(reminder); reminder.Channel != in || !slices.Equal(reminder.Pings, []string{alice}) || !strings.HasPrefix(got, "@alice\n"+top) {
				t.Errorf("in %s the reminder is %q, notifies %v", reminder.Channel, got, reminder.Pings)
			}
			w.Clock.Advance(10 * time.Minute)
			end := w.message(ended)
			if got := w.Plain(end); end.Channel != in || len(end.Pings) > 0 || !strings.HasPrefix(got, top) || saysWhy(got) {
				t.Errorf("in %s the end is %q, notifies %v", end.Channel, got, end.Pings)
			}
			w.Closed()
			if after := w.Messages(in); len(after) != len(before)+2 {
				t.Errorf("%d messages, then %d", len(before), len(after))
			}
			if n := len(w.Calls(fakediscord.EditOriginal)) + len(w.Calls(fakediscord.EditMessage)); n != edits || len(w.Calls(fakediscord.CreateFollowup)) > 0 {
				t.Errorf("%d messages were changed", n-edits)
			}
			if got := w.API.Admins(group); len(got) > 0 {
				t.Errorf("administrators %v", got)
			}
		})
	}
}

// TestFailingEnd: an expiration that fails notifies the caller.
func TestFailingEnd(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	root := w.lasts(general)
	if err := w.API.Inject(simulator.Fault{Kind: simulator.HTML, Times: -1}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Hour)
	if m := w.message("has expired.\n"); m.Channel != root.Thread || !slices.Equal(m.Pings, []string{alice}) || string(m.AllowedMentions) != `{"parse":[],"users":["501"]}` {
		t.Errorf("in %s is %q, notifies %v by %s", m.Channel, w.Plain(m), m.Pings, m.AllowedMentions)
	}
	w.API.ClearFaults()
}

// TestPartlyFailingEnd: so does one that fails in one of several groups: somebody has their right
// there still.
func TestPartlyFailingEnd(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	root, _ := w.result(w.says(alice, general, "add", fakediscord.Options{"group": "weekend", "users": "user3", "for": "1h", "new": true}))
	w.Closed()
	if err := w.API.Inject(simulator.Fault{Kind: simulator.HTML, Group: group, Times: -1}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Hour)
	if m := w.message("done in 1 of 2 groups"); m.Channel != root.Thread || !slices.Equal(m.Pings, []string{alice}) {
		t.Errorf("in %s is %q, notifies %v", m.Channel, w.Plain(m), m.Pings)
	}
	w.API.ClearFaults()
}

// TestLoud: of the results, those that failed or are not known notify the caller, and no
// others.
func TestLoud(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	for status, loud := range map[commands.Status]bool{
		commands.Done: false, commands.Warned: false, commands.Nothing: false, commands.Partly: false,
		commands.Failed: true, commands.Unknown: true,
	} {
		said := words.Message{Lines: []words.Line{{Text: words.Text{{Text: "It is " + string(status)}}}}, Entry: 1}
		e := bot.Entry{
			Number: int64(len(w.Messages(thread)) + 1), Caller: commands.Caller{Ref: "discord:user:" + alice},
			Place: commands.Place{Platform: "discord", Channel: "discord:" + general},
			Root:  discord.MessageRef(general, "9", thread),
			Changes: []bot.Change{{
				Group: group, State: bot.Settled, Plan: &commands.Plan{}, Outcome: &commands.Outcome{Status: status},
			}},
		}
		if _, err := w.discord.Report(w.Soon(), e, nil, said); err != nil {
			t.Fatal(err)
		}
		if got := w.message("It is " + string(status)).Pings; (len(got) == 1) != loud {
			t.Errorf("%s notifies %v", status, got)
		}
	}
}

// TestLateDirectly: where what comes late is not taken in the place it belongs to, who
// asked gets it directly, with the reason. Nothing falls from a thread into the channel.
func TestLateDirectly(t *testing.T) {
	t.Parallel()
	denies := func(p int64) func(*fakediscord.Channel) {
		return func(c *fakediscord.Channel) { c.Denied = p }
	}
	for _, tc := range []struct {
		name, room string
		lose       func(w *world, thread string)
		says       string
	}{
		{"its thread was deleted", general, func(w *world, thread string) { w.DeleteChannel(thread) }, "was deleted"},
		{"its thread was locked", general, func(w *world, thread string) {
			w.EditChannel(thread, func(c *fakediscord.Channel) { c.Locked, c.Archived, c.Denied = true, true, fakediscord.ManageThreads })
		}, "is locked"},
		{"its thread was closed to the bot", general, func(w *world, thread string) {
			w.EditChannel(thread, denies(fakediscord.SendMessagesInThreads))
		}, "permission to write where this belongs"},
		{"the thread in which it was typed was deleted", thread, func(w *world, _ string) { w.DeleteChannel(thread) }, "was deleted"},
		{"the channel without threads was closed to the bot", voice, func(w *world, _ string) {
			w.EditChannel(voice, denies(fakediscord.SendMessages))
		}, "Send Messages"},
		{"nothing is posted in a forum", forum, func(*world, string) {}, "Discord did not let me"},
		{"the channel was deleted", general, func(w *world, thread string) {
			w.DeleteChannel(thread)
			w.DeleteChannel(general)
		}, "was deleted"},
		{"the bot lost its access", general, func(w *world, _ string) {
			w.EditChannel(general, denies(fakediscord.ViewChannel))
		}, "View Channel"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			root := w.lasts(tc.room)
			tc.lose(w, root.Thread)
			before := len(w.Messages(tc.room))
			w.Clock.Advance(50 * time.Minute)
			m := w.message(reminds)
			if got := w.Plain(m); m.Channel != w.Direct(alice) || !slices.Equal(m.Pings, []string{alice}) ||
				!strings.HasPrefix(got, "@alice\n✅ Done · @alice · "+group+": access from #1 expires soon\n") ||
				!strings.Contains(got, "I am writing to you here, because") || !strings.Contains(got, tc.says) {
				t.Errorf("in %s is %q, notifies %v", m.Channel, got, m.Pings)
			}
			w.Closed()
			if after := len(w.Messages(tc.room)); after != before {
				t.Errorf("%d messages are in the channel, then %d", before, after)
			}
		})
	}
}

// TestLateOnce: after a post of which it is not known whether it was posted, when Discord has
// forgotten the nonce, what came late is found, and the result before it is not taken
// for it.
func TestLateOnce(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, room string
		applied    bool // it is already
		deleted    bool // its thread
		crash      bool
	}{
		{"it is in the thread", general, true, false, false},
		{"it is in the thread, and the bot died", general, true, false, true},
		{"it does not", general, false, false, false},
		{"it is where there is no thread", thread, true, false, false},
		{"it does not, where there is no thread", thread, false, false, false},
		{"it is in a direct message, its thread was deleted", general, true, true, false},
		{"it is in a direct message, and the bot died", general, true, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var c bottest.Ahead
			w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now, CallTime: 2 * time.Second})
			root := w.lasts(tc.room)
			in := tc.room
			switch {
			case tc.deleted:
				w.DeleteChannel(root.Thread)
				in = w.Direct(alice)
			case root.Thread != "":
				in = root.Thread
			}
			before := len(w.Messages(in))
			fault := fakediscord.Fault{Kind: fakediscord.Reset, Route: fakediscord.CreateMessage, Channel: in, Applied: tc.applied}
			if tc.crash {
				fault.Kind = fakediscord.Hang
			}
			w.Inject(fault)
			w.Clock.Advance(50 * time.Minute)
			w.Until("it is posted", func() bool {
				return slices.ContainsFunc(w.Calls(fakediscord.CreateMessage), func(c fakediscord.Call) bool { return c.Fault != "" })
			})
			if tc.crash {
				w.halt()
			}
			c.Advance(5 * time.Minute)
			if tc.crash {
				w.Stage.Restart(t)
				w.start()
			}
			w.message(reminds)
			w.Closed()
			after := w.Messages(in)
			if len(after) != before+1 || !strings.Contains(w.Plain(after[before]), reminds) {
				t.Errorf("%d messages, then %d", before, len(after))
			}
			if entry, found, err := w.Journal.Entry(w.Soon(), 2); err != nil || !found || entry.State != bot.Posted {
				t.Errorf("the entry is %+v, %v", entry, err)
			}
		})
	}
}

// TestLateWithoutRoot: if the command that set the time is still not announced a while later, what
// comes late gets a root and a thread of its own.
func TestLateWithoutRoot(t *testing.T) {
	t.Parallel()
	var c bottest.Ahead
	w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Reset, Route: fakediscord.Respond, Applied: true})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.EditOriginal, Times: -1})
	w.says(alice, general, "add", fakediscord.Options{"group": group, "users": "user1", "for": "1h"})
	w.Until("the right is given", func() bool { return len(w.API.Admins(group)) == 1 })
	w.Clock.Advance(70 * time.Minute)
	w.Until("it is over", func() bool { return len(w.API.Admins(group)) == 0 })
	w.Until("it waits", func() bool { return strings.Contains(w.Log.String(), "its thread is not there yet") })
	w.Clock.Advance(15 * time.Minute)
	end := w.message(ended)
	if opened, ok := w.Channel(end.Channel); !ok || opened.Parent != general || opened.Name != "end "+group {
		t.Errorf("it is in %+v", opened)
	}
	root, _ := w.Message(general, end.Channel)
	if !strings.HasPrefix(w.Plain(root), "✅ Done · @alice · ") || root.Interaction != "" {
		t.Errorf("under %q", w.Plain(root))
	}
	w.ClearFaults()
	w.Closed()
}
