package engine

import (
	"context"
	"testing"

	"liveadmin/bot"
)

// TestSettledIsDone: no one sees an entry whose changes are all settled and that is not done. What
// is said of work in progress knows no outcomes, and would call it done.
func TestSettledIsDone(t *testing.T) {
	t.Parallel()
	for range 10_000 {
		j := &job{
			b: &Engine{backlog: newBacklog()}, ctx: context.Background(), finished: func() {}, muted: true,
			changes: []bot.Change{{State: bot.Waiting}}, left: 1, settled: make(chan struct{}),
		}
		seen := make(chan bot.Entry)
		go func() {
			e := j.snapshot()
			for unsettled(e) > 0 {
				e = j.snapshot()
			}
			seen <- e
		}()
		j.settle(0)
		if e := <-seen; e.State != bot.Done {
			t.Fatalf("settled and %q", e.State)
		}
	}
}
