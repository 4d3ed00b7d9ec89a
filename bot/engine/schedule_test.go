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
	"liveadmin/imapi/simulator"
)

// said waits for the nth message in a thread of another entry, and complains unless
// it has all of the texts.
func said(t *testing.T, chat *bottest.Chat, n int, want ...string) {
	t.Helper()
	until(t, fmt.Sprintf("there are %d late messages", n), func() bool { return len(chat.Late()) >= n })
	got := chat.Late()[n-1]
	for _, text := range want {
		if !strings.Contains(got, strings.ReplaceAll(text, "GROUP", groupA)) {
			t.Errorf("said\n%s\nwithout %q", got, text)
		}
	}
}

// noneOnRecord waits until no limit is on record any more.
func noneOnRecord(t *testing.T, stage *bottest.Stage) {
	t.Helper()
	until(t, "no limit is on record", func() bool {
		all, err := stage.Journal.Grants(t.Context(), "")
		return err == nil && len(all) == 0
	})
}

// nothingOpen waits until nothing is left to do.
func nothingOpen(t *testing.T, stage *bottest.Stage) {
	t.Helper()
	until(t, "nothing is open", func() bool {
		all, err := stage.Journal.Unclosed(t.Context())
		return err == nil && len(all) == 0
	})
}

func tell(t *testing.T, chat *bottest.Chat, text string) string {
	t.Helper()
	answer, err := chat.Say(soon(t), "alice", strings.ReplaceAll(text, "GROUP", groupA))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestEnd: a limited administrator is cancelled at that time, said in the thread.
func TestEnd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		said  []string
		wait  time.Duration
		after []string
		says  []string // in the thread of the entry that set the limit; none: nothing
	}{
		{
			"one", []string{"add GROUP user1 --for 30m"}, 30 * time.Minute, nil,
			[]string{"in the thread of #1", "Access from #1 in GROUP has expired.", "• user1: removed", "Administrators now (0 of 5): none"},
		},
		{"two at once", []string{"add GROUP user1 user2 --for 30m"}, time.Hour, nil, []string{"• user1: removed", "• user2: removed"}},
		{"who had no limit stays", []string{"add GROUP user1", "add GROUP user1 user2 --for 30m"}, time.Hour, []string{"user1"}, []string{"in the thread of #2", "• user2: removed"}},
		{"not yet", []string{"add GROUP user1 --for 30m"}, 29 * time.Minute, []string{"user1"}, nil},
		{"made permanent since", []string{"add GROUP user1 --for 30m", "add GROUP user1"}, time.Hour, []string{"user1"}, nil},
		{"given longer since", []string{"add GROUP user1 --for 30m", "add GROUP user1 --for 59m"}, 45 * time.Minute, []string{"user1"}, nil},
		{"the longer one", []string{"add GROUP user1 --for 30m", "add GROUP user1 --for 59m"}, time.Hour, nil, []string{"in the thread of #2", "• user1: removed"}},
		{"removed since", []string{"add GROUP user1 --for 30m", "remove GROUP user1"}, time.Hour, nil, nil},
		{"removed and added since", []string{"add GROUP user1 --for 30m", "remove GROUP user1", "add GROUP user1"}, time.Hour, []string{"user1"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			stage.Run(t, chat)
			for _, text := range test.said {
				tell(t, chat, text)
			}
			stage.Clock.Advance(test.wait)
			if test.says != nil {
				said(t, chat, 1, test.says...)
				noneOnRecord(t, stage)
			} else {
				// What would end wrongly would do so with the next look; this end is
				// after it.
				_, err := chat.Say(soon(t), "alice", "add "+groupB+" user8 --for 1s")
				check(t, err)
				stage.Clock.Advance(time.Second)
				said(t, chat, 1, "• user8: removed")
			}
			nothingOpen(t, stage)
			admins(t, stage, groupA, test.after...)
			if late := chat.Late(); len(late) > 1 {
				t.Errorf("said too much: %s", late)
			}
		})
	}
}

// TestEndOfAlias: the ends of one command in several groups are one message.
func TestEndOfAlias(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	alias(stage, 20)
	stage.Run(t, chat)
	tell(t, chat, "add all user1 --for 30m")
	stage.Clock.Advance(30 * time.Minute)
	said(t, chat, 1, "all: access from #1 expired: done in 20 of 20 groups")
	noneOnRecord(t, stage)
	nothingOpen(t, stage)
	for g := range 20 {
		admins(t, stage, fmt.Sprintf("@TGS#aMANY%04d", g))
	}
	if late := chat.Late(); len(late) != 1 {
		t.Errorf("said %d messages: %s", len(late), late)
	}
}

// TestEndWhileNothingRan: what fell due while nothing ran is the first work after the
// start, and says how late it is.
func TestEndWhileNothingRan(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stop := stage.Run(t, chat)
	tell(t, chat, "add GROUP user1 --for 30m")
	stop()
	stage.Clock.Advance(2 * time.Hour)
	admins(t, stage, groupA, "user1")
	stage.Restart(t)
	stage.Run(t, chat)
	said(t, chat, 1, "• user1: removed", "This was 1 hour 30 minutes late")
	admins(t, stage, groupA)
	nothingOpen(t, stage)
}

// TestFailingEnd: it is said at the first failure, tried again, and said when it has
// worked.
func TestFailingEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		stage.Run(t, chat)
		tell(t, chat, "add GROUP user1 --for 30m")
		check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10007, Times: 2}))
		stage.Clock.Advance(31 * time.Minute)
		said(t, chat, 1, "has expired, but I could not remove it.", "user1 is still an administrator", "I will keep trying for 24 hours")
		stage.Clock.Advance(5 * time.Minute)
		said(t, chat, 2, "in the thread of #1", "• user1: removed", "This was 6 minutes late")
		admins(t, stage, groupA)
		noneOnRecord(t, stage)
		nothingOpen(t, stage)
	})
}

// TestUnknownEnd: an end of which Tencent did not say how it went is not called failed, nor still to come.
func TestUnknownEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		stage.Run(t, chat)
		tell(t, chat, "add GROUP user1 --for 30m")
		check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Kind: simulator.Refuse, Code: 10002, Times: -1}))
		stage.Clock.Advance(31 * time.Minute)
		said(t, chat, 1, "has expired.\n", "It is not known whether user1 is an administrator now.", "I will keep trying for 24 hours")
		for _, not := range []string{"could not remove", "Still expires"} {
			if late := chat.Late()[0]; strings.Contains(late, not) {
				t.Errorf("%q is said: %v", not, late)
			}
		}
		stage.API.ClearFaults()
		stage.Clock.Advance(5 * time.Minute)
		said(t, chat, 2, "in the thread of #1", "• user1: removed")
		nothingOpen(t, stage)
	})
}

// TestEndBeforeItsThread: what ends before its entry could be posted is said in the thread of
// that, once it is there, also by another start. If there will be none, it gets a root of its own.
func TestEndBeforeItsThread(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(t *testing.T, stage *bottest.Stage, chat *bottest.Chat, stop func()){
		"it comes": func(*testing.T, *bottest.Stage, *bottest.Chat, func()) {},
		"it comes after a restart": func(t *testing.T, stage *bottest.Stage, chat *bottest.Chat, stop func()) {
			stop()
			stage.Restart(t)
			stage.Run(t, chat)
		},
		"it never comes": func(t *testing.T, stage *bottest.Stage, chat *bottest.Chat, _ func()) {
			stage.Clock.Advance(15 * time.Minute)
			until(t, "it has a root of its own", func() bool { return strings.Contains(chat.Root(2), "access from #1 expired") })
		},
		"it never comes, and a restart before the result": func(t *testing.T, stage *bottest.Stage, chat *bottest.Chat, stop func()) {
			stage.Clock.Advance(15 * time.Minute)
			until(t, "it has a root of its own", func() bool { return chat.Root(2) != "" })
			stop()
			stage.Restart(t)
			chat.Before = nil
			stage.Run(t, chat)
			until(t, "the root has its last line", func() bool { return slices.Contains(chat.Written(), "update 2") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := open(t)
				var back atomic.Bool
				chat.Before = func(e bot.Entry, what string) error {
					if back.Load() || e.Number > 1 && (name == "it never comes" || what == "root") {
						return nil
					}
					return errors.New("the chat is away")
				}
				stop := stage.Run(t, chat)
				_, err := chat.Deliver(soon(t), "chat:add", "alice", "add "+groupA+" user1 --for 30m")
				check(t, err)
				until(t, "it is done", func() bool { return len(rowsOf(t, stage, 1)) > 1 })
				stage.Clock.Advance(31 * time.Minute)
				until(t, "its time is over", func() bool { return len(rowsOf(t, stage, 2)) > 1 })
				admins(t, stage, groupA)
				meanwhile(t, stage, chat, stop)
				back.Store(true)
				nothingOpen(t, stage)
				if !strings.HasPrefix(name, "it never comes") {
					said(t, chat, 1, "in the thread of #1", "has expired", "user1: removed")
				}
			})
		})
	}
}

// TestEndWaitsForNobody: between two tries of a failing end, others on the group go on,
// and a later decision wins.
func TestEndWaitsForNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		stage.Run(t, chat)
		tell(t, chat, "add GROUP user1 user2 --for 30m")
		check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10007, Times: 2}))
		stage.Clock.Advance(31 * time.Minute)
		said(t, chat, 1, "I will keep trying")
		stage.Clock.Advance(2 * time.Second)
		until(t, "the end rests", func() bool { return resting(t, stage) })
		if got := tell(t, chat, "add GROUP user2"); !strings.Contains(got, "now permanent") {
			t.Errorf("answered %s", got)
		}
		said(t, chat, 2, "• user1: removed")
		admins(t, stage, groupA, "user2")
		noneOnRecord(t, stage)
	})
}

func resting(t *testing.T, stage *bottest.Stage) bool {
	all, err := stage.Journal.Unclosed(t.Context())
	check(t, err)
	for _, e := range all {
		for _, c := range e.Changes {
			if c.State == bot.Resting {
				return true
			}
		}
	}
	return false
}

// TestEndGivenUp: after 24 hours, loudly, with a button that somebody can try.
func TestEndGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		stage.Run(t, chat)
		tell(t, chat, "add GROUP user1 --for 30m")
		check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10007, Times: 1000}))
		stage.Clock.Advance(31 * time.Minute)
		said(t, chat, 1, "I will keep trying")
		stage.Clock.Advance(2 * time.Second)
		until(t, "the end rests", func() bool { return resting(t, stage) })
		stage.Clock.Advance(change.EndFor)
		said(t, chat, 2, "I tried for 24 hours to remove the access from #1 in GROUP and have stopped.", "Remove user1 by hand", "[Try again]")
		nothingOpen(t, stage)
		stage.API.ClearFaults()
		entry := int64(3)
		if got := press(t, chat, "alice", change.RetryAction, entry); !strings.Contains(got, "• user1: removed") {
			t.Errorf("answered %s", got)
		}
		admins(t, stage, groupA)
		noneOnRecord(t, stage)
	})
}

// TestEndOfDeletedGroup: nobody is an administrator of it any more.
func TestEndOfDeletedGroup(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1 --for 30m")
	check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10010, Times: 1000}))
	stage.Clock.Advance(30 * time.Minute)
	said(t, chat, 1, "has expired. There was nothing to remove", "10010")
	if got := chat.Late()[0]; strings.Contains(got, "user1: removed") {
		t.Errorf("removed was somebody of a group that is gone: %s", got)
	}
	noneOnRecord(t, stage)
	nothingOpen(t, stage)
}

// tenSeconds runs a bot on a journal for ten seconds of a bubble.
func tenSeconds(t *testing.T, j bottest.Journal) {
	t.Helper()
	b, err := bottest.NewBot(engine.Parts{
		Journal: j, API: noAPI{}, Rules: func() bot.Rules { return bot.Rules{} },
		Words: words.In, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	check(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	check(t, b.Run(ctx, gone{name: "slack", after: time.Hour}))
}

// fullOfEnds has more ends due than are read at once, and takes none.
type fullOfEnds struct {
	emptyJournal
	asked *atomic.Int32
}

func (j fullOfEnds) Due(_ context.Context, now time.Time) (bot.Due, error) {
	if j.asked.Add(1) == 1 {
		return bot.Due{}, nil // it has to start
	}
	return bot.Due{Over: []commands.Grant{{Entry: 1}}, Next: now}, nil
}

func (fullOfEnds) Entry(context.Context, int64) (bot.Entry, bool, error) {
	return bot.Entry{}, false, errors.New("the disk is full")
}

// TestEndsThatCannotBeAccepted: while ends cannot be put on record, that is tried once a second,
// however many are due.
func TestEndsThatCannotBeAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		tenSeconds(t, fullOfEnds{asked: &asked})
		if n := asked.Load(); n < 9 || n > 12 {
			t.Errorf("asked %d times in ten seconds", n)
		}
	})
}

// slowPurge is an empty journal that takes a minute to forget what is long over.
type slowPurge struct {
	emptyJournal
	asked *atomic.Int32
}

func (j slowPurge) Due(context.Context, time.Time) (bot.Due, error) {
	j.asked.Add(1)
	return bot.Due{}, nil
}

func (slowPurge) Purge(ctx context.Context, _ time.Time) (int, error) {
	select {
	case <-time.After(time.Minute):
	case <-ctx.Done():
	}
	return 0, ctx.Err()
}

// TestEndsBesideAPurge: what falls due does not wait while what is long over is forgotten.
func TestEndsBesideAPurge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		tenSeconds(t, slowPurge{asked: &asked})
		if n := asked.Load(); n < 9 {
			t.Errorf("what is due was asked for %d times in ten seconds", n)
		}
	})
}
