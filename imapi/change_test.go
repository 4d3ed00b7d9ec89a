package imapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
	"liveadmin/imapi/simulator/pipe"
)

func TestSetAndCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		c := newPipeClient(t, sim)
		if err := c.SetAdmins(t.Context(), show, []UserID{"user2", "10001", "user2"}); err != nil {
			t.Fatal(err)
		}
		if err := c.SetAdmins(t.Context(), show, []UserID{"user2"}); err != nil {
			t.Fatal(err)
		}
		admins, err := c.Admins(t.Context(), show)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := usersOf(admins), []UserID{"10001", "user2"}; !slices.Equal(got, want) {
			t.Errorf("after setting: %v, want %v", got, want)
		}
		if err := c.CancelAdmins(t.Context(), show, []UserID{"user2", "nobody", "a", "b", "c", "d", "10001"}); err != nil {
			t.Fatal(err)
		}
		if got := sim.Admins(string(show)); len(got) != 0 {
			t.Errorf("after cancelling: %v", got)
		}
		for _, call := range sim.Calls() {
			if len(call.Users) > Seats || len(call.Users) != len(slices.Compact(slices.Sorted(slices.Values(call.Users)))) {
				t.Errorf("users in one call: %v", call.Users)
			}
		}
	})
}

func TestUsersThatAreRefusedHere(t *testing.T) {
	sim := newSimulator(t)
	c := newPipeClient(t, sim)
	six := []UserID{"a", "b", "c", "d", "e", "f"}
	var many []UserID
	for i := range maxAccounts + 1 {
		many = append(many, UserID(fmt.Sprint("user", i)))
	}
	for name, call := range map[string]func() error{
		"nobody to set":      func() error { return c.SetAdmins(t.Context(), show, nil) },
		"nobody to cancel":   func() error { return c.CancelAdmins(t.Context(), show, nil) },
		"nobody to look for": func() error { _, err := c.Accounts(t.Context(), nil); return err },
		"six to set":         func() error { return c.SetAdmins(t.Context(), show, six) },
		"101 to look for":    func() error { _, err := c.Accounts(t.Context(), many); return err },
	} {
		t.Run(name, func(t *testing.T) { mustFail(t, call(), KindInput, 0) })
	}
	if n := len(sim.Calls()); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
}

// What one fault after the other does to a change of user1 and user2.
func TestChangeThroughFaults(t *testing.T) {
	type fault = simulator.Fault
	const modify, read = OpChange, opGetAdminList
	for _, row := range []struct {
		name   string
		before []string
		faults []fault
		kind   Kind // "": success
		code   int
		sends  int // of modify_admin
		after  bool
	}{
		{name: "reset before applying", faults: []fault{{Command: modify, Kind: simulator.Reset}}, sends: 2, after: true},
		{name: "reset after applying is not repeated", faults: []fault{{Command: modify, Kind: simulator.Reset, Applied: true}}, sends: 1, after: true},
		{name: "hanging after applying", faults: []fault{{Command: modify, Kind: simulator.Hang, Applied: true}}, sends: 1, after: true},
		{name: "HTTP 502 after applying", faults: []fault{{Command: modify, Kind: simulator.HTML, Applied: true}}, sends: 1, after: true},
		{name: "truncated", faults: []fault{{Command: modify, Kind: simulator.Truncate}}, sends: 1, after: true},
		{name: "broken off", faults: []fault{{Command: modify, Kind: simulator.BreakOff}}, sends: 1, after: true},
		{name: "oversized", faults: []fault{{Command: modify, Kind: simulator.Oversize}}, sends: 1, after: true},
		{name: "empty", faults: []fault{{Command: modify, Kind: simulator.Empty}}, sends: 2, after: true},
		{name: "FAIL with 0", faults: []fault{{Command: modify, Code: 0}}, sends: 2, after: true},
		{name: "extra keys", faults: []fault{{Command: modify, Kind: simulator.ExtraKeys}}, sends: 1, after: true},
		{name: "too frequent, twice", faults: []fault{{Command: modify, Code: 60007, Times: 2}}, sends: 3, after: true},
		{name: "internal error after applying", faults: []fault{{Command: modify, Code: 10002, Applied: true}}, sends: 1, after: true},
		{name: "OK with a code that is no fault of ours", faults: []fault{{Command: modify, Kind: simulator.Contradict, Code: 10010}}, kind: KindNotFound, code: 10010, sends: 1},
		{name: "applied on the third try, the answer lost", faults: []fault{{Command: modify, Kind: simulator.Reset, Times: 2}, {Command: modify, Kind: simulator.Reset, Applied: true}}, sends: 3, after: true},
		{name: "never applied, and reading does not show it", faults: []fault{{Command: modify, Kind: simulator.Reset, Times: -1}}, kind: KindUnknown, sends: 3},
		{name: "internal errors, and reading does not show it", faults: []fault{{Command: modify, Code: 10002, Times: -1}}, kind: KindUnknown, code: 10002, sends: 3},
		{name: "never answered, and reading fails", faults: []fault{{Kind: simulator.Reset, Times: -1}}, kind: KindUnknown, sends: 3},
		{name: "hanging until the time is used up", faults: []fault{{Kind: simulator.Hang, Times: -1}}, kind: KindUnknown, sends: 3},
		{name: "perhaps applied, then too frequent, and reading fails", faults: []fault{{Command: modify, Kind: simulator.Reset}, {Command: modify, Code: 60007, Times: -1}, {Command: read, Kind: simulator.Reset, Times: -1}}, kind: KindUnknown, sends: 3},
		{name: "perhaps applied, then refused, and reading decides", faults: []fault{{Command: modify, Kind: simulator.Reset, Applied: true}, {Command: read, Kind: simulator.Reset}, {Command: modify, Code: 60020, Times: -1}}, sends: 2, after: true},
		{name: "perhaps applied, then refused, and reading denies", faults: []fault{{Command: modify, Kind: simulator.Reset}, {Command: read, Kind: simulator.Reset}, {Command: modify, Code: 60020, Times: -1}}, kind: KindPlan, code: 60020, sends: 2},
		{name: "perhaps applied, denied by reading, then too frequent", faults: []fault{{Command: modify, Kind: simulator.Reset}, {Command: modify, Code: 60007, Times: -1}, {Command: read, Kind: simulator.ExtraKeys}, {Command: read, Kind: simulator.Reset, Times: -1}}, kind: KindUnknown, sends: 3},
		{name: "refused for good", faults: []fault{{Command: modify, Code: 10015}}, kind: KindInput, code: 10015, sends: 1},
		{name: "refused because it is so already", before: []string{"user1", "user2"}, faults: []fault{{Command: modify, Code: 10004}}, sends: 1, after: true},
		{name: "a bad parameter", faults: []fault{{Command: modify, Code: 10004}}, kind: KindInput, code: 10004, sends: 1},
		{name: "a bad parameter, and reading fails", faults: []fault{{Command: modify, Code: 10004}, {Command: read, Code: 10010}}, kind: KindInput, code: 10004, sends: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				if err := sim.SetAdmins(string(show), row.before); err != nil {
					t.Fatal(err)
				}
				for _, f := range row.faults {
					inject(t, sim, f)
				}
				c := newPipeClient(t, sim)
				took := lasts(func() {
					err := c.SetAdmins(t.Context(), show, []UserID{"user1", "user2"})
					if row.kind != "" {
						mustFail(t, err, row.kind, row.code)
					} else if err != nil {
						t.Errorf("got %v, want success", err)
					}
				})
				if took > 30*time.Second {
					t.Errorf("it took %s", took)
				}
				if n := count(sim, modify); n != row.sends {
					t.Errorf("sent %d times, want %d", n, row.sends)
				}
				if after := len(sim.Admins(string(show))) == 2; after != row.after {
					t.Errorf("administrators afterwards: %v", sim.Admins(string(show)))
				}
			})
		})
	}
}

func TestCancelIsSettledByReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		if err := sim.SetAdmins(string(show), []string{"user1", "user2"}); err != nil {
			t.Fatal(err)
		}
		inject(t, sim, simulator.Fault{Command: OpChange, Kind: simulator.Reset})
		inject(t, sim, simulator.Fault{Command: OpChange, Kind: simulator.Reset, Applied: true})
		c := newPipeClient(t, sim)
		if err := c.CancelAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
			t.Fatal(err)
		}
		if n := count(sim, OpChange); n != 2 {
			t.Errorf("sent %d times, want 2", n)
		}
		if got := sim.Admins(string(show)); !slices.Equal(got, []string{"user2"}) {
			t.Errorf("administrators afterwards: %v", got)
		}
	})
}

// The connection breaks, and the service goes on working for a while.
func TestAChangeStillBeingMadeIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		calls := 0
		c := newPipeClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, OpChange) {
				sim.ServeHTTP(w, r)
				return
			}
			if calls++; calls == maxTries {
				time.AfterFunc(2900*time.Millisecond, func() { sim.SetAdmins(string(show), []string{"user1"}) })
			}
			panic(http.ErrAbortHandler)
		}))
		if err := c.SetAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
			t.Error(err)
		}
	})
}

// A reading that lags shows what was before the last change: it is no proof that
// the next one was made.
func TestLaggingReadingSettlesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		sim.SetLag(10 * time.Second)
		c := newPipeClient(t, sim)
		if err := c.SetAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
			t.Fatal(err)
		}
		inject(t, sim, simulator.Fault{Command: OpChange, Kind: simulator.Reset})
		if err := c.CancelAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
			t.Fatal(err)
		}
		if got := sim.Admins(string(show)); len(got) != 0 {
			t.Errorf("the group has %q after a cancel that succeeded", got)
		}
		inject(t, sim, simulator.Fault{Command: OpChange, Kind: simulator.Reset, Times: -1})
		mustFail(t, c.CancelAdmins(t.Context(), show, []UserID{"user1"}), KindUnknown, 0)
		time.Sleep(2 * MayLag)
		if err := c.CancelAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
			t.Errorf("what a reading shows much later is not believed: %v", err)
		}
	})
}

func TestNothingSentIsTransient(t *testing.T) {
	refused := pipe.Listen()
	refused.Close()
	c := newPipeClient(t, http.NotFoundHandler(), WithDialer(refused.Dial))
	synctest.Test(t, func(t *testing.T) {
		mustFail(t, c.SetAdmins(t.Context(), show, []UserID{"user1"}), KindTransient, 0)
	})
}

func Test10008IsToldApart(t *testing.T) {
	full := []string{"a", "b", "c", "d"}
	for _, row := range []struct {
		name   string
		group  simulator.Group
		faults []simulator.Fault
		kind   Kind
		info   string
	}{
		{name: "the seats are taken", group: simulator.Group{Admins: full}, kind: KindFull},
		{name: "the plan is missing", group: simulator.Group{PlanMissing: true}, kind: KindPlan},
		{name: "there is room", group: simulator.Group{Admins: []string{"a"}},
			faults: []simulator.Fault{{Command: OpChange, Code: 10008}}, kind: KindFullOrPlan, info: "1 of 5 seats are taken"},
		{name: "reading fails", group: simulator.Group{Admins: full},
			faults: []simulator.Fault{{Command: opGetAdminList, Kind: simulator.HTML, Times: -1}}, kind: KindFullOrPlan, info: "reading failed"},
		{name: "reading fails after an unknown try", group: simulator.Group{Admins: full},
			faults: []simulator.Fault{{Command: OpChange, Kind: simulator.Reset}, {Command: opGetAdminList, Kind: simulator.HTML, Times: -1}}, kind: KindUnknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				sim.AddGroup(string(show), row.group)
				for _, f := range row.faults {
					inject(t, sim, f)
				}
				err := newPipeClient(t, sim).SetAdmins(t.Context(), show, []UserID{"user1", "user2"})
				e := mustFail(t, err, row.kind, 10008)
				if !strings.Contains(e.Info, row.info) {
					t.Errorf("info %q does not contain %q", e.Info, row.info)
				}
				if held := len(e.Holders) == len(full); held != (row.kind == KindFull) {
					t.Errorf("holders: %v", e.Holders)
				}
			})
		})
	}
	t.Run("on a read it is the plan", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			sim := newSimulator(t)
			sim.AddGroup(string(show), simulator.Group{PlanMissing: true})
			_, err := newPipeClient(t, sim).Admins(t.Context(), show)
			mustFail(t, err, KindPlan, 10008)
		})
	})
	t.Run("on a cancel no seat is missing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			sim := newSimulator(t)
			sim.AddGroup(string(show), simulator.Group{Admins: append(full, "e")})
			inject(t, sim, simulator.Fault{Command: OpChange, Code: 10008})
			mustFail(t, newPipeClient(t, sim).CancelAdmins(t.Context(), show, []UserID{"a", "nobody"}), KindFullOrPlan, 10008)
		})
	})
}

func TestACallerWhoGivesUpGetsTheContextsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, command := range []string{OpChange, opGetAdminList} {
			sim := newSimulator(t)
			inject(t, sim, simulator.Fault{Command: OpChange, Kind: simulator.Reset})
			inject(t, sim, simulator.Fault{Command: command, Kind: simulator.Hang, Times: -1})
			c := newPipeClient(t, sim)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(3*time.Second, cancel)
			took := lasts(func() {
				if err := c.SetAdmins(ctx, show, []UserID{"user1"}); !errors.Is(err, context.Canceled) {
					t.Errorf("hanging %s: got %v", command, err)
				}
			})
			if took != 3*time.Second {
				t.Errorf("hanging %s: returned after %s", command, took)
			}
		}
	})
}
