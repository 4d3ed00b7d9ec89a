package engine_test

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
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
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// damage changes the record of a bot that does not run.
func damage(t *testing.T, stage *bottest.Stage, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(stage.Dir(), "journal.db")+"?_pragma=busy_timeout(5000)")
	check(t, err)
	defer db.Close()
	result, err := db.ExecContext(t.Context(), statement)
	check(t, err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("%s: %d rows, %v", statement, n, err)
	}
}

// TestDamagedEnd: a limited right ends although the record of its end cannot be read any
// more, and the record says what is damaged.
func TestDamagedEnd(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{
		`UPDATE entry SET command = substr(command, 1, 9) WHERE number = 2`,
		`UPDATE entry SET caller = '' WHERE number = 2`,
		`UPDATE change SET state = 'planned', plan = '[' WHERE entry = 2`,
	} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			stop := stage.Run(t, chat)
			tell(t, chat, "add GROUP user1 --for 30m")
			stop()
			e, _, err := stage.Journal.Entry(t.Context(), 1)
			check(t, err)
			limits, err := stage.Journal.Grants(t.Context(), groupA)
			check(t, err)
			end := bot.Entry{
				Key: "end:1:0", Caller: e.Caller, Place: e.Place, Under: 1, Root: e.Root,
				Command: change.OfLimits(commands.End, e.Command.Target, limits), Changes: []bot.Change{{Group: groupA}},
			}
			_, _, err = stage.Journal.Accept(t.Context(), end, bot.Record{Event: bot.WasAccepted}, nil)
			check(t, err)
			damage(t, stage, statement)
			stage.Clock.Advance(31 * time.Minute)
			stage.Restart(t)
			stage.Run(t, chat)
			noneOnRecord(t, stage)
			admins(t, stage, groupA)
			if got := stage.Journal.Damaged(); len(got) != 1 || got[0] != 2 {
				t.Errorf("damaged are %v", got)
			}
		})
	}
}

// mineOnce panics once in cancelling somebody.
type mineOnce struct {
	engine.API
	step  string
	armed *atomic.Bool
}

// minedAdmins is what one caller calls of it.
type minedAdmins struct {
	adminsAPI
	mine mineOnce
}

// adminsAPI is an embedded commands.Admins, whose method has that name, too.
type adminsAPI = change.Admins

func (m mineOnce) For(caller string, urgent bool) engine.Calls {
	one := m.API.For(caller, urgent)
	return func(most time.Duration) change.Admins { return minedAdmins{one(most), m} }
}

func (m mineOnce) tread(step string) {
	if step == m.step && m.armed.CompareAndSwap(true, false) {
		panic("a mistake in the program")
	}
}

func (m minedAdmins) CancelAdmins(ctx context.Context, g imapi.GroupID, users []imapi.UserID) error {
	m.mine.tread("changing")
	return m.adminsAPI.CancelAdmins(ctx, g, users)
}

// mineRecord is a journal whose reading of what was decided panics once.
type mineRecord struct {
	bottest.Journal
	armed *atomic.Bool
}

func (m mineRecord) Recent(ctx context.Context, g imapi.GroupID, since time.Time) ([]commands.Recent, error) {
	if m.armed.CompareAndSwap(true, false) {
		panic("a mistake in the program")
	}
	return m.Journal.Recent(ctx, g, since)
}

// TestPanicInAnEnd: an end that meets a mistake in the program is tried again.
func TestPanicInAnEnd(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"planning", "changing"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := open(t)
				var armed, planning atomic.Bool
				run(t, stage, func(p *engine.Parts) {
					p.API = mineOnce{API: p.API, step: step, armed: &armed}
					p.Journal = mineRecord{stage.Journal, &planning}
				}, chat)
				tell(t, chat, "add GROUP user1 --for 30m")
				armed.Store(step == "changing")
				planning.Store(step == "planning")
				stage.Clock.Advance(31 * time.Minute)
				said(t, chat, 1, "There was an error inside the bot", "I will keep trying for 24 hours")
				stage.Clock.Advance(5 * time.Second)
				noneOnRecord(t, stage)
				admins(t, stage, groupA)
			})
		})
	}
}

// TestSettledWithoutOutcome: a change of which the record has lost what became of it is
// unknown, and stops nothing.
func TestSettledWithoutOutcome(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	alias(stage, 2)
	check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Group: "@TGS#aMANY0001", Times: -1}))
	stop := stage.Start(t, chat)
	_, err := chat.Deliver(soon(t), "k", "alice", "add all user1")
	check(t, err)
	until(t, "one is settled", func() bool {
		e, _, err := stage.Journal.Entry(t.Context(), 1)
		return err == nil && len(e.Changes) == 2 && e.Changes[0].State == bot.Settled
	})
	stop(engine.ErrRestart)
	damage(t, stage, `UPDATE change SET outcome = NULL WHERE state = 'done'`)
	stage.API.ClearFaults()
	stage.Restart(t)
	var log syncBuffer
	run(t, stage, func(p *engine.Parts) { p.Log = slog.New(slog.NewTextHandler(&log, nil)) }, chat)
	closed(t, stage)
	if got := log.String(); !strings.Contains(got, "msg=\"command completed\" entry=1") || strings.Contains(got, "panic") {
		t.Errorf("logged %s", got)
	}
}

// countedAccepts counts what is written for deliveries.
type countedAccepts struct {
	bottest.Journal
	n *atomic.Int32
}

func (c countedAccepts) Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (bot.Entry, bool, error) {
	c.n.Add(1)
	return c.Journal.Accept(ctx, e, r, carry)
}

// TestPressedOften: a button that was pressed often costs no more than one pressed once.
func TestPressedOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		waited(t, stage, commands.Command{Verb: commands.Add}, time.Hour)
		var accepts atomic.Int32
		run(t, stage, func(p *engine.Parts) { p.Journal = countedAccepts{stage.Journal, &accepts} }, chat)
		_, err := chat.Result(soon(t), 1)
		check(t, err)
		for range 50 {
			press(t, chat, "alice", change.RetryAction, 1)
		}
		accepts.Store(0)
		if got := press(t, chat, "alice", change.RetryAction, 1); !strings.Contains(got, "(private) This button has expired. Type the command instead.") || accepts.Load() > 2 {
			t.Errorf("answered %s after %d tries", got, accepts.Load())
		}
	})
}
