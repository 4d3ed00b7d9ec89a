package engine_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// droppedJournal is an empty journal that notes when its entry is closed, in Unix seconds.
type droppedJournal struct {
	emptyJournal
	at *atomic.Int64
}

func (d droppedJournal) Claim(ctx context.Context, carried []int64) ([]bot.Entry, error) {
	if d.at.Load() != 0 {
		return nil, nil
	}
	return d.emptyJournal.Claim(ctx, carried)
}

func (d droppedJournal) Entry(context.Context, int64) (bot.Entry, bool, error) {
	return d.open[0], true, nil
}

func (d droppedJournal) Drop(context.Context, bot.Entry, bot.State, bot.Record) error {
	d.at.Store(time.Now().Unix())
	return nil
}

// waitingPlatform waits with every post for as long as it may, as one does that its service
// asks to wait again and again.
type waitingPlatform struct{ gone }

func (waitingPlatform) Announce(ctx context.Context, _ bot.Entry, _ words.Text) (bot.Post, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// TestPostThatWaits: a post is given up after a day, also while it waits for its platform.
func TestPostThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var dropped atomic.Int64
		open := []bot.Entry{{Number: 1, State: bot.Done, Place: commands.Place{Platform: "slack"}, Accepted: began, Begun: began}}
		b, err := bottest.NewBot(engine.Parts{
			Journal: droppedJournal{emptyJournal{open: open}, &dropped}, API: noAPI{}, Rules: func() bot.Rules { return bot.Rules{} },
			Words: words.In, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		})
		check(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Hour)
		defer cancel()
		check(t, b.Run(ctx, waitingPlatform{gone{name: "slack", after: 100 * time.Hour}}))
		if after := time.Unix(dropped.Load(), 0).Sub(began); after < 24*time.Hour || after > 25*time.Hour {
			t.Errorf("it was given up after %v", after)
		}
	})
}
