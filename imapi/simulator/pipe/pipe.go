// Package pipe is for tests: a network inside the process. What waits on it waits in a way
// that testing/synctest sees, so that a test's time can pass at once.
package pipe

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
)

// URL is the beginning of a request's URL that is dialled here.
const URL = "http://127.0.0.1"

// Listener accepts the connections of Dial.
type Listener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// Listen returns a network that nobody serves yet.
func Listen() *Listener {
	return &Listener{conns: make(chan net.Conn), done: make(chan struct{})}
}

// Serve lets a handler answer until the test ends.
func Serve(t testing.TB, handler http.Handler) *Listener {
	t.Helper()
	l := Listen()
	server := &http.Server{Handler: handler}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return l
}

// Accept waits for a connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close refuses connections from now on.
func (l *Listener) Close() error { l.once.Do(func() { close(l.done) }); return nil }

// Addr is the same for all.
func (l *Listener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// Dial connects, wherever to.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
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
