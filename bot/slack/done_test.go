package slack_test

import (
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands/change"
	"liveadmin/imapi/simulator"
)

// TestDoneAlone: of what no rule gives a command for, the channel sees nothing: the result is
// an answer to who gave back their right, after a mention a direct message.
func TestDoneAlone(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.knowsPeople()
	if err := w.API.SetAdmins(group, []string{"user1", "user3"}); err != nil {
		t.Fatal(err)
	}
	w.acked(w.slash(bob, "done "+group))
	m := w.private(bob, 1)
	shown := w.Plain(m)
	if !strings.Contains(shown, "bobby (user1): removed") || strings.Contains(shown, "user3") || strings.Contains(shown, "Undo") {
		t.Errorf("the answer is %q", shown)
	}
	w.acked(w.Mention(bob, channel, "", "done "+group))
	direct := w.says("bobby (user1): no change")
	if direct.Channel == channel || strings.Contains(w.Plain(direct), "user3") {
		t.Errorf("in %s is %q", direct.Channel, w.Plain(direct))
	}
	w.Closed()
	for _, m := range w.Messages(channel) {
		if m.User == w.Config().BotUser {
			t.Errorf("the channel sees %q", w.Plain(m))
		}
	}
}

// TestDoneHere: where a rule gives the caller a command, everybody sees what became of their
// right, and nothing else.
func TestDoneHere(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.knowsPeople()
	if err := w.API.SetAdmins(group, []string{"user2", "user3"}); err != nil {
		t.Fatal(err)
	}
	w.acked(w.slash(alice, "done "+group))
	root, replies := w.final(channel)
	if len(replies) != 1 || len(w.Pings(replies[0])) > 0 || !strings.Contains(w.Plain(replies[0]), "Undo") {
		t.Fatalf("the thread is %+v", replies)
	}
	for _, shown := range []string{w.Plain(root), w.Plain(replies[0])} {
		if !strings.Contains(shown, "alice (user2)") || strings.Contains(shown, "user3") || strings.Contains(shown, "seats") {
			t.Errorf("everybody sees %q", shown)
		}
	}
}

// TestDonePressed: a button of the list that one sees gives back the right in its group.
func TestDonePressed(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.knowsPeople()
	w.acked(w.slash(alice, "add "+group+" user1 user3"))
	w.Closed()
	w.acked(w.slash(bob, "done"))
	w.acked(w.Click(bob, w.private(bob, 1), change.DoneIn(group)+".0"))
	if shown := w.Plain(w.private(bob, 2)); !strings.Contains(shown, "bobby (user1): removed") {
		t.Errorf("the answer is %q", shown)
	}
	if got := w.API.Admins(group); len(got) != 1 || got[0] != "user3" {
		t.Errorf("administrators %v", got)
	}
}

// TestDoneAloneAgain: what failed is tried again by a button of the answer that one sees.
func TestDoneAloneAgain(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.knowsPeople()
	if err := w.API.SetAdmins(group, []string{"user1", "user3"}); err != nil {
		t.Fatal(err)
	}
	if err := w.API.Inject(simulator.Fault{Code: 60008, Times: -1}); err != nil {
		t.Fatal(err)
	}
	w.acked(w.slash(bob, "done "+group))
	failed := w.private(bob, 1)
	w.API.ClearFaults()
	w.acked(w.Click(bob, failed, change.RetryAction+".0"))
	if shown := w.Plain(w.private(bob, 2)); !strings.Contains(shown, "removed bobby (user1)") {
		t.Errorf("the answer is %q", shown)
	}
	w.Closed()
}
