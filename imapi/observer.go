package imapi

import "time"

// Observer is told of every call, for metrics. Its methods are called by many
// goroutines, in the midst of calls: they must be quick. They learn of no group,
// no user and no URL.
type Observer interface {
	// Tried tells of a request that was sent and has ended: how long after it had
	// its turn, with which ErrorCode, and what kind of failure it was. Success is
	// code 0 and kind ""; code 0 with a kind is a request without an answer of the
	// API.
	Tried(op string, code int, kind Kind, took time.Duration)
	// Waited tells how long a request has waited for its turn.
	Waited(op string, took time.Duration)
}

// WithObserver tells o of every call. Without it, or with nil, nobody is told.
func WithObserver(o Observer) Option {
	return func(s *settings) {
		if o != nil {
			s.observer = o
		}
	}
}

// nobody is the Observer that is not there.
type nobody struct{}

func (nobody) Tried(string, int, Kind, time.Duration) {}
func (nobody) Waited(string, time.Duration)           {}
