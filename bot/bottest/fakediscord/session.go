package fakediscord

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

const (
	privilegedIntents = 1<<1 | 1<<8 | 1<<15 // the application has none of them
	allIntents        = 1<<26 - 1
)

// session is what an IDENTIFY began. It may outlive its connection.
type session struct {
	id     string
	events []json.RawMessage // every one so far: the first has the sequence number 1
	conn   *conn             // nil while no one is connected
}

// dispatch gives an event to a session, and to who is connected to it.
func (x *session) dispatch(kind string, data any) {
	event := encode(map[string]any{"op": opDispatch, "t": kind, "s": len(x.events) + 1, "d": data})
	x.events = append(x.events, event)
	if x.conn != nil {
		x.conn.send(event)
	}
}

// dispatch gives an event to every session, and returns how many there are.
func (h *hub) dispatch(kind string, data any) int {
	for _, x := range h.sessions {
		x.dispatch(kind, data)
	}
	return len(h.sessions)
}

// drop ends a session.
func (h *hub) drop(ended *session) {
	h.sessions = slices.DeleteFunc(h.sessions, func(x *session) bool { return x == ended })
}

// refusal is the code that is to be used up before any session begins, or 0.
func (h *hub) refusal() int {
	if h.refuseNext == 0 {
		return 0
	}
	h.refuseNext--
	return h.refuseCode
}

// identify begins a session.
func (s *Server) identify(c *conn, d json.RawMessage) (code int) {
	var in struct {
		Token   string `json:"token"`
		Intents *int   `json:"intents"`
	}
	if json.Unmarshal(d, &in) != nil {
		return closeDecodeError
	}
	refusal := s.hub.refusal()
	switch {
	case c.session != nil:
		return closeIdentified
	case refusal != 0:
		return refusal
	case !s.authentic(strings.TrimPrefix(in.Token, "Bot ")):
		return CloseBadToken
	case in.Intents == nil || *in.Intents&^allIntents != 0:
		return closeBadIntents
	case *in.Intents&privilegedIntents != 0:
		return closeDeniedIntents
	case len(s.hub.identifies) == maxIdentifies:
		s.revoked = true
		return CloseBadToken
	}
	s.hub.identifies = append(s.hub.identifies, Identify{Intents: *in.Intents, Connection: c.id, At: time.Now()})
	x := &session{id: strings.ToLower(rand.Text()), conn: c}
	c.session = x
	s.hub.sessions = append(s.hub.sessions, x)
	x.dispatch("READY", s.ready(x))
	return 0
}

// ready is the data of READY.
func (s *Server) ready(x *session) map[string]any {
	guilds := []any{}
	for id, g := range s.world.guilds {
		if !g.NoBot {
			guilds = append(guilds, map[string]any{"id": id, "unavailable": true})
		}
	}
	return map[string]any{
		"v": 9, "user": s.wireUser(s.config.AppID), "guilds": guilds,
		"session_id": x.id, "session_type": "normal", "resume_gateway_url": s.gatewayURL(),
		"application":      map[string]any{"id": s.config.AppID, "flags": 0},
		"private_channels": []any{}, "relationships": []any{}, "user_settings": map[string]any{},
	}
}

// resume goes on with a session.
func (s *Server) resume(c *conn, d json.RawMessage) (code int) {
	var in struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int    `json:"seq"`
	}
	if json.Unmarshal(d, &in) != nil {
		return closeDecodeError
	}
	s.hub.resumes++
	s.hub.sequence = in.Seq
	refusal := s.hub.refusal()
	switch {
	case c.session != nil:
		return closeIdentified
	case refusal != 0:
		return refusal
	case !s.authentic(strings.TrimPrefix(in.Token, "Bot ")):
		return CloseBadToken
	}
	at := slices.IndexFunc(s.hub.sessions, func(x *session) bool { return x.id == in.SessionID })
	how := Invalid
	if at >= 0 {
		how = s.hub.nextAnswer()
	}
	switch how {
	case Invalid:
		if at >= 0 {
			s.hub.drop(s.hub.sessions[at])
		}
		c.send(map[string]any{"op": opInvalid, "d": false})
	case InvalidResumable:
		c.send(map[string]any{"op": opInvalid, "d": true})
	case ReconnectAgain:
		c.leaving = true
		c.send(map[string]any{"op": opReconnect, "d": nil})
	default:
		return s.takeUp(c, s.hub.sessions[at], in.Seq)
	}
	return 0
}

func (h *hub) nextAnswer() ResumeAnswer {
	if len(h.answers) == 0 {
		return Resumed
	}
	next := h.answers[0]
	h.answers = h.answers[1:]
	return next
}

// takeUp connects a session again and replays what was missed.
func (s *Server) takeUp(c *conn, x *session, seq int) (code int) {
	if seq < 0 || seq > len(x.events) {
		s.hub.drop(x)
		return CloseBadSequence
	}
	if old := x.conn; old != nil {
		old.session = nil
		s.hub.hangUp(old, CloseUnknownError)
	}
	x.conn, c.session = c, x
	for _, missed := range x.events[seq:] {
		c.send(missed)
	}
	x.dispatch("RESUMED", map[string]any{})
	return 0
}
