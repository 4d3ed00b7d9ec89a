package slack_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// TestHangsUp: an instance that has had no lease for three seconds hangs up if there are others
// for whom Slack can keep what people say, and connects again when it has one. A lone one
// stays.
func TestHangsUp(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		before bool // another socket is there when it connects
		shared bool // others share its database
		hangs  bool
	}{
		{"another socket was there before", true, false, true},
		{"another instance came later", false, true, true},
		{"a lone one", false, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
			w.slack = w.platform()
			if tc.before {
				w.Stage.Run(t, w.slack)
				w.Ready(w.slack.State)
			}
			var lost atomic.Bool
			w.opts.Shared = func() bool { return tc.shared }
			w.opts.Gate = func() error {
				if lost.Load() {
					return bot.ErrLost
				}
				return nil
			}
			other := w.platform()
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() {
				ended <- other.Run(ctx, door(func(ctx context.Context, _ bot.Delivery, ack bot.Ack) error {
					if lost.Load() {
						return errors.New("nothing can be put on record here")
					}
					return ack.Answer(ctx, bot.Answer{})
				}))
			}()
			w.Ready(other.State)
			mine := w.Sockets()
			if tc.before {
				mine = mine[1:]
			}
			began := time.Now()
			lost.Store(true)
			if !tc.hangs {
				for time.Since(began) < 4*time.Second { // it must not hang up meanwhile
					if !slices.Equal(w.Sockets(), mine) {
						t.Fatalf("it hung up after %v\n%s", time.Since(began), w.Log)
					}
					time.Sleep(20 * time.Millisecond)
				}
			} else {
				w.Until("it hangs up", func() bool { return !slices.Contains(w.Sockets(), mine[0]) })
				if took := time.Since(began); took < 2*time.Second {
					t.Errorf("it hung up after %v", took)
				}
				w.Until("it says why", func() bool {
					ready, why := other.State(t.Context())
					return !ready && strings.Contains(why, "no lease")
				})
			}
			for i := range 6 {
				if tc.before {
					w.acked(w.slash(bob, "whoami"))
					w.private(bob, i+1)
				}
			}
			lost.Store(false)
			w.Ready(other.State)
			if n := len(w.Sockets()); tc.before && n != 2 || !tc.before && n != 1 {
				t.Errorf("%d sockets", n)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
