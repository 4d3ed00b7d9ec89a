// Package web is the one HTTP listener: health, readiness, metrics, and what platforms mount on it.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// MaxBody is how many bytes the body of a request may have. Reading more fails with
// *http.MaxBytesError, which the handler answers with 413.
const MaxBody = 256 << 10

// Time-outs of a connection: a slow or silent client holds nothing for long.
const (
	headerTime  = 5 * time.Second
	readTime    = 10 * time.Second
	writeTime   = 20 * time.Second
	idleTime    = 2 * time.Minute
	stopTime    = 5 * time.Second
	restartTime = time.Second / 2
)

// Server is the listener. Make one with New, mount what it serves, then call Serve.
type Server struct {
	listener net.Listener
	mux      *http.ServeMux
	http     *http.Server
}

// New listens on host:port. /healthz is 200 while the process lives; /readyz is 200 while
// every check is ready, otherwise 503, and says which is not and why.
func New(addr string, log *slog.Logger, checks ...Check) (*Server, error) {
	if log == nil {
		return nil, errors.New("a web server needs a log")
	}
	for _, c := range checks {
		if c.Name == "" || c.State == nil {
			return nil, errors.New("a readiness check needs a name and a state")
		}
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening for HTTP: %w", err)
	}
	s := &Server{listener: listener, mux: http.NewServeMux()}
	s.http = &http.Server{
		Handler:           http.MaxBytesHandler(s.mux, MaxBody),
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	s.Mount("GET /healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }))
	s.Mount("GET /readyz", readiness(checks))
	return s, nil
}

// Mount serves a pattern of http.ServeMux. It must come before Serve.
func (s *Server) Mount(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// Addr is where the server listens, as host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Serve serves until the context ends, then finishes what is in flight: for up to five seconds,
// or half a second if the cause of the end is restart, since a client that has connected and sends
// nothing uses up all of that time. It is called once.
func (s *Server) Serve(ctx context.Context, restart error) error {
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving HTTP: %w", err)
	case <-ctx.Done():
	}
	limit := stopTime
	if errors.Is(context.Cause(ctx), restart) {
		limit = restartTime
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	err := s.http.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	if err != nil {
		return fmt.Errorf("ending HTTP: %w", err)
	}
	return nil
}

// checkTime is how long all checks together may take.
const checkTime = 2 * time.Second

// Check is a part of the program that is ready, or says why it is not. The reason is shown
// to everyone, so it holds no secret; a part that is ready can have one, too. State must
// end with its context.
type Check struct {
	Name  string
	State func(context.Context) (ready bool, reason string)
}

// Pinged checks what can be pinged, like a database. The error itself is not shown: it may
// reveal where the database is.
func Pinged(name string, ping func(context.Context) error) Check {
	return Check{Name: name, State: func(ctx context.Context) (bool, string) {
		if ping(ctx) != nil {
			return false, "does not answer"
		}
		return true, ""
	}}
}

type report struct {
	Ready bool            `json:"ready"`
	Parts map[string]part `json:"parts"`
}

type part struct {
	Ready  bool   `json:"ready"`
	Reason string `json:"reason,omitempty"`
}

// readiness asks every check at the same time.
func readiness(checks []Check) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTime)
		defer cancel()
		parts := make([]part, len(checks))
		var asked sync.WaitGroup
		for i, c := range checks {
			asked.Go(func() { parts[i].Ready, parts[i].Reason = c.State(ctx) })
		}
		asked.Wait()
		all := report{Ready: true, Parts: make(map[string]part)}
		for i, c := range checks {
			all.Parts[c.Name] = parts[i]
			all.Ready = all.Ready && parts[i].Ready
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if !all.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(all)
	})
}
