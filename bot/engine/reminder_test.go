package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
)

// TestReminder: ten minutes before an end of an hour or more, with Extend, once.
func TestReminder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		stage.Run(t, chat)
		tell(t, chat, "add GROUP user1 --for 2h")
		stage.Clock.Advance(111 * time.Minute)
		said(t, chat, 1, "in the thread of #1", "Reminder: user1 in GROUP, until 2026-11-20 17:30 UTC.", "[Extend]")
		nothingOpen(t, stage)
		if got := press(t, chat, "mallory", change.ExtendAction, 2); !strings.Contains(got, "(private) You are not allowed to use add") {
			t.Errorf("mallory was answered %s", got)
		}
		if got := press(t, chat, "alice", change.ExtendAction, 2); !strings.Contains(got, "• user1: until 2026-11-20 19:30 UTC (before: until 2026-11-20 17:30 UTC)") {
			t.Errorf("answered %s", got)
		}
		limits(t, stage, "user1 19:30")
		if got := press(t, chat, "alice", change.ExtendAction, 2); !strings.Contains(got, "no change: until 2026-11-20 19:30 UTC") {
			t.Errorf("the second time: %s", got)
		}
		limits(t, stage, "user1 19:30")
		stage.Clock.Advance(2 * time.Hour)
		said(t, chat, 2, "Reminder:", "until 2026-11-20 19:30 UTC")
		stage.Clock.Advance(10 * time.Minute)
		said(t, chat, 3, "• user1: removed")
		noneOnRecord(t, stage)
	})
}

// TestUndoExtend: undoing an extension puts the end back that was there.
func TestUndoExtend(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1 --for 2h")
	stage.Clock.Advance(111 * time.Minute)
	said(t, chat, 1, "[Extend]")
	answer, err := chat.Press(soon(t), "alice", change.ExtendAction, 2)
	check(t, err)
	_, err = chat.Result(soon(t), answer.Entry)
	check(t, err)
	t.Log(press(t, chat, "alice", change.UndoAction, answer.Entry))
	limits(t, stage, "user1 17:30")
}

// TestExtendWithinTheRule: an extension gives no more than an add by the same caller would,
// counted from the press.
func TestExtendWithinTheRule(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	rule := func(name, who string, most time.Duration) policy.Rule {
		return policy.Rule{Name: name, Allow: []string{bottest.Ref(who)}, For: most}
	}
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
		rule("ALLOWLIST", "alice", 0), rule("rule 1", "bob", 2*time.Hour), rule("rule 2", "carol", time.Hour),
	}}})
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1 --for 2h")
	stage.Clock.Advance(111 * time.Minute) // 17:21
	said(t, chat, 1, "[Extend]")
	if got := press(t, chat, "carol", change.ExtendAction, 2); !strings.HasPrefix(got, "(private)") {
		t.Errorf("carol was answered %s", got)
	}
	if got := press(t, chat, "bob", change.ExtendAction, 2); !strings.Contains(got, "now until 2026-11-20 19:21 UTC") {
		t.Errorf("bob was answered %s", got)
	}
	limits(t, stage, "user1 19:21")
}

// TestExtendAtMost: an extension reaches 30 days from now at most.
func TestExtendAtMost(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1 --for 30d")
	stage.Clock.Advance(30*24*time.Hour - 5*time.Minute)
	said(t, chat, 1, "[Extend]")
	press(t, chat, "alice", change.ExtendAction, 2)
	all, err := stage.Journal.Grants(t.Context(), groupA)
	check(t, err)
	if want := stage.Clock.Now().Add(commands.MaxFor); len(all) != 1 || !all[0].Until.Equal(want) {
		t.Errorf("on record %+v, want until %s", all, want)
	}
}
