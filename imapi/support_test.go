package imapi

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"liveadmin/imapi/simulator"
	"liveadmin/imapi/simulator/pipe"
)

const (
	testKey   = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e" // the demo key of Tencent's own library
	testAppID = 1400000000
	testAdmin = "administrator"
	show      = GroupID("@TGS#a6I4ZUUGO")
)

func testApp() App {
	return App{SDKAppID: testAppID, Key: NewSecret(testKey), Identifier: testAdmin}
}

// newPipeClient makes a client of a handler, both inside the process. Used
// within synctest.Test, all time is the bubble's.
func newPipeClient(t *testing.T, handler http.Handler, opts ...Option) *Client {
	t.Helper()
	c := newClient(t, pipe.URL, append([]Option{WithDialer(pipe.Serve(t, handler).Dial)}, opts...)...)
	t.Cleanup(c.transport.(*http.Transport).CloseIdleConnections)
	return c
}

func newClient(t testing.TB, base string, opts ...Option) *Client {
	t.Helper()
	c, err := New(testApp(), append([]Option{WithBaseURL(base), WithRateLimit(MaxRateLimit)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newSimulator has the one group show, without administrators at first.
func newSimulator(t testing.TB, opts ...simulator.Option) *simulator.Server {
	t.Helper()
	s, err := simulator.New(simulator.App{SDKAppID: testAppID, Key: testKey, Admins: []string{testAdmin}}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	s.AddGroup(string(show), simulator.Group{})
	t.Cleanup(s.Close)
	return s
}

func inject(t *testing.T, s *simulator.Server, f simulator.Fault) {
	t.Helper()
	if err := s.Inject(f); err != nil {
		t.Fatal(err)
	}
}

func mustFail(t *testing.T, err error, kind Kind, code int) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got %v, want an *Error of kind %q", err, kind)
	}
	if e.Kind() != kind || e.Code != code {
		t.Fatalf("got kind %q, code %d (%s), want kind %q, code %d", e.Kind(), e.Code, e.Info, kind, code)
	}
	return e
}

func usersOf(admins []Admin) []UserID {
	var users []UserID
	for _, a := range admins {
		users = append(users, a.User)
	}
	return users
}

func count(s *simulator.Server, command string) int {
	n := 0
	for _, call := range s.Calls() {
		if call.Command == command {
			n++
		}
	}
	return n
}

// lasts runs f and returns how long it took.
func lasts(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
