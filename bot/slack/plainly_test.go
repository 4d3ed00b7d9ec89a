package slack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// TestPlainSections: a message whose rich_text Slack refuses is sent again at once with plain
// sections, and so is every message from then on.
func TestPlainSections(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, method string
		say          func(*world)
		fits         func(w *world, m fakeslack.Message) bool
	}{
		{"a root and a result", "chat.postMessage", func(w *world) { w.acked(w.slash(alice, "add "+group+" user1")) },
			func(w *world, m fakeslack.Message) bool {
				return m.ThreadTS != "" && strings.Contains(w.Plain(m), "Added 1 of 1")
			}},
		{"an answer to a mention", "chat.postEphemeral", func(w *world) { w.acked(w.Mention(alice, channel, "", "help")) },
			func(w *world, m fakeslack.Message) bool { return m.To == alice }},
		{"an answer to a click", "response_url", func(w *world) {
			w.acked(w.slash(alice, "add "+group+" user1"))
			_, replies := w.final(channel)
			w.RefuseRichText(true)
			w.acked(w.Click(bob, replies[0], "undo.0"))
		}, func(w *world, m fakeslack.Message) bool { return m.To == bob }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
			w.RefuseRichText(tc.method != "response_url")
			tc.say(w)
			m := w.message(func(m fakeslack.Message) bool { return tc.fits(w, m) })
			if got := string(m.Blocks); !strings.Contains(got, `"section"`) || strings.Contains(got, "rich_text") {
				t.Errorf("the blocks are %s", got)
			}
			if n := w.refusals(); n != 1 {
				t.Errorf("it was refused %d times", n)
			}
			w.RefuseRichText(false)
			w.acked(w.slash(alice, "list "+group))
			m = w.message(func(m fakeslack.Message) bool { return strings.Contains(w.Plain(m), "of 5 administrators") })
			w.Closed()
			if strings.Contains(string(m.Blocks), "rich_text") {
				t.Errorf("it is not remembered: %s", m.Blocks)
			}
		})
	}
}

// refusals counts the calls whose blocks were refused.
func (w *world) refusals() int {
	n := 0
	for _, c := range w.Calls("") {
		if c.Error == "invalid_blocks" {
			n++
		}
	}
	return n
}

// TestRefusedOnce: that one message is too long for Slack's blocks, or has others that Slack
// refuses, says nothing about the rest.
func TestRefusedOnce(t *testing.T) {
	t.Parallel()
	for code, times := range map[string]int{"msg_blocks_too_long": 1, "invalid_blocks": 2} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "chat.postMessage", Code: code, Times: times})
			w.acked(w.slash(alice, "list "+group))
			root, replies := w.final(channel)
			w.Closed()
			root, _ = w.Message(channel, root.TS)
			for _, m := range append(replies, root) {
				if !strings.Contains(string(m.Blocks), "rich_text") {
					t.Errorf("%q has the blocks %s", w.Plain(m), m.Blocks)
				}
			}
		})
	}
}

// TestAcknowledgedPlainly: the answer in an acknowledgement, whose refusal nobody would see, has
// plain sections; a longer one, which takes calls of its own, has rich_text.
func TestAcknowledgedPlainly(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			w.acked(w.slash(alice, "whoami"))
			if got := string(w.private(alice, 1).Blocks); !strings.Contains(got, `"section"`) || strings.Contains(got, "rich_text") {
				t.Errorf("the blocks are %s", got)
			}
			w.acked(w.Mention(alice, channel, "", "whoami"))
			if got := string(w.private(alice, 2).Blocks); !strings.Contains(got, "rich_text") {
				t.Errorf("after a mention the blocks are %s", got)
			}
		})
	}
}

// TestBlocksGoAway: a message that is changed to plain text loses the blocks that it had, which
// would be shown in place of the text.
func TestBlocksGoAway(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Stage.API.SetLatency(time.Second)
	w.acked(w.slash(alice, "add "+group+" user1"))
	root := w.message(func(m fakeslack.Message) bool { return strings.Contains(m.Text, "Working") })
	if !strings.Contains(string(root.Blocks), "rich_text") {
		t.Fatalf("the root has the blocks %s", root.Blocks)
	}
	w.recorded(root)
	w.RefuseBlocks(true)
	w.Stage.API.SetLatency(0)
	root, _ = w.final(channel)
	if len(root.Blocks) > 0 || !strings.HasPrefix(w.Plain(root), "✅ Done · @UALICE · "+group+": added user1") {
		t.Errorf("it says %q with the blocks %s", w.Plain(root), root.Blocks)
	}
}

// TestPlainText: a message whose blocks Slack refuses is sent as plain text, and nothing of
// what it says is lost.
func TestPlainText(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.RefuseBlocks(true)
	w.Unlike(100)
	w.acked(w.slash(alice, "add weekend "+strings.Join(bottest.LongUsers(), " ")+" --new"))
	root, replies := w.final(channel)
	all := ""
	for _, m := range replies {
		all += w.Plain(m) + "\n"
		if m.ThreadTS != root.TS || len(m.Blocks) > 0 {
			t.Errorf("in %q it has the blocks %s", m.ThreadTS, m.Blocks)
		}
	}
	for i := range 100 {
		if id := fmt.Sprintf("@TGS#aMANY%04d", i); strings.Count(all, id) != 1 {
			t.Errorf("%s is there %d times", id, strings.Count(all, id))
		}
	}
	if !strings.Contains(all, "#1") || strings.Contains(all, "…") {
		t.Errorf("it says\n%s", all)
	}
	d := w.Mention(alice, channel, "", "help")
	w.acked(d)
	w.private(alice, 1)
	w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
	w.acked(w.slash(alice, "list "+group))
	w.Until("it is answered in private", func() bool {
		return slices.ContainsFunc(w.Ephemerals(alice), func(m fakeslack.Message) bool { return strings.Contains(w.Plain(m), "has 0 of 5 administrators") })
	})
}
