package fakediscord

import (
	"net"
	"net/http"
	"slices"
	"time"
)

// FaultKind is something that goes wrong with a call.
type FaultKind string

// The faults.
const (
	RateLimit FaultKind = "rate limit" // 429 with retry_after
	Refuse    FaultKind = "refuse"     // Discord's error Code with HTTP status Status
	Status    FaultKind = "status"     // HTTP status Status with a page, as gateways send it
	Slow      FaultKind = "slow"       // carried out and answered truly, Delay later
	Hang      FaultKind = "hang"       // nothing, until the client gives up or Close
	Reset     FaultKind = "reset"      // the connection is reset (RST)
)

// Fault is what happens to the next calls that it fits.
type Fault struct {
	Kind    FaultKind
	Route   string // only this route; "" for any
	Channel string // only calls for this channel, those of its interactions included; "" for any
	Times   int    // how many calls; 0 is 1, less than 0 is until ClearFaults

	Applied    bool          // the call is carried out first
	RetryAfter time.Duration // of RateLimit; 0 is 1 s
	Global     bool          // of RateLimit: for the whole bot
	Code       int           // of Refuse
	Status     int           // 0 is 400 of Refuse and 500 of Status
	Delay      time.Duration // of Slow
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
		if f.Kind == Refuse {
			f.Status = http.StatusBadRequest
		}
	}
	s.change(func() { s.faults.queue = append(s.faults.queue, f) })
}

// ClearFaults drops the faults that no call has taken yet.
func (s *Server) ClearFaults() {
	s.change(func() { s.faults.queue = nil })
}

// SetLatency makes every call take d longer, before it is carried out. A client that
// gives up meanwhile does not stop it.
func (s *Server) SetLatency(d time.Duration) {
	s.change(func() { s.faults.latency = d })
}

// take finds the fault for a call, with Kind "" if there is none, and counts it. It
// returns how long the call waits, too. The state is locked.
func (f *faults) take(route, channel string) (taken Fault, wait time.Duration) {
	for i := range f.queue {
		next := &f.queue[i]
		if (next.Route != "" && next.Route != route) || (next.Channel != "" && next.Channel != channel) {
			continue
		}
		taken = *next
		if next.Times--; next.Times == 0 {
			f.queue = slices.Delete(f.queue, i, i+1)
		}
		break
	}
	return taken, f.latency + taken.Delay
}

// sleep waits, and reports false if the Server was closed meanwhile.
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
		tooMany(w.Header(), f.RetryAfter, f.Global).write(w)
	case Refuse:
		refuse(f.Status, f.Code, "Refused on demand").write(w)
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
