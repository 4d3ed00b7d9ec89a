package imapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"liveadmin/imapi/simulator"
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

// pipeListener is a network inside the process, which synctest can see through.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-l.done:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: errors.New("connection refused")}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// newPipeClient makes a client of a handler, both inside the process. Used
// within synctest.Test, all time is the bubble's.
func newPipeClient(t *testing.T, handler http.Handler, opts ...Option) *Client {
	t.Helper()
	c := newClient(t, "http://127.0.0.1", opts...)
	l := serve(t, handler)
	transport := c.transport.(*http.Transport)
	transport.DialContext = l.dial
	t.Cleanup(transport.CloseIdleConnections)
	return c
}

// serve lets a handler answer on a network of its own.
func serve(t *testing.T, handler http.Handler) *pipeListener {
	t.Helper()
	l := newPipeListener()
	server := &http.Server{Handler: handler}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return l
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
