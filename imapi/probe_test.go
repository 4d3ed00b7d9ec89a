package imapi

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

// probing is a client and its application, before something is wrong with them.
type probing struct {
	sim *simulator.Server
	c   *Client
}

func TestProbe(t *testing.T) {
	nothing := func(*testing.T, probing) {}
	fault := func(f simulator.Fault) func(*testing.T, probing) {
		f.Times = -1
		return func(t *testing.T, p probing) { inject(t, p.sim, f) }
	}
	for _, row := range []struct {
		name   string
		spoil  func(*testing.T, probing)
		group  GroupID
		caller string // what the failure is of: "" if there is none
		code   int    // of whichever failed
		looked bool   // at the group
		at     string // what the group's failure is of
	}{
		{"all is well", nothing, show, "", 0, true, ""},
		{"all is well, without a group", nothing, "", "", 0, false, ""},
		{"another key", func(t *testing.T, p probing) { rotate(t, p.sim, nextKey) }, show, "signature", 70009, false, ""},
		{"another account", func(_ *testing.T, p probing) { p.c.signer.app.Identifier = "somebody" }, show, "signature", 60010, false, ""},
		{"another application", func(_ *testing.T, p probing) { p.c.signer.app.SDKAppID++ }, show, "access", 70020, false, ""},
		{"another region", fault(simulator.Fault{Code: 70016}), show, "access", 70016, false, ""},
		{"no rights for this address", fault(simulator.Fault{Code: 60021}), show, "access", 60021, false, ""},
		{"an unpaid bill", fault(simulator.Fault{Code: 60020}), show, "plan", 60020, false, ""},
		{"a UserSig that is refused", fault(simulator.Fault{Code: 10001}), show, "signature", 10001, false, ""},
		{"too many refused", fault(simulator.Fault{Code: 70050}), show, "signature", 70050, false, ""},
		{"no connection", func(_ *testing.T, p probing) { p.c.transport.(*http.Transport).DialContext = refuse }, show, "access", 0, false, ""},
		{"a page of a gateway", fault(simulator.Fault{Kind: simulator.HTML}), show, "access", 0, false, ""},
		{"no answer", fault(simulator.Fault{Kind: simulator.Hang}), show, "access", 0, false, ""},
		{"too busy", fault(simulator.Fault{Code: 60007}), show, "access", 60007, false, ""},
		{"at fault", fault(simulator.Fault{Code: 70500}), show, "access", 70500, false, ""},
		{"a passing fault", func(t *testing.T, p probing) { inject(t, p.sim, simulator.Fault{Code: 70500}) }, show, "", 0, true, ""},
		{"a switch that is off", fault(simulator.Fault{Code: 10008, Command: opGetAdminList}), show, "", 10008, true, "plan"},
		{"no group", nothing, "nowhere", "", 10010, true, "access"},
		{"another type of group", nothing, "public", "", 10007, true, "access"},
		{"a group that does not answer", fault(simulator.Fault{Kind: simulator.Reset, Command: opGetAdminList}), show, "", 0, true, "access"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				sim.AddGroup(string(show), simulator.Group{Admins: []string{"user1", "user2"}})
				sim.AddGroup("public", simulator.Group{Type: "Public"})
				c := newPipeClient(t, sim)
				row.spoil(t, probing{sim, c})
				p, err := c.Probe(t.Context(), row.group)
				if err != nil {
					t.Fatal(err)
				}
				mustFind(t, p.Caller, row.caller, row.code)
				if p.Reached != row.looked {
					t.Fatalf("the group: %v", p.Group)
				}
				mustFind(t, p.Group, row.at, row.code)
				if read := row.looked && row.at == ""; (len(p.Admins) == 2) != read {
					t.Errorf("administrators: %v", p.Admins)
				}
				if n := count(sim, OpChange); n != 0 {
					t.Errorf("%d changes were sent", n)
				}
			})
		})
	}
}

func refuse(context.Context, string, string) (conn net.Conn, err error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

func mustFind(t *testing.T, e *Error, of string, code int) {
	t.Helper()
	if (e == nil) != (of == "") || e != nil && (e.Code != code || concern(e) != of) {
		t.Errorf("found %v; want code %d, of %q", e, code, of)
	}
}

func concern(e *Error) string {
	switch {
	case e.OfSignature():
		return "signature"
	case e.OfPlan():
		return "plan"
	}
	return "access"
}

func TestProbeMeasuresTheClock(t *testing.T) {
	for _, row := range []struct {
		name    string
		ahead   time.Duration // of this machine
		refused bool          // of the signature
		wrong   bool
	}{
		{"right", 0, false, false},
		{"a little ahead", 50 * time.Second, false, false},
		{"a little behind", -50 * time.Second, false, false},
		{"ahead", 90 * time.Second, false, true},
		{"behind", -90 * time.Second, false, true},
		{"days behind", -72 * time.Hour, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t, simulator.WithClock(func() time.Time { return time.Now().Add(-row.ahead) }))
				sim.SetLatency(2 * time.Second)
				p, err := newPipeClient(t, sim).Probe(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				if refused := p.Caller != nil && p.Caller.OfSignature(); refused != row.refused {
					t.Errorf("the caller: %v", p.Caller)
				}
				if off := (p.Clock.Ahead - row.ahead).Abs(); !p.Clock.Known || off > 1500*time.Millisecond || p.Clock.Wrong() != row.wrong {
					t.Errorf("the clock: %+v, wrong: %t", p.Clock, p.Clock.Wrong())
				}
			})
		})
	}
	t.Run("unknown without an answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newPipeClient(t, http.NotFoundHandler())
			c.transport.(*http.Transport).DialContext = refuse
			if p, err := c.Probe(t.Context(), ""); err != nil || p.Clock != (Skew{}) {
				t.Errorf("%+v, %v", p.Clock, err)
			}
		})
	})
}

func TestSkewIsMeasuredAtTheMiddleOfTheCall(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 10, 500_000_000, time.UTC)
	for _, row := range []struct {
		name, date string
		took       time.Duration
		want       Skew
	}{
		{"no time at all", "Fri, 02 Jan 2026 12:00:10 GMT", 0, Skew{true, 0}},
		{"four seconds", "Fri, 02 Jan 2026 12:00:08 GMT", 4 * time.Second, Skew{true, 0}},
		{"ahead", "Fri, 02 Jan 2026 11:00:10 GMT", 0, Skew{true, time.Hour}},
		{"behind, in an old form", "Friday, 02-Jan-26 13:00:10 GMT", 0, Skew{true, -time.Hour}},
		{"no Date", "", 0, Skew{}},
		{"a Date of no form", "yesterday", 0, Skew{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got Skew
			got.read(row.date, now, row.took)
			if got != row.want {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"Fri, 02 Jan 2026 12:00:10 GMT", "Friday, 02-Jan-26 13:00:10 GMT", "Fri Jan  2 13:00:10 2026", "Sat, 31 Dec 9999 23:59:59 GMT", "", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, date string) {
		before := Skew{Known: true, Ahead: time.Second}
		after := before
		after.read(date, time.Unix(1_800_000_000, 0), time.Second)
		if after.Ahead == math.MinInt64 && !after.Wrong() {
			t.Errorf("%q: a skew without end is right", date)
		}
		if _, err := http.ParseTime(date); err != nil && after != before {
			t.Errorf("%q, which is no date, changed %+v to %+v", date, before, after)
		}
	})
}

func TestProbeEndsWithTheGateAndTheContext(t *testing.T) {
	for through := range 2 {
		synctest.Test(t, func(t *testing.T) {
			gate, _ := shutAfter(through)
			_, err := newPipeClient(t, newSimulator(t), WithGate(gate)).Probe(t.Context(), show)
			mustBeShut(t, err)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := newPipeClient(t, newSimulator(t)).Probe(ctx, show); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// Every failure is of one thing only, and one of a key, a signature or an account of
// that, unless it is of the application, its address or its bills.
func TestWhatEveryCodeIsOf(t *testing.T) {
	other := []int{60006, 60016, 60017, 60021, 70014, 70016, 70020}
	for _, code := range Codes() {
		e := &Error{Op: opGetAdminList, Code: code, kind: kindOf(code, false)}
		if e.OfSignature() && e.OfPlan() {
			t.Errorf("%d is of the signature and of the plan", code)
		}
		if e.kind == KindAuth && e.OfSignature() == slices.Contains(other, code) || e.kind == KindPlan && !e.OfPlan() {
			t.Errorf("%d is of the %s", code, concern(e))
		}
	}
}

func TestAWrongClockHasItsWords(t *testing.T) {
	meaning, remedy := Explain("", 0, KindClock)
	if !strings.Contains(meaning, "clock") || !strings.Contains(remedy, "time server") {
		t.Errorf("%q, %q", meaning, remedy)
	}
}
