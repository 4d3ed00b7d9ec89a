package engine_test

import (
	"context"
	"errors"
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
	"liveadmin/imapi"
)

// oneTerm is a journal in a term that the test ends.
type oneTerm struct {
	bottest.Journal
	term context.Context
}

func (o oneTerm) Term() context.Context { return o.term }

// waitingAPI hands over the contexts of its readings, which end with them.
type waitingAPI struct {
	calls
	reads chan context.Context
}

func (w waitingAPI) Admins(ctx context.Context, _ imapi.GroupID) ([]imapi.Admin, error) {
	w.reads <- ctx
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestTermEndsTheWork: when a term is over, all work of it is, and not a moment later: the
// next term can begin by then, and lets calls pass again.
func TestTermEndsTheWork(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	term, end := context.WithCancel(t.Context())
	reads := make(chan context.Context)
	run(t, stage, func(p *engine.Parts) {
		p.Journal = oneTerm{stage.Journal, term}
		p.API = around(p.API, func(a calls) calls { return waitingAPI{a, reads} })
	}, chat)
	_, err := chat.Deliver(t.Context(), "k", "alice", "add "+groupA+" user1")
	check(t, err)
	work := <-reads
	end()
	if work.Err() == nil {
		t.Error("the work goes on when its term is over")
	}
}

// brokenJournal has an entry open whose marks take a while, and fails when it is asked what is due.
type brokenJournal struct {
	emptyJournal
	writing *atomic.Int32
}

func (j brokenJournal) Turn(context.Context, bot.Entry, bot.Change) (bool, error) {
	j.writing.Add(1)
	defer j.writing.Add(-1)
	time.Sleep(time.Second)
	return false, nil
}

func (brokenJournal) Due(context.Context, time.Time) (bot.Due, error) {
	time.Sleep(time.Second / 2)
	return bot.Due{}, errors.New("the connection is lost")
}

// TestNoWorkAfterABrokenStart: a bot that cannot start has ended all that it took up when Run
// returns: the record is closed then.
func TestNoWorkAfterABrokenStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var writing atomic.Int32
		now := time.Now()
		open := []bot.Entry{{
			Number: 1, State: bot.Accepted, Accepted: now, Begun: now, Command: commands.Command{Verb: commands.Remove},
			Changes: []bot.Change{{Entry: 1, Group: groupA, State: bot.Waiting}},
		}}
		b, err := bottest.NewBot(engine.Parts{
			Journal: brokenJournal{emptyJournal{open: open}, &writing}, API: noAPI{}, Rules: func() bot.Rules { return bot.Rules{} },
			Words: words.In, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		})
		check(t, err)
		if err := b.Run(t.Context()); err == nil {
			t.Error("it runs without a record")
		}
		if n := writing.Load(); n != 0 {
			t.Errorf("%d marks are still being written", n)
		}
	})
}
