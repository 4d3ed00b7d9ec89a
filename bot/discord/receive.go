package discord

import (
	"context"
	"errors"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/chat"
)

// lateTime is how long after an interaction came its caller is answered that it is not on record:
// every session of the application has it, and another instance may put it on record. Discord
// waits three seconds.
const lateTime = 2 * time.Second

// recordTime is how long it may take to put on record what was said.
const recordTime = 20 * time.Second

// take handles what Discord brought beside everything else. It returns false if it
// was not taken, because the bot is stopping: then another instance gets it, or
// no one.
func (d *Discord) take(payload []byte) bool {
	at := d.now()
	_, taken := d.inflight.Enter(func(door bot.Door) { d.bring(door, payload, at) })
	return taken
}

// bring brings what was said to the bot's door and gives the first response when it
// is on record.
func (d *Discord) bring(door bot.Door, payload []byte, at time.Time) {
	i, err := decode(payload, at)
	if err != nil {
		if !errors.Is(err, errNothing) {
			d.log.Warn("could not decode what the platform sent", "err", err)
		}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	if i.Kind == suggestKind {
		err = d.suggest(ctx, door, i)
	} else {
		err = door.Receive(ctx, i.delivery(d.caller(ctx, i)), func(ctx context.Context, a bot.Answer) (bot.Post, error) { return d.answer(ctx, i, a) })
	}
	if err != nil {
		d.log.Warn("not answered", "interaction", i.ID, "err", err)
	}
}

// answer gives the first response: to what is accepted for everyone, to everything else
// for the caller alone. What was here before is answered by the session that had it.
func (d *Discord) answer(ctx context.Context, i interaction, a bot.Answer) (bot.Post, error) {
	switch {
	case a.Entry != 0:
		return d.accept(chat.Gated(ctx), i, a)
	case a.Private != nil:
		m := d.renderer().single(*a.Private, chat.TooMuch)
		m.Flags = onlyCaller
		r := response{Kind: withMessage, Data: m}
		if a.Late {
			chat.Sleep(ctx, lateTime-d.now().Sub(i.at))
			_, err := d.offer(ctx, i, r)
			return "", err
		}
		_, err := d.respond(ctx, i, r)
		return "", err
	case a.Muted:
		return "", d.ackSilently(ctx, i)
	}
	return "", nil
}

// accept gives the first response to what makes an entry: its root message or, where no
// thread is opened from that, a deferred one, which will be the result. It returns where
// that is, if Discord says so.
func (d *Discord) accept(ctx context.Context, i interaction, a bot.Answer) (bot.Post, error) {
	at := messageRef{Channel: i.Channel, Why: threadless(a.Verb, i.noThread())}
	first := response{Kind: withMessage, Data: d.rootLine(a.Root)}
	if at.Why != "" {
		first = response{Kind: deferred}
	}
	var err error
	at.Message, err = d.respond(ctx, i, first)
	if err != nil || at.Message == "" {
		return "", err
	}
	return chat.Post(at), nil
}

// ackSilently acknowledges with nothing to see. For a click Discord has a response that is none.
// For a command it has not: one for the caller alone is deferred, and then deleted (docs:
// interactions/receiving-and-responding, change log of 2022-10-20). After a click the
// response to delete would be the message with the button.
func (d *Discord) ackSilently(ctx context.Context, i interaction) error {
	if i.Kind == clickKind {
		_, err := d.offer(ctx, i, response{Kind: deferredUpdate})
		return err
	}
	taken, err := d.offer(ctx, i, response{Kind: deferred, Data: map[string]any{"flags": onlyCaller}})
	if !taken {
		return err
	}
	return d.deleteOriginal(ctx, i.handle())
}
