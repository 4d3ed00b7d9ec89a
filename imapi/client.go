package imapi

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
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
	hosts     *hosts
	limiter   *limiter
	signer    *signer
	penalty   *penalty
	changes   *changes
	transport http.RoundTripper
	gate      func() error
	observer  Observer
	log       *slog.Logger
	random    func() uint32

	// Of one command; see For and Within.
	line   line
	share  *share
	budget *budget
}

// settings are what the options say before anything is built.
type settings struct {
	region    Region
	baseURL   string
	limit     int
	now       func() time.Time
	keySource func() (Secret, error)
	gate      func() error
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

// WithClock replaces time.Now where the age of the UserSig is judged. Waiting
// always goes by the process's own monotonic clock.
func WithClock(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// WithLogger takes a line at debug level for each call, and one for each change of
// the secret key. Without it nothing is logged.
func WithLogger(log *slog.Logger) Option { return func(s *settings) { s.log = log } }

// New makes a Client without calling anything. Its error names every value that
// is wrong, and shows no secret.
func New(app App, opts ...Option) (*Client, error) {
	s := settings{
		limit: DefaultRateLimit, now: time.Now, gate: alwaysOpen, observer: nobody{}, log: slog.New(slog.DiscardHandler),
	}
	for _, set := range opts {
		set(&s)
	}
	bases, baseErr := s.bases()
	if err := errors.Join(app.check(), baseErr, s.check()); err != nil {
		return nil, err
	}
	return &Client{
		hosts:     &hosts{bases: bases},
		limiter:   newLimiter(s.limit),
		signer:    &signer{app: app, now: s.now, source: s.keySource, log: s.log},
		penalty:   &penalty{},
		changes:   &changes{made: make(map[seat]time.Time)},
		transport: newTransport(),
		gate:      s.gate,
		observer:  s.observer,
		log:       s.log,
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

func (s settings) check() error {
	var problems []error
	if s.limit < MinRateLimit || s.limit > MaxRateLimit {
		problems = append(problems, fmt.Errorf("the rate limit must be %d to %d calls a second, not %d", MinRateLimit, MaxRateLimit, s.limit))
	}
	if s.now == nil {
		problems = append(problems, errors.New("the clock is nil"))
	}
	if s.log == nil {
		problems = append(problems, errors.New("the logger is nil"))
	}
	return errors.Join(problems...)
}
