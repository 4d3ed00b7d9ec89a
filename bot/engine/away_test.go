package engine_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
)

// away is a journal that does not answer.
type away struct {
	bottest.Journal
	err error // at once; nil: it hangs
}

func (a away) fail(ctx context.Context) error {
	if a.err != nil {
		return a.err
	}
	<-ctx.Done()
	return ctx.Err()
}

func (a away) Accept(ctx context.Context, _ bot.Entry, _ bot.Record, _ func(bot.Entry)) (bot.Entry, bool, error) {
	return bot.Entry{}, false, a.fail(ctx)
}

func (a away) Note(ctx context.Context, _ string, _ bot.Record) (int64, bool, error) {
	return 0, false, a.fail(ctx)
}

func (a away) Stories(ctx context.Context, _ bot.Filter, _ func(bot.Record) bool) ([]bot.Story, error) {
	return nil, a.fail(ctx)
}

// TestDatabaseAway: while the database fails, hangs, or leaves open what it did, help and
// whoami answer, and everything else says clearly what is known.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	notRun := "I could not record the command, so I did not run it."
	for name, test := range map[string]struct {
		err  error
		says string
	}{
		"it refuses":        {fmt.Errorf("connection refused"), notRun},
		"it hangs":          {nil, notRun},
		"nobody knows what": {fmt.Errorf("the connection broke: %w", bot.ErrUnsure), "It is not known whether the command was recorded."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := open(t)
				run(t, stage, func(p *engine.Parts) { p.Journal = away{stage.Journal, test.err} }, chat)
				var all sync.WaitGroup
				for text, want := range map[string]string{
					"help": "Add and remove administrators of live streaming groups:", "whoami": "Your entry for the allowlist",
					"history": "I cannot read this right now.", "add " + groupA + " user1": test.says,
				} {
					all.Go(func() {
						if got, err := chat.Say(soon(t), "alice", text); err != nil || !strings.Contains(got, want) {
							t.Errorf("%s: answered %q, %v; want %q", text, got, err, want)
						}
					})
				}
				all.Wait()
				admins(t, stage, groupA)
			})
		})
	}
}
