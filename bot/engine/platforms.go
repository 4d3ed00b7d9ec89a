package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
)

const (
	// remindGap is how often the log repeats that a platform is gone.
	remindGap = time.Minute
	// retriedAfter is after how many reminders a platform whose credentials are revoked is run
	// again: an app that was switched off can be switched on again.
	retriedAfter = 5
	// revokedTime is how long the bot goes on without a platform if their credentials are
	// revoked. It is a little longer than the five minutes after which the credentials are
	// tried again, so that they are before it ends.
	revokedTime = 5*time.Minute + 10*time.Second
	// provenTime is how long a platform that is run again must last to have come back:
	// credentials that are still revoked end it within two minutes.
	provenTime = 3 * time.Minute
)

// listener is a platform that is run.
type listener struct {
	platform  bot.Platform
	err       error     // why it ended; nil: it receives, or had nothing more to bring
	again     time.Time // when it was run again; zero: it was not
	said      time.Time // when the log said last that it is gone
	reminders int       // that followed
}

// ending is the end of a listener's run.
type ending struct {
	listener *listener
	err      error
}

// listen runs the platforms until none is left that receives. One whose credentials are
// revoked is run again after five minutes.
func (b *Engine) listen(ctx context.Context, platforms []bot.Platform) error {
	ended, receiving := make(chan ending), 0
	run := func(l *listener) {
		receiving++
		go func() { ended <- ending{l, b.hear(ctx, l.platform)} }()
	}
	all := make([]*listener, len(platforms))
	for i, p := range platforms {
		all[i] = &listener{platform: p}
		run(all[i])
	}
	var lost, said time.Time // when a platform was lost, and when the log said that none is left
	every, stopped := time.NewTicker(lookGap), ctx.Done()
	defer every.Stop()
	for receiving > 0 || ctx.Err() == nil && b.stays(ctx, why(all), lost, &said) {
		select {
		case e := <-ended:
			receiving--
			e.listener.err, e.listener.said, e.listener.reminders = e.err, time.Now(), 0
			if now := b.clock(); now.Sub(e.listener.again) > provenTime {
				lost = now
			}
		case <-every.C:
			for _, l := range all {
				if ctx.Err() == nil && b.comesBack(l) {
					run(l)
				}
			}
		case <-stopped:
			stopped = nil
		}
	}
	return why(all)
}

// why is why the platforms ended.
func why(all []*listener) error {
	errs := make([]error, len(all))
	for i, l := range all {
		errs[i] = l.err
	}
	return errors.Join(errs...)
}

// hear runs a platform.
func (b *Engine) hear(ctx context.Context, p bot.Platform) error {
	err := safely(func() error { return p.Run(ctx, b) })
	if err == nil || ctx.Err() != nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", p.Name(), err)
	b.log.Error("platform ended", "platform", p.Name(), "err", err)
	return err
}

// comesBack reports whether a revoked platform is to be run again, and says meanwhile in the
// log that it is gone.
func (b *Engine) comesBack(l *listener) bool {
	if !errors.Is(l.err, bot.ErrRevoked) || time.Since(l.said) < remindGap {
		return false
	}
	b.log.Error("platform ended", "platform", l.platform.Name(), "err", l.err)
	l.said = time.Now()
	if l.reminders++; l.reminders < retriedAfter {
		return false
	}
	b.log.Info("platform restarted", "platform", l.platform.Name())
	l.err, l.again = nil, b.clock()
	return true
}

// stays reports whether the bot goes on without a platform: for five minutes if the last ones
// were revoked, since they can come back, and then as long as temporary administrators are on
// record. Their expirations are carried out, though nothing can be posted.
func (b *Engine) stays(ctx context.Context, why error, lost time.Time, said *time.Time) bool {
	if !errors.Is(why, bot.ErrRevoked) {
		return false
	}
	if b.clock().Sub(lost) < revokedTime {
		return true
	}
	limits, err := b.journal.Grants(ctx, "")
	if err == nil && len(limits) == 0 {
		return false
	}
	if time.Since(*said) >= remindGap {
		*said = time.Now()
		b.log.Error("no platform is left; staying for the expirations of temporary administrators", "temporary", len(limits), "err", errors.Join(why, err))
	}
	return true
}

// current returns somebody who spoke before with the memberships of now, where their platform
// knows them.
func (b *Engine) current(c commands.Caller) commands.Caller {
	platform, _, _ := strings.Cut(c.Ref, ":")
	if d, ok := b.platforms[platform].(bot.Directory); ok {
		return d.Current(c)
	}
	return c
}
