package fakeslack

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"liveadmin/bot/bottest/fake"
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
	Late      FaultKind = "late"       // carried out only when the client gives up, or Close
	Hang      FaultKind = "hang"       // nothing, until the client gives up or Close
	Reset     FaultKind = "reset"      // the connection is reset (RST)
)

// Fault is what happens to the next calls that it fits.
type Fault struct {
	Kind    FaultKind
	Method  string // only this method, or "response_url"; "" for any
	Channel string // only calls for this channel; "" for any
	After   int    // how many calls that it fits are left alone before
	Times   int    // how many calls; 0 is 1, less than 0 is until ClearFaults

	Applied    bool          // the call is carried out first
	RetryAfter time.Duration // of RateLimit, in whole seconds, so that less than one is 0; 0 is 1 s
	Code       string        // of Refuse
	Status     int           // of Status; 0 is 500. Of Refuse at a response_url, 200 is an answer as methods give it, else it is 400
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
	s.host.Change(func() { s.faults.Add(f, f.After, f.Times) })
}

// ClearFaults drops the faults that no call has taken yet.
func (s *Server) ClearFaults() {
	s.host.Change(func() { s.faults.Clear() })
}

// SetLatency makes every call take d longer, before it is carried out. A client
// that gives up meanwhile does not stop it.
func (s *Server) SetLatency(d time.Duration) { s.host.SetLatency(d) }

// RefuseBlocks makes every message with blocks be refused, as Slack refuses a kind of block
// that it does not know.
func (s *Server) RefuseBlocks(refused bool) {
	s.host.Change(func() { s.plainOnly = refused })
}

// RefuseRichText makes every message with a rich_text be refused, and those with other
// blocks taken.
func (s *Server) RefuseRichText(refused bool) {
	s.host.Change(func() { s.noRichText = refused })
}

// refusesBlocks reports whether blocks are refused whatever is in them. The state is locked.
func (s *Server) refusesBlocks(raw string) bool {
	return s.plainOnly && hasBlocks(raw) || s.noRichText && strings.Contains(raw, `"rich_text"`)
}

// hasBlocks reports whether the JSON of blocks has any.
func hasBlocks(raw string) bool { return raw != "" && raw != "null" && raw != "[]" }

// take finds the fault for a call, with Kind "" if there is none, and counts it.
func (s *Server) take(method, channel string) (taken Fault) {
	s.host.Change(func() {
		taken = s.faults.Take(func(f Fault) bool {
			return (f.Method == "" || f.Method == method) && (f.Channel == "" || f.Channel == channel)
		})
	})
	return taken
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
		fake.Page(w, f.Status)
	case Hang:
		s.host.Hang(w, r)
	default:
		fake.Reset(w)
	}
}
