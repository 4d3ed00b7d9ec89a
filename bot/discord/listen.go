package discord

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"liveadmin/bot/chat"
)

const (
	// greetTime is how long a new session may take to be ready, and resumeTime one that is
	// resumed, the opening of the socket included.
	greetTime  = 15 * time.Second
	resumeTime = 5 * time.Second
	// readyGap is between two new sessions at least: Discord lets one begin in five seconds
	// (docs: events/gateway, rate limiting).
	readyGap = 5 * time.Second
	// readyPause is between two looks whether a new connection is ready.
	readyPause = 50 * time.Millisecond
	// hopelessPause is between two tries while Discord refuses the settings or the program.
	hopelessPause = 5 * time.Minute
)

// connection keeps a session open, one after the other.
type connection struct {
	d      *Discord
	health *chat.Health
	end    context.CancelFunc
	ended  chan struct{}
}

// listen keeps a connection to the gateway until the context ends. Every half a day another
// one takes its place, which is ready before the old one ends: there were sessions that got
// their heartbeats and nothing else, until a new one was begun
// (discord/discord-api-docs#8162). A new one that does not get ready changes nothing.
func (d *Discord) listen(ctx context.Context) {
	now := d.connect(ctx)
	d.gateway.Store(now.health)
	for chat.Sleep(ctx, d.renew) {
		next := d.connect(ctx)
		if next.isReady(ctx) {
			now, next = next, now
			d.gateway.Store(now.health)
			d.log.Info("session replaced", "platform", Name)
		}
		next.leave()
	}
	now.leave()
	d.gateway.Store(nil)
	d.finish()
}

// connect begins a connection.
func (d *Discord) connect(ctx context.Context) *connection {
	ctx, end := context.WithCancel(ctx)
	c := &connection{d: d, health: chat.NewHealth("Discord", d.log), end: end, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		c.keep(ctx)
	}()
	return c
}

// isReady waits until commands can come through the connection, for as long as a session may
// take to be ready.
func (c *connection) isReady(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()
	for chat.Sleep(ctx, readyPause) {
		if ready, _ := c.health.State(); ready {
			return true
		}
	}
	return false
}

// leave ends the connection.
func (c *connection) leave() {
	c.end()
	<-c.ended
}

// keep keeps a session open until the context ends. One that broke is resumed, once; if
// that fails, a new one begins at once. Only new sessions that are never ready wait longer
// each time.
func (c *connection) keep(ctx context.Context) {
	d := c.d
	var pause chat.Backoff
	var s *session
	var last time.Time // when the last new session was ready
	for ctx.Err() == nil {
		c.health.Down("connecting")
		resumes, limit := s != nil, resumeTime
		if !resumes {
			limit = greetTime
			chat.Sleep(ctx, time.Until(last.Add(readyGap)))
			var err error
			if s, err = c.begin(ctx); err != nil {
				c.noSession(ctx, err)
				pause.Wait(ctx, 0)
				continue
			}
		}
		steady, again, err := d.talk(ctx, c.health, s.gateway, limit, s.open)
		c.noSession(ctx, err)
		least := d.refused(ctx, err)
		if steady > 0 {
			pause = chat.Backoff{}
		}
		if steady > 0 && !resumes {
			last = time.Now().Add(-steady)
		}
		if !again || !s.isFree(ctx) {
			s = nil
		}
		if least > 0 || steady == 0 && !resumes {
			pause.Wait(ctx, least)
		}
	}
}

// refused looks at the code with which Discord ended a session, if it is one that the next
// session may get, too. It returns how long to wait at least.
func (d *Discord) refused(ctx context.Context, err error) (least time.Duration) {
	closed, ok := errors.AsType[closedError](err)
	switch {
	case ctx.Err() != nil || !ok:
	case closed == closeNotAuthenticated:
		d.rest.recheck.Report() // one such answer proves nothing
	case closed.isHopeless():
		d.log.Error("Discord refuses every session like this one; the next try is later", "in", hopelessPause, "err", err)
		return hopelessPause
	}
	return 0
}

func (c *connection) noSession(ctx context.Context, err error) {
	if ctx.Err() == nil {
		c.health.Down("no session: " + err.Error())
		c.d.log.Warn("session not started", "err", err)
	}
}

// startsKept is how many of the sessions that a day has are never begun: another program
// with this token may need them.
const startsKept = 50

// errSpent is returned when no more sessions can be begun today.
var errSpent = errors.New("discord lets no more sessions begin for now")

// begin makes a new session, if Discord lets one begin. That is asked before, because
// each attempt counts, and too many of them make Discord reset the token.
func (c *connection) begin(ctx context.Context) (*session, error) {
	var gateway struct {
		URL    string `json:"url"`
		Starts struct {
			Remaining *int  `json:"remaining"`
			After     int64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := c.d.rest.do(ctx, call{name: "asking for the gateway", method: http.MethodGet, path: "/gateway/bot", into: &gateway}); err != nil {
		return nil, err
	}
	if left := gateway.Starts.Remaining; left != nil && *left < startsKept {
		c.noSession(ctx, errSpent)
		chat.Sleep(ctx, min(time.Duration(gateway.Starts.After)*time.Millisecond, chat.MostPause))
		return nil, errSpent
	}
	url, err := gatewayURL(gateway.URL, strings.HasPrefix(c.d.config.APIURL, "http://"))
	if err != nil {
		return nil, err
	}
	return c.d.newSession(url)
}
