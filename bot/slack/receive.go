package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"liveadmin/commands/words"

	"liveadmin/bot"
	"liveadmin/bot/chat"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// An answer that an acknowledgement carries has up to 20,480 bytes through a socket, with its
// envelope.
const (
	recordTime = 20 * time.Second
	longestAck = 16 << 10
)

// whisperTime is how long an answer to the caller alone is tried at a stretch.
const whisperTime = 2 * time.Minute

// arrival is one thing that Slack brought.
type arrival struct {
	by      time.Time // it is acknowledged
	kind    string    // the type of the envelope
	payload []byte
	ack     func(ctx context.Context, answer any) error // nil: nothing is answered
	carries bool                                        // the ack can carry an answer for the caller alone
}

// take handles an arrival in a goroutine of its own. The channel is closed when it is handled,
// or was not taken because the bot is stopping.
func (s *Slack) take(a arrival) (handled <-chan struct{}) {
	handled, _ = s.inflight.Enter(func(door bot.Door) { s.handle(door, a) })
	return handled
}

// handle takes an arrival to the bot's door and acknowledges it when it is on record.
func (s *Slack) handle(door bot.Door, a arrival) {
	ctx, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	if a.kind == socketmode.RequestTypeInteractive && s.whileFilling(ctx, door, a) {
		return
	}
	h, err := s.hear(a.kind, a.payload)
	if err != nil {
		if !errors.Is(err, errNothing) {
			s.log.Warn("could not decode what the platform sent", "err", err)
		}
		s.warnUnacknowledged(a.acknowledge(ctx, nil))
		return
	}
	if h.home != nil && h.form == nil {
		s.warnUnacknowledged(s.atHome(ctx, door, a, h))
		return
	}
	var later *words.Message
	err = door.Receive(ctx, h.delivery, func(ctx context.Context, answer bot.Answer) (_ bot.Post, err error) {
		later, err = s.answer(ctx, a, h, answer)
		return "", err
	})
	s.warnUnacknowledged(err)
	if later != nil {
		s.whisper(h, *later)
	}
}

// answer acknowledges an arrival with what the acknowledgement can carry, after the form that it
// is answered with was opened. It returns what is left to be said to the caller alone.
func (s *Slack) answer(ctx context.Context, a arrival, h inbound, answer bot.Answer) (later *words.Message, err error) {
	says := answer.Private
	if h.form != nil && h.home != nil {
		s.homes.await(answer.Entry, *h.home)
	}
	switch {
	case says == nil:
		return nil, a.acknowledge(ctx, nil)
	case h.form != nil:
		return nil, a.acknowledge(ctx, refusal(answer, h.form.has))
	case answer.Form != nil && h.trigger != "":
		err = s.openForm(ctx, a, h, *answer.Form)
	case h.inModal:
		err = s.openText(ctx, a, h.trigger, *says)
	default:
		err = errNothing
	}
	if err == nil {
		return nil, a.acknowledge(ctx, nil)
	}
	if !errors.Is(err, errNothing) {
		s.log.Warn("form not opened", "caller", h.delivery.Caller.Ref, "err", err)
	}
	if a.carries && a.kind == socketmode.RequestTypeSlashCommands {
		if message := short(*says); message != nil {
			if err = a.acknowledge(ctx, message); err == nil {
				says = nil
			}
			return says, err
		}
	}
	return says, a.acknowledge(ctx, nil)
}

func (s *Slack) warnUnacknowledged(err error) {
	if err != nil {
		s.log.Warn("could not acknowledge a delivery", "err", err)
	}
}

// acknowledge has its own deadline: one that comes too late is none.
func (a arrival) acknowledge(ctx context.Context, answer any) error {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), a.by)
	defer cancel()
	return a.ack(ctx, answer)
}

// short is a message for the caller alone as an acknowledgement carries it, which needs no
// further call; nil: it is too long. Nobody would see that Slack refuses it, so it has no
// rich_text.
func short(m words.Message) *slackgo.WebhookMessage {
	all := pages(m, true)
	message := all[0].asSections().private()
	if body, err := json.Marshal(message); err != nil || len(all) > 1 || len(body) > longestAck {
		return nil
	}
	return message
}

// whisper answers the caller alone, by calls of its own.
func (s *Slack) whisper(h inbound, m words.Message) {
	say := func(ctx context.Context, p page) error { return s.ephemeral(ctx, h, p) }
	switch {
	case h.delivery.Place.Channel == "":
		say = func(ctx context.Context, p page) error { return s.direct(ctx, h.delivery.Caller.Ref, p) }
	case h.url != "":
		say = func(ctx context.Context, p page) error { return s.respond(ctx, s.api.http, h.url, h.thread, p) }
	}
	if err := s.inTurn(context.Background(), m.Entry, capped(pages(m, true), words.In(m.Language)), say); err != nil {
		s.log.Warn("caller not answered", "entry", m.Entry, "err", err)
	}
}

// inTurn says the pages of a message to the caller alone, one after the other. One that
// fails for a passing cause is said again, so that those before it are not repeated.
func (s *Slack) inTurn(ctx context.Context, entry int64, all []page, say func(context.Context, page) error) error {
	ctx, cancel := context.WithTimeout(ctx, whisperTime)
	defer cancel()
	for _, p := range all {
		var pause chat.Backoff
		for {
			err := say(ctx, p)
			if err == nil {
				break
			}
			if isSpent(err) || isRefused(err) || chat.IsHeld(err) {
				return err
			}
			s.log.Warn("answer failed, retrying", "entry", entry, "err", err)
			if !pause.Wait(ctx, limitOf(err).Pause) {
				return err
			}
		}
	}
	return nil
}
