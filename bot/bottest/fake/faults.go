package fake

import (
	"net"
	"net/http"
	"slices"
	"time"
)

// Faults are what is to go wrong, in order. A lock outside guards them.
type Faults[F any] struct{ queue []pending[F] }

// pending is a fault that happens so many times more, below 0 for ever, after so many
// calls that it leaves alone.
type pending[F any] struct {
	fault        F
	after, times int
}

// Add queues a fault that leaves so many calls alone and then happens so many times; less
// than 0 is until Clear.
func (q *Faults[F]) Add(f F, after, times int) {
	q.queue = append(q.queue, pending[F]{f, after, times})
}

// Clear drops the faults that nothing has taken yet.
func (q *Faults[F]) Clear() { q.queue = nil }

// Take finds the first fault that fits, and counts it. Without one it returns the zero
// value.
func (q *Faults[F]) Take(fits func(F) bool) (taken F) {
	for i := range q.queue {
		p := &q.queue[i]
		if !fits(p.fault) {
			continue
		}
		if p.after > 0 {
			p.after--
			continue
		}
		taken = p.fault
		if p.times--; p.times == 0 {
			q.queue = slices.Delete(q.queue, i, i+1)
		}
		return taken
	}
	return taken
}

// SetLatency makes every call take d longer.
func (h *Host) SetLatency(d time.Duration) { h.Change(func() { h.latency = d }) }

// Pause waits for the latency and so much more, and reports false if the host was closed
// meanwhile.
func (h *Host) Pause(more time.Duration) bool {
	h.Lock()
	d := h.latency + more
	h.Unlock()
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-h.Life.Done():
		return false
	}
}

// Page answers with a page, as gateways send it.
func Page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	w.Write([]byte("<html><body>Something went wrong.</body></html>"))
}

// Hang answers nothing, until the client gives up or the host is closed.
func (h *Host) Hang(w http.ResponseWriter, r *http.Request) {
	h.Await(r)
	Reset(w)
}

// Await waits until the client gives up or the host is closed.
func (h *Host) Await(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-h.Life.Done():
	}
}

// Reset ends the connection with RST. Where there is none to take over it ends the
// handler in net/http's own way.
func Reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	Cut(conn)
}

// Cut ends a connection with RST.
func Cut(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // what fails here fails in Close too
	}
	conn.Close()
}
