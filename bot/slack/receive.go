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

// Slack waits three seconds for an acknowledgement, from when it sent the delivery. An answer that
// one carries has up to 20,480 bytes through a socket, with its envelope.
const (
	ackTime    = 2500 * time.Millisecond
	recordTime = 20 * time.Second
	longestAck = 16 << 10
)

// whisperTime is how long an answer to the caller alone is tried at a stretch.
const whisperTime = 2 * time.Minute

// arrival is one thing that Slack brought.
type arrival struct {
	at      time.Time
	kind    string // the type of the envelope
	payload []byte
	ack     func(ctx context.Context, message *slackgo.WebhookMessage) error
	carries bool // the ack of a command can carry a message for the caller alone
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
	h, err := s.hear(a.kind, a.payload)
	var later *words.Message
	if err == nil && h.home != nil {
		err = s.atHome(ctx, door, a, h)
	} else if err == nil {
		err = door.Receive(ctx, h.delivery, func(ctx context.Context, answer bot.Answer) (bot.Post, error) {
			var message *slackgo.WebhookMessage
			if a.carries && a.kind == socketmode.RequestTypeSlashCommands && answer.Private != nil {
				message = short(*answer.Private)
			}
			err := a.acknowledge(ctx, message)
			if message == nil || err != nil {
				later = answer.Private
			}
			return "", err
		})
	} else {
		if !errors.Is(err, errNothing) {
			s.log.Warn("could not decode what the platform sent", "err", err)
		}
		err = a.acknowledge(ctx, nil)
	}
	if err != nil {
		s.log.Warn("could not acknowledge a delivery", "err", err)
	}
	if later != nil {
		s.whisper(h, *later)
	}
}

// acknowledge has its own deadline: one that comes too late is none.
func (a arrival) acknowledge(ctx context.Context, message *slackgo.WebhookMessage) error {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), a.at.Add(ackTime))
	defer cancel()
	return a.ack(ctx, message)
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
	if h.url != "" {
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
