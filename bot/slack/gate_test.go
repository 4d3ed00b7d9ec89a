package slack_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// TestGate: while the gate is closed no request leaves that is about an entry, whatever it
// is for, and the gate's error is found in what comes of it. Who asks is answered, with
// the acknowledgement or by a request.
func TestGate(t *testing.T) {
	t.Parallel()
	var g bottest.Gate
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{Gate: g.Ask})
	e := bot.Entry{
		Number: 1, Caller: commands.Caller{Ref: "slack:user:" + alice}, Place: commands.Place{Platform: "slack", Channel: "slack:" + channel},
	}
	at := func(root, reply string, under int64) bot.Entry {
		e := e
		e.Root, e.Reply, e.Under = bot.Post(root), reply, under
		return e
	}
	d := w.slash(bob, "whoami")
	w.acked(d)
	there := `{"channel":"` + channel + `","ts":"1.000001"}`
	nowhere := `{"channel":"` + channel + `"}`
	g.Set(true)
	before := len(w.Calls(""))
	for name, do := range map[string]func(context.Context) error{
		"a root": func(ctx context.Context) error {
			_, err := w.slack.Announce(ctx, e, nil)
			return err
		},
		"an update": func(ctx context.Context) error { return w.slack.Update(ctx, at(there, "", 0), nil) },
		"a result": func(ctx context.Context) error {
			_, err := w.slack.Report(ctx, at(there, "", 0), nil, words.Message{})
			return err
		},
		"a result for the caller alone": func(ctx context.Context) error {
			_, err := w.slack.Report(ctx, at(nowhere, d.ResponseURL, 0), nil, words.Message{})
			return err
		},
		"a direct message": func(ctx context.Context) error {
			_, err := w.slack.Report(ctx, at(nowhere, "", 0), nil, words.Message{})
			return err
		},
		"what comes late": func(ctx context.Context) error {
			_, err := w.slack.Report(ctx, at(there, "", 7), nil, words.Message{})
			return err
		},
		"a look for a root": func(ctx context.Context) error {
			_, _, err := w.slack.FindRoot(ctx, e)
			return err
		},
		"a look for a result": func(ctx context.Context) error {
			_, _, err := w.slack.FindResult(ctx, at(there, "", 0))
			return err
		},
	} {
		if err := do(t.Context()); !errors.Is(err, bottest.ErrHeld) || errors.Is(err, bot.ErrRevoked) || strings.Contains(err.Error(), "http") {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.acked(w.slash(bob, "whoami"))
	w.private(bob, 2)
	w.acked(w.slash(alice, "add "+group+" user1"))
	w.Until("it is tried again", func() bool { return strings.Contains(w.Log.String(), "post failed, retrying") })
	if n := len(w.Calls("")); n != before {
		t.Errorf("%d requests left", n-before)
	}
	w.acked(w.Mention(bob, channel, "", "whoami"))
	w.private(bob, 3)
	g.Set(false)
	w.final(channel)
}
