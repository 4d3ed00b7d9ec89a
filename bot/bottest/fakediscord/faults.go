package fakediscord

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"liveadmin/bot/bottest/fake"
)

// FaultKind is something that goes wrong with a call.
type FaultKind string

// The faults.
const (
	RateLimit FaultKind = "rate limit" // 429 with retry_after
	Refuse    FaultKind = "refuse"     // Discord's error Code with HTTP status Status
	Status    FaultKind = "status"     // HTTP status Status with a page, as gateways send it; 429 is Cloudflare's ban
	Slow      FaultKind = "slow"       // carried out and answered truly, Delay later
	Hang      FaultKind = "hang"       // nothing, until the client gives up or Close
	Reset     FaultKind = "reset"      // the connection is reset (RST)
)

// Fault is what happens to the next calls that it fits.
type Fault struct {
	Kind    FaultKind
	Route   string // only this route; "" for any
	Channel string // only calls for this channel, those of its interactions included; "" for any
	After   int    // how many calls that it fits are left alone before
	Times   int    // how many calls; 0 is 1, less than 0 is until ClearFaults

	Applied    bool          // the call is carried out first
	RetryAfter time.Duration // of RateLimit and of a ban; 0 is 1 s
	Global     bool          // of RateLimit: for the whole bot
	Code       int           // of Refuse
	Status     int           // 0 is 400 of Refuse and 500 of Status
	Delay      time.Duration // of Slow
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
	s.host.Change(func() { s.faults.Add(f, f.After, f.Times) })
}

// ClearFaults drops the faults that no call has taken yet.
func (s *Server) ClearFaults() {
	s.host.Change(func() { s.faults.Clear() })
}

// SetLatency makes every call take d longer, before it is carried out. A client that
// gives up meanwhile does not stop it.
func (s *Server) SetLatency(d time.Duration) { s.host.SetLatency(d) }

// take finds the fault for a call, with Kind "" if there is none, and counts it. The
// state is locked.
func (s *Server) take(route, channel string) Fault {
	return s.faults.Take(func(f Fault) bool {
		return (f.Route == "" || f.Route == route) && (f.Channel == "" || f.Channel == channel)
	})
}

// misbehave answers with a fault that leaves nothing of the true answer.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, f Fault) {
	switch f.Kind {
	case RateLimit:
		tooMany(w.Header(), f.RetryAfter, f.Global).write(w)
	case Refuse:
		refuse(f.Status, f.Code, "Refused on demand").write(w)
	case Status:
		if f.Status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
		}
		fake.Page(w, f.Status)
	case Hang:
		s.host.Hang(w, r)
	default:
		fake.Reset(w)
	}
}
