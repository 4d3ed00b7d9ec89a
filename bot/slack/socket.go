package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"liveadmin/bot/chat"
)

const (
	// A socket that ends before steady is of no use. After mostShort of them the next one waits.
	steady    = 5 * time.Second
	mostShort = 5
	// flushTime is for acknowledgements that are on their way when the bot stops.
	flushTime = 100 * time.Millisecond
	// An instance without a lease hangs up after aloneTime, since it can put nothing on record.
	// It looks for one every leaseLook.
	aloneTime = 3 * time.Second
	leaseLook = 250 * time.Millisecond
	// longestFrame is how many bytes a frame from Slack may have.
	longestFrame = 4 << 20
)

// listen keeps a socket open until the context ends.
func (s *Slack) listen(ctx context.Context) {
	// A delivery is acknowledged through the socket that brought it, which therefore outlives
	// the context by a little.
	live, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	stop := context.AfterFunc(ctx, func() {
		defer hangUp()
		s.finish()
		chat.Sleep(live, flushTime)
	})
	defer stop()
	client := socketmode.New(s.api.Client, socketmode.OptionDialer(s.dialer()),
		socketmode.OptionReadLimit(longestFrame), socketmode.OptionLog(quiet(s.log)))
	var pause chat.Backoff
	for ctx.Err() == nil {
		greeted, err := s.converse(ctx, live, client)
		if ctx.Err() != nil {
			break
		}
		s.health.Down("no socket: " + err.Error())
		s.log.Warn("socket not connected", "err", err)
		if errors.Is(err, errNoLease) {
			for s.opts.Gate() != nil && chat.Sleep(ctx, leaseLook) {
			}
			pause = chat.Backoff{}
			continue
		}
		if !greeted.IsZero() && time.Since(greeted) > steady {
			pause = chat.Backoff{}
		}
		pause.Wait(ctx, limitOf(err).Pause)
	}
	<-live.Done()
}

// errNoLease is returned when this instance has hung up so that Slack uses another's socket.
var errNoLease = errors.New("this instance has no lease, and others are there")

// errShort is returned when sockets end right after they were opened.
var errShort = errors.New("slack ends the socket as soon as it is open")

// converse lets slack-go open one socket after the other, until none can be opened
// or they do not last, and returns when the last one was greeted.
func (s *Slack) converse(ctx, live context.Context, client *socketmode.Client) (greeted time.Time, err error) {
	live, end := context.WithCancel(live)
	ran := make(chan error, 1)
	go func() { ran <- client.RunContext(live) }()
	short := 0   // sockets in a row that did not last
	sockets := 0 // of the app, by the last hello
	look := time.NewTicker(leaseLook)
	defer look.Stop()
	last := time.Now() // when this instance last had its lease
	fail := func(err error) (time.Time, error) {
		end()
		<-ran
		s.drain(client)
		return greeted, err
	}
	for {
		select {
		case <-ctx.Done():
			<-live.Done()
			return fail(nil)
		case err := <-ran:
			ran <- nil
			return fail(s.api.judge(connectionOpen, err))
		case <-look.C:
			switch {
			case s.opts.Gate() == nil:
				last = time.Now()
			case time.Since(last) >= aloneTime && (sockets > 1 || s.opts.Shared()):
				return fail(errNoLease)
			}
		case e := <-client.Events:
			switch data := e.Data.(type) {
			case *slackgo.ConnectionErrorEvent:
				return fail(s.api.judge(connectionOpen, data.ErrorObj))
			case *slackgo.ConnectingEvent:
				if short++; greeted.IsZero() || time.Since(greeted) > steady {
					short = 0
				}
				if short > mostShort {
					return fail(errShort)
				}
				s.health.Down("connecting")
			default:
				if e.Type == socketmode.EventTypeHello {
					greeted = time.Now()
					if e.Request != nil {
						sockets = e.Request.NumConnections
					}
					s.health.Up()
				}
				s.brought(client, e)
			}
		}
	}
}

// brought takes what a socket brought, or logs what is wrong with it.
func (s *Slack) brought(client *socketmode.Client, e socketmode.Event) {
	switch data := e.Data.(type) {
	case *slackgo.IncomingEventError:
		s.log.Info("socket read nothing usable", "err", chat.WithoutURL(data.ErrorObj))
	case *socketmode.ErrorWriteFailed:
		s.log.Warn("could not acknowledge a delivery", "err", data.Cause)
	case *socketmode.ErrorBadMessage:
		// An event of another kind, or one that slack-go finds fault with.
		var r socketmode.Request
		if json.Unmarshal(data.Message, &r) == nil {
			s.envelope(client, r)
		}
	default:
		if e.Request != nil {
			s.envelope(client, *e.Request)
		}
	}
}

// drain takes what a client that has ended still holds, so that its next run begins empty.
func (s *Slack) drain(client *socketmode.Client) {
	for {
		select {
		case e := <-client.Events:
			s.brought(client, e)
		default:
			return
		}
	}
}

// envelope takes one delivery. Everything that Slack waits for is acknowledged, also if it is
// of no use.
func (s *Slack) envelope(client *socketmode.Client, r socketmode.Request) {
	if r.EnvelopeID == "" {
		return
	}
	s.take(arrival{
		by: time.Now().Add(s.opts.AckTime), kind: r.Type, payload: r.Payload, carries: r.AcceptsResponsePayload,
		ack: func(ctx context.Context, answer any) error { return client.AckCtx(ctx, r.EnvelopeID, answer) },
	})
}

// watchedConn notes when something was last read, pings included, and closes itself when
// nothing was for the limit: a socket can look alive for hours after the other side is gone.
type watchedConn struct {
	net.Conn
	lastRead *atomic.Int64 // Unix nanoseconds
	limit    time.Duration
	timer    *time.Timer
}

func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.lastRead.Store(time.Now().UnixNano())
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
func (s *Slack) dialer() *websocket.Dialer {
	var d net.Dialer
	return &websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: 10 * time.Second,
		WriteBufferSize:  32 << 10,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := d.DialContext(ctx, network, addr)
			if err != nil {
				return nil, fmt.Errorf("connecting a socket: %w", err)
			}
			s.lastRead.Store(time.Now().UnixNano())
			return &watchedConn{c, &s.lastRead, s.opts.Silence, time.AfterFunc(s.opts.Silence, func() { _ = c.Close() })}, nil
		},
	}
}
