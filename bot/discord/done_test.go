package discord_test

import (
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
)

// TestDoneAlone: of what no rule gives a command for, the channel sees nothing: the result is
// in a response that only who gave back their right sees, or in a direct message.
func TestDoneAlone(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			w.knowsPeople()
			if err := w.API.SetAdmins(group, []string{"user1", "user3"}); err != nil {
				t.Fatal(err)
			}
			i := w.says(bob, general, "done", fakediscord.Options{"group": group})
			if c := w.answered(i); !c.Ephemeral {
				t.Errorf("everybody sees %+v", c)
			}
			m := w.final(i)
			shown := w.Plain(m)
			if m.To != bob || m.Thread != "" || !strings.Contains(shown, "bobby (user1): removed") || strings.Contains(shown, "user3") || len(m.Components) > 0 {
				t.Errorf("to %q is %q", m.To, shown)
			}
			w.Closed()
			for _, said := range w.Messages(general) {
				if said.To == "" {
					t.Errorf("the channel sees %q", w.Plain(said))
				}
			}
			list := w.private(w.says(bob, general, "done", nil))
			if !strings.Contains(w.Plain(list), "I do not know of any group") {
				t.Errorf("alone, it says %q", w.Plain(list))
			}
		})
	}
}

// TestDoneIsGone: a response that cannot be changed any more is replaced by a direct message.
func TestDoneIsGone(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.knowsPeople()
	w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.EditOriginal, Code: 10015, Status: 404, Times: -1})
	w.says(bob, general, "done", fakediscord.Options{"group": group})
	if m := w.message("bobby (user1): no change"); m.Channel == general {
		t.Errorf("the channel sees %q", w.Plain(m))
	}
}

// TestDonePressed: a button of the list that one sees gives back the right in its group.
func TestDonePressed(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.knowsPeople()
	w.result(w.says(alice, general, "add", adding("user1 user3")))
	w.Closed()
	list := w.private(w.says(bob, general, "done", nil))
	i := w.kept(w.Click(bob, list, button(t, list, "Give back "+group)))
	if c := w.answered(i); c.Type != 5 || !c.Ephemeral {
		t.Errorf("the first response is %+v", c)
	}
	if shown := w.Plain(w.final(i)); !strings.Contains(shown, "bobby (user1): removed") {
		t.Errorf("the answer is %q", shown)
	}
	if got := w.API.Admins(group); len(got) != 1 || got[0] != "user3" {
		t.Errorf("administrators %v", got)
	}
}
