package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
)

// TestPostingIsGivenUp: what nobody takes, and what was tried for a day, goes to the audit
// trail and is counted; the command itself is carried out, and nothing of it is left open.
func TestPostingIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		what  string // fails: root, result or update
		fault error
		later time.Duration // since the command, by the bot's clock
		gone  bool
	}{
		{"nobody takes the result", "result", fmt.Errorf("posting: %w", bot.ErrNowhere), 0, true},
		{"a fault for almost a day", "result", errors.New("no answer"), 24*time.Hour - time.Minute, false},
		{"a fault of the result for a day", "result", errors.New("no answer"), 24*time.Hour + time.Minute, true},
		{"a fault of the root for a day", "root", errors.New("no answer"), 24*time.Hour + time.Minute, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := open(t)
				var mu sync.Mutex
				fault, tries := row.fault, 0
				chat.Before = func(_ bot.Entry, what string) error {
					mu.Lock()
					defer mu.Unlock()
					if what == row.what && fault != nil {
						tries++
						return fault
					}
					return nil
				}
				var seen observed
				run(t, stage, func(p *engine.Parts) { p.Observer = &seen }, chat)
				_, err := chat.Deliver(soon(t), "chat:1", "alice", "add "+groupA+" user1")
				check(t, err)
				tried := func(times int) {
					until(t, "posting was tried", func() bool {
						mu.Lock()
						defer mu.Unlock()
						return tries >= times
					})
				}
				tried(1)
				stage.Clock.Advance(row.later)
				if !row.gone {
					tried(2)
					mu.Lock()
					fault = nil
					mu.Unlock()
					_, err := chat.Result(soon(t), 1)
					check(t, err)
					if _, _, n := seen.all(); n != 0 {
						t.Errorf("%d posts were given up", n)
					}
					return
				}
				var r bot.Record
				until(t, "it is given up", func() bool {
					rows, err := stage.Journal.Trail(t.Context(), bot.Filter{Limit: 10})
					check(t, err)
					i := slices.IndexFunc(rows, func(r bot.Record) bool { return r.Event == bot.WasUnposted })
					if i >= 0 {
						r = rows[i]
					}
					return i >= 0
				})
				if r.Number != 1 || r.Caller != bottest.Ref("alice") || r.Outcome != commands.Done || r.Detail == "" {
					t.Errorf("on record is %+v", r)
				}
				until(t, "it is counted", func() bool {
					_, ended, n := seen.all()
					return n == 1 && slices.Equal(ended, []string{"chat add done"})
				})
				admins(t, stage, groupA, "user1")
				open, err := stage.Journal.Claim(context.Background(), nil)
				check(t, err)
				if len(open) != 0 {
					t.Errorf("left open is %+v", open)
				}
			})
		})
	}
}
