package fakediscord

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

const (
	gatewayPath   = "/socket/"
	maxIdentifies = 1000 // a day (docs: events/gateway); one more, and the token is reset
)

// Opcodes of the gateway (docs: topics/opcodes-and-status-codes).
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opPresence  = 3
	opVoice     = 4
	opResume    = 6
	opReconnect = 7
	opMembers   = 8
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// Close codes of the gateway (docs: topics/opcodes-and-status-codes).
const (
	CloseUnknownError  = 4000
	closeUnknownOp     = 4001
	closeDecodeError   = 4002
	closeNotIdentified = 4003
	CloseBadToken      = 4004
	closeIdentified    = 4005
	CloseBadSequence   = 4007
	CloseTimedOut      = 4009
	closeBadVersion    = 4012
	closeBadIntents    = 4013
	closeDeniedIntents = 4014
)

// hub is the gateway. The Server's lock guards it.
type hub struct {
	sessions   []*session
	conns      []*conn
	last       int // the ID of the last connection
	identifies []Identify
	resumes    int
	heartbeats int
	sequence   int // that the bot named last

	heartbeat  time.Duration
	answers    []ResumeAnswer // to the next RESUMEs
	refuseNext int            // how many IDENTIFYs and RESUMEs are closed
	refuseCode int
	before     []string // texts before HELLO, and after it
	after      []string
	mute       bool   // new connections are silent
	endpoint   string // of HTTP mode; "" on the gateway
}

func newHub(c Config) hub { return hub{heartbeat: c.Heartbeat} }

// hangUp closes a connection with a code.
func (h *hub) hangUp(c *conn, code int) {
	if c.hungUp {
		return
	}
	c.leaving, c.hungUp = true, true
	if c.session != nil && endsSession(code) {
		h.drop(c.session)
	}
	c.queue = append(c.queue, frame{code: code})
	c.nudge()
}

func endsSession(code int) bool {
	switch code {
	case websocket.CloseNormalClosure, websocket.CloseGoingAway, CloseBadSequence, CloseTimedOut:
		return true
	}
	return false
}

func (s *Server) getGateway(*query) answer {
	return ok(map[string]any{"url": s.gatewayURL()})
}

func (s *Server) gatewayURL() string {
	if s.config.Gateway != "" {
		return s.config.Gateway
	}
	return "ws://" + s.host.Addr() + strings.TrimSuffix(gatewayPath, "/")
}

func (s *Server) getGatewayBot(*query) answer {
	return ok(map[string]any{
		"url": s.gatewayURL(), "shards": 1,
		"session_start_limit": map[string]any{
			"total": maxIdentifies, "remaining": max(0, maxIdentifies-len(s.hub.identifies)),
			"reset_after": (24 * time.Hour).Milliseconds(), "max_concurrency": 1,
		},
	})
}

// serveGateway is a connection of the bot until it ends.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the client has its answer from Upgrade
	}
	defer ws.Close()
	c := &conn{ws: ws, wake: make(chan struct{}, 1)}
	if !s.greet(c, r.URL.Query().Get("v")) {
		return
	}
	ended := make(chan struct{})
	defer close(ended)
	s.host.Beside(func() { s.write(c, ended) })
	patience := time.AfterFunc(c.patience, func() { s.giveUp(c) })
	defer patience.Stop()
	for {
		_, raw, err := ws.ReadMessage()
		if err != nil {
			s.forget(c, err)
			return
		}
		if s.receive(c, raw) == opHeartbeat {
			patience.Reset(c.patience)
		}
	}
}

// greet says HELLO. It reports false if the Server was closed.
func (s *Server) greet(c *conn, version string) bool {
	closed := false
	s.host.Change(func() {
		if closed = s.host.IsClosed(); closed {
			return
		}
		h := &s.hub
		h.last++
		c.id, c.silent = h.last, h.mute
		c.patience = h.heartbeat + s.config.HeartbeatGrace
		h.conns = append(h.conns, c)
		if version != "9" && version != "10" {
			h.hangUp(c, closeBadVersion)
			return
		}
		for _, text := range h.before {
			c.push(frame{payload: []byte(text)})
		}
		c.send(map[string]any{"op": opHello, "d": map[string]any{"heartbeat_interval": h.heartbeat.Milliseconds()}})
		for _, text := range h.after {
			c.push(frame{payload: []byte(text)})
		}
	})
	return !closed
}

// giveUp closes a connection whose heartbeats stay away.
func (s *Server) giveUp(c *conn) {
	s.host.Change(func() {
		if !c.silent {
			s.hub.hangUp(c, CloseTimedOut)
		}
	})
}

// forget ends a connection. The session stays, unless the client closed it for good;
// what a client says after the server hung up does not count.
func (s *Server) forget(c *conn, why error) {
	s.host.Change(func() {
		s.hub.conns = slices.DeleteFunc(s.hub.conns, func(other *conn) bool { return other == c })
		if c.session == nil {
			return
		}
		c.session.conn = nil
		if closed := (*websocket.CloseError)(nil); !c.hungUp && errors.As(why, &closed) && endsSession(closed.Code) {
			s.hub.drop(c.session)
		}
	})
}

// receive takes what the bot sent, and returns its opcode.
func (s *Server) receive(c *conn, raw []byte) int {
	var sent struct {
		Op int             `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	err := json.Unmarshal(raw, &sent)
	s.host.Change(func() {
		switch {
		case c.silent || c.hungUp:
		case err != nil:
			s.hub.hangUp(c, closeDecodeError)
		default:
			if code := s.obey(c, sent.Op, sent.D); code != 0 {
				s.hub.hangUp(c, code)
			}
		}
	})
	return sent.Op
}

// obey does what an opcode asks for, and returns the code to close with, or 0. The
// state is locked.
func (s *Server) obey(c *conn, op int, d json.RawMessage) (code int) {
	switch op {
	case opHeartbeat:
		s.hub.heartbeats++
		_ = json.Unmarshal(d, &s.hub.sequence) // null before the first event
		c.send(map[string]any{"op": opAck})
		return 0
	case opIdentify:
		return s.identify(c, d)
	case opResume:
		return s.resume(c, d)
	case opPresence, opVoice, opMembers:
		if c.session == nil {
			return closeNotIdentified
		}
		return 0
	}
	return closeUnknownOp
}
