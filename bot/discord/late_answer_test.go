package discord_test

import (
	"context"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands/words"
)

// unrecorded is a door that puts nothing on record.
type unrecorded struct{}

func (unrecorded) Receive(ctx context.Context, _ bot.Delivery, ack bot.Ack) error {
	m := words.English().Trouble(words.English().NotRecorded)
	return ack.Answer(ctx, bot.Answer{Private: &m, Late: true})
}

// TestUnrecorded: that nothing is on record is said after two seconds, in time for Discord, so
// that another instance goes first.
func TestUnrecorded(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, alone := range []bool{true, false} {
			w := build(t, mode, fakediscord.Config{}, discord.Options{})
			if !alone && mode == "gateway" {
				w.start()
			} else if !alone {
				continue // Discord has one address
			}
			other := w.platform()
			if mode == "http" {
				app, _ := w.Serve("discord", other.State, other.Mount)
				w.UseHTTP(app + "/discord/interactions")
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- other.Run(ctx, unrecorded{}) }()
			w.Ready(other.State)
			w.Until("the command is registered", func() bool { return w.commands(guild) == "liveadmin" })
			began := time.Now()
			i := w.says(alice, general, "remove", adding("user1"))
			if alone {
				w.private(i)
				if took := time.Since(began); took < 2*time.Second || took > 3*time.Second {
					t.Errorf("%s: answered after %v", mode, took)
				}
			} else {
				w.result(i)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
}
