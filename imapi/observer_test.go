package imapi

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

// tries is an Observer that keeps what it gets.
type tries struct {
	mu    sync.Mutex
	seen  []try
	waits []time.Duration
}

type try struct {
	op   string
	code int
	kind Kind
	took time.Duration
}

func (o *tries) Tried(op string, code int, kind Kind, took time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, try{op, code, kind, took})
}

func (o *tries) Waited(_ string, took time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waits = append(o.waits, took)
}

func (o *tries) all() []try {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.seen)
}

func (o *tries) waited() []time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.waits)
}

func TestTheObserverIsToldOfEveryTry(t *testing.T) {
	const slow = 100 * time.Millisecond
	for _, row := range []struct {
		name  string
		fault simulator.Fault
		call  func(context.Context, *Client) error
		want  []try
	}{
		{"success", simulator.Fault{Command: "none"}, func(ctx context.Context, c *Client) error { _, err := c.Admins(ctx, show); return err },
			[]try{{opGetAdminList, 0, "", slow}}},
		{"a refusal", simulator.Fault{Code: 10010}, func(ctx context.Context, c *Client) error { return c.SetAdmins(ctx, show, []UserID{"user1"}) },
			[]try{{OpChange, 10010, KindNotFound, slow}}},
		{"too often, then success", simulator.Fault{Code: 60007}, func(ctx context.Context, c *Client) error { _, err := c.Accounts(ctx, []UserID{"user1"}); return err },
			[]try{{opAccountCheck, 60007, KindRate, slow}, {opAccountCheck, 0, "", slow}}},
		{"no answer, then success", simulator.Fault{Kind: simulator.Hang}, func(ctx context.Context, c *Client) error { _, err := c.Admins(ctx, show); return err },
			[]try{{opGetAdminList, 0, KindTransient, tryTime}, {opGetAdminList, 0, "", slow}}},
		{"a broken answer to a change, then read", simulator.Fault{Kind: simulator.Truncate}, func(ctx context.Context, c *Client) error { return c.SetAdmins(ctx, show, []UserID{"user1"}) },
			[]try{{OpChange, 0, KindUnknown, slow}, {opGetAdminList, 0, "", slow}}},
		{"a rejected signature, then success", simulator.Fault{Code: 70001}, func(ctx context.Context, c *Client) error { _, err := c.Admins(ctx, show); return err },
			[]try{{opGetAdminList, 70001, KindAuth, slow}, {opGetAdminList, 0, "", slow}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				sim.SetLatency(slow)
				inject(t, sim, row.fault)
				seen := new(tries)
				row.call(t.Context(), newPipeClient(t, sim, WithObserver(seen)))
				if got := seen.all(); !slices.Equal(got, row.want) {
					t.Errorf("observed %v, want %v", got, row.want)
				}
				if n := len(seen.waited()); n != len(row.want) {
					t.Errorf("observed %d waits, want %d", n, len(row.want))
				}
			})
		})
	}
}

func TestTheObserverIsToldHowLongCallsWait(t *testing.T) {
	for _, row := range []struct {
		name string
		fair bool // all calls are one command's, of which one at a time is under way
		want []time.Duration
	}{
		{"for the limiter", false, []time.Duration{0, 1010101010, 2020202020}},
		{"for their command's share", true, []time.Duration{0, 3 * time.Second, 6 * time.Second}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				seen := new(tries)
				c := newPipeClient(t, &okHandler{takes: 3 * time.Second}, WithRateLimit(1), WithObserver(seen))
				if row.fair {
					c = c.For("alice", false)
				}
				var wg sync.WaitGroup
				for range row.want {
					wg.Go(func() {
						if _, err := c.Admins(t.Context(), show); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if got := seen.waited(); !slices.Equal(got, row.want) {
					t.Errorf("waited %v, want %v", got, row.want)
				}
			})
		})
	}
}

func TestNoObserverIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPipeClient(t, http.NotFoundHandler(), WithObserver(nil))
		_, err := c.Admins(t.Context(), show)
		mustFail(t, err, KindTransient, 0)
	})
}
