package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/e2e/harness"
	"liveadmin/imapi/simulator"
)

// The groups of TestServeBulk by what is to become of them.
const (
	bulkGroups  = 60 // to change
	bulkReady   = 5  // with nothing to change
	bulkMissing = 3  // that Tencent Chat does not know
	bulkAll     = bulkGroups + bulkReady + bulkMissing
	bulkLimit   = 40 // calls a second
)

// bulkGroup is the ID of one of them.
func bulkGroup(n int) string { return fmt.Sprintf("@TGS#aBULK%03d", n) }

// inBulk is the program with an alias of many groups.
func inBulk(t *testing.T) *harness.InSlack {
	t.Helper()
	l := harness.NewInSlack(t, false)
	var ids []string
	for n := range bulkAll {
		ids = append(ids, fmt.Sprintf("%q", bulkGroup(n)))
		switch {
		case n < bulkGroups:
			l.API.AddGroup(bulkGroup(n), simulator.Group{})
		case n < bulkGroups+bulkReady:
			l.API.AddGroup(bulkGroup(n), simulator.Group{Admins: []string{"user1"}})
		}
	}
	l.Write("liveadmin.yaml", "groups:\n  all: ["+strings.Join(ids, ", ")+"]\n")
	l.Env = append(l.Env, fmt.Sprintf("IM_RATE_LIMIT=%d", bulkLimit))
	return l
}

// TestServeBulk: a command on many groups shows how far it is; killed in the middle, it
// goes on from where it was; it has one result, which names each group that failed and
// says of all what is true there, and one Undo for all of them.
func TestServeBulk(t *testing.T) {
	t.Parallel()
	l := inBulk(t)
	l.Start()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if _, err := l.Slack.Slash("U0ALICE", "C0SHOW", "add all user1").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	root, err := l.Slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return strings.Contains(l.Slack.Plain(m), fmt.Sprintf(" of %d groups", bulkAll))
	})
	if err != nil {
		t.Fatalf("no progress: %v; log:\n%s", err, l.Logged())
	}
	l.Until("in the middle", func() bool { return changed(l) > bulkGroups/6 })
	if err := l.Cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = l.Cmd.Wait()
	if changed(l) == bulkGroups {
		t.Fatal("it was killed after the last change, which is not the middle")
	}
	l.Start()
	result := resultOf(ctx, l, root)
	for n := range bulkGroups + bulkReady {
		if got := l.API.Admins(bulkGroup(n)); !slices.Equal(got, []string{"user1"}) {
			t.Errorf("%s has %q", bulkGroup(n), got)
		}
	}
	text := l.Slack.Plain(result)
	want := []string{
		fmt.Sprintf("done in %d of %d groups", bulkGroups+bulkReady, bulkAll),
		"➖ No change | user1: no change: already a permanent administrator | 1/5", "❌ Failed | Tencent Chat answered 10010",
	}
	for n := bulkGroups + bulkReady; n < bulkAll; n++ {
		want = append(want, bulkGroup(n))
	}
	for _, w := range want {
		if strings.Count(text, w) != 1 {
			t.Errorf("%q is not there once in\n%s", w, text)
		}
	}
	if n := strings.Count(text, "[Undo]"); n != 1 {
		t.Errorf("there are %d buttons Undo in\n%s", n, text)
	}
	// What was under way when it was killed, is sent again: not more than the calls of
	// a second.
	if n := sent(l, 1); n < bulkGroups || n > bulkGroups+bulkLimit {
		t.Errorf("%d changes were sent for %d groups", n, bulkGroups)
	}

	if _, err := l.Slack.Click("U0ALICE", result, "undo.0").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	l.Until("undone", func() bool { return changed(l) == 0 })
	for n := range bulkReady {
		if got := l.API.Admins(bulkGroup(bulkGroups + n)); len(got) != 1 {
			t.Errorf("undone was what had not been changed: %q", got)
		}
	}
	l.Stop()
}

// changed is how many of the groups to change have the user.
func changed(l *harness.InSlack) int {
	n := 0
	for g := range bulkGroups {
		n += len(l.API.Admins(bulkGroup(g)))
	}
	return n
}

// sent is how many changes of a kind were sent.
func sent(l *harness.InSlack, commandType int) int {
	n := 0
	for _, call := range l.API.Calls() {
		if call.CommandType == commandType {
			n++
		}
	}
	return n
}

// resultOf waits for the result under a root, which is the only one there, and whose root
// has its last line.
func resultOf(ctx context.Context, l *harness.InSlack, root fakeslack.Message) fakeslack.Message {
	l.T.Helper()
	if _, err := l.Slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return m.TS == root.TS && !strings.Contains(l.Slack.Plain(m), "Working")
	}); err != nil {
		l.T.Fatalf("no outcome: %v; log:\n%s", err, l.Logged())
	}
	thread := l.Slack.Thread(root.Channel, root.TS)
	if len(thread) != 2 {
		l.T.Fatalf("%d messages are in the thread, want the root and one result", len(thread))
	}
	if line := l.Slack.Plain(thread[0]); !strings.Contains(line, fmt.Sprintf("added user1 in %d of %d groups", bulkGroups, bulkAll)) {
		l.T.Errorf("the root says %q", line)
	}
	return thread[1]
}
