package slack

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"liveadmin/bot/chat"
)

// lastRead is when a socket last brought anything, pings included.
type lastRead struct{ at atomic.Int64 }

func (l *lastRead) note()              { l.at.Store(time.Now().UnixNano()) }
func (l *lastRead) age() time.Duration { return time.Duration(time.Now().UnixNano() - l.at.Load()) }

// watchedConn notes every read, and closes itself when there was none for the
// limit: a socket can look alive for hours after the other side is gone.
type watchedConn struct {
	net.Conn
	heard *lastRead
	limit time.Duration
	timer *time.Timer
}

func watch(c net.Conn, heard *lastRead, limit time.Duration) net.Conn {
	heard.note()
	return &watchedConn{c, heard, limit, time.AfterFunc(limit, func() { _ = c.Close() })}
}

func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.heard.note()
		c.timer.Reset(c.limit)
	}
	return n, err
}

func (c *watchedConn) Close() error {
	c.timer.Stop()
	return c.Conn.Close()
}

// dialer opens sockets that notice their own silence. The buffer is longer than
// any acknowledgement: Slack drops one that comes in several frames.
func dialer(heard *lastRead, limit time.Duration) *websocket.Dialer {
	d := chat.Dialer(func(c net.Conn) net.Conn { return watch(c, heard, limit) })
	d.WriteBufferSize = 32 << 10
	return d
}
