package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
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
			r := NewRecheck(time.Nanosecond, func(context.Context) error { return revoked })
			ctx, end := Bound(outer, r)
			defer end()
			if tc.revoke {
				r.Report()
			} else {
				cancel()
			}
			<-ctx.Done()
			cancel()
			if err := l.Ended(ctx); errors.Is(err, bot.ErrRevoked) != tc.revoke {
				t.Errorf("ended with %v", err)
			}
			if up, why := l.State(); up || !strings.HasSuffix(why, tc.why) {
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

// TestRecheck: credentials are revoked when the service says so three times within two
// minutes, and not before.
func TestRecheck(t *testing.T) {
	no, busy := fmt.Errorf("invalid_auth: %w", bot.ErrRevoked), errors.New("HTTP 502")
	for _, tc := range []struct {
		name    string
		answers []error // the last one is repeated
		slow    time.Duration
		revoked bool
		asked   int
	}{
		{"once, by mistake", []error{no, nil}, 0, false, 2},
		{"twice, by mistake", []error{no, no, nil}, 0, false, 3},
		{"three times", []error{no, no, no}, 0, true, 3},
		{"three times, and an answer that says nothing", []error{no, busy, no, no}, 0, true, 4},
		{"nothing but answers that say nothing", []error{busy}, 0, false, 5},
		{"the service is too slow", []error{no}, time.Minute, false, 2},
		{"it is accepted at once", []error{nil}, 0, false, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				r := NewRecheck(0, func(context.Context) error {
					time.Sleep(tc.slow)
					asked++
					return tc.answers[min(asked, len(tc.answers))-1]
				})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				began := time.Now()
				r.Report()
				err := r.Run(ctx)
				took := time.Since(began)
				if errors.Is(err, bot.ErrRevoked) != tc.revoked || asked != tc.asked {
					t.Errorf("asked %d times, ended with %v", asked, err)
				}
				if tc.revoked && took > recheckTime {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// TestRecheckAgain: what is reported later is asked about again; nothing is asked before
// something was reported.
func TestRecheckAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		var r *Recheck
		r = NewRecheck(0, func(context.Context) error {
			asked++
			r.Report() // as a question does that is answered like any other call
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		time.Sleep(time.Hour)
		for want := range 3 {
			synctest.Wait()
			if asked != want {
				t.Errorf("asked %d times, want %d", asked, want)
			}
			r.Report()
			time.Sleep(time.Hour)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
}
