package discord_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

// button is the ID of a button of a message by its label.
func button(t *testing.T, m fakediscord.Message, label string) string {
	t.Helper()
	for _, row := range m.Components {
		for _, b := range row.Buttons {
			if b.Label == label {
				return b.CustomID
			}
		}
	}
	t.Fatalf("there is no button %q in %+v", label, m.Components)
	return ""
}

// TestClick: who clicks is checked like who types; the answer is in the thread, a
// refusal is for who clicked alone, and a click that comes twice counts once.
func TestClick(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			root, replies := w.result(w.says(alice, general, "add", adding("user1")))
			undo := button(t, replies[0], "Undo")
			if got := w.Plain(w.private(w.kept(w.Click(mallory, replies[0], undo)))); !strings.Contains(got, "not allowed") {
				t.Errorf("who is not allowed is answered %q", got)
			}
			i := w.kept(w.Click(alice, replies[0], undo))
			w.Redeliver(i)
			if c := w.answered(i); c.Type != 5 || c.Ephemeral {
				t.Errorf("the first response is %+v", c)
			}
			done := w.final(i)
			if got := w.Plain(done); done.Channel != root.Thread || !strings.HasPrefix(got, "✅ Done · @alice") || !strings.Contains(got, "removed") {
				t.Errorf("in %s is %q", done.Channel, got)
			}
			if got := w.Stage.API.Admins(group); len(got) > 0 {
				t.Errorf("administrators %v", got)
			}
			if n := len(w.Rows(bot.WasAccepted)); n != 2 || len(i.Callbacks()) != 1 {
				t.Errorf("%d entries, callbacks %+v", n, i.Callbacks())
			}
		})
	}
}

// TestForgedClick: a button that the bot never showed does nothing.
func TestForgedClick(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	_, replies := w.result(w.says(alice, general, "add", adding("user1")))
	for _, id := range []string{"liveadmin:undo:99:0", "liveadmin:drop:1:0", "liveadmin:undo:x:0", "liveadmin:"} {
		i := w.kept(w.SendClick(fakediscord.ClickInput{User: alice, Message: replies[0], CustomID: id, Forged: true}))
		if got := w.Plain(w.private(i)); !strings.Contains(got, "has expired") {
			t.Errorf("%s is answered %q", id, got)
		}
	}
	if got := w.Stage.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
		t.Errorf("administrators %v", got)
	}
}

// TestPressed: each button does what it says, answered where it is; who is not
// allowed is answered alone.
func TestPressed(t *testing.T) {
	t.Parallel()
	const full = "@TGS#aFULL"
	for _, tc := range []struct {
		name   string
		set    func(*world)
		sub    string
		fields fakediscord.Options
		then   func(*world) // after that was answered
		labels []string
		press  string
		admins []string
	}{
		{
			"try again", func(w *world) {
				if err := w.API.Inject(simulator.Fault{Kind: simulator.HTML, Times: -1}); err != nil {
					w.T.Fatal(err)
				}
			}, "remove", adding("user1"), func(w *world) { w.API.ClearFaults() }, []string{"Try again"}, "Try again", nil,
		},
		{
			"replace", func(w *world) { w.API.AddGroup(full, simulator.Group{Admins: []string{"a", "b", "c", "d", "e"}}) },
			"add", fakediscord.Options{"group": full, "users": "user1"}, func(*world) {},
			[]string{"Replace a", "Replace b", "Replace c", "Replace d", "Replace e"}, "Replace d", []string{"a", "b", "c", "e", "user1"},
		},
		{
			"extend", func(*world) {}, "add", fakediscord.Options{"group": group, "users": "user1", "for": "1h"},
			func(w *world) { w.Clock.Advance(50 * time.Minute) }, []string{"Extend"}, "Extend", []string{"user1"},
		},
	} {
		for _, mode := range modes {
			t.Run(mode+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				w := open(t, mode, fakediscord.Config{}, discord.Options{})
				tc.set(w)
				root := w.final(w.says(alice, general, tc.sub, tc.fields))
				w.Closed()
				tc.then(w)
				shown := w.message("[" + strings.Join(tc.labels, "] [") + "]")
				id := button(t, shown, tc.press)
				if got := w.Plain(w.private(w.kept(w.Click(bob, shown, id)))); !strings.Contains(got, "not allowed") {
					t.Errorf("who is not allowed is answered %q", got)
				}
				i := w.kept(w.Click(alice, shown, id))
				done := w.final(i)
				if got := w.Plain(done); done.Channel != root.Thread || !strings.Contains(got, "Done · @alice") && !strings.Contains(got, "No change · @alice") {
					t.Errorf("in %s is %q", done.Channel, got)
				}
				w.Closed()
				of, _ := tc.fields["group"].(string)
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
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	root, replies := w.result(w.says(alice, general, "add", adding("user1")))
	w.Closed()
	w.API.SetLatency(time.Second)
	undo := button(t, replies[0], "Undo")
	first := w.kept(w.Click(alice, replies[0], undo))
	w.answered(first)
	if got := w.Plain(w.private(w.kept(w.Click(alice, replies[0], undo)))); !strings.Contains(got, "#2") {
		t.Errorf("the second press is answered %q", got)
	}
	w.final(first)
	w.Closed()
	if n := len(w.Messages(root.Thread)); n != 2 {
		t.Errorf("%d messages are in the thread", n)
	}
}

// TestPressedInPrivate: buttons under an answer that only one sees work, and the answer
// to a click is for all: in a thread of its own, or where there can be none, in the
// response.
func TestPressedInPrivate(t *testing.T) {
	t.Parallel()
	for _, room := range []string{general, thread} {
		for _, mode := range modes {
			t.Run(mode+"/"+room, func(t *testing.T) {
				t.Parallel()
				w := build(t, mode, fakediscord.Config{}, discord.Options{})
				w.startAs(func(d *discord.Discord) bot.Platform {
					return bottest.Showing{Platform: d, Buttons: []words.Action{{Name: change.UndoAction, Label: "Undo", Entry: 1}}}
				})
				w.final(w.says(alice, room, "add", adding("user1")))
				w.Closed()
				shown := w.private(w.says(alice, room, "history", fakediscord.Options{"about": "#1"}))
				i := w.kept(w.Click(alice, shown, button(t, shown, "Undo")))
				want := 4
				if room == thread {
					want = 5
				}
				if c := w.answered(i); c.Type != want || c.Ephemeral {
					t.Errorf("the first response is %+v", c)
				}
				root := w.final(i)
				w.Closed()
				if got := w.Plain(root); root.To != "" || root.Channel != room || !strings.HasPrefix(got, "✅ Done · @alice") || (root.Thread == "") != (room == thread) {
					t.Errorf("to %q in %s is %q, thread %q", root.To, root.Channel, got, root.Thread)
				}
				if m := w.message("Undid #1"); m.Channel != cmp.Or(root.Thread, room) {
					t.Errorf("the result is in %s", m.Channel)
				}
			})
		}
	}
}

// TestButtons: five in a row, five rows, labels within Discord's limit.
func TestButtons(t *testing.T) {
	var actions []words.Action
	for range 27 {
		actions = append(actions, words.Action{Name: "replace-4", Label: strings.Repeat("é", 90), Entry: 42})
	}
	ids, labels := discord.Buttons(actions)
	if len(ids) != 5 || len(ids[4]) != 5 || ids[0][0] != "liveadmin:replace-4:42:0" || ids[4][4] != "liveadmin:replace-4:42:24" {
		t.Errorf("buttons %q", ids)
	}
	if n := len([]rune(labels[0])); n > 80 || !strings.HasSuffix(labels[0], "é…") {
		t.Errorf("%d characters in %q", n, labels[0])
	}
}
