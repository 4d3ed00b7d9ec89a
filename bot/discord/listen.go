package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"liveadmin/bot/chat"
)

// steadyTime is how long a session lives if it is of any use: one that ends before is
// followed by a pause.
const steadyTime = 5 * time.Second

// listen keeps a session open until the context ends. One that broke is resumed, once;
// if that fails it is abandoned for a new one.
func (d *Discord) listen(ctx context.Context) {
	var pause chat.Backoff
	var s *session
	for ctx.Err() == nil {
		d.link.Down("connecting")
		limit := resumeTime
		if s == nil {
			var err error
			if s, err = d.begin(ctx); err != nil {
				d.noSession(ctx, err)
				pause.Wait(ctx, 0)
				continue
			}
			limit = greetTime
		}
		steady, again, err := d.converse(ctx, s, limit)
		if ctx.Err() != nil {
			break
		}
		if errors.Is(err, errToken) {
			d.rest.recheck.Report()
		}
		d.noSession(ctx, err)
		if !again {
			s.abandon()
			s = nil
		}
		if steady > steadyTime {
			pause = chat.Backoff{}
			continue
		}
		least := time.Duration(0)
		if errors.Is(err, errSettings) {
			least = settingsPause
		}
		pause.Wait(ctx, least)
	}
	d.finish()
	if s != nil {
		s.leave()
	}
}

func (d *Discord) noSession(ctx context.Context, err error) {
	if ctx.Err() == nil {
		d.link.Down("no session: " + err.Error())
		d.log.Warn("no session", "err", err)
	}
}

// startsKept is how many of the sessions that a day has are never begun: what discordgo
// begins by itself must not use up the last ones.
const startsKept = 50

// errSpent is returned when no more sessions can be begun today.
var errSpent = errors.New("discord lets no more sessions begin for now")

// begin makes a new session, if Discord lets one begin. That is asked before, because
// each attempt counts, and too many of them make Discord reset the token.
func (d *Discord) begin(ctx context.Context) (*session, error) {
	var gateway struct {
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
		chat.Sleep(ctx, min(time.Duration(gateway.Starts.After)*time.Millisecond, mostWait))
		return nil, errSpent
	}
	return d.newSession()
}
