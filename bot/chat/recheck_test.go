package chat

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
)

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
