package e2e

import (
	"testing"
	"time"
)

// TestServeLimitAtRestart: a program that is restarted in the middle of its work, by SIGHUP or after
// it was killed, does not know how many calls it sent a moment ago, and lets a second pass before
// the next one. Together they would be more than the limit.
func TestServeLimitAtRestart(t *testing.T) {
	t.Parallel()
	l := inBulk(t)
	l.Start()
	for _, text := range []string{"add all user1", "remove all user1", "add all user1"} { // six seconds and more
		_ = l.Slack.Slash("U0ALICE", "C0SHOW", text)
	}
	more := func(calls int) {
		t.Helper()
		before := len(l.API.Calls())
		l.Until("more is sent", func() bool { return len(l.API.Calls()) >= before+calls })
	}
	more(bulkLimit)
	l.Restart()
	more(bulkLimit / 4)
	_ = l.Cmd.Process.Kill()
	_ = l.Cmd.Wait()
	l.Start()
	more(bulkLimit / 4)
	pauses, calls := 0, l.API.Calls()
	for i, c := range calls[1:] {
		if c.At.Sub(calls[i].At) > time.Second*3/4 { // it can be received late
			pauses++
		}
	}
	if pauses < 2 {
		t.Errorf("%d restarts let a second pass, want 2", pauses)
	}
}
