// Package fakediscord is a stand-in for Discord's servers as far as a chat bot needs
// them: the REST API, the gateway, interactions over both, with Discord's own limits
// and refusals, and faults on demand. A test builds guilds and channels, types
// commands and clicks in them as people do, and reads what is there.
//
// Where Discord's documents are silent it takes the stricter of what may be.
package fakediscord

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"liveadmin/bot/bottest/fake"
)

// Config is the application. Every field left empty gets a value.
type Config struct {
	AppID   string // the application; its bot is the user with the same ID, as in new applications
	Token   string // of the bot, without "Bot "
	Command string // the slash command that people type; "liveadmin" if empty

	Gateway string // the address that the API names for the gateway; its own if empty

	AckWithin      time.Duration    // how long an interaction waits for its first response, by the real clock; 0 is 3 s
	Heartbeat      time.Duration    // the interval that HELLO asks for; 0 is 41.25 s
	HeartbeatGrace time.Duration    // how much later than that a heartbeat may come; 0 is 10 s
	Now            func() time.Time // the clock of IDs, of interaction tokens, of nonces and of signatures

	// Loose takes fields that Discord would ignore. Without it, the test fails at its end if a
	// body that was taken is not as Discord's OpenAPI description has it.
	Loose bool
}

// Server is Discord. All methods may be called at any time from any goroutine.
type Server struct {
	t      testing.TB
	config Config
	key    ed25519.PrivateKey
	mux    *http.ServeMux
	host   *fake.Host // its lock guards everything below

	revoked      bool
	lastID       int64
	world        world
	registry     registry
	interactions interactions
	records      []Call
	faults       fake.Faults[Fault]
	limits       limits
	hub          hub
}

// New starts Discord on a free port of 127.0.0.1, until the test ends or Close. It
// has no guild and only the bot.
func New(t testing.TB, c Config) *Server {
	t.Helper()
	c = c.filled()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatalf("fakediscord: %v", err)
	}
	s := &Server{
		t: t, config: c, key: key, host: fake.NewHost(t, "fakediscord"),
		world:        newWorld(c),
		registry:     newRegistry(),
		interactions: newInteractions(),
		limits:       newLimits(),
		hub:          newHub(c),
	}
	s.mux = s.routes()
	s.host.Serve(s)
	t.Cleanup(func() {
		s.Close()
		if !c.Loose {
			s.compare()
		}
	})
	return s
}

// compare compares the bodies that were taken with Discord's own description of them.
func (s *Server) compare() {
	for _, c := range s.Calls("") {
		if c.Status < 200 || c.Status >= 300 {
			continue
		}
		if err := c.conforms(); err != nil {
			s.t.Errorf("fakediscord: %s was taken, but Discord describes it otherwise: %v", c.Route, err)
		}
	}
}

func (c Config) filled() Config {
	c.AppID = cmp.Or(c.AppID, "900000000000000001")
	c.Token = cmp.Or(c.Token, "fake."+rand.Text()+".token")
	c.Command = cmp.Or(c.Command, "liveadmin")
	c.AckWithin = cmp.Or(c.AckWithin, 3*time.Second)
	c.Heartbeat = cmp.Or(c.Heartbeat, 41250*time.Millisecond)
	c.HeartbeatGrace = cmp.Or(c.HeartbeatGrace, 10*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Config is the configuration with every field filled.
func (s *Server) Config() Config { return s.config }

// URL replaces https://discord.com: scheme://host:port.
func (s *Server) URL() string { return "http://" + s.host.Addr() }

// PublicKey is the application's public key in hex, as the developer portal shows it.
func (s *Server) PublicKey() string {
	return hex.EncodeToString(s.key.Public().(ed25519.PublicKey))
}

// SetRevoked makes the bot's token invalid, as a reset in the developer portal does:
// calls get 401, IDENTIFY and RESUME close with 4004. Sessions that are open stay
// open. With false it is good again.
func (s *Server) SetRevoked(revoked bool) {
	s.host.Change(func() { s.revoked = revoked })
}

// Close ends every call and every connection at once and stops listening.
func (s *Server) Close() { s.host.Close(func() { s.Cut() }) }

// Wait returns when the check is true; it is asked again at every change. The check
// may read the Server.
func (s *Server) Wait(ctx context.Context, check func() bool) error { return s.host.Wait(ctx, check) }

// Call is one call of the REST API.
type Call struct {
	Route  string // one of the routes, such as CreateMessage; "" if there is none
	Path   string // below /api/v9, with its query
	Body   json.RawMessage
	At     time.Time // when it came, by the real clock
	Status int       // HTTP; what was answered or, if a fault spoiled it, would have been; 0 if it was not carried out
	Code   int       // Discord's error code
	Fault  FaultKind // what went wrong with it; "" if nothing
}

// Calls are the calls of a route so far, oldest first; of all routes if "".
func (s *Server) Calls(route string) []Call {
	s.host.Lock()
	defer s.host.Unlock()
	if route == "" {
		return slices.Clone(s.records)
	}
	var calls []Call
	for _, c := range s.records {
		if c.Route == route {
			calls = append(calls, c)
		}
	}
	return calls
}

// WaitCalls waits for n calls of a route that were answered or spoiled.
func (s *Server) WaitCalls(ctx context.Context, route string, n int) error {
	return s.Wait(ctx, func() bool {
		over := 0
		for _, c := range s.Calls(route) {
			if c.Status != 0 || c.Fault != "" {
				over++
			}
		}
		return over >= n
	})
}

// record notes a call and returns its place for what is known of it later.
func (s *Server) record(c Call) (n int) {
	s.host.Change(func() {
		s.records = append(s.records, c)
		n = len(s.records) - 1
	})
	return n
}

// encode is for what this package builds itself: none of it can fail.
func encode(v any) json.RawMessage {
	raw, _ := json.Marshal(v)
	return raw
}
