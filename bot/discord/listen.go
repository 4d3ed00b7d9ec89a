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
	// hopelessPause is between two tries while Discord refuses the settings or the program.
	hopelessPause = 5 * time.Minute
)

// listen keeps a session open until the context ends. One that broke is resumed, once; if
// that fails, a new one begins at once. Only new sessions that are never ready wait longer
// each time.
func (d *Discord) listen(ctx context.Context) {
	var pause chat.Backoff
	var s *session
	var last time.Time // when the last new session was ready
	for ctx.Err() == nil {
		d.link.Down("connecting")
		resumes, limit := s != nil, resumeTime
		if !resumes {
			limit = greetTime
			chat.Sleep(ctx, time.Until(last.Add(readyGap)))
			var err error
			if s, err = d.begin(ctx); err != nil {
				d.noSession(ctx, err)
				pause.Wait(ctx, 0)
				continue
			}
		}
		steady, again, err := d.talk(ctx, s.gateway, limit, s.open)
		d.noSession(ctx, err)
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
	d.finish()
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

func (d *Discord) noSession(ctx context.Context, err error) {
	if ctx.Err() == nil {
		d.link.Down("no session: " + err.Error())
		d.log.Warn("no session", "err", err)
	}
}

// startsKept is how many of the sessions that a day has are never begun: another program
// with this token may need them.
const startsKept = 50

// errSpent is returned when no more sessions can be begun today.
var errSpent = errors.New("discord lets no more sessions begin for now")

// begin makes a new session, if Discord lets one begin. That is asked before, because
// each attempt counts, and too many of them make Discord reset the token.
func (d *Discord) begin(ctx context.Context) (*session, error) {
	var gateway struct {
		URL    string `json:"url"`
		Starts struct {
			Remaining *int  `json:"remaining"`
			After     int64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := d.rest.do(ctx, call{name: "asking for the gateway", method: http.MethodGet, path: "/gateway/bot", into: &gateway}); err != nil {
		return nil, err
	}
	if left := gateway.Starts.Remaining; left != nil && *left < startsKept {
		d.noSession(ctx, errSpent)
		chat.Sleep(ctx, min(time.Duration(gateway.Starts.After)*time.Millisecond, chat.MostPause))
		return nil, errSpent
	}
	url, err := gatewayURL(gateway.URL, strings.HasPrefix(d.config.APIURL, "http://"))
	if err != nil {
		return nil, err
	}
	return d.newSession(url)
}
