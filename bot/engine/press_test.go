package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// TestRetry: what failed for a cause that passes carries a button: who clicks it
// runs it as a command of their own.
func TestRetry(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
		{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice"), bottest.Ref("bob")}},
	}}})
	waited(t, stage, commands.Command{Verb: commands.Add}, time.Hour)
	stage.Run(t, chat)
	got, err := chat.Result(soon(t), 1)
	check(t, err)
	if !strings.Contains(got, "[Try again]") {
		t.Errorf("there is no button: %s", got)
	}
	if got := press(t, chat, "mallory", change.RetryAction, 1); !strings.Contains(got, "(private) You are not allowed") {
		t.Errorf("mallory was answered %s", got)
	}
	if got := press(t, chat, "bob", change.RetryAction, 1); !strings.Contains(got, "@bob") || !strings.Contains(got, "• user1: added") {
		t.Errorf("bob was answered %s", got)
	}
	admins(t, stage, groupA, "user1")
}

// TestPressedTwice: a button pressed again while what it does is being done does
// nothing, no matter who presses.
func TestPressedTwice(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1")
	stage.API.SetLatency(300 * time.Millisecond)
	first, err := chat.Press(soon(t), "alice", change.UndoAction, 1)
	check(t, err)
	if got := press(t, chat, "alice", change.UndoAction, 1); !strings.Contains(got, fmt.Sprintf("(private) Already in progress: #%d", first.Entry)) {
		t.Errorf("the second press was answered %s", got)
	}
	_, err = chat.Result(soon(t), first.Entry)
	check(t, err)
}

// TestPressedUnclear: who presses again while it is unclear whether the first press runs is
// not referred to something that is never done.
func TestPressedUnclear(t *testing.T) {
	t.Parallel()
	unclear := func(times int) []error { return slices.Repeat([]error{errUnclear}, times) }
	for _, test := range []struct {
		name    string
		answers []error
		says    string
	}{
		{"and it is not taken", append(unclear(1), bot.ErrNotRun), "Undid #1"},
		{"and it is taken", unclear(1), "(private) Already in progress: #2"},
		{"for long", unclear(5), "(private) It is not known yet whether this is already in progress: #2. Try again"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := open(t)
				stage.Run(t, &sureChat{Chat: chat, answers: test.answers})
				tell(t, chat, "add GROUP user1")
				stage.API.SetLatency(300 * time.Millisecond) // what is taken is not done at once
				err := door(t, chat).Receive(t.Context(), bot.Delivery{
					Key: "k", Caller: commands.Caller{Ref: bottest.Ref("alice")},
					Place: commands.Place{Platform: bottest.Platform, Channel: "chat:channel"},
					Click: &bot.Click{Action: change.UndoAction, Entry: 1},
				}, func(context.Context, bot.Answer) (bot.Post, error) { return "", errUnclear })
				if !errors.Is(err, errUnclear) {
					t.Errorf("received with %v", err)
				}
				if got := press(t, chat, "alice", change.UndoAction, 1); !strings.Contains(got, test.says) {
					t.Errorf("the second press was answered %s", got)
				}
				closed(t, stage)
				admins(t, stage, groupA)
			})
		})
	}
}

// TestReplaceNeedsRemove: who replaces somebody removes them, typed or pressed, and must be
// allowed that, too.
func TestReplaceNeedsRemove(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
		{Name: "rule 1", Allow: []string{bottest.Ref("bob"), bottest.Ref("carol")}, Commands: []commands.Verb{commands.Add}, For: time.Hour},
		{Name: "rule 2", Allow: []string{bottest.Ref("carol")}, Commands: []commands.Verb{commands.Remove}},
	}}})
	check(t, stage.API.SetAdmins(groupA, []string{"a", "b", "c", "d", "e"}))
	stage.Run(t, chat)
	say := func(who, text string) string {
		t.Helper()
		got, err := chat.Say(soon(t), who, text)
		check(t, err)
		return got
	}
	const refused = "You are not allowed to use remove on " + groupA
	if got := say("bob", "add "+groupA+" user1 --replace a b"); !strings.Contains(got, refused) {
		t.Errorf("bob was answered %s", got)
	}
	if got := say("bob", "add "+groupA+" user1"); !strings.Contains(got, "[Replace a]") { // 2
		t.Errorf("bob was answered %s", got)
	}
	if got := press(t, chat, "bob", "replace-0", 2); !strings.Contains(got, "(private) "+refused) {
		t.Errorf("bob was answered %s", got)
	}
	admins(t, stage, groupA, "a", "b", "c", "d", "e")
	if got := press(t, chat, "carol", "replace-0", 2); !strings.Contains(got, "removed a") {
		t.Errorf("carol was answered %s", got)
	}
	admins(t, stage, groupA, "b", "c", "d", "e", "user1")
	limits, err := stage.Journal.Grants(t.Context(), groupA)
	check(t, err)
	if len(limits) != 1 || limits[0].Length != time.Hour {
		t.Errorf("the limits are %+v", limits)
	}
}

// TestReplace: an add for which one seat is missing has a button for each holder.
func TestReplace(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	check(t, stage.API.SetAdmins(groupA, []string{"a", "b", "c", "d", "e"}))
	stage.Run(t, chat)
	if got := tell(t, chat, "add GROUP user1"); !strings.Contains(got, "[Replace a]   [Replace b]   [Replace c]   [Replace d]   [Replace e]") {
		t.Errorf("answered %s", got)
	}
	if got := tell(t, chat, "add GROUP user1 user2"); strings.Contains(got, "[Replace") {
		t.Errorf("two seats are missing, and the answer is %s", got)
	}
	if got := press(t, chat, "alice", "replace-2", 1); !strings.Contains(got, "• c: removed") {
		t.Errorf("answered %s", got)
	}
	admins(t, stage, groupA, "a", "b", "d", "e", "user1")
	for _, action := range []string{"replace-5", "replace--1", "replace-x", "replace-"} {
		if got := press(t, chat, "alice", action, 1); !strings.Contains(got, "(private) This button has expired. Type the command instead.") {
			t.Errorf("%s was answered %s", action, got)
		}
	}
}
