package fakeslack_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"

	"liveadmin/bot/bottest/fakeslack"
)

// app is a bot that acknowledges what comes over a socket of the real client.
type app struct {
	mu     sync.Mutex
	events []socketmode.Event
	stop   context.CancelFunc
	ended  chan error
}

// run connects an app; payload says what it acknowledges with, false for not at all.
func run(t *testing.T, s *fakeslack.Server, payload func(socketmode.Event) (any, bool)) *app {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	a := &app{stop: stop, ended: make(chan error, 1)}
	sockets := socketmode.New(client(s), socketmode.OptionPingInterval(5*time.Second))
	go func() { a.ended <- sockets.RunContext(ctx) }()
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case e := <-sockets.Events:
				a.take(ctx, sockets, e, payload)
			case <-ctx.Done():
				return
			}
		}
	})
	t.Cleanup(func() { stop(); done.Wait() })
	return a
}

func (a *app) take(ctx context.Context, sockets *socketmode.Client, e socketmode.Event, payload func(socketmode.Event) (any, bool)) {
	a.mu.Lock()
	a.events = append(a.events, e)
	a.mu.Unlock()
	if e.Request == nil || e.Request.EnvelopeID == "" {
		return
	}
	if with, ack := payload(e); ack {
		sockets.AckCtx(ctx, e.Request.EnvelopeID, with) // what is lost shows on the other side
	}
}

func (a *app) got(kind socketmode.EventType) []socketmode.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.events), func(e socketmode.Event) bool { return e.Type != kind })
}

func quietly(socketmode.Event) (any, bool) { return nil, true }

func connected(t *testing.T, s *fakeslack.Server, n int) {
	t.Helper()
	if err := s.WaitConnected(soon(t), n); err != nil {
		t.Fatal(err)
	}
}

// dial connects without the client and reads the hello.
func dial(t *testing.T, s *fakeslack.Server) *websocket.Conn {
	t.Helper()
	_, url, err := client(s).StartSocketModeContext(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(soon(t), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var hello struct{ Type string }
	if readFrame(t, conn, &hello); hello.Type != "hello" {
		t.Fatalf("greeted with %+v", hello)
	}
	return conn
}

func readFrame(t *testing.T, conn *websocket.Conn, into any) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if err := conn.ReadJSON(into); err != nil {
		t.Fatal(err)
	}
}

func TestSocketURLsAreUsedOnce(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	_, url, err := client(s).StartSocketModeContext(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []int{http.StatusSwitchingProtocols, http.StatusForbidden} {
		conn, resp, err := websocket.DefaultDialer.DialContext(soon(t), url, nil)
		if resp == nil || resp.StatusCode != want {
			t.Errorf("use %d: %v", n+1, err)
		}
		if err == nil {
			defer conn.Close()
		}
	}
}

func TestTheEleventhSocketIsOneTooMany(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	for range 10 {
		dial(t, s)
	}
	connected(t, s, 10)
	_, url, err := client(s).StartSocketModeContext(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(soon(t), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var frame struct{ Type, Reason string }
	if readFrame(t, conn, &frame); frame.Type != "disconnect" || frame.Reason != fakeslack.TooManyWebSockets {
		t.Errorf("got %+v", frame)
	}
	if len(s.Sockets()) != 10 {
		t.Errorf("%d sockets", len(s.Sockets()))
	}
}

func TestEachEnvelopeGoesToOneSocket(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	apps := []*app{run(t, s, quietly), run(t, s, quietly)}
	connected(t, s, 2)
	sockets := make(map[int]bool)
	for range 6 {
		ack, err := s.Slash(alice, general, "x").Wait(soon(t))
		if err != nil {
			t.Fatal(err)
		}
		sockets[ack.Socket] = true
	}
	one, two := len(apps[0].got(socketmode.EventTypeSlashCommand)), len(apps[1].got(socketmode.EventTypeSlashCommand))
	if one+two != 6 || one == 0 || two == 0 || len(sockets) != 2 {
		t.Errorf("%d and %d commands", one, two)
	}
}

func TestDisconnects(t *testing.T) {
	for _, reason := range []string{fakeslack.Warning, fakeslack.RefreshRequested, fakeslack.LinkDisabled} {
		t.Run(reason, func(t *testing.T) {
			s := workspace(t, fakeslack.Config{})
			run(t, s, quietly)
			connected(t, s, 1)
			old := s.Sockets()[0]
			s.Disconnect(reason)
			connected(t, s, 1)
			if s.Sockets()[0] == old {
				t.Error("the socket still serves")
			}
			if _, err := s.Slash(alice, general, "x").Wait(soon(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCutSockets(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	run(t, s, quietly)
	connected(t, s, 1)
	old := s.Sockets()[0]
	s.Cut(old)
	connected(t, s, 1)
	if s.Sockets()[0] == old {
		t.Error("the socket still serves")
	}
}

func TestCutAfterAnEnvelope(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	conn := dial(t, s)
	connected(t, s, 1)
	s.CutAfterNext(1)
	s.Mention(alice, general, "", "x")
	var envelope struct{ Type string }
	conn.ReadJSON(&envelope) // it may be lost with the connection
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Error("the connection lives")
	}
	if len(s.Sockets()) != 0 {
		t.Errorf("sockets %v", s.Sockets())
	}
}

func TestSilentSocketsSwallowWhatTheyGet(t *testing.T) {
	s := workspace(t, fakeslack.Config{PingEvery: time.Millisecond})
	conn := dial(t, s)
	pings := make(chan struct{}, 1000)
	conn.SetPingHandler(func(string) error { pings <- struct{}{}; return nil })
	read := make(chan error, 1)
	go func() { _, _, err := conn.ReadMessage(); read <- err }()
	<-pings
	s.Silence()
	if len(s.Sockets()) != 0 {
		t.Errorf("%v serve", s.Sockets())
	}
	d := s.Mention(alice, general, "", "x")
	conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
	conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	var timeout interface{ Timeout() bool }
	if err := <-read; !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("the connection did not just stay open: %v", err)
	}
	if len(d.Acks()) != 0 {
		t.Error("it is acknowledged")
	}
	live := dial(t, s)
	connected(t, s, 1)
	s.Redeliver(d) // whose turn it is, no one knows
	s.Redeliver(d)
	var envelope struct {
		Type    string
		Attempt int `json:"retry_attempt"`
	}
	if readFrame(t, live, &envelope); envelope.Type != "events_api" || envelope.Attempt == 0 {
		t.Errorf("got %+v", envelope)
	}
}

func TestMuteSocketsDoNotSayHello(t *testing.T) {
	s := workspace(t, fakeslack.Config{PingEvery: time.Millisecond})
	s.SetMute(true)
	_, url, err := client(s).StartSocketModeContext(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(soon(t), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if _, frame, err := conn.ReadMessage(); err == nil || len(s.Sockets()) != 0 {
		t.Errorf("got %s", frame)
	}
}

func TestPings(t *testing.T) {
	for _, row := range []struct {
		every, within time.Duration
		want          bool
	}{
		{time.Millisecond, 20 * time.Second, true},
		{-1, 50 * time.Millisecond, false},
	} {
		s := workspace(t, fakeslack.Config{PingEvery: row.every})
		conn := dial(t, s)
		pinged := false
		conn.SetPingHandler(func(string) error {
			pinged = true
			return conn.SetReadDeadline(time.Now())
		})
		conn.SetReadDeadline(time.Now().Add(row.within))
		conn.ReadMessage() // ends with the deadline
		if pinged != row.want {
			t.Errorf("every %v: pinged %v", row.every, pinged)
		}
	}
}

func TestRevokedAppEndsTheClient(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	a := run(t, s, quietly)
	connected(t, s, 1)
	s.Revoke(s.Config().AppToken, "token_revoked")
	s.Cut()
	select {
	case err := <-a.ended:
		if err == nil || err.Error() != "token_revoked" {
			t.Errorf("got %v", err)
		}
	case <-soon(t).Done():
		t.Error("it goes on")
	}
}

func TestCloseEndsSockets(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	conn := dial(t, s)
	s.Close()
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Error("the connection lives")
	}
	s.Close() // once more is nothing
}
