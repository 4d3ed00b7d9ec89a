package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
)

func newHealth() *Health { return NewHealth("Chat", slog.New(slog.DiscardHandler)) }

// TestHealthState: it is up only when it was said to be.
func TestHealthState(t *testing.T) {
	l := newHealth()
	for _, tc := range []struct {
		name string
		do   func()
		why  string
	}{
		{"at first", func() {}, "not started"},
		{"up", l.Up, ""},
		{"down", func() { l.Down("no socket") }, "no socket"},
		{"answered", func() { l.Answered(nil) }, ""},
		{"answered with an error", func() { l.Answered(errors.New("HTTP 502")) }, "Chat does not answer as it should: HTTP 502"},
	} {
		tc.do()
		if up, why := l.State(); up != (tc.why == "") || why != tc.why {
			t.Errorf("%s: %v %q", tc.name, up, why)
		}
	}
}

// TestHealthEnds: why a bound context ended.
func TestHealthEnds(t *testing.T) {
	revoked := fmt.Errorf("calling: %w", bot.ErrRevoked)
	for _, tc := range []struct {
		name   string
		revoke bool
		why    string
	}{
		{"it was asked to", false, "stopped"},
		{"the credentials are revoked", true, revoked.Error()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newHealth()
			outer, cancel := context.WithCancel(t.Context())
			ctx, end := l.Bound(outer)
			defer end()
			if tc.revoke {
				l.Revoke(revoked)
			} else {
				cancel()
			}
			<-ctx.Done()
			cancel()
			if err := l.Ended(ctx); errors.Is(err, bot.ErrRevoked) != tc.revoke {
				t.Errorf("ended with %v", err)
			}
			if up, why := l.State(); up || why != tc.why {
				t.Errorf("%v %q", up, why)
			}
		})
	}
}

// TestIntroduce: it asks until there is an answer, leaves the service alone for as long
// as that wants, and says meanwhile what is wrong.
func TestIntroduce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newHealth()
		began, asked := time.Now(), 0
		err := l.Introduce(t.Context(), func(context.Context) (time.Duration, error) {
			if asked++; asked < 3 {
				return time.Minute, errors.New("too fast")
			}
			if up, why := l.State(); up || why != "Chat does not answer as it should: too fast" {
				t.Errorf("meanwhile %v %q", up, why)
			}
			return 0, nil
		})
		if err != nil || asked != 3 || time.Since(began) != 2*time.Minute {
			t.Errorf("asked %d times in %v: %v", asked, time.Since(began), err)
		}
	})
}

// TestIntroduceEnds: with its context.
func TestIntroduceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := newHealth().Introduce(ctx, func(context.Context) (time.Duration, error) { return 0, errors.New("no") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
	})
}
