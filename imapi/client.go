// Package imapi is a client for the live-group administrator calls of Tencent
// Cloud Chat's server REST API: it signs, limits, calls, retries and explains.
//
// Facts about the API carry the number of the document they come from:
// "1047/60525" is tencentcloud.com/document/product/1047/60525.
package imapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Bounds of WithRateLimit, in calls a second. Tencent's cap is 200 (1047/60525).
const (
	MinRateLimit     = 1
	MaxRateLimit     = 200
	DefaultRateLimit = 100
)

// App is the application whose live groups are administered.
type App struct {
	SDKAppID   int64
	Key        Secret // the secret key that the Chat console shows
	Identifier string // an app administrator account (1047/33517)
}

// Client calls the API. It is safe for use by many goroutines; one is meant to
// serve a whole process, since the rate limit is its own.
type Client struct {
	settings
	hosts     *hosts
	signer    *signer
	penalty   *penalty
	changes   *changes
	transport http.RoundTripper
	random    func() uint32

	// Of one command; see For and Within.
	line   line
	share  *share
	budget *budget
}

// settings are what the options say.
type settings struct {
	region    Region
	baseURL   string
	limit     int
	limiter   *limiter
	keySource func() (Secret, error)
	gate      func() error
	dial      dialer
	observer  Observer
	log       *slog.Logger
}

// Option changes a setting of New. One of WithRegion and WithBaseURL is needed.
type Option func(*settings)

// WithRegion picks the domains of the application's data centre.
func WithRegion(r Region) Option { return func(s *settings) { s.region = r } }

// WithBaseURL replaces https://<domain> of a region: https, or http on a
// loopback address; a path is kept as a prefix.
func WithBaseURL(base string) Option { return func(s *settings) { s.baseURL = base } }

// WithRateLimit sets how many calls may leave in any one second, 1 to 200.
func WithRateLimit(n int) Option { return func(s *settings) { s.limit = n } }

// WithLimitOf counts every call under the rate limit of another client, too.
func WithLimitOf(c *Client) Option { return func(s *settings) { s.limiter = c.limiter } }

// WithLogger takes a line at debug level for each call, and one for each change of
// the secret key. Without it nothing is logged.
func WithLogger(log *slog.Logger) Option { return func(s *settings) { s.log = log } }

// WithKeySource names where the secret key can be read again. It is asked when
// Tencent rejects a key or a signature, at most once in 10 s, while calls wait for
// it. If it has another key, that one is used from then on, and the rejected call
// is signed and sent again. An error, which is logged, and a key that is no key
// change nothing.
func WithKeySource(source func() (Secret, error)) Option {
	return func(s *settings) { s.keySource = source }
}

// WithGate has gate called right before each request is written, and again before
// each repetition: when it has its connection and its turn. If gate returns
// an error, nothing is sent, and the call fails with that error, wrapped, and not
// as an *Error: it says nothing about Tencent. Without a gate, or with nil, every
// request goes. gate is called by many goroutines and must be quick.
func WithGate(gate func() error) Option { return func(s *settings) { s.gate = gate } }

// WithDialer makes connections in another way than by TCP.
func WithDialer(dial dialer) Option { return func(s *settings) { s.dial = dial } }

type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

// Observer hears of every call, for metrics. Its methods are called by many
// goroutines, in the middle of calls: they must be quick. They learn of no group,
// no user and no URL.
type Observer interface {
	// Tried reports a request that was sent and has ended: how long after it had
	// its turn, with which ErrorCode, and what kind of failure it was. Success is
	// code 0 and kind ""; code 0 with a kind is a request without an answer of the
	// API.
	Tried(op string, code int, kind Kind, took time.Duration)
	// Waited reports how long a request has waited for its turn.
	Waited(op string, took time.Duration)
}

// WithObserver reports every call to o, unless it is nil.
func WithObserver(o Observer) Option { return func(s *settings) { s.observer = o } }

// New makes a Client without calling anything. Its error names every value that
// is wrong, and shows no secret.
func New(app App, opts ...Option) (*Client, error) {
	s := settings{limit: DefaultRateLimit, dial: (&net.Dialer{Timeout: dialTime}).DialContext, log: slog.New(slog.DiscardHandler)}
	for _, set := range opts {
		set(&s)
	}
	bases, err := s.bases()
	problems := []error{app.check(), err}
	if s.limit < MinRateLimit || s.limit > MaxRateLimit {
		problems = append(problems, fmt.Errorf("the rate limit must be %d to %d calls a second, not %d", MinRateLimit, MaxRateLimit, s.limit))
	}
	if s.log == nil {
		problems = append(problems, errors.New("the logger is nil"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	s.limiter = cmp.Or(s.limiter, newLimiter(s.limit))
	return &Client{
		settings:  s,
		hosts:     &hosts{bases: bases},
		signer:    &signer{app: app, now: time.Now, source: s.keySource, log: s.log},
		penalty:   &penalty{},
		changes:   &changes{made: make(map[seat]time.Time)},
		transport: newTransport(s.dial),
		random:    rand.Uint32,
	}, nil
}

func (a App) check() error {
	var problems []error
	if a.SDKAppID <= 0 {
		problems = append(problems, fmt.Errorf("the SDKAppID must be a positive number, not %d", a.SDKAppID))
	}
	if err := checkKey(a.Key); err != nil {
		problems = append(problems, err)
	}
	if _, err := ParseUserID(a.Identifier); err != nil {
		problems = append(problems, fmt.Errorf("the identifier is no account name: %w", err))
	}
	return errors.Join(problems...)
}

// bases returns the beginnings of all URLs: the base URL, or the domains of the
// region, the first to be tried first.
func (s settings) bases() ([]*url.URL, error) {
	switch {
	case s.baseURL != "":
		base, err := ParseBaseURL(s.baseURL)
		if err != nil {
			return nil, fmt.Errorf("the base URL %w", err)
		}
		return []*url.URL{base}, nil
	case s.region != "":
		domains, err := s.region.domains()
		if err != nil {
			return nil, err
		}
		return []*url.URL{{Scheme: "https", Host: domains.primary}, {Scheme: "https", Host: domains.backup}}, nil
	default:
		return nil, errors.New("a region or a base URL is needed")
	}
}
