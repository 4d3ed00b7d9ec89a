package discord

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"liveadmin/bot/chat"
)

const (
	// greetTime is how long a session may take to be ready.
	greetTime = 15 * time.Second
	// mostSilence ends a socket on which not even heartbeats are sent.
	mostSilence = 2 * time.Minute
)

// How often a session may say something: before it is ready, and then in a time.
// Discord allows a thousand IDENTIFYs a day, and discordgo answers every refusal of one
// with another.
const (
	greetWrites = 12
	mostWrites  = 40
	writesTime  = 10 * time.Second
)

// errChatty is returned to discordgo when it says too much.
var errChatty = errors.New("too much is said on the socket")

// watch looks at the socket of a session. Once the session is ready, all that it says
// is a heartbeat in each interval, and each must be answered. When two were not and
// the grace is over, the watch closes the socket, which can look alive for minutes
// after the other side is gone.
type watch struct {
	grace  time.Duration
	broken chan struct{} // gets a signal when the socket cannot be read any more

	mu         sync.Mutex
	conn       net.Conn
	timer      *time.Timer
	greeted    bool
	said       int       // before that, or since
	since      time.Time // after that
	unanswered int       // after that
}

func newWatch(grace time.Duration) *watch {
	return &watch{grace: grace, broken: make(chan struct{}, 1)}
}

// dialer opens sockets that the watch looks at.
func (w *watch) dialer() *websocket.Dialer {
	return chat.Dialer(func(c net.Conn) net.Conn {
		w.begin(c)
		return watched{c, w}
	})
}

func (w *watch) begin(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn, w.greeted, w.said, w.unanswered = c, false, 0, 0
	drain(w.broken)
	if w.timer != nil {
		w.timer.Stop()
	}
	w.timer = time.AfterFunc(greetTime, func() { _ = c.Close() })
}

// greet notes that the session is ready.
func (w *watch) greet() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.greeted, w.unanswered, w.said, w.since = true, 0, 0, time.Now()
	w.timer.Reset(mostSilence)
}

// hangUp closes the socket, if there is one.
func (w *watch) hangUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		w.timer.Stop()
		_ = w.conn.Close()
	}
}

// lost notes that a socket cannot be read any more. One before the present does not
// count.
func (w *watch) lost(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == c {
		signal(w.broken)
	}
}

// heard notes that something came.
func (w *watch) heard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unanswered = 0
	if w.greeted {
		w.timer.Reset(mostSilence)
	}
}

// says notes that something is said, and refuses what is too much.
func (w *watch) says() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	most := greetWrites
	if w.greeted {
		most = mostWrites
		if time.Since(w.since) > writesTime {
			w.said, w.since = 0, time.Now()
		}
	}
	if w.said++; w.said > most {
		return errChatty
	}
	if !w.greeted {
		return nil
	}
	if w.unanswered++; w.unanswered == 2 {
		w.timer.Reset(w.grace)
	}
	return nil
}

// watched is a socket that tells its watch what happens.
type watched struct {
	net.Conn
	w *watch
}

// Read reads, and tells the watch.
func (c watched) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.w.heard()
	}
	if err != nil {
		c.w.lost(c.Conn)
	}
	return n, err
}

// Write writes, unless the watch is against it.
func (c watched) Write(p []byte) (int, error) {
	if err := c.w.says(); err != nil {
		_ = c.Close()
		return 0, err
	}
	return c.Conn.Write(p)
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
