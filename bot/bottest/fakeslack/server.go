// Package fakeslack is a stand-in for Slack's servers as far as a chat bot needs
// them: the Web API, Socket Mode, signed HTTP requests and response_urls, with
// Slack's own limits and refusals, and faults on demand. A test builds a
// workspace, types, clicks and mentions in it as people do, and reads what is
// in its channels.
//
// Where Slack's documents are silent it takes the stricter of what may be.
package fakeslack

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fake"
)

// Config is the workspace with the app that is installed in it. Every field left
// empty gets a value.
type Config struct {
	Team       string // the installing workspace, T…
	Enterprise string // its organisation, E…; stays empty outside of one
	AppID      string // A…
	BotUser    string // the bot as a person, U…
	BotID      string // the bot as a bot, B…
	Command    string // the slash command; "/liveadmin" if empty

	BotToken      string // xoxb-…
	AppToken      string // xapp-…
	SigningSecret string
	Scopes        []string // of the bot token; commands, chat:write and app_mentions:read if nil

	NoHome     bool // the app has no Home tab
	HeaderOnly bool // tokens are read in the header alone

	AckWithin time.Duration    // how long Slack waits for an acknowledgement; 0 is 3 s
	PingEvery time.Duration    // between the server's pings on a socket; 0 is a second, below 0 is never
	Now       func() time.Time // the clock of ts, of response_urls and of signatures
}

// Server is Slack. All methods may be called at any time from any goroutine.
type Server struct {
	t      testing.TB
	config Config
	host   *fake.Host // its lock guards everything below

	credentials credentials
	workspace   workspace
	hooks       map[string]*hook // by path
	records     []Call
	faults      fake.Faults[Fault]
	plainOnly   bool // messages with blocks are refused
	noRichText  bool // those with rich_text are
	hub         hub
	views       views
}

// New starts Slack on a free port of 127.0.0.1, until the test ends or Close. The
// workspace has no channel and only the bot in it.
func New(t testing.TB, c Config) *Server {
	t.Helper()
	c = c.filled()
	s := &Server{
		t: t, config: c, host: fake.NewHost(t, "fakeslack"),
		credentials: newCredentials(c),
		workspace:   newWorkspace(c),
		hooks:       make(map[string]*hook),
		hub:         newHub(),
	}
	s.host.Serve(s)
	t.Cleanup(s.Close)
	return s
}

func (c Config) filled() Config {
	c.Team = cmp.Or(c.Team, "T0TEAM")
	c.AppID = cmp.Or(c.AppID, "A0APP")
	c.BotUser = cmp.Or(c.BotUser, "U0BOT")
	c.BotID = cmp.Or(c.BotID, "B0BOT")
	c.Command = cmp.Or(c.Command, "/liveadmin")
	c.BotToken = cmp.Or(c.BotToken, "xoxb-1-"+unique())
	c.AppToken = cmp.Or(c.AppToken, "xapp-1-"+unique())
	c.SigningSecret = cmp.Or(c.SigningSecret, strings.ToLower(unique()))
	c.AckWithin = cmp.Or(c.AckWithin, 3*time.Second)
	c.PingEvery = cmp.Or(c.PingEvery, time.Second)
	if c.Scopes == nil {
		c.Scopes = []string{"commands", "chat:write", "app_mentions:read"}
	}
	c.Scopes = slices.Clone(c.Scopes)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Config is the configuration with every field filled.
func (s *Server) Config() Config {
	c := s.config
	c.Scopes = slices.Clone(c.Scopes)
	return c
}

// URL is the base of the Web API, as slack.OptionAPIURL wants it: it ends in "/api/".
func (s *Server) URL() string { return "http://" + s.host.Addr() + "/api/" }

// Close ends every call and every socket at once and stops listening.
func (s *Server) Close() { s.host.Close(func() { s.Cut() }) }

// ServeHTTP is one request from the bot.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if method, ok := strings.CutPrefix(r.URL.Path, "/api/"); ok {
		s.serveAPI(w, r, method)
		return
	}
	switch {
	case r.URL.Path == socketPath:
		s.serveSocket(w, r)
	case strings.HasPrefix(r.URL.Path, hookPath):
		s.serveHook(w, r)
	default:
		http.NotFound(w, r)
	}
}

// Wait returns when the check is true; it is asked again at every change. The
// check may read the Server.
func (s *Server) Wait(ctx context.Context, check func() bool) error { return s.host.Wait(ctx, check) }

// Call is one call of a Web API method, or of "response_url".
type Call struct {
	Method string
	Args   url.Values // without the token; of a response_url: its JSON under "payload"
	At     time.Time  // when it came, by the real clock
	Error  string     // Slack's error; "" if it was carried out or its answer is spoiled by a fault
	Fault  FaultKind  // what went wrong with it; "" if nothing
}

// Calls are the calls of a method so far, oldest first; of all methods if "".
func (s *Server) Calls(method string) []Call {
	s.host.Lock()
	defer s.host.Unlock()
	var calls []Call
	for _, c := range s.records {
		if method == "" || c.Method == method {
			calls = append(calls, c)
		}
	}
	return calls
}

// record notes a call and returns its place for what is known of it later.
func (s *Server) record(c Call) (n int) {
	s.host.Change(func() {
		s.records = append(s.records, c)
		n = len(s.records) - 1
	})
	return n
}
