package fakediscord

import (
	"net"
	"time"

	"github.com/gorilla/websocket"

	"liveadmin/bot/bottest/fake"
)

// writeTime is how long a client may take to read; then it is cut.
const writeTime = 5 * time.Second

// conn is one connection of the bot to the gateway. The Server's lock guards
// everything below id.
type conn struct {
	ws       *websocket.Conn
	wake     chan struct{} // the queue is not empty
	patience time.Duration // how long it may be without a heartbeat
	id       int

	queue   []frame
	session *session // nil before READY or RESUMED
	silent  bool
	leaving bool // it has been asked to end
	hungUp  bool // with a code: what it sends is no longer read
}

// frame is something to be written: a payload, a close code, or bytes as they are.
type frame struct {
	payload []byte
	binary  bool // the payload is sent as a binary message
	code    int
	raw     []byte // no WebSocket frame is made of them
}

// send queues a payload, unless the connection is silent or has been asked to end: behind the
// close code nothing is written. The state is locked.
func (c *conn) send(payload any) {
	if c.silent || c.hungUp {
		return
	}
	c.queue = append(c.queue, frame{payload: encode(payload)})
	c.nudge()
}

// push queues what Discord itself never sends.
func (c *conn) push(f frame) {
	c.queue = append(c.queue, f)
	c.nudge()
}

func (c *conn) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// write writes what is queued until the connection ends.
func (s *Server) write(c *conn, ended <-chan struct{}) {
	for {
		select {
		case <-c.wake:
		case <-ended:
			return
		}
		var queue []frame
		s.host.Lock()
		queue, c.queue = c.queue, nil
		s.host.Unlock()
		for _, f := range queue {
			if err := c.write(f); err != nil {
				fake.Cut(c.ws.NetConn()) // the reader ends by it
				return
			}
		}
	}
}

func (c *conn) write(f frame) error {
	deadline := time.Now().Add(writeTime)
	if f.code == 0 {
		if err := c.ws.SetWriteDeadline(deadline); err != nil {
			return err
		}
		if f.raw != nil {
			_, err := c.ws.NetConn().Write(f.raw)
			return err
		}
		kind := websocket.TextMessage
		if f.binary {
			kind = websocket.BinaryMessage
		}
		return c.ws.WriteMessage(kind, f.payload)
	}
	if err := c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(f.code, ""), deadline); err != nil {
		return err
	}
	if tcp, isTCP := c.ws.NetConn().(*net.TCPConn); isTCP {
		return tcp.CloseWrite() // a full close could reset the connection before the code is read
	}
	return nil
}
