package fakeslack

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// FaultKind is something that goes wrong with a call.
type FaultKind string

// The faults. NoError and NoTS are for methods only, not for "response_url".
const (
	RateLimit FaultKind = "rate limit" // HTTP status 429 with Retry-After
	Refuse    FaultKind = "refuse"     // ok:false with Code
	NoError   FaultKind = "no error"   // ok:false without an error
	NoTS      FaultKind = "no ts"      // the true answer without ts, message_ts and message
	Status    FaultKind = "status"     // HTTP status Status with a page, as gateways send it
	Hang      FaultKind = "hang"       // nothing, until the client gives up or Close
	Reset     FaultKind = "reset"      // the connection is reset (RST)
)

// Fault is what happens to the next calls that it fits.
type Fault struct {
	Kind    FaultKind
	Method  string // only this method, or "response_url"; "" for any
	Channel string // only calls for this channel; "" for any
	Times   int    // how many calls; 0 is 1, less than 0 is until ClearFaults

	Applied    bool          // the call is carried out first
	RetryAfter time.Duration // of RateLimit, in whole seconds, so that less than one is 0; 0 is 1 s
	Code       string        // of Refuse
	Status     int           // of Status; 0 is 500
}

// faults is what is to go wrong. The Server's lock guards it.
type faults struct {
	queue   []Fault
	latency time.Duration
}

// Inject queues a fault. A call takes the first that fits.
func (s *Server) Inject(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	if f.RetryAfter == 0 {
		f.RetryAfter = time.Second
	}
	if f.Status == 0 {
		f.Status = http.StatusInternalServerError
	}
	s.change(func() { s.faults.queue = append(s.faults.queue, f) })
}

// ClearFaults drops the faults that no call has taken yet.
func (s *Server) ClearFaults() {
	s.change(func() { s.faults.queue = nil })
}

// SetLatency makes every call take d longer, before it is carried out. A client
// that gives up meanwhile does not stop it.
func (s *Server) SetLatency(d time.Duration) {
	s.change(func() { s.faults.latency = d })
}

// take finds the fault for a call, with Kind "" if there is none, and counts it.
func (s *Server) take(method, channel string) (taken Fault) {
	s.change(func() {
		for i := range s.faults.queue {
			f := &s.faults.queue[i]
			if (f.Method != "" && f.Method != method) || (f.Channel != "" && f.Channel != channel) {
				continue
			}
			taken = *f
			if f.Times--; f.Times == 0 {
				s.faults.queue = slices.Delete(s.faults.queue, i, i+1)
			}
			return
		}
	})
	return taken
}

// pause waits for the latency, and reports false if the Server was closed
// meanwhile.
func (s *Server) pause() bool {
	s.mu.Lock()
	d := s.faults.latency
	s.mu.Unlock()
	return s.sleep(d)
}

func (s *Server) sleep(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.life.Done():
		return false
	}
}

// misbehave answers with a fault that leaves nothing of the true answer.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, f Fault) {
	switch f.Kind {
	case RateLimit:
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusTooManyRequests)
		w.Write([]byte(`{"ok":false,"error":"ratelimited"}`))
	case Status:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		w.Write([]byte("<html><body>Something went wrong.</body></html>"))
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.life.Done():
		}
		reset(w)
	default:
		reset(w)
	}
}

// reset ends the connection with RST. Where there is none to take over it ends the
// handler in net/http's own way.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	cut(conn)
}

func cut(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // what fails here fails in Close too
	}
	conn.Close()
}
