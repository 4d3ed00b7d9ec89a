package imapi

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

func TestReadIsTriedAgainOnlyForWhatPasses(t *testing.T) {
	type fault = simulator.Fault
	for _, row := range []struct {
		name  string
		fault fault
		kind  Kind // "": success
		tries int
	}{
		{"one reset", fault{Kind: simulator.Reset}, "", 2},
		{"two time-outs", fault{Kind: simulator.Hang, Times: 2}, "", 3},
		{"always HTTP 502", fault{Kind: simulator.HTML, Times: -1}, KindTransient, 3},
		{"always HTTP 503 with a readable answer", fault{Kind: simulator.HTML, Status: 503, Times: -1}, KindTransient, 3},
		{"a page with HTTP 404", fault{Kind: simulator.HTML, Status: 404, Times: -1}, KindTransient, 3},
		{"always too large", fault{Kind: simulator.Oversize, Times: -1}, KindTransient, 3},
		{"always empty", fault{Kind: simulator.Empty, Times: -1}, KindTransient, 3},
		{"always truncated", fault{Kind: simulator.Truncate, Times: -1}, KindTransient, 3},
		{"always broken off", fault{Kind: simulator.BreakOff, Times: -1}, KindTransient, 3},
		{"header lines without end", fault{Kind: simulator.Drip, Times: -1}, KindTransient, 3},
		{"always FAIL with 0", fault{Code: 0, Times: -1}, KindTransient, 3},
		{"always too frequent", fault{Code: 60011, Times: -1}, KindRate, 3},
		{"an internal error", fault{Code: 70500, Times: -1}, KindTransient, 3},
		{"OK with 10007", fault{Kind: simulator.Contradict, Code: 10007, Times: -1}, KindPermission, 1},
		{"no such group", fault{Code: 10010, Times: -1}, KindNotFound, 1},
		{"no app administrator", fault{Code: 60010, Times: -1}, KindAuth, 1},
		{"a code of the future", fault{Code: 65432, Times: -1}, KindPermission, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				inject(t, sim, row.fault)
				_, err := newPipeClient(t, sim).Admins(t.Context(), show)
				if row.kind == "" && err != nil {
					t.Errorf("got %v", err)
				}
				if row.kind != "" {
					mustFail(t, err, row.kind, row.fault.Code)
				}
				if n := len(sim.Calls()); n != row.tries {
					t.Errorf("%d tries, want %d", n, row.tries)
				}
			})
		})
	}
}

func TestEveryTryHasItsOwnRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		inject(t, sim, simulator.Fault{Kind: simulator.Reset, Times: 2})
		if _, err := newPipeClient(t, sim).Admins(t.Context(), show); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, call := range sim.Calls() {
			seen[call.Random] = true
		}
		if len(seen) != 3 {
			t.Errorf("%d different randoms in 3 tries", len(seen))
		}
	})
}

// TestUrgentCallsAreThereAgainSooner: a call that takes a right away is late by no second if
// it met the limit once.
func TestUrgentCallsAreThereAgainSooner(t *testing.T) {
	for _, row := range []struct {
		urgent    bool
		times     int
		from, til time.Duration
	}{
		{false, 1, 750 * time.Millisecond, 1300 * time.Millisecond},
		{true, 1, 150 * time.Millisecond, 300 * time.Millisecond},
		{true, 2, 1600 * time.Millisecond, 2900 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			sim := newSimulator(t)
			inject(t, sim, simulator.Fault{Code: 60011, Times: row.times})
			began := time.Now()
			if err := newPipeClient(t, sim).For("caller", row.urgent).SetAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < row.from || took > row.til {
				t.Errorf("%+v: it took %v", row, took)
			}
		})
	}
}

func TestBackOffIsJittered(t *testing.T) {
	for _, row := range []struct {
		name   string
		kind   Kind
		n      int
		random uint32
		want   time.Duration
	}{
		{"transient, shortest", KindTransient, 1, 0, 150 * time.Millisecond},
		{"transient, middle", KindTransient, 1, 1 << 31, 200 * time.Millisecond},
		{"transient, second", KindTransient, 2, 1 << 31, 400 * time.Millisecond},
		{"unknown", KindUnknown, 1, 1 << 31, 200 * time.Millisecond},
		{"rate", KindRate, 1, 1 << 31, time.Second},
		{"rate, second, shortest", KindRate, 2, 0, 1500 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newPipeClient(t, http.NotFoundHandler())
				c.random = func() uint32 { return row.random }
				c, ctx := c.budgeted(), t.Context()
				took := lasts(func() {
					if err := c.backOff(ctx, row.n, &Error{kind: row.kind}); err != nil {
						t.Error(err)
					}
				})
				if took != row.want {
					t.Errorf("waited %s, want %s", took, row.want)
				}
			})
		})
	}
}
