package fakeslack

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"liveadmin/bot/bottest/fake"
)

const (
	socketPath = "/link/"
	maxSockets = 10
	writeTime  = 5 * time.Second // a client that does not read for this long is cut
)

// Reasons of a disconnect.
const (
	Warning           = "warning"             // the server ends the socket about 10 s later
	RefreshRequested  = "refresh_requested"   // the server ends the socket at once
	LinkDisabled      = "link_disabled"       // Socket Mode was switched off
	TooManyWebSockets = "too_many_websockets" // the eleventh socket
)

// hub is how events reach the app. The Server's lock guards it.
type hub struct {
	tickets map[string]bool // URLs of sockets that no one has used yet
	sockets []*socket
	last    int                  // the ID of the last socket
	turn    int                  // counts envelopes, to go round the sockets
	sent    map[string]*Delivery // by envelope
	mute    bool                 // new sockets are silent
	cutNext int                  // how many envelopes cut their socket
	appURL  string               // HTTP mode; "" in Socket Mode
}

func newHub() hub {
	return hub{tickets: make(map[string]bool), sent: make(map[string]*Delivery)}
}

// socket is one connection of the app.
type socket struct {
	id      int
	conn    *websocket.Conn
	writing sync.Mutex

	silent  bool // the Server's lock guards these two
	leaving bool
}

// openConnection is apps.connections.open.
func (s *Server) openConnection(url.Values) answer {
	ticket := unique()
	s.hub.tickets[ticket] = true
	return done(answer{"url": "ws://" + s.host.Addr() + socketPath + "?ticket=" + ticket + "&app_id=" + s.config.AppID})
}

// serveSocket is a connection of the app until it ends.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	valid := false
	s.host.Change(func() {
		valid = s.hub.tickets[ticket]
		delete(s.hub.tickets, ticket)
	})
	if r.URL.Query().Has("debug_reconnects") {
		s.t.Error("fakeslack: a socket with debug_reconnects lives for six minutes only")
	}
	if !valid {
		http.Error(w, "this URL was used or never given", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the client has its answer from Upgrade
	}
	defer conn.Close()
	k := &socket{conn: conn}
	conn.SetPingHandler(func(data string) error { return s.pong(k, data) })
	if !s.greet(k) {
		return
	}
	defer s.forget(k)
	ended := make(chan struct{})
	defer close(ended)
	s.host.Beside(func() { s.ping(k, ended) })
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			return
		}
		s.acknowledged(k, frame)
	}
}

// greet says hello. It reports false if the socket may not stay.
func (s *Server) greet(k *socket) bool {
	k.writing.Lock() // so that no envelope comes before
	defer k.writing.Unlock()
	n, closed := 0, false
	s.host.Change(func() {
		closed = s.host.IsClosed()
		n = len(s.hub.sockets) + 1
		if closed || n > maxSockets {
			return
		}
		s.hub.last++
		k.id, k.silent = s.hub.last, s.hub.mute
		s.hub.sockets = append(s.hub.sockets, k)
	})
	switch {
	case closed:
		return false
	case n > maxSockets:
		k.writeLocked(disconnect(TooManyWebSockets)) // it is closed whether it hears it or not
		return false
	case k.silent:
		return true
	}
	k.writeLocked(map[string]any{ // where it fails, so does the reading
		"type": "hello", "num_connections": n,
		"connection_info": map[string]any{"app_id": s.config.AppID},
		"debug_info":      map[string]any{"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
	})
	return true
}

func disconnect(reason string) map[string]any {
	return map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-fake"}}
}

func (s *Server) forget(k *socket) {
	s.host.Change(func() {
		s.hub.sockets = slices.DeleteFunc(s.hub.sockets, func(other *socket) bool { return other == k })
	})
}

// ping pings until the socket ends.
func (s *Server) ping(k *socket, ended <-chan struct{}) {
	if s.config.PingEvery < 0 {
		return
	}
	ticker := time.NewTicker(s.config.PingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ended:
			return
		case <-s.host.Life.Done():
			return
		}
		if !s.isSilent(k) {
			k.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-fake"), time.Now().Add(writeTime))
		}
	}
}

// pong answers the app's ping.
func (s *Server) pong(k *socket, data string) error {
	if s.isSilent(k) {
		return nil
	}
	return k.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTime))
}

func (s *Server) isSilent(k *socket) bool {
	s.host.Lock()
	defer s.host.Unlock()
	return k.silent
}

// write sends a frame. To a socket that has just gone it is lost, as it would be.
func (k *socket) write(frame any) {
	k.writing.Lock()
	defer k.writing.Unlock()
	k.writeLocked(frame)
}

func (k *socket) writeLocked(frame any) {
	k.conn.SetWriteDeadline(time.Now().Add(writeTime)) // what fails here fails in the write too
	k.conn.WriteMessage(websocket.TextMessage, encode(frame))
}

// Sockets are the IDs of the sockets that serve: that said hello and neither ended,
// nor are about to, nor fell silent.
func (s *Server) Sockets() []int {
	s.host.Lock()
	defer s.host.Unlock()
	var ids []int
	for _, k := range s.hub.sockets {
		if !k.silent && !k.leaving {
			ids = append(ids, k.id)
		}
	}
	return ids
}

// WaitConnected waits until at least n sockets serve.
func (s *Server) WaitConnected(ctx context.Context, n int) error {
	return s.Wait(ctx, func() bool { return len(s.Sockets()) >= n })
}

// pick are the sockets named, or all if none is named.
func (s *Server) pick(ids []int, mark func(*socket)) []*socket {
	var picked []*socket
	s.host.Change(func() {
		for _, k := range s.hub.sockets {
			if len(ids) == 0 || slices.Contains(ids, k.id) {
				mark(k)
				picked = append(picked, k)
			}
		}
	})
	return picked
}

// Disconnect asks sockets, all if none is named, to end, for a reason, and
// ends them, unless it is a Warning.
func (s *Server) Disconnect(reason string, ids ...int) {
	for _, k := range s.pick(ids, func(k *socket) { k.leaving = true }) {
		k.write(disconnect(reason))
		if reason != Warning {
			k.conn.WriteControl(websocket.CloseMessage,
				websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(writeTime))
			k.conn.Close()
		}
	}
}

// Cut resets the connections of sockets (RST), of all if none is named.
func (s *Server) Cut(ids ...int) {
	for _, k := range s.pick(ids, func(k *socket) { k.leaving = true }) {
		fake.Cut(k.conn.NetConn())
	}
}

// Silence lets sockets, all if none is named, stay open but do nothing from then on: no
// pings, no envelopes, and what they send is lost. Slack still believes in them:
// envelopes that fall to them are lost too.
func (s *Server) Silence(ids ...int) {
	s.pick(ids, func(k *socket) { k.silent = true })
}

// SetMute makes sockets that connect from now on silent from the start: they do not
// even say hello.
func (s *Server) SetMute(mute bool) {
	s.host.Change(func() { s.hub.mute = mute })
}

// CutAfterNext resets the socket of each of the next n envelopes right after the
// envelope was sent.
func (s *Server) CutAfterNext(n int) {
	s.host.Change(func() { s.hub.cutNext = n })
}
