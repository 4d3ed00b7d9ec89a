package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
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

func (g gone) Announce(context.Context, bot.Entry, commands.Text) (bot.Post, error) {
	return "", g.err
}

// emptyJournal has the given entries open, and no database, so that time can be
// a bubble's.
type emptyJournal struct {
	bot.Journal
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

type noAPI struct{ bot.API }

func (noAPI) Fair(ctx context.Context) context.Context { return ctx }
func (noAPI) Share() int                               { return 1 }

// lockedBuffer can be written from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func bare(t *testing.T, out *lockedBuffer, open ...bot.Entry) *bot.Bot {
	t.Helper()
	b, err := bot.New(bot.Parts{
		Journal: emptyJournal{open: open}, API: noAPI{}, Rules: func() bot.Rules { return bot.Rules{} },
		Words: commands.Words{Explain: imapi.Explain}, Log: slog.New(slog.NewTextHandler(out, nil)), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRevoked: the others go on and the log says it each minute; when none is
// left, Run tells why.
func TestRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		revoked := fmt.Errorf("token_revoked: %w", bot.ErrRevoked)
		var log lockedBuffer
		err := bare(t, &log).Run(t.Context(),
			gone{name: "slack", after: time.Second, err: revoked},
			gone{name: "discord", after: 5 * time.Minute, err: nil})
		if !errors.Is(err, bot.ErrRevoked) {
			t.Errorf("Run ended with %v", err)
		}
		if n := strings.Count(log.String(), "token_revoked"); n != 5 {
			t.Errorf("said %d times in five minutes:\n%s", n, &log)
		}
	})
}

// TestRevokedLeavesWork: what cannot be posted any more does not hold up the end.
func TestRevokedLeavesWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		revoked := fmt.Errorf("token_revoked: %w", bot.ErrRevoked)
		var log lockedBuffer
		began := time.Now()
		b := bare(t, &log, bot.Entry{Number: 1, State: bot.Done, Place: commands.Place{Platform: "slack"}, Accepted: began})
		err := b.Run(t.Context(), gone{name: "slack", after: time.Second, err: revoked})
		if took := time.Since(began); !errors.Is(err, bot.ErrRevoked) || took > time.Minute {
			t.Errorf("Run ended with %v after %v", err, took)
		}
	})
}

// TestStopAfterRevoked: asked to stop, the bot ends without an error, whatever became of
// a platform before.
func TestStopAfterRevoked(t *testing.T) {
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
