package discord_test

import (
	"strings"
	"testing"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
)

// TestLongResult: a result that is too long for a message comes in several, all within
// Discord's limits, with the number under the last; in a thread, and without one.
func TestLongResult(t *testing.T) {
	t.Parallel()
	for _, room := range []string{general, thread} {
		t.Run(room, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.Unlike(90)
			i := w.says(alice, room, "add", fakediscord.Options{"group": "weekend", "users": strings.Join(bottest.LongUsers(), " "), "new": true})
			w.Closed()
			root, _ := i.Original()
			all := w.Messages(room)
			if room == general {
				all = w.Messages(root.Thread)
			}
			if len(all) < 2 {
				t.Fatalf("there are %d messages", len(all))
			}
			numbered, lines := 0, 0
			for _, m := range all {
				text := w.Plain(m)
				lines += strings.Count(text, "@TGS#aMANY")
				numbered += strings.Count(text+"\n", "\n#1\n")
			}
			if lines != 90 || numbered != 1 {
				t.Errorf("%d groups, %d numbers in %d messages", lines, numbered, len(all))
			}
		})
	}
}

// TestLongResultCut: where the bot is not allowed to write more messages, a long result is
// cut, which is said, with where to see the rest, and how it will not be so the next time.
func TestLongResultCut(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Unlike(90)
	w.EditChannel(thread, func(c *fakediscord.Channel) { c.Denied = fakediscord.SendMessagesInThreads })
	i := w.says(alice, thread, "add", fakediscord.Options{"group": "weekend", "users": strings.Join(bottest.LongUsers(), " "), "new": true})
	w.Closed()
	root, _ := i.Original()
	got := w.Plain(root)
	for _, want := range []string{"• @TGS#aMANY0000", "too long for one message", "Send Messages in Threads", "use /liveadmin list.", "\n#1\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the response lacks %q: …%s", want, got[max(0, len(got)-500):])
		}
	}
	if !strings.Contains(got, "[Undo]") || strings.Contains(got, "@TGS#aMANY0089") {
		t.Errorf("the response is %q", got)
	}
	if n := len(w.Messages(thread)); n != 1 || len(w.Calls(fakediscord.CreateFollowup)) > 0 {
		t.Errorf("%d messages, %d follow-ups", n, len(w.Calls(fakediscord.CreateFollowup)))
	}
}

// TestLongPrivate: an answer to the caller alone is in one piece, and says if there is
// more.
func TestLongPrivate(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	for range 12 {
		w.private(w.kept(w.SendCommand(fakediscord.CommandInput{
			User: bob, Channel: general, Subcommand: "history", Options: fakediscord.Options{"about": strings.Repeat("*", 2000)}, Forged: true,
		})))
	}
	m := w.private(w.says(bob, general, "history", nil))
	if got := w.Plain(m); !strings.Contains(got, "The rest is too long to show.") || !strings.HasSuffix(got, "#13") {
		t.Errorf("the answer ends with %q", got[max(0, len(got)-200):])
	}
}
