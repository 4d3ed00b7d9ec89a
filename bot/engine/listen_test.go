package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// gone is a platform that ends after a while.
type gone struct {
	bot.Platform
	name  string
	after time.Duration
	err   error
}

func (g gone) Name() string { return g.name }

func (g gone) Run(ctx context.Context, _ bot.Door) error {
	select {
	case <-time.After(g.after):
		return g.err
	case <-ctx.Done():
		return nil
	}
}

func (g gone) Announce(context.Context, bot.Entry, words.Text) (bot.Post, error) {
	return "", g.err
}

// emptyJournal has the given entries open, and no database, so that time can be
// a bubble's.
type emptyJournal struct {
	bottest.Journal
	open []bot.Entry
}

func (j emptyJournal) Claim(_ context.Context, carried []int64) ([]bot.Entry, error) {
	return slices.DeleteFunc(slices.Clone(j.open), func(e bot.Entry) bool { return slices.Contains(carried, e.Number) }), nil
}

func (j emptyJournal) Term() context.Context                           { return context.Background() }
func (j emptyJournal) Due(context.Context, time.Time) (bot.Due, error) { return bot.Due{}, nil }
func (j emptyJournal) Purge(context.Context, time.Time) (int, error)   { return 0, nil }
func (j emptyJournal) Grants(context.Context, imapi.GroupID) ([]commands.Grant, error) {
	return nil, nil
}

type (
	noAPI    struct{ engine.API }
	noAdmins struct{ *imapi.Client }
)

func (noAPI) For(string, bool) engine.Calls {
	return func(time.Duration) change.Admins { return noAdmins{} }
}
func (noAPI) Share() int { return 1 }

// bare returns a bot whose record has a clock that runs ten times as fast as the machine's.
func bare(t *testing.T, out *bottest.Log, open ...bot.Entry) *engine.Engine {
	t.Helper()
	began := time.Now()
	hasty := func() time.Time { return began.Add(10 * time.Since(began)) }
	b, err := bottest.NewBot(engine.Parts{
		Journal: emptyJournal{open: open}, API: noAPI{}, Rules: func() bot.Rules { return bot.Rules{} },
		Words: words.In, Log: slog.New(slog.NewTextHandler(out, nil)), Now: hasty,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRevoked: the others go on and the log says it each minute; when there has been none
// for five minutes, Run returns why.
func TestRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		revoked := fmt.Errorf("token_revoked: %w", bot.ErrRevoked)
		var log bottest.Log
		began := time.Now()
		err := bare(t, &log).Run(t.Context(),
			gone{name: "slack", after: time.Second, err: revoked},
			gone{name: "discord", after: 5 * time.Minute, err: nil})
		if took := time.Since(began); !errors.Is(err, bot.ErrRevoked) || took < 10*time.Minute || took > 11*time.Minute {
			t.Errorf("Run ended with %v after %v", err, took)
		}
		if n := strings.Count(log.String(), "token_revoked"); n != 13 {
			t.Errorf("said %d times in ten minutes:\n%s", n, &log)
		}
	})
}

// coming is a platform that can be run again.
type coming struct {
	gone
	later time.Duration // how long it runs the next times
	runs  atomic.Int32
}

func (c *coming) Run(ctx context.Context, door bot.Door) error {
	g := c.gone
	if c.runs.Add(1) > 1 {
		g.after = c.later
	}
	return g.Run(ctx, door)
}

// TestComesBack: a platform whose credentials are revoked is run again after five minutes,
// as long as another goes on or for a little longer than that, and the log does not say any
// more that it is gone. One whose credentials are still revoked then has not come back.
func TestComesBack(t *testing.T) {
	revoked := fmt.Errorf("token_revoked: %w", bot.ErrRevoked)
	for _, row := range []struct {
		name  string
		other time.Duration // how long the other one goes on
		later time.Duration
		runs  int32
		said  int
		err   error
		took  time.Duration
	}{
		{"while another goes on", time.Hour, time.Hour, 2, 6, nil, 30 * time.Minute},
		{"soon after the last one ended", time.Minute, time.Hour, 2, 6, nil, 30 * time.Minute},
		{"tried again, in vain", time.Second, 50 * time.Second, 2, 7, bot.ErrRevoked, 6 * time.Minute},
		{"tried again while another goes on, in vain", 12 * time.Minute, 50 * time.Second, 3, 17, bot.ErrRevoked, 18 * time.Minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bottest.Log
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
				defer cancel()
				slack := &coming{gone: gone{name: "slack", after: 50 * time.Second, err: revoked}, later: row.later}
				began := time.Now()
				err := bare(t, &log).Run(ctx, slack,
					&coming{gone: gone{name: "discord", after: row.other, err: revoked}, later: time.Second})
				if !errors.Is(err, row.err) || slack.runs.Load() != row.runs {
					t.Errorf("Run ended with %v, after %d runs", err, slack.runs.Load())
				}
				if took := time.Since(began); took > row.took+time.Minute || took < row.took-time.Minute {
					t.Errorf("it ended after %v", took)
				}
				if n := strings.Count(log.String(), "platform ended\" platform=slack"); n != row.said {
					t.Errorf("said %d times:\n%s", n, &log)
				}
			})
		})
	}
}

// TestRevokedLeavesWork: what cannot be posted any more does not hold up the end.
func TestRevokedLeavesWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		revoked := fmt.Errorf("token_revoked: %w", bot.ErrRevoked)
		var log bottest.Log
		began := time.Now()
		b := bare(t, &log, bot.Entry{Number: 1, State: bot.Done, Place: commands.Place{Platform: "slack"}, Accepted: began})
		err := b.Run(t.Context(), gone{name: "slack", after: time.Second, err: revoked})
		if took := time.Since(began); !errors.Is(err, bot.ErrRevoked) || took > 6*time.Minute {
			t.Errorf("Run ended with %v after %v", err, took)
		}
	})
}

// leaving is a platform that takes a while to stop, and whose posts hang.
type leaving struct{ gone }

func (l leaving) Run(ctx context.Context, _ bot.Door) error {
	<-ctx.Done()
	time.Sleep(l.after)
	return nil
}

func (leaving) Announce(ctx context.Context, _ bot.Entry, _ words.Text) (bot.Post, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// TestStopTime: what is in flight has ten seconds, in which the platforms stop, too.
func TestStopTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bottest.Log
		b := bare(t, &log, bot.Entry{Number: 1, State: bot.Done, Place: commands.Place{Platform: "slack"}, Accepted: time.Now()})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		check(t, b.Run(ctx, leaving{gone{name: "slack", after: 3 * time.Second}}))
		if took := time.Since(began); took != 11*time.Second {
			t.Errorf("it stopped after %v, want 11s", took)
		}
	})
}

// TestStopAfterRevoked: asked to stop, the bot ends without an error, whatever became of
// a platform before.
func TestStopAfterRevoked(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- stage.Bot.Run(ctx, chat, gone{name: "other", err: fmt.Errorf("no more: %w", bot.ErrRevoked)})
	}()
	if _, err := chat.Say(soon(t), "alice", "list "+groupA); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

// TestRevokedWithLimits: when no platform is left, the bot stays for the ends on record.
func TestRevokedWithLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		stop := stage.Run(t, chat)
		tell(t, chat, "add GROUP user1 --for 30m")
		stop()
		stage.Restart(t)
		ended := make(chan error, 1)
		go func() {
			ended <- stage.Bot.Run(context.Background(), gone{name: bottest.Platform, err: fmt.Errorf("no more: %w", bot.ErrRevoked)})
		}()
		stage.Clock.Advance(time.Hour)
		noneOnRecord(t, stage)
		admins(t, stage, groupA)
		var err error
		until(t, "it has ended", func() bool {
			stage.Clock.Advance(time.Minute)
			select {
			case err = <-ended:
				return true
			default:
				return false
			}
		})
		if !errors.Is(err, bot.ErrRevoked) {
			t.Errorf("ended with %v", err)
		}
	})
}
