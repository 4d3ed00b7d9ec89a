package fakediscord

import (
	"context"
	"slices"
	"time"

	"liveadmin/bot/bottest/fake"
)

// ResumeAnswer is what a RESUME gets.
type ResumeAnswer int

// The answers to a RESUME.
const (
	Resumed          ResumeAnswer = iota // the missed events, then RESUMED
	Invalid                              // op 9, false: to identify anew
	InvalidResumable                     // op 9, true
	ReconnectAgain                       // op 7 as the first answer
)

// Identify is an IDENTIFY that was accepted.
type Identify struct {
	Intents    int
	Connection int
	At         time.Time // by the real clock
}

// Sessions are the IDs of the connections that serve: that are READY or RESUMED and
// neither ended, nor were asked to, nor fell silent.
func (s *Server) Sessions() []int {
	s.host.Lock()
	defer s.host.Unlock()
	var ids []int
	for _, c := range s.hub.conns {
		if c.session != nil && !c.silent && !c.leaving {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// WaitSessions waits until at least n connections serve.
func (s *Server) WaitSessions(ctx context.Context, n int) error {
	return s.Wait(ctx, func() bool { return len(s.Sessions()) >= n })
}

// WaitFresh waits until a connection serves that is none of those, which were read
// before.
func (s *Server) WaitFresh(ctx context.Context, before []int) error {
	return s.Wait(ctx, func() bool {
		return slices.ContainsFunc(s.Sessions(), func(id int) bool { return !slices.Contains(before, id) })
	})
}

// Identifies are the IDENTIFYs so far.
func (s *Server) Identifies() []Identify {
	s.host.Lock()
	defer s.host.Unlock()
	return slices.Clone(s.hub.identifies)
}

// Resumes is how many RESUMEs came, whatever they got.
func (s *Server) Resumes() int {
	s.host.Lock()
	defer s.host.Unlock()
	return s.hub.resumes
}

// Heartbeats is how many heartbeats came from connections that were not silent.
func (s *Server) Heartbeats() int {
	s.host.Lock()
	defer s.host.Unlock()
	return s.hub.heartbeats
}

// SetHeartbeat changes the interval that HELLO asks for on new connections.
func (s *Server) SetHeartbeat(d time.Duration) {
	s.host.Change(func() { s.hub.heartbeat = d })
}

// NextResumes says what the next RESUMEs get, one each; those after them are Resumed.
func (s *Server) NextResumes(answers ...ResumeAnswer) {
	s.host.Change(func() { s.hub.answers = slices.Clone(answers) })
}

// NextConnections closes the next n connections with a code instead of letting them
// identify or resume.
func (s *Server) NextConnections(n, code int) {
	s.host.Change(func() { s.hub.refuseNext, s.hub.refuseCode = n, code })
}

// Reconnect sends op 7 to connections, to all if none is named.
func (s *Server) Reconnect(ids ...int) {
	s.pick(ids, func(c *conn) {
		c.leaving = true
		c.send(map[string]any{"op": opReconnect, "d": nil})
	})
}

// Invalidate sends op 9 to connections, to all if none is named. A session that is not
// resumable ends.
func (s *Server) Invalidate(resumable bool, ids ...int) {
	s.pick(ids, func(c *conn) {
		if !resumable && c.session != nil {
			s.hub.drop(c.session)
			c.session = nil
		}
		c.send(map[string]any{"op": opInvalid, "d": resumable})
	})
}

// Dispatch gives an event to every session, with its next sequence number.
func (s *Server) Dispatch(kind string, data any) {
	s.host.Change(func() { s.hub.dispatch(kind, data) })
}

// SendText sends connections, all if none is named, any text as a message.
func (s *Server) SendText(text string, ids ...int) {
	s.pick(ids, func(c *conn) { c.push(frame{payload: []byte(text)}) })
}

// SendBinary sends connections, all if none is named, a binary message.
func (s *Server) SendBinary(payload []byte, ids ...int) {
	s.pick(ids, func(c *conn) { c.push(frame{payload: payload, binary: true}) })
}

// SendRaw writes bytes to connections, to all if none is named, that need not be a frame.
func (s *Server) SendRaw(raw []byte, ids ...int) {
	s.pick(ids, func(c *conn) { c.push(frame{raw: raw}) })
}

// OnConnect sends texts on every connection that comes from now on, before HELLO and right
// after it.
func (s *Server) OnConnect(before, after []string) {
	s.host.Change(func() { s.hub.before, s.hub.after = before, after })
}

// Sequence is the sequence number that the bot named last, in a heartbeat or a RESUME.
func (s *Server) Sequence() int {
	s.host.Lock()
	defer s.host.Unlock()
	return s.hub.sequence
}

// LastSequence is the sequence number of the last event of the newest session.
func (s *Server) LastSequence() int {
	s.host.Lock()
	defer s.host.Unlock()
	if n := len(s.hub.sessions); n > 0 {
		return len(s.hub.sessions[n-1].events)
	}
	return 0
}

// CloseWith closes connections, all if none is named, with a code such as 4004. The
// codes 1000, 1001, 4007 and 4009 end the session, too.
func (s *Server) CloseWith(code int, ids ...int) {
	s.pick(ids, func(c *conn) { s.hub.hangUp(c, code) })
}

// Cut resets connections (RST), all if none is named. Their sessions can be resumed.
func (s *Server) Cut(ids ...int) {
	for _, c := range s.pick(ids, func(c *conn) { c.leaving = true }) {
		fake.Cut(c.ws.NetConn())
	}
}

// Silence lets connections, all if none is named, stay open but do nothing from then on: no
// events, no acknowledgements, and what they send is lost. Discord still believes in
// them: their events can be had by a RESUME only.
func (s *Server) Silence(ids ...int) {
	s.pick(ids, func(c *conn) { c.silent = true })
}

// SetMute makes connections that come from now on silent from the start: they do not
// even get HELLO.
func (s *Server) SetMute(mute bool) {
	s.host.Change(func() { s.hub.mute = mute })
}

// EndSessions forgets sessions that no one is connected to: a RESUME gets op 9, and no
// event waits for them.
func (s *Server) EndSessions() {
	s.host.Change(func() {
		s.hub.sessions = slices.DeleteFunc(s.hub.sessions, func(x *session) bool { return x.conn == nil })
	})
}

// pick marks the connections named, or all if none is named, and returns them.
func (s *Server) pick(ids []int, mark func(*conn)) []*conn {
	var picked []*conn
	s.host.Change(func() {
		for _, c := range s.hub.conns {
			if len(ids) == 0 || slices.Contains(ids, c.id) {
				mark(c)
				picked = append(picked, c)
			}
		}
	})
	return picked
}
