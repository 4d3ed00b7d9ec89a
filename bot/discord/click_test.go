package discord_test

import (
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
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

// TestClick: who clicks is checked like who types; the answer stands in the thread, a
// refusal is for who clicked alone, and a click that comes twice counts once.
func TestClick(t *testing.T) {
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
				t.Errorf("in %s stands %q", done.Channel, got)
			}
			if got := w.stage.API.Admins(group); len(got) > 0 {
				t.Errorf("administrators %v", got)
			}
			if n := len(w.rows(bot.WasAccepted)); n != 2 || len(i.Callbacks()) != 1 {
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
		if got := w.Plain(w.private(i)); !strings.Contains(got, "does nothing") {
			t.Errorf("%s is answered %q", id, got)
		}
	}
	if got := w.stage.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
		t.Errorf("administrators %v", got)
	}
}

// TestButtons: five in a row, five rows, labels within Discord's limit.
func TestButtons(t *testing.T) {
	var actions []commands.Action
	for range 27 {
		actions = append(actions, commands.Action{Name: "replace", Label: strings.Repeat("é", 90), Entry: 42})
	}
	ids, labels := discord.Buttons(actions)
	if len(ids) != 5 || len(ids[4]) != 5 || ids[0][0] != "liveadmin:replace:42:0" || ids[4][4] != "liveadmin:replace:42:24" {
		t.Errorf("buttons %q", ids)
	}
	if n := len([]rune(labels[0])); n > 80 || !strings.HasSuffix(labels[0], "é…") {
		t.Errorf("%d characters in %q", n, labels[0])
	}
}
