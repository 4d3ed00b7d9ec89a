package discord_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// TestGate: while the gate is closed no request leaves that is about an entry, whatever it
// is for, and the gate's error is found in what comes of it. Who asks is answered.
func TestGate(t *testing.T) {
	t.Parallel()
	var g bottest.Gate
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{Gate: g.Ask})
	i := w.says(bob, general, "whoami", nil)
	w.private(i)
	e := bot.Entry{
		Number: 1, Caller: commands.Caller{Ref: "discord:user:" + alice}, Place: commands.Place{Platform: "discord", Channel: "discord:" + general},
		Reply: discord.Handle(i.ID, w.Config().AppID, i.Token, time.Now().Add(-time.Minute)),
	}
	at := func(message, thread string, under int64) bot.Entry {
		e := e
		e.Root, e.Under = discord.MessageRef(general, message, thread), under
		return e
	}
	g.Set(true)
	before := len(w.Calls(""))
	for name, do := range map[string]func(context.Context) error{
		"a root": func(ctx context.Context) error {
			_, err := w.discord.Announce(ctx, e, nil)
			return err
		},
		"an update": func(ctx context.Context) error { return w.discord.Update(ctx, at("9", thread, 0), nil) },
		"a result in a thread": func(ctx context.Context) error {
			_, err := w.discord.Report(ctx, at("9", thread, 0), nil, words.Message{})
			return err
		},
		"a result in the response": func(ctx context.Context) error {
			_, err := w.discord.Report(ctx, at("9", "", 0), nil, words.Message{})
			return err
		},
		"what comes late": func(ctx context.Context) error {
			_, err := w.discord.Report(ctx, at("9", "", 7), nil, words.Message{})
			return err
		},
		"a look for a result": func(ctx context.Context) error {
			e := at("9", thread, 0)
			if _, _, err := w.discord.FindResult(ctx, e); err != nil {
				return err
			}
			_, err := w.discord.Report(ctx, e, nil, words.Message{})
			return err
		},
		"a look for a response": func(ctx context.Context) error {
			_, err := w.discord.Confirm(ctx, e)
			return err
		},
	} {
		if err := do(t.Context()); !errors.Is(err, bottest.ErrHeld) || errors.Is(err, bot.ErrRevoked) || errors.Is(err, bot.ErrNotRun) || strings.Contains(err.Error(), "http") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(w.Calls("")); n != before {
		t.Errorf("%d requests left", n-before)
	}
	w.private(w.says(bob, general, "whoami", nil))
	g.Set(false)
	w.result(w.says(alice, general, "add", adding("user1")))
}

// TestGateBeforeResponse: a command whose first response was held back is not run, and
// the response is not tried again.
func TestGateBeforeResponse(t *testing.T) {
	t.Parallel()
	var g bottest.Gate
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{Gate: g.Ask})
	if err := w.WaitCalls(w.Soon(), fakediscord.CreateGuildCommand, 1); err != nil { // nothing else is under way
		t.Fatal(err)
	}
	g.HoldNext()
	i := w.says(alice, general, "add", adding("user1"))
	w.Closed()
	if rows := w.Rows(bot.WasUnanswered); len(rows) != 1 || !strings.Contains(rows[0].Detail, bottest.ErrHeld.Error()) {
		t.Errorf("on record are %+v", rows)
	}
	if got := w.API.Admins(group); len(got) > 0 || len(i.Callbacks()) > 0 {
		t.Errorf("administrators %v, callbacks %+v", got, i.Callbacks())
	}
}
