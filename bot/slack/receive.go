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
)

// Slack waits three seconds for an acknowledgement, from when it sent the
// delivery. An answer that one carries has up to 20,480 bytes through a socket,
// with its envelope.
const (
	ackTime    = 2500 * time.Millisecond
	recordTime = 20 * time.Second
	longestAck = 16 << 10
)

// whisperTime is how long an answer to the caller alone is tried at a stretch.
const whisperTime = 2 * time.Minute

// arrival is one thing that Slack brought.
type arrival struct {
	at   time.Time
	hear func(*Slack) (inbound, error)
	// ack acknowledges it, with a message for the caller alone or nil.
	ack func(ctx context.Context, message *slackgo.WebhookMessage) error
}

// take handles an arrival beside everything else. The channel is closed when it is
// handled, or was not taken because the bot is stopping: then another instance, or
// a later try, gets it.
func (s *Slack) take(a arrival) (handled <-chan struct{}) {
	handled, _ = s.inflight.Enter(func(door bot.Door) { s.handle(door, a) })
	return handled
}

// handle brings an arrival to the bot's door and acknowledges it when it is on
// record.
func (s *Slack) handle(door bot.Door, a arrival) {
	ctx, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	h, err := a.hear(s)
	if err != nil {
		if !errors.Is(err, errNothing) {
			s.log.Warn("could not decode what the platform sent", "err", err)
		}
		s.acknowledged(a.acknowledge(ctx, nil))
		return
	}
	var later *words.Message
	err = door.Receive(ctx, h.delivery, func(ctx context.Context, answer bot.Answer) (bot.Post, error) {
		inAck := h.inAck && fits(answer.Private)
		if !inAck {
			later = answer.Private
			return "", a.acknowledge(ctx, nil)
		}
		err := a.acknowledge(ctx, pages(*answer.Private, false)[0].private())
		if err != nil {
			later = answer.Private
		}
		return "", err
	})
	s.acknowledged(err)
	if later != nil {
		s.whisper(h, *later)
	}
}

// acknowledge has its own deadline: what was slow before must not make it wait
// for ever, and an acknowledgement that comes too late is none.
func (a arrival) acknowledge(ctx context.Context, message *slackgo.WebhookMessage) error {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), a.at.Add(ackTime))
	defer cancel()
	return a.ack(ctx, message)
}

func (s *Slack) acknowledged(err error) {
	if err != nil {
		s.log.Warn("could not acknowledge a delivery", "err", err)
	}
}

// fits reports whether a message for the caller alone can go with the
// acknowledgement, which needs no further call.
func fits(m *words.Message) bool {
	if m == nil {
		return false
	}
	all := pages(*m, false)
	body, err := json.Marshal(all[0].private())
	return err == nil && len(all) == 1 && len(body) <= longestAck
}

// whisper answers the caller alone, by calls of its own.
func (s *Slack) whisper(h inbound, m words.Message) {
	say := func(ctx context.Context, p page) error { return s.ephemeral(ctx, h, p) }
	if h.url != "" {
		say = func(ctx context.Context, p page) error { return s.respond(ctx, s.api.http, h.url, h.thread, p) }
	}
	if err := s.inTurn(context.Background(), m.Entry, capped(pages(m, false)), say); err != nil {
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

// ephemeral answers after a mention, which brings no address for answers. Inside of a
// thread the answer must name it, or it is in the channel.
func (s *Slack) ephemeral(ctx context.Context, h inbound, p page) error {
	channel, user := channelOf(h.delivery.Place), userOf(h.delivery.Caller.Ref)
	return plainly(p, func(p page) error {
		options := p.options()
		if h.thread != "" {
			options = append(options, slackgo.MsgOptionTS(h.thread))
		}
		return s.inLine(ctx, channel, func(ctx context.Context) error {
			_, err := s.api.PostEphemeralContext(ctx, channel, user, options...)
			return s.api.judge(postEphemeral, err)
		})
	})
}
