package engine

import (
	"context"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// Home returns what somebody's Home tab shows, in their language. It only reads.
func (b *Engine) Home(ctx context.Context, v bot.HomeView) (sections []words.Message, ok bool) {
	if !b.enter() {
		return nil, false
	}
	defer b.taken.Done()
	err := safely(func() error {
		var home words.Home
		if home, ok = b.intake.Home(ctx, v, b.current); ok {
			sections = b.toCaller(ctx, bot.Delivery{Caller: v.Caller, Place: v.Place}).Home(home)
		}
		return nil
	})
	if err != nil {
		b.log.Error("error inside the bot", "caller", v.Caller.Ref, "while", "showing a Home tab", "err", err)
		return nil, false
	}
	return sections, ok
}

// show has the platforms show elsewhere what became of an entry.
func (b *Engine) show(number int64) {
	for _, p := range b.platforms {
		if w, ok := p.(bot.Watcher); ok {
			w.Settled(number)
		}
	}
}
