package discord

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

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
