// Package simulator is a stand-in for the server REST API of Tencent Cloud Chat
// as far as administrators of live groups need it: modify_admin (1047/60525),
// get_admin_list (1047/60524) and account_check (1047/34956), with UserSigs
// verified by Tencent's own library, and faults on demand.
//
// It checks a call in this order: signature, rate, address, body, parameters,
// group, group type, plan, accounts, seats. Where the documents are silent it
// does what is likeliest, and Rules can choose otherwise.
package simulator

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// defaultRateCap is the documented cap, calls a second (1047/60525).
const defaultRateCap = 200

// App is the application that the simulator serves.
type App struct {
	SDKAppID int
	Key      string   // what UserSigs are signed with
	Admins   []string // app administrator accounts: who may call the API; at least one
}

// Server answers as Tencent does: HTTP status 200 whatever the outcome, which
// is in ActionStatus, ErrorCode and ErrorInfo. It is an http.Handler, for
// HTTP/1.1; or Start it. All methods may be called while it serves.
type Server struct {
	app   App
	key   atomic.Pointer[string] // at first the App's
	rules Rules
	clock func() time.Time

	groups   groups
	accounts accounts
	faults   faults
	records  records

	rateCap atomic.Int64 // calls a second; 0: none
	latency atomic.Int64 // nanoseconds

	closed    chan struct{}
	closeOnce sync.Once

	mu   sync.Mutex // guards what Start sets
	url  string
	http *http.Server
}

// Option adjusts a Server; New returns its error.
type Option func(*Server) error

// WithClock replaces the clock that UserSigs and the lag are measured by, and that
// answers show as their Date. The rate cap and the records always use the real one.
func WithClock(now func() time.Time) Option {
	return func(s *Server) error {
		if now == nil {
			return errors.New("the clock is nil")
		}
		s.clock = now
		return nil
	}
}

// WithRules chooses other answers where Tencent's documents are silent.
func WithRules(r Rules) Option {
	return func(s *Server) error {
		s.rules = r
		return r.check()
	}
}

// WithAccounts says which accounts exist besides those that are added.
func WithAccounts(exists func(id string) bool) Option {
	return func(s *Server) error {
		s.accounts.exists = exists
		return nil
	}
}

// New returns a simulator without groups, whose only accounts are the app's
// administrators. It refuses an App with which no call could succeed.
func New(app App, opts ...Option) (*Server, error) {
	if err := app.check(); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	app.Admins = slices.Clone(app.Admins)
	s := &Server{
		app:    app,
		clock:  time.Now,
		closed: make(chan struct{}),
	}
	s.key.Store(&app.Key)
	s.rateCap.Store(defaultRateCap)
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("simulator: %w", err)
		}
	}
	for _, admin := range app.Admins {
		s.AddAccount(admin, "")
	}
	return s, nil
}

func (a App) check() error {
	switch {
	case a.SDKAppID <= 0:
		return fmt.Errorf("the SDKAppID %d is not positive", a.SDKAppID)
	case a.Key == "":
		return errors.New("the key is empty")
	case len(a.Admins) == 0:
		return errors.New("there is no app administrator")
	}
	for _, admin := range a.Admins {
		if !wellFormed(admin, maxUserIDBytes) {
			return fmt.Errorf("the app administrator %q is no UserID", admin)
		}
	}
	return nil
}

// Start listens on a free port of 127.0.0.1 until Close. It can be called once.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return errors.New("simulator: already started")
	}
	if s.isClosed() {
		return errors.New("simulator: closed")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go s.http.Serve(listener) // ends with http.ErrServerClosed, at Close
	return nil
}

// URL is the base URL of a started Server, without a trailing slash; "" before.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Close ends every call in progress at once, also hanging ones and those that
// another HTTP server brought, and stops listening.
func (s *Server) Close() {
	s.closeOnce.Do(func() { close(s.closed) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		s.http.Close() // its error is the listener's, which is no longer of use
	}
}

func (s *Server) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// SetRateCap answers 60007 to every call that makes more than n received in one
// second, refused ones counted; 0 turns it off. The default is 200.
func (s *Server) SetRateCap(n int) { s.rateCap.Store(int64(n)) }

// SetLatency makes every call take d longer, before it is carried out. A client
// that gives up meanwhile does not stop it, as with the real service.
func (s *Server) SetLatency(d time.Duration) { s.latency.Store(int64(d)) }

// ChangeKey makes the application's key another one: UserSigs of the old one are
// refused from now on, with 70009. It fails if key is empty.
func (s *Server) ChangeKey(key string) error {
	if key == "" {
		return errors.New("simulator: the key is empty")
	}
	s.key.Store(&key)
	return nil
}

// ServeHTTP receives one call, carries it out and answers, unless a fault waits
// for it. To end a connection it takes it over; where it cannot, it panics with
// http.ErrAbortHandler, as net/http wants it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	req, err := receive(r)
	if err != nil {
		drop(w) // the client left in the middle of its body
		return
	}
	s.records.add(req)
	fault, faulty := s.faults.take(req)
	if !s.pause(time.Duration(s.latency.Load())) {
		drop(w)
		return
	}
	if faulty {
		s.misbehave(w, r, fault, req)
		return
	}
	a := s.carryOut(req)
	s.records.answered(req.call, a.code, "")
	a.send(w)
}

// carryOut checks a call, in the order of the package comment, and does it.
func (s *Server) carryOut(req *request) answer {
	if refused := s.authenticate(req); refused != nil {
		return *refused
	}
	if limit := s.rateCap.Load(); limit > 0 && int64(req.lastSecond) > limit {
		return answer{code: codeTooFrequent, info: "too many calls in one second"}
	}
	if refused := req.checkAddress(); refused != nil {
		return *refused
	}
	if !req.isJSON {
		return answer{code: codeNotJSON, info: "the body is not JSON"}
	}
	switch req.command {
	case modifyAdmin:
		return s.modifyAdmin(req.body)
	case getAdminList:
		return s.getAdminList(req.body)
	default:
		return s.accountCheck(req.body)
	}
}

// pause waits, and reports false if the Server was closed meanwhile.
func (s *Server) pause(d time.Duration) bool {
	if d <= 0 {
		return !s.isClosed()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.closed:
		return false
	}
}
