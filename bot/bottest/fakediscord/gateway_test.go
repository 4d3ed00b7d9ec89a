package fakediscord_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"liveadmin/bot/bottest/fakediscord"
)

// packet is a payload of the gateway.
type packet struct {
	Op int
	T  string
	S  int
	D  json.RawMessage
}

// dial connects without the client.
func dial(t *testing.T, s *fakediscord.Server, query string) *websocket.Conn {
	t.Helper()
	url, err := client(t, s).Gateway()
	if err != nil {
		t.Fatal(err)
	}
	ws, _, err := websocket.DefaultDialer.DialContext(soon(t), url+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	return ws
}

// greeted is a connection that has read HELLO.
func greeted(t *testing.T, s *fakediscord.Server) *websocket.Conn {
	t.Helper()
	ws := dial(t, s, "?v=9&encoding=json")
	if p := next(t, ws); p.Op != 10 {
		t.Fatalf("greeted with %+v", p)
	}
	return ws
}

func next(t *testing.T, ws *websocket.Conn) packet {
	t.Helper()
	var p packet
	ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	if err := ws.ReadJSON(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// closing is the code that a connection is closed with.
func closing(t *testing.T, ws *websocket.Conn) int {
	t.Helper()
	ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		_, _, err := ws.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func send(t *testing.T, ws *websocket.Conn, payload string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(payload)); err != nil {
		t.Fatal(err)
	}
}

func identify(s *fakediscord.Server) string {
	return fmt.Sprintf(`{"op":2,"d":{"token":%q,"intents":0}}`, s.Config().Token)
}

// ready is a connection with a session, and the session's ID.
func ready(t *testing.T, s *fakediscord.Server) (*websocket.Conn, string) {
	t.Helper()
	ws := greeted(t, s)
	send(t, ws, identify(s))
	p := next(t, ws)
	var data struct {
		SessionID string `json:"session_id"`
		Guilds    []struct{ ID string }
	}
	if err := json.Unmarshal(p.D, &data); err != nil || p.T != "READY" || p.S != 1 || data.SessionID == "" || len(data.Guilds) != 1 {
		t.Fatalf("got %+v", p)
	}
	return ws, data.SessionID
}

func resume(s *fakediscord.Server, session string, seq int) string {
	return fmt.Sprintf(`{"op":6,"d":{"token":%q,"session_id":%q,"seq":%d}}`, s.Config().Token, session, seq)
}

// connected waits for the first connections to serve, and returns them.
func connected(t *testing.T, s *fakediscord.Server, n int) []int {
	t.Helper()
	if err := s.WaitSessions(soon(t), n); err != nil {
		t.Fatal(err)
	}
	return s.Sessions()
}

// fresh waits for a new connection to serve.
func fresh(t *testing.T, s *fakediscord.Server, before []int) {
	t.Helper()
	if err := s.WaitFresh(soon(t), before); err != nil {
		t.Fatal(err)
	}
}

func TestAClientConnects(t *testing.T) {
	s := guild(t, fakediscord.Config{Heartbeat: 5 * time.Millisecond})
	c := opened(t, s, nil)
	connected(t, s, 1)
	if c.State.User.ID != s.Config().AppID || c.State.Application.ID != s.Config().AppID {
		t.Errorf("got %+v", c.State.Ready)
	}
	if list := s.Identifies(); len(list) != 1 || list[0].Intents != 0 || list[0].Connection != s.Sessions()[0] || list[0].At.IsZero() {
		t.Errorf("got %+v", list)
	}
	if err := s.Wait(soon(t), func() bool { return s.Heartbeats() > 3 }); err != nil {
		t.Error(err)
	}
	gateway, err := c.GatewayBot()
	if err != nil || gateway.SessionStartLimit.Remaining != 999 || gateway.SessionStartLimit.Total != 1000 {
		t.Errorf("got %+v, %v", gateway, err)
	}
}

func TestHeartbeatsAreAcknowledged(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	ws := dial(t, s, "?v=10&encoding=json")
	var hello struct {
		Interval int `json:"heartbeat_interval"`
	}
	if p := next(t, ws); json.Unmarshal(p.D, &hello) != nil || hello.Interval != 41250 {
		t.Errorf("got %+v", p)
	}
	send(t, ws, `{"op":1,"d":null}`)
	if p := next(t, ws); p.Op != 11 {
		t.Errorf("got %+v", p)
	}
	s.SetHeartbeat(time.Second)
	if p := next(t, dial(t, s, "?v=9")); json.Unmarshal(p.D, &hello) != nil || hello.Interval != 1000 {
		t.Errorf("got %+v", p)
	}
}

func TestAClientThatDoesNotHeartbeat(t *testing.T) {
	s := guild(t, fakediscord.Config{Heartbeat: time.Millisecond, HeartbeatGrace: time.Millisecond})
	if got := closing(t, dial(t, s, "?v=9")); got != fakediscord.CloseTimedOut {
		t.Errorf("closed with %d", got)
	}
}

func TestCloseCodes(t *testing.T) {
	for _, row := range []struct {
		name string
		sent func(*fakediscord.Server) []string
		code int
	}{
		{"no JSON", func(*fakediscord.Server) []string { return []string{`{`} }, 4002},
		{"an unknown opcode", func(*fakediscord.Server) []string { return []string{`{"op":99}`} }, 4001},
		{"before identifying", func(*fakediscord.Server) []string { return []string{`{"op":3,"d":{}}`} }, 4003},
		{"a wrong token", func(*fakediscord.Server) []string { return []string{`{"op":2,"d":{"token":"x","intents":0}}`} }, 4004},
		{"a revoked token", func(s *fakediscord.Server) []string { s.SetRevoked(true); return []string{identify(s)} }, 4004},
		{"a wrong token to resume", func(*fakediscord.Server) []string { return []string{`{"op":6,"d":{"token":"x"}}`} }, 4004},
		{"twice", func(s *fakediscord.Server) []string { return []string{identify(s), identify(s)} }, 4005},
		{"a resume beside", func(s *fakediscord.Server) []string { return []string{identify(s), resume(s, "x", 1)} }, 4005},
		{"no intents", func(s *fakediscord.Server) []string {
			return []string{fmt.Sprintf(`{"op":2,"d":{"token":%q}}`, s.Config().Token)}
		}, 4013},
		{"privileged intents", func(s *fakediscord.Server) []string {
			return []string{fmt.Sprintf(`{"op":2,"d":{"token":%q,"intents":2}}`, s.Config().Token)}
		}, 4014},
		{"a bad IDENTIFY", func(*fakediscord.Server) []string { return []string{`{"op":2,"d":1}`} }, 4002},
		{"a bad RESUME", func(*fakediscord.Server) []string { return []string{`{"op":6,"d":1}`} }, 4002},
		{"on demand", func(s *fakediscord.Server) []string { s.NextConnections(1, 4008); return []string{identify(s)} }, 4008},
		{"on demand, resuming", func(s *fakediscord.Server) []string { s.NextConnections(1, 4000); return []string{resume(s, "x", 1)} }, 4000},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			ws := greeted(t, s)
			for _, payload := range row.sent(s) {
				send(t, ws, payload)
			}
			if got := closing(t, ws); got != row.code {
				t.Errorf("closed with %d", got)
			}
		})
	}
	t.Run("a strange version", func(t *testing.T) {
		if got := closing(t, dial(t, guild(t, fakediscord.Config{}), "?v=6")); got != 4012 {
			t.Errorf("closed with %d", got)
		}
	})
}

func TestTheTokenIsResetAfterTooManyIdentifies(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	ws := greeted(t, s)
	for range 1000 {
		send(t, ws, identify(s))
		if p := next(t, ws); p.T != "READY" {
			t.Fatalf("got %+v", p)
		}
		s.Invalidate(false)
		if p := next(t, ws); p.Op != 9 || string(p.D) != "false" {
			t.Fatalf("got %+v", p)
		}
	}
	send(t, ws, identify(s))
	if got := closing(t, ws); got != 4004 {
		t.Errorf("closed with %d", got)
	}
	if _, err := client(t, s).User("@me"); err == nil {
		t.Error("the token is still good")
	}
}
