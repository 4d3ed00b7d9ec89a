package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestPace: calls of a kind wait while Discord asks to, one after the other from then
// on; others do not wait.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace()
		began := time.Now()
		answers := []limit{{pause: time.Second}, {refused: true, pause: 2 * time.Second}, {}, {pause: time.Second}, {}}
		var sent []time.Duration
		call := func(kind string) {
			err := p.do(t.Context(), kind, func(context.Context) (limit, error) {
				if kind != "slow" {
					return limit{}, nil
				}
				sent = append(sent, time.Since(began))
				l := answers[0]
				answers = answers[1:]
				return l, nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		call("slow")
		for range 3 {
			go call("slow")
		}
		synctest.Wait()
		call("another")
		if time.Since(began) > 0 {
			t.Errorf("another kind waited %v", time.Since(began))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := []time.Duration{0, time.Second, 3 * time.Second, 3 * time.Second, 4 * time.Second}; !slices.Equal(sent, want) {
			t.Errorf("sent at %v, want %v", sent, want)
		}
		if len(p.lines) > 0 {
			t.Errorf("%d lines are kept", len(p.lines))
		}
	})
}

// TestPaceForAll: a global limit makes every kind wait, and a context ends a wait.
func TestPaceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace()
		var sent atomic.Int32
		send := func(context.Context) (limit, error) {
			if sent.Add(1) == 1 {
				return limit{refused: true, global: true, pause: time.Minute}, nil
			}
			return limit{}, nil
		}
		go func() { _ = p.do(t.Context(), "a", send) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := p.do(ctx, "b", send); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		if n := sent.Load(); n != 1 {
			t.Errorf("sent %d times all the same", n)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := sent.Load(); n != 2 {
			t.Errorf("sent %d times", n)
		}
	})
}

// TestLimitOf: what Discord says of its limits, and what something on the way says.
func TestLimitOf(t *testing.T) {
	header := func(remaining, after string) http.Header {
		h := make(http.Header)
		h.Set("X-RateLimit-Remaining", remaining)
		h.Set("X-RateLimit-Reset-After", after)
		return h
	}
	for _, tc := range []struct {
		name    string
		header  http.Header
		refused *apiError
		want    limit
	}{
		{"nothing", nil, nil, limit{}},
		{"some left", header("1", "2.5"), nil, limit{}},
		{"none left", header("0", "2.5"), nil, limit{pause: 2500 * time.Millisecond}},
		{"none left, for ever", header("0", "1e300"), nil, limit{pause: mostWait}},
		{"none left, nonsense", header("0", "NaN"), nil, limit{}},
		{"none left, after the past", header("0", "-5"), nil, limit{}},
		{"too fast", nil, &apiError{Status: 429, RetryAfter: time.Second, Global: true}, limit{refused: true, pause: time.Second, global: true}},
		{"refused, none left", header("0", "1"), &apiError{Status: 404}, limit{pause: time.Second}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := limitOf(tc.header, tc.refused); got != tc.want {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
		})
	}
}
