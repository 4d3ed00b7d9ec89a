package simulator_test

import (
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"liveadmin/imapi/simulator"
)

// patience ends a test that hangs; no test takes that long.
const patience = 20 * time.Second

func newClient(t testing.TB) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// outcome is what a plain client gets of one call.
type outcome struct {
	status int
	body   string
	err    error
}

func attempt(t *testing.T, base, path, body string) outcome {
	t.Helper()
	res, err := newClient(t).Post(base+path+"?"+query(t).Encode(), "application/json", strings.NewReader(body))
	if err != nil {
		return outcome{err: err}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return outcome{res.StatusCode, string(text), err}
}

func TestFaults(t *testing.T) {
	is := func(body string) func(*testing.T, outcome) {
		return func(t *testing.T, o outcome) {
			if o.err != nil || o.status != http.StatusOK || o.body != body {
				t.Errorf("%d %q, %v; want %q", o.status, o.body, o.err, body)
			}
		}
	}
	wantReset := func(t *testing.T, o outcome) {
		if !errors.Is(o.err, syscall.ECONNRESET) {
			t.Errorf("error %v, want a reset connection", o.err)
		}
	}
	tests := []struct {
		name    string
		fault   simulator.Fault
		applied bool
		code    int // on record
		check   func(*testing.T, outcome)
	}{
		{"code", simulator.Fault{Code: 60008, Info: "timeout"}, false, 60008,
			is(`{"ActionStatus":"FAIL","ErrorCode":60008,"ErrorInfo":"timeout"}`)},
		{"code, applied", simulator.Fault{Kind: simulator.Refuse, Code: 10002, Applied: true}, true, 10002,
			is(`{"ActionStatus":"FAIL","ErrorCode":10002,"ErrorInfo":""}`)},
		{"FAIL with code 0", simulator.Fault{Kind: simulator.Refuse}, false, 0,
			is(`{"ActionStatus":"FAIL","ErrorCode":0,"ErrorInfo":""}`)},
		{"OK with a code", simulator.Fault{Kind: simulator.Contradict, Code: 10002}, false, 10002,
			is(`{"ActionStatus":"OK","ErrorCode":10002,"ErrorInfo":""}`)},
		{"page", simulator.Fault{Kind: simulator.HTML, Info: "<try> again"}, false, 0, func(t *testing.T, o outcome) {
			if o.status != http.StatusBadGateway || !strings.Contains(o.body, "<h1>502 Bad Gateway</h1><p>&lt;try&gt; again</p>") {
				t.Errorf("%d %q", o.status, o.body)
			}
		}},
		{"page with a status, applied", simulator.Fault{Kind: simulator.HTML, Status: 503, Applied: true}, true, 0, func(t *testing.T, o outcome) {
			if o.status != http.StatusServiceUnavailable {
				t.Errorf("status %d", o.status)
			}
		}},
		{"reset", simulator.Fault{Kind: simulator.Reset}, false, 0, wantReset},
		{"reset, applied", simulator.Fault{Kind: simulator.Reset, Applied: true}, true, 0, wantReset},
		{"empty", simulator.Fault{Kind: simulator.Empty}, false, 0, is("")},
		{"empty, applied", simulator.Fault{Kind: simulator.Empty, Applied: true}, true, 0, is("")},
		{"truncate", simulator.Fault{Kind: simulator.Truncate}, true, 0, is(`{"ActionStatus":"OK","Err`)},
		{"break off", simulator.Fault{Kind: simulator.BreakOff}, true, 0, func(t *testing.T, o outcome) {
			if !errors.Is(o.err, io.ErrUnexpectedEOF) || o.body != `{"ActionStatus":"OK","Err` {
				t.Errorf("%q, error %v", o.body, o.err)
			}
		}},
		{"oversize", simulator.Fault{Kind: simulator.Oversize}, true, 0, func(t *testing.T, o outcome) {
			if len(o.body) < 2<<20 || !json.Valid([]byte(o.body)) {
				t.Errorf("%d bytes, error %v", len(o.body), o.err)
			}
		}},
		{"extra keys", simulator.Fault{Kind: simulator.ExtraKeys}, true, 0,
			is(`{"ActionStatus":"OK","ErrorCode":0,"ErrorDisplay":"","ErrorInfo":""}`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := started(t, newServer(t))
			inject(t, s, tt.fault)
			tt.check(t, attempt(t, s.URL(), modifyAdmin, set(room, "user1")))
			if got := s.Admins(room); slices.Contains(got, "user1") != tt.applied {
				t.Errorf("applied %v, want %v", !tt.applied, tt.applied)
			}
			kind := tt.fault.Kind
			if kind == "" {
				kind = simulator.Refuse
			}
			if c := s.Calls()[0]; c.Fault != kind || c.Code != tt.code {
				t.Errorf("on record with fault %q and code %d", c.Fault, c.Code)
			}
			r, err := post(t, newClient(t), s.URL(), getAdminList, list(room))
			if err != nil || r.ErrorCode != 0 {
				t.Errorf("the call after it: %+v, %v", r, err)
			}
		})
	}
}

func inject(t *testing.T, s *simulator.Server, f simulator.Fault) {
	t.Helper()
	if err := s.Inject(f); err != nil {
		t.Fatal(err)
	}
}

// A call is refused for its own mistakes also where a fault spoils the answer.
func TestFaultOfARefusedCall(t *testing.T) {
	s := newServer(t)
	inject(t, s, simulator.Fault{Kind: simulator.ExtraKeys})
	wantCode(t, call(t, s, getAdminList, list("nowhere")), 10010)
}

func TestFaultsWait(t *testing.T) {
	tests := []struct {
		name   string
		faults []simulator.Fault
		want   []int // codes of: list room, list other, set room, list room
	}{
		{"once", []simulator.Fault{{Code: 1}}, []int{1, 0, 0, 0}},
		{"twice", []simulator.Fault{{Code: 1, Times: 2}}, []int{1, 1, 0, 0}},
		{"for good", []simulator.Fault{{Code: 1, Times: -1}}, []int{1, 1, 1, 1}},
		{"one command", []simulator.Fault{{Code: 1, Command: "modify_admin"}}, []int{0, 0, 1, 0}},
		{"one group", []simulator.Fault{{Code: 1, Group: "other"}}, []int{0, 1, 0, 0}},
		{"one command on one group", []simulator.Fault{{Code: 1, Command: "get_admin_list", Group: room, Times: 9}}, []int{1, 0, 0, 1}},
		{"one after the other", []simulator.Fault{{Code: 1}, {Code: 2, Times: 2}}, []int{1, 2, 2, 0}},
		{"the first that fits", []simulator.Fault{{Code: 1, Command: "modify_admin"}, {Code: 2}}, []int{2, 0, 1, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			s.AddGroup("other", simulator.Group{})
			for _, f := range tt.faults {
				inject(t, s, f)
			}
			got := []int{
				call(t, s, getAdminList, list(room)).ErrorCode,
				call(t, s, getAdminList, list("other")).ErrorCode,
				call(t, s, modifyAdmin, set(room, "user1")).ErrorCode,
				call(t, s, getAdminList, list(room)).ErrorCode,
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("codes %v, want %v", got, tt.want)
			}
			s.ClearFaults()
			if r := call(t, s, getAdminList, list(room)); r.ErrorCode != 0 {
				t.Errorf("code %d after ClearFaults", r.ErrorCode)
			}
		})
	}
}

func TestInjectRefuses(t *testing.T) {
	s := newServer(t)
	for _, f := range []simulator.Fault{{Kind: "flood"}, {Kind: simulator.HTML, Status: 99}, {Kind: simulator.HTML, Status: 600}} {
		if s.Inject(f) == nil {
			t.Errorf("took %+v", f)
		}
	}
}

func TestEchoURL(t *testing.T) {
	for _, kind := range []simulator.FaultKind{simulator.Refuse, simulator.Contradict, simulator.HTML} {
		t.Run(string(kind), func(t *testing.T) {
			s := started(t, newServer(t))
			inject(t, s, simulator.Fault{Kind: kind, Code: 60002, EchoURL: true})
			full := s.URL() + getAdminList + "?" + query(t).Encode()
			res, err := newClient(t).Post(full, "", strings.NewReader(list(room)))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			text, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			got := html.UnescapeString(string(text))
			if kind != simulator.HTML {
				var r reply
				if err := json.Unmarshal(text, &r); err != nil {
					t.Fatal(err)
				}
				got = r.ErrorInfo
			}
			if !strings.Contains(got, full) {
				t.Errorf("%q does not repeat %q", got, full)
			}
		})
	}
}
