package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
)

// TestCapped: who has no right at all gets 30 answers a minute; more is acknowledged,
// not answered, and is one row of the audit trail. Others are not touched.
func TestCapped(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	answered := 0
	for range 50 {
		got, err := chat.Say(soon(t), "mallory", "add "+groupA+" user1")
		check(t, err)
		if got != "" {
			answered++
		}
	}
	if answered != 30 {
		t.Errorf("%d were answered", answered)
	}
	if got, err := chat.Deliver(soon(t), "chat:too much", "mallory", "whoami"); err != nil || !got.Muted || got.Private != nil {
		t.Errorf("more is acknowledged with %+v, %v", got, err)
	}
	if got := tell(t, chat, "list GROUP"); !strings.Contains(got, "0 of 5") {
		t.Errorf("alice was answered %q", got)
	}
	stage.Clock.Advance(time.Minute)
	var rows []bot.Record
	until(t, "the rest is on record", func() bool {
		all, err := stage.Journal.Trail(t.Context(), bot.Filter{About: []string{bottest.Ref("mallory")}, Limit: 100})
		check(t, err)
		rows = all
		return len(all) == 31
	})
	if last := rows[0]; last.Event != bot.WasCapped || last.Caller != bottest.Ref("mallory") || !strings.HasPrefix(last.Text, "21 more since 2026-11-20 15:30 UTC") {
		t.Errorf("on record is %+v", last)
	}
	if got, err := chat.Say(soon(t), "mallory", "whoami"); err != nil || got == "" {
		t.Errorf("after a minute: %q, %v", got, err)
	}
}

// TestCappedWhileTheClockIsSet: the minute of a caller is the machine's, also while the clock
// of the record is set forward.
func TestCappedWhileTheClockIsSet(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	var err error
	stage.Bot, err = bottest.NewBot(engine.Parts{
		Journal: stage.Journal, API: engine.Client{Client: stage.Client}, Rules: stage.Rules.Get, Words: words.In,
		Log: slog.New(slog.DiscardHandler), Now: stage.Clock.Now,
	})
	check(t, err)
	stage.Run(t, chat)
	answered := 0
	for range 40 {
		stage.Clock.Advance(time.Minute)
		got, err := chat.Say(soon(t), "mallory", "whoami")
		check(t, err)
		if got != "" {
			answered++
		}
	}
	if answered != 30 {
		t.Errorf("%d were answered", answered)
	}
}

// TestCappedMaybe: while a user group of the rules cannot be read, a caller who may be in it
// gets more answers than a stranger, but not as many as they like.
func TestCappedMaybe(t *testing.T) {
	t.Parallel()
	const crew = "chat:usergroup:crew"
	stage, chat := open(t)
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{{Name: "rule 1", Allow: []string{crew}}}}})
	stage.Run(t, chat)
	for _, test := range []struct {
		name   string
		caller commands.Caller
		want   int
	}{
		{"may be in it", commands.Caller{Ref: bottest.Ref("may"), Unread: []string{crew}}, 120},
		{"is in it", commands.Caller{Ref: bottest.Ref("is"), Memberships: []string{crew}}, 150},
		{"is in none", commands.Caller{Ref: bottest.Ref("none")}, 30},
	} {
		t.Run(test.name, func(t *testing.T) {
			answered := 0
			for i := range 150 {
				err := door(t, chat).Receive(t.Context(), bot.Delivery{
					Key: fmt.Sprint(test.name, i), Caller: test.caller, Text: "whoami",
					Place: commands.Place{Platform: bottest.Platform, Channel: "chat:channel"},
				}, func(_ context.Context, a bot.Answer) (bot.Post, error) {
					if !a.Muted {
						answered++
					}
					return "", nil
				})
				check(t, err)
			}
			if answered != test.want {
				t.Errorf("%d of 150 were answered, want %d", answered, test.want)
			}
		})
	}
}

// fullJournal refuses the rows about what was not answered, so many times.
type fullJournal struct {
	bottest.Journal
	refuses *atomic.Int32
}

func (j fullJournal) Note(ctx context.Context, key string, r bot.Record) (int64, bool, error) {
	if r.Event == bot.WasCapped && j.refuses.Add(-1) >= 0 {
		return 0, false, errors.New("the disk is full")
	}
	return j.Journal.Note(ctx, key, r)
}

// TestCappedIsNotForgotten: what was not answered is on record, also if the record cannot be
// written when the minute is over.
func TestCappedIsNotForgotten(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	var refuses atomic.Int32
	refuses.Store(1)
	run(t, stage, func(p *engine.Parts) { p.Journal, p.Clock = fullJournal{stage.Journal, &refuses}, stage.Clock.Now }, chat)
	callers := []string{"mallory", "trudy"}
	for _, who := range callers {
		for range 31 {
			_, err := chat.Say(soon(t), who, "whoami")
			check(t, err)
		}
	}
	stage.Clock.Advance(time.Minute)
	for _, who := range callers {
		until(t, "what was not answered to "+who+" is on record", func() bool {
			rows, err := stage.Journal.Trail(t.Context(), bot.Filter{About: []string{bottest.Ref(who)}, Limit: 1})
			check(t, err)
			return len(rows) == 1 && rows[0].Event == bot.WasCapped && rows[0].Caller == bottest.Ref(who)
		})
	}
	if refuses.Load() >= 0 {
		t.Error("no row was refused")
	}
}
