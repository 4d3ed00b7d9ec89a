package slack_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

// TestUndo: the button under a result undoes it, in the same thread; who is not
// allowed is answered alone.
func TestUndo(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			w.acked(w.slash(alice, "add "+group+" user1 --new"))
			_, replies := w.final(channel)
			result := replies[0]
			if blocks := string(result.Blocks); !strings.Contains(blocks, `"confirm"`) || !strings.Contains(blocks, `"value":"1"`) {
				t.Errorf("the button has no question, or not the entry's number: %s", blocks)
			}
			w.acked(w.Click("U0GUEST", result, "undo.0"))
			if got := w.Plain(w.private("U0GUEST", 1)); !strings.Contains(got, "not allowed") {
				t.Errorf("answered %q", got)
			}
			w.acked(w.Click(alice, result, "undo.0"))
			undone := w.says("Undid #1")
			if undone.ThreadTS != result.ThreadTS {
				t.Errorf("it is in %q, not in the thread %q", undone.ThreadTS, result.ThreadTS)
			}
		})
	}
}

// TestClickInThread: a click on a reply is answered in the reply's thread, also where Slack
// names the thread in the message alone.
func TestClickInThread(t *testing.T) {
	t.Parallel()
	for _, bare := range []bool{false, true} {
		w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
		w.acked(w.slash(alice, "add "+group+" user1"))
		_, replies := w.final(channel)
		w.acked(w.SendClick(fakeslack.Click{User: alice, Message: replies[0], ActionID: "undo.0", Bare: bare}))
		if undone := w.says("Undid #1"); undone.ThreadTS != replies[0].ThreadTS {
			t.Errorf("bare %v: it is in %q, not in the thread %q", bare, undone.ThreadTS, replies[0].ThreadTS)
		}
	}
}

// TestPressed: each button does what it says, answered in the thread under which it
// is; who is not allowed, or of another organization, is answered alone.
func TestPressed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		set    func(*world)
		text   string
		then   func(*world) // after that was answered
		button string       // and its place
		labels []string
		admins []string
	}{
		{
			"try again", func(w *world) {
				fault := simulator.Fault{Kind: simulator.HTML, Times: -1}
				if err := w.API.Inject(fault); err != nil {
					w.T.Fatal(err)
				}
			}, "remove " + group + " user1", func(w *world) { w.API.ClearFaults() }, "retry.0", []string{"Try again"}, nil,
		},
		{
			"replace", func(w *world) {
				w.API.AddGroup("@TGS#aFULL", simulator.Group{Admins: []string{"a", "b", "c", "d", "e"}})
			}, "add @TGS#aFULL user1", func(*world) {}, "replace-3.3",
			[]string{"Replace a", "Replace b", "Replace c", "Replace d", "Replace e"}, []string{"a", "b", "c", "e", "user1"},
		},
		{
			"extend", func(*world) {}, "add " + group + " user1 --for 1h",
			func(w *world) { w.Clock.Advance(50 * time.Minute) }, "extend.0", []string{"Extend"}, []string{"user1"},
		},
	} {
		for _, mode := range modes {
			t.Run(mode+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				w := open(t, mode, fakeslack.Config{}, slack.Options{})
				tc.set(w)
				w.acked(w.slash(alice, tc.text))
				label := "[" + strings.Join(tc.labels, "] [") + "]"
				w.Closed()
				tc.then(w)
				shown := w.says(label)
				w.acked(w.Click(bob, shown, tc.button))
				if got := w.Plain(w.private(bob, 1)); !strings.Contains(got, "not allowed") {
					t.Errorf("who is not allowed is answered %q", got)
				}
				w.AddUser(fakeslack.User{ID: "U0GUEST", Team: "T0OTHER"})
				w.acked(w.Click("U0GUEST", shown, tc.button))
				w.refusedOutsider(1)
				before := len(w.Thread(channel, shown.ThreadTS))
				w.acked(w.Click(alice, shown, tc.button))
				w.Until("it is answered in the thread", func() bool { return len(w.Thread(channel, shown.ThreadTS)) > before })
				w.Closed()
				thread := w.Thread(channel, shown.ThreadTS)
				if got := w.Plain(thread[before]); len(thread) != before+1 || !strings.Contains(got, "Done · @UALICE") && !strings.Contains(got, "No change · @UALICE") {
					t.Errorf("in the thread is %q", got)
				}
				of := group
				if strings.Contains(tc.text, "FULL") {
					of = "@TGS#aFULL"
				}
				if got := slices.Sorted(slices.Values(w.API.Admins(of))); !slices.Equal(got, tc.admins) {
					t.Errorf("administrators %v", got)
				}
			})
		}
	}
}

// TestPressedAgain: while what a button does is being done, pressing it again is
// answered privately and does nothing.
func TestPressedAgain(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.acked(w.slash(alice, "add "+group+" user1"))
	_, replies := w.final(channel)
	w.Closed()
	w.API.SetLatency(time.Second)
	w.acked(w.Click(alice, replies[0], "undo.0"))
	w.acked(w.Click(alice, replies[0], "undo.0"))
	if got := w.Plain(w.private(alice, 1)); !strings.Contains(got, "#2") {
		t.Errorf("the second press is answered %q", got)
	}
	w.Closed()
	if n := len(w.Thread(channel, replies[0].ThreadTS)); n != 3 {
		t.Errorf("%d messages are in the thread", n)
	}
}

// TestPressedInPrivate: buttons under an answer that only one sees work: the answer to a
// click gets a root of its own, or is in the thread in which the buttons are.
func TestPressedInPrivate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		ask  func(w *world, topic fakeslack.Message) *fakeslack.Delivery
		root bool // of its own
	}{
		{"a command", func(w *world, _ fakeslack.Message) *fakeslack.Delivery { return w.slash(alice, "history #1") }, true},
		{"a mention", func(w *world, _ fakeslack.Message) *fakeslack.Delivery {
			return w.Mention(alice, channel, "", "history #1")
		}, true},
		{"a mention in a thread", func(w *world, topic fakeslack.Message) *fakeslack.Delivery {
			return w.Mention(alice, channel, topic.TS, "history #1")
		}, false},
	} {
		for _, mode := range modes {
			t.Run(mode+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				w := build(t, mode, fakeslack.Config{}, slack.Options{})
				w.install()
				w.Stage.Run(t, bottest.Showing{Platform: w.slack, Buttons: []words.Action{
					{Name: change.UndoAction, Label: "Undo", Entry: 1, Confirm: words.Text{{Text: "Undo #1?"}}},
				}})
				w.Ready(w.slack.State)
				topic := w.Say(bob, channel, "", "who helps tonight?")
				w.Say(alice, channel, topic.TS, "me")
				w.acked(w.slash(alice, "add "+group+" user1"))
				w.says("Added 1 of 1")
				w.Closed()
				w.acked(tc.ask(w, topic))
				shown := w.private(alice, 1)
				before := len(w.Messages(channel))
				w.acked(w.Click(alice, shown, "undo.0"))
				undone := w.says("Undid #1")
				w.Closed()
				root, found := w.Message(channel, undone.ThreadTS)
				if !found || (root.TS != topic.TS) != tc.root || tc.root && !strings.HasPrefix(root.Text, "✅ Done · <@UALICE>") {
					t.Errorf("it is under %q", root.Text)
				}
				if n := len(w.Messages(channel)) - before; tc.root && n != 2 || !tc.root && n != 1 {
					t.Errorf("%d messages were posted", n)
				}
			})
		}
	}
}
