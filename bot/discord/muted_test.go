package discord_test

import (
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
)

// TestMuted: who asks too often without any right is acknowledged, and sees nothing of it:
// no answer, no "is thinking…", no error.
func TestMuted(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			_, replies := w.result(w.says(alice, general, "add", adding("user1")))
			for range 30 {
				w.private(w.says(mallory, general, "whoami", nil))
			}
			noted := len(w.Rows(bot.WasAnswered))
			i := w.says(mallory, general, "add", adding("user1"))
			if c := w.answered(i); c.Type != 5 || !c.Ephemeral {
				t.Errorf("the first response is %+v", c)
			}
			w.Until("the response is deleted", func() bool { return len(w.Ephemerals(mallory)) == 30 })
			if _, stands := i.Original(); stands {
				t.Error("the response stands")
			}

			click := w.kept(w.Click(mallory, replies[0], button(t, replies[0], "Undo")))
			if c := w.answered(click); c.Type != 6 {
				t.Errorf("a click is answered with %+v", c)
			}
			look := w.Autocomplete(mallory, general, "add", "group", "@", nil)
			if got := w.choices(look); len(got) > 0 {
				t.Errorf("suggested are %q", got)
			}
			if shown, stands := w.Message(replies[0].Channel, replies[0].ID); !stands || len(shown.Edited) > 0 {
				t.Errorf("the message with the button is %+v, %v", shown, stands)
			}
			if n := len(w.Calls(fakediscord.DeleteOriginal)); n != 1 {
				t.Errorf("%d responses were deleted", n)
			}
			if n := len(w.Ephemerals(mallory)); n != 30 || len(w.Rows(bot.WasAnswered)) != noted || len(w.Rows(bot.WasRefused)) > 0 {
				t.Errorf("%d answers, %d rows, then %d; refused %+v", n, noted, len(w.Rows(bot.WasAnswered)), w.Rows(bot.WasRefused))
			}
			w.private(w.says(bob, general, "whoami", nil))
		})
	}
}

// TestMutedOnce: of two sessions of one token, one acknowledges, and nothing is left to see
// of it.
func TestMutedOnce(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.join()
	for range 30 {
		w.answered(w.says(mallory, general, "whoami", nil))
	}
	answers := len(w.Ephemerals(mallory))
	warned := strings.Count(w.Log.String(), "level=WARN")
	for range 5 {
		i := w.says(mallory, general, "whoami", nil)
		w.Until("both have tried", func() bool { return len(i.Callbacks()) == 2 })
		w.Until("the response is deleted", func() bool { return len(w.Ephemerals(mallory)) <= answers })
		if a, b := i.Callbacks()[0], i.Callbacks()[1]; a.Accepted() == b.Accepted() {
			t.Errorf("the callbacks are %+v, %+v", a, b)
		}
	}
	if n := strings.Count(w.Log.String(), "level=WARN"); n != warned {
		t.Errorf("the log warns\n%s", w.Log)
	}
}
