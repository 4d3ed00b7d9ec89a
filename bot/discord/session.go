package discord

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"liveadmin/bot/chat"
)

// session is one session on the gateway, with the socket in use.
type session struct {
	dg    *discordgo.Session
	watch *watch
	ready chan struct{} // gets a signal when it was opened, or resumed
	ended chan struct{} // gets a signal when discordgo has let its socket go
}

// newSession makes a session of discordgo that does what it is told and nothing by
// itself: it does not reconnect, retry, wait or log. Handlers must not block: they
// are called between two readings of the socket, and while the session is locked.
func (d *Discord) newSession() (*session, error) {
	dg, err := discordgo.New("Bot " + d.config.Token.Reveal())
	if err != nil {
		return nil, fmt.Errorf("making a session: %w", err)
	}
	s := &session{dg: dg, watch: newWatch(d.grace), ready: make(chan struct{}, 1), ended: make(chan struct{}, 1)}
	dg.Client, dg.Dialer = d.rest.http, s.watch.dialer()
	dg.Identify.Intents = discordgo.IntentsNone
	dg.ShouldReconnectOnError, dg.ShouldReconnectVoiceOnSessionError = false, false
	dg.ShouldRetryOnRateLimit, dg.MaxRestRetries = false, 0
	dg.StateEnabled, dg.Compress = false, false
	dg.SyncEvents = true
	dg.LogLevel = discordgo.LogError - 1
	dg.AddHandler(func(*discordgo.Session, *discordgo.Ready) { signal(s.ready) })
	dg.AddHandler(func(*discordgo.Session, *discordgo.Resumed) { signal(s.ready) })
	dg.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { signal(s.ended) })
	dg.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		if e.Type == "INTERACTION_CREATE" {
			d.take(e.RawData)
		}
	})
	return s, nil
}

// abandon lets a session go without waiting for it: discordgo's own Close can wait
// for ever.
func (s *session) abandon() { s.watch.hangUp() }

// leave tells Discord that the session ends, and does not wait for it either.
func (s *session) leave() { go func() { _ = s.dg.Close() }() }

const (
	// resumeTime is how long the answer to a RESUME may take. To one that is an op 7
	// discordgo never returns.
	resumeTime = 5 * time.Second
	// closeTime is how long discordgo may take to let a broken socket go; it takes 1 s.
	closeTime = 3 * time.Second
)

// How a session ends.
var (
	errDeaf   = errors.New("discord did not answer a new session in time")
	errStuck  = errors.New("the socket broke, and its session did not end")
	errBroken = errors.New("the socket ended")
)

// converse opens a session, or resumes it, and returns when it has ended: how long it
// was ready, whether it can be resumed, and why it ended.
func (d *Discord) converse(ctx context.Context, s *session, limit time.Duration) (steady time.Duration, again bool, err error) {
	drain(s.ready)
	drain(s.ended)
	opened := make(chan error, 1)
	go func() { opened <- s.dg.Open() }()
	late, verdict := time.NewTimer(limit), errDeaf
	defer late.Stop()
	var since time.Time
	lasted := func() time.Duration {
		if since.IsZero() {
			return 0
		}
		return time.Since(since)
	}
	for {
		select {
		case <-ctx.Done():
			return lasted(), false, nil
		case err := <-opened:
			if err != nil {
				return lasted(), false, judge(err)
			}
		case <-s.ready:
			late.Stop()
			s.watch.greet()
			since = time.Now()
			d.link.Up()
		case <-s.watch.broken:
			d.link.Down("the socket broke")
			verdict = errStuck
			late.Reset(closeTime)
		case <-s.ended:
			d.link.Down("the socket ended")
			return lasted(), !since.IsZero(), errBroken
		case <-late.C:
			return lasted(), false, verdict
		}
	}
}

// errSettings is in the error of a session that Discord does not open because of the
// settings or the program: the next one will not open either, until a person has acted.
var errSettings = errors.New("a mistake in the settings or in the program")

// settingsPause is the pause before the next session then.
const settingsPause = 5 * time.Minute

// judge says in short why a session could not be opened (docs:
// topics/opcodes-and-status-codes).
func judge(err error) error {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		err := fmt.Errorf("discord closed the session with code %d", closed.Code)
		switch closed.Code {
		case 4004:
			return fmt.Errorf("%w: %w", err, errToken)
		case 4010, 4011, 4012, 4013, 4014:
			return fmt.Errorf("%w: %w", err, errSettings)
		}
		return err
	}
	if refused, ok := errors.AsType[*discordgo.RESTError](err); ok && refused.Response != nil {
		return fmt.Errorf("asking for the gateway: HTTP %d", refused.Response.StatusCode)
	}
	return fmt.Errorf("opening a session: %w", chat.WithoutURL(err))
}
