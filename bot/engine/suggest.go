package engine

import (
	"context"
	"time"

	"liveadmin/bot"
)

// suggestTime is how long suggestions may take.
const suggestTime = 900 * time.Millisecond

// Suggest is the second door: it only reads.
func (b *Engine) Suggest(ctx context.Context, q bot.Question) []string {
	if !b.enter() {
		return nil
	}
	defer b.taken.Done()
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	found, err := safely(func() ([]string, error) { return b.intake.Suggest(ctx, q), nil })
	if err != nil {
		b.log.Error("error inside the bot", "caller", q.Caller.Ref, "while", "suggesting", "err", err)
	}
	return found
}
