package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"liveadmin/bot/chat"
)

const (
	// greetTime is how long a new session may take to be ready, and resumeTime one that is
	// resumed, the opening of the socket included.
	greetTime  = 15 * time.Second
	resumeTime = 5 * time.Second
	// readyGap is between two new sessions at least: Discord lets one begin in five seconds
	// (docs: events/gateway, rate limiting).
	readyGap = 5 * time.Second
	// readyPause is between two looks whether a new connection is ready.
	readyPause = 50 * time.Millisecond
	// hopelessPause is between two tries while Discord refuses the settings or the program.
	hopelessPause = 5 * time.Minute
)

// connection keeps a session open, one after the other.
type connection struct {
	d      *Discord
	health *chat.Health
	leave  func() // ends it and waits
}

// listen keeps a connection to the gateway until the context ends. Every half a day another
// one takes its place, which is ready before the old one ends: there were sessions that got
// their heartbeats and nothing else, until a new one was begun
// (discord/discord-api-docs#8162). A new one that does not get ready changes nothing.
func (d *Discord) listen(ctx context.Context) {
	now := d.connect(ctx)
	d.gateway.Store(now.health)
	for chat.Sleep(ctx, d.options.Renew) {
		next := d.connect(ctx)
		if next.isReady(ctx) {
			now, next = next, now
			d.gateway.Store(now.health)
			d.log.Info("session replaced", "platform", Name)
		}
		next.leave()
	}
	now.leave()
	d.gateway.Store(nil)
}

// connect begins a connection.
func (d *Discord) connect(ctx context.Context) *connection {
	ctx, end := context.WithCancel(ctx)
	c := &connection{d: d, health: chat.NewHealth("Discord", d.log)}
	var running sync.WaitGroup
	running.Go(func() { c.keep(ctx) })
	c.leave = func() {
		end()
		running.Wait()
	}
	return c
}

// isReady waits until commands can come through the connection, for as long as a session may
// take to be ready.
func (c *connection) isReady(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()
	for chat.Sleep(ctx, readyPause) {
		if ready, _ := c.health.State(); ready {
			return true
		}
	}
	return false
}

// keep keeps a session open until the context ends. One that broke is resumed, once; if
// that fails, a new one begins at once. Only new sessions that are never ready wait longer
// each time.
func (c *connection) keep(ctx context.Context) {
	d := c.d
	var pause chat.Backoff
	var s *session
	var last time.Time // when the last new session was ready
	for ctx.Err() == nil {
		c.health.Down("connecting")
		resumes, limit := s != nil, resumeTime
		if !resumes {
			limit = greetTime
			chat.Sleep(ctx, time.Until(last.Add(readyGap)))
			var err error
			if s, err = c.begin(ctx); err != nil {
				c.noSession(ctx, err)
				pause.Wait(ctx, 0)
				continue
			}
		}
		steady, again, err := d.talk(ctx, c.health, s, limit)
		c.noSession(ctx, err)
		least := d.refused(ctx, err)
		if steady > 0 {
			pause = chat.Backoff{}
		}
		if steady > 0 && !resumes {
			last = time.Now().Add(-steady)
		}
		if !again || !s.isFree(ctx) {
			s = nil
		}
		if least > 0 || steady == 0 && !resumes {
			pause.Wait(ctx, least)
		}
	}
}

// refused looks at the code with which Discord ended a session, if it is one that the next
// session may get, too. It returns how long to wait at least.
func (d *Discord) refused(ctx context.Context, err error) (least time.Duration) {
	closed, ok := errors.AsType[closedError](err)
	switch {
	case ctx.Err() != nil || !ok:
	case closed == closeNotAuthenticated:
		d.rest.recheck.Report() // one such answer proves nothing
	case closed.isHopeless():
		d.log.Error("Discord refuses every session like this one; the next try is later", "in", hopelessPause, "err", err)
		return hopelessPause
	}
	return 0
}

func (c *connection) noSession(ctx context.Context, err error) {
	if ctx.Err() == nil {
		c.health.Down("no session: " + err.Error())
		c.d.log.Warn("session not started", "err", err)
	}
}

// startsKept is how many of the sessions that a day has are never begun: another program
// with this token may need them.
const startsKept = 50

// gateway is where sessions are opened, and how many more may begin.
type gateway struct {
	URL    string `json:"url"`
	Starts struct {
		Remaining *int  `json:"remaining"`
		After     int64 `json:"reset_after"` // milliseconds
	} `json:"session_start_limit"`
}

// isSpent reports whether no more sessions may begin today.
func (g gateway) isSpent() bool { return g.Starts.Remaining != nil && *g.Starts.Remaining < startsKept }

func (d *Discord) askGateway(ctx context.Context) (g gateway, err error) {
	err = d.rest.do(ctx, call{name: "asking for the gateway", method: http.MethodGet, path: "/gateway/bot", into: &g})
	return g, err
}

// errSpent is returned when no more sessions can be begun today.
var errSpent = errors.New("discord lets no more sessions begin for now")

// begin makes a new session, if Discord lets one begin. That is asked before, because
// each attempt counts, and too many of them make Discord reset the token.
func (c *connection) begin(ctx context.Context) (*session, error) {
	g, err := c.d.askGateway(ctx)
	if err != nil {
		return nil, err
	}
	if g.isSpent() {
		c.noSession(ctx, errSpent)
		chat.Sleep(ctx, min(time.Duration(g.Starts.After)*time.Millisecond, chat.MostPause))
		return nil, errSpent
	}
	url, err := gatewayURL(g.URL, strings.HasPrefix(c.d.rest.host, "http://"))
	if err != nil {
		return nil, err
	}
	return c.d.newSession(url)
}

// session is one session on the gateway. It can outlive its socket.
type session struct {
	dg      *discordgo.Session
	gateway string        // where its sockets are opened
	pipe    net.Conn      // for the socket that discordgo opens next
	freed   chan struct{} // gets a signal when discordgo has let its socket go
}

// newSession makes a session of discordgo that reaches nothing but the relay, and does
// nothing by itself: it does not reconnect, retry, wait or log.
func (d *Discord) newSession(gateway string) (*session, error) {
	dg, err := discordgo.New("Bot " + d.config.Token.Reveal())
	if err != nil {
		return nil, fmt.Errorf("making a session: %w", err)
	}
	s := &session{dg: dg, gateway: gateway, freed: make(chan struct{}, 1)}
	dg.Client = &http.Client{Transport: offline{}}
	dg.Dialer = &websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) { return s.pipe, nil }}
	dg.Identify.Intents = discordgo.IntentsNone
	dg.ShouldReconnectOnError, dg.ShouldReconnectVoiceOnSessionError = false, false
	dg.ShouldRetryOnRateLimit, dg.MaxRestRetries = false, 0
	dg.StateEnabled, dg.Compress = false, false
	dg.SyncEvents = true
	dg.LogLevel = discordgo.LogError - 1
	dg.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { signal(s.freed) })
	return s, nil
}

// offline answers the one request of discordgo, where the gateway is, with a name of no
// meaning: the relay has the address.
type offline struct{}

// RoundTrip is of http.RoundTripper.
func (offline) RoundTrip(r *http.Request) (*http.Response, error) {
	body := io.NopCloser(strings.NewReader(`{"url":"ws://relay"}`))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: r}, nil
}

// open begins the session on a pipe to the relay, or resumes it.
func (s *session) open(pipe net.Conn) error {
	drain(s.freed)
	s.pipe = pipe
	return s.dg.Open()
}

// freeTime is how long discordgo may take to let a broken socket go; it takes 1 s.
const freeTime = 3 * time.Second

// isFree waits until discordgo has let its socket go, and reports whether it has in time.
func (s *session) isFree(ctx context.Context) bool {
	late := time.NewTimer(freeTime)
	defer late.Stop()
	select {
	case <-s.freed:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// signal leaves a signal, if none is waiting.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// drain takes a signal away, if one is waiting.
func drain(c <-chan struct{}) {
	select {
	case <-c:
	default:
	}
}
