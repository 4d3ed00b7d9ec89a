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

// TestRateLimited: a 429 slows one channel; everything is posted in the end, each
// thing once, and in order.
func TestRateLimited(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.AddChannel(fakeslack.Channel{ID: "C0OTHER", Members: []string{alice, w.Config().BotUser}})
	w.start()
	w.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "chat.postMessage", Channel: channel, RetryAfter: 2 * time.Second, Times: 3})
	const commands = 10
	for range commands {
		w.acked(w.slash(alice, fmt.Sprintf("list %s", group)))
	}
	w.acked(w.Slash(alice, "C0OTHER", "list "+group))
	w.final("C0OTHER")
	if len(w.Messages(channel)) == 2*commands {
		t.Log("the limited channel was as fast as the other one")
	}
	w.Closed()
	if n := len(w.Messages(channel)); n != 2*commands {
		t.Errorf("%d messages are in the channel", n)
	}
}

// TestLongResult: a result of many groups is split over sections and messages,
// none of which Slack refuses.
func TestLongResult(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Unlike(200)
	w.acked(w.slash(alice, "add weekend "+strings.Join(bottest.LongUsers(), " ")+" --new"))
	root, _ := w.final(channel)
	w.Closed()
	replies := w.Thread(channel, root.TS)[1:]
	if len(replies) < 2 {
		t.Fatalf("%d replies", len(replies))
	}
	all := ""
	for _, m := range replies {
		all += w.Plain(m) + "\n"
		if len([]rune(m.Text)) > 4000 {
			t.Errorf("a fallback has %d characters", len([]rune(m.Text)))
		}
	}
	for i := range 200 {
		if id := fmt.Sprintf("@TGS#aMANY%04d", i); strings.Count(all, id) != 1 {
			t.Errorf("%s is there %d times", id, strings.Count(all, id))
		}
	}
	if strings.Count(all, "#1\n") != 1 || !strings.HasSuffix(all, "#1\n[Undo]\n") {
		t.Errorf("the number is at the wrong place")
	}
}
