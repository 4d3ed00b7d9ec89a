package simulator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Call is a request that was received to its end, whatever was answered.
type Call struct {
	At          time.Time // when it had been received, by the real clock
	Command     string    // the last part of its path: "modify_admin", …
	Group       string
	Users       []string // as sent, of Admin_Account or CheckItem
	CommandType int      // 1 set, 2 cancel, 0 neither
	Identifier  string
	Random      string
	Signature   string // a fingerprint of the UserSig, never the UserSig; "" without one

	Code  int       // the ErrorCode of the answer, or of the one that a fault withheld; 0 also while there is none
	Fault FaultKind // what happened to it; "" for nothing
}

// records holds what was received. Its zero value is empty.
type records struct {
	mu      sync.Mutex
	calls   []*Call
	arrived chan struct{} // closed at the next call; nil while no one waits
	peak    int
	forPeak window // ResetRecords empties it
	forCap  window
}

// Calls returns the calls received since the last ResetRecords, in order.
func (s *Server) Calls() []Call {
	r := &s.records
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := make([]Call, 0, len(r.calls))
	for _, call := range r.calls {
		c := *call
		c.Users = slices.Clone(c.Users)
		calls = append(calls, c)
	}
	return calls
}

// Peak returns the largest number of calls received in any one second since the
// last ResetRecords. A second is [t, t+1s).
func (s *Server) Peak() int {
	s.records.mu.Lock()
	defer s.records.mu.Unlock()
	return s.records.peak
}

// ResetRecords forgets the calls and the peak. The rate cap does not forget.
func (s *Server) ResetRecords() {
	s.records.mu.Lock()
	defer s.records.mu.Unlock()
	s.records.calls, s.records.peak, s.records.forPeak = nil, 0, window{}
}

// WaitCalls returns once n calls were received since the last ResetRecords. It
// does not wait for their answers. It fails when the context ends.
func (s *Server) WaitCalls(ctx context.Context, n int) error {
	for {
		got, arrived := s.records.next()
		if got >= n {
			return nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return fmt.Errorf("simulator: waiting for call %d, after %d: %w", n, got, ctx.Err())
		}
	}
}

// next returns how many calls there are, and what is closed at the next one.
func (r *records) next() (int, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.arrived == nil {
		r.arrived = make(chan struct{})
	}
	return len(r.calls), r.arrived
}

// add records a call, and notes in it how many came within a second.
func (r *records) add(req *request) {
	call := &Call{
		Command:     req.command,
		Group:       req.group(),
		Users:       req.users(),
		CommandType: integer(req.body["CommandType"]),
		Identifier:  req.query.Get("identifier"),
		Random:      req.query.Get("random"),
		Signature:   fingerprint(req.query.Get("usersig")),
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	call.At = time.Now() // under the lock, so that the times are in order
	r.calls = append(r.calls, call)
	r.peak = max(r.peak, r.forPeak.add(call.At))
	req.call, req.lastSecond = call, r.forCap.add(call.At)
	if r.arrived != nil {
		close(r.arrived)
		r.arrived = nil
	}
}

// answered completes a record, before the client can know.
func (r *records) answered(call *Call, code int, fault FaultKind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	call.Code, call.Fault = code, fault
}

// window holds the times of the last second.
type window struct{ times []time.Time }

// add takes a time, not before the ones it has, and returns how many are less
// than a second old then, itself included.
func (w *window) add(t time.Time) int {
	old := 0
	for old < len(w.times) && t.Sub(w.times[old]) >= time.Second {
		old++
	}
	w.times = append(w.times[old:], t)
	return len(w.times)
}

// fingerprint distinguishes UserSigs without giving them away.
func fingerprint(sig string) string {
	if sig == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(sig))
	return hex.EncodeToString(sum[:8])
}
