// Package fake is what every stand-in server of the tests needs: a host with a state
// that can be waited for, an orderly end, and faults on demand.
package fake

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Host is a server on a free port of 127.0.0.1. Its lock guards the state of whatever
// is served. Make one with NewHost.
type Host struct {
	sync.Mutex
	Client *http.Client    // for the server's own requests
	Life   context.Context // ends at Close

	name     string
	listener net.Listener
	server   *http.Server
	end      context.CancelFunc
	beside   sync.WaitGroup
	changed  chan struct{} // closed and replaced when the state changes
	latency  time.Duration
}

// NewHost returns a host. Its name appears in errors.
func NewHost(t testing.TB, name string) *Host {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	life, end := context.WithCancel(context.Background())
	return &Host{
		Client: &http.Client{Transport: &http.Transport{}}, Life: life,
		name: name, listener: listener, end: end, changed: make(chan struct{}),
		server: &http.Server{ReadHeaderTimeout: 10 * time.Second},
	}
}

// Serve serves a handler until Close.
func (h *Host) Serve(handler http.Handler) {
	h.server.Handler = handler
	h.Beside(func() { h.server.Serve(h.listener) }) // ends with http.ErrServerClosed, at Close
}

// Addr is where it listens, as host:port.
func (h *Host) Addr() string { return h.listener.Addr().String() }

// Close ends every call at once and stops listening. cut ends what net/http does not
// no longer know: sockets.
func (h *Host) Close(cut func()) {
	h.Change(h.end)
	h.server.Close() // its error is the listener's, which is no longer of use
	cut()
	h.beside.Wait()
	h.Client.CloseIdleConnections()
}

// IsClosed reports whether Close was called.
func (h *Host) IsClosed() bool { return h.Life.Err() != nil }

// Beside runs something until it ends, which Close waits for; after Close, nothing.
func (h *Host) Beside(run func()) {
	h.Lock()
	defer h.Unlock()
	if !h.IsClosed() {
		h.beside.Go(run)
	}
}

// Change does something to the state and wakes who waits for it.
func (h *Host) Change(do func()) {
	h.Lock()
	defer h.Unlock()
	do()
	close(h.changed)
	h.changed = make(chan struct{})
}

// Wait returns when the check is true; it is asked again at every change, without the
// lock.
func (h *Host) Wait(ctx context.Context, check func() bool) error {
	for {
		h.Lock()
		changed := h.changed
		h.Unlock()
		if check() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s: waiting in vain: %w", h.name, ctx.Err())
		}
	}
}

// WaitFor waits for a message and returns the first that fits. since returns those that
// are new or changed since a state of the news, oldest change first, and news is the
// state that one was changed in: so a message is asked about once, and again whenever it
// changes. The error shows what is there instead.
func WaitFor[M any](ctx context.Context, h *Host, since func(news int) []M, news func(M) int, show func(M) string, fits func(M) bool) (M, error) {
	var found M
	asked := 0
	err := h.Wait(ctx, func() bool {
		for _, m := range since(asked) {
			if fits(m) {
				found = m
				return true
			}
			asked = max(asked, news(m))
		}
		return false
	})
	if err == nil {
		return found, nil
	}
	there := ""
	for _, m := range since(0) {
		there += "\n" + show(m)
	}
	return found, fmt.Errorf("%w; there is:%s", err, there)
}
