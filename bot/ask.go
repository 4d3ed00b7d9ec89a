package bot

import (
	"context"
	"time"
)

// suggestTime is how long suggestions may take.
const suggestTime = 900 * time.Millisecond

// Suggest is the second door: it only reads.
func (b *Bot) Suggest(ctx context.Context, q Question) (found []string) {
	if !b.enter() {
		return nil
	}
	defer b.taken.Done()
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	err := safely(func() error {
		found = b.intake.Suggest(ctx, q)
		return nil
	})
	if err != nil {
		b.log.Error("error inside the bot", "caller", q.Caller.Ref, "while", "suggesting", "err", err)
		return nil
	}
	return found
}
