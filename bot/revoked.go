package bot

import (
	"context"
	"errors"
	"time"
)

// ErrRevoked is in the error of a Platform's Run when its credentials are not
// valid any more, and in Bot.Run's when no platform is left for that reason.
var ErrRevoked = errors.New("the credentials are revoked")

// remindGap is how often the log repeats that a platform is gone.
const remindGap = time.Minute

// remind repeats in the log that a platform is gone, as long as others go on.
func (b *Bot) remind(ctx context.Context, platform string, err error) {
	every := time.NewTicker(remindGap)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			b.log.Error("platform ended", "platform", platform, "err", err)
		}
	}
}
