package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// askFirst lets bob add and remove if carol or dave approves, and alice do everything.
func askFirst(t *testing.T) (*bottest.Stage, *bottest.Chat) {
	t.Helper()
	stage, chat := open(t)
	rules := stage.Rules.Get()
	rules.Policy.Rules = append(rules.Policy.Rules, policy.Rule{
		Name: "rule 1", Allow: []string{bottest.Ref("bob"), bottest.Ref("erin")}, Commands: []commands.Verb{commands.Add, commands.Remove},
		For: 8 * time.Hour, Approval: []string{bottest.Ref("carol"), bottest.Ref("dave")},
	})
	stage.Rules.Set(rules)
	return stage, chat
}

// talk says lines, "bob: add GROUP user1", and returns the answer to the last. "press N BUTTON"
// presses a button.
func talk(t *testing.T, chat *bottest.Chat, lines ...string) (answer string) {
	t.Helper()
	for _, line := range lines {
		who, text, _ := strings.Cut(strings.ReplaceAll(line, "GROUP", groupA), ": ")
		var err error
		if answer, err = chat.Say(soon(t), who, text); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return answer
}

// says checks what a text has and, behind a !, has not.
func says(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		w, not := strings.CutPrefix(w, "!")
		if strings.Contains(text, w) == not {
			t.Errorf("%q is there: %v, in\n%s", w, !not, text)
		}
	}
}

// TestButtonsThatWait: a button is a command of the person who presses it, and where that waits,
// it asks; pressing it again, by anybody, shows the open request.
func TestButtonsThatWait(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	talk(t, chat, "alice: add GROUP user1")
	says(t, talk(t, chat, "bob: press 1 undo"), "🙋 Waiting for approval · @bob", "@bob wants to undo #1", "#2   [Approve]   [Deny]   [Withdraw]")
	says(t, talk(t, chat, "bob: press 1 undo"), "(only @bob)", "This was already asked for: #2", "[Withdraw]")
	says(t, talk(t, chat, "erin: press 1 undo"), "(only @erin)", "This was already asked for: #2", "![Withdraw]")
	rules := stage.Rules.Get()
	approvedBy("carol")(&rules)
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "erin: press 1 undo"), "This was already asked for: #2", "Can approve: @carol\n")
	admins(t, stage, groupA, "user1")
	says(t, talk(t, chat, "carol: press 2 approve"), "✅ Done · @bob (approved by @carol)", "user1: removed")
	admins(t, stage, groupA)
}

// TestOvertaken: who needs no approval may press the button meanwhile. Then the request for the
// same ends, since nothing is left of it.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	talk(t, chat, "alice: add GROUP user1", "bob: press 1 undo")
	says(t, talk(t, chat, "alice: press 1 undo"), "✅ Done · @alice", "user1: removed")
	nothingOpen(t, stage)
	if got := chat.Root(2); !strings.HasPrefix(got, "⌛ Closed without an answer · @bob") {
		t.Errorf("the root is %q", got)
	}
	says(t, talk(t, chat, "carol: press 2 approve"), "(only @carol)", "This request is closed. #2: ⌛ Closed without an answer")
	says(t, fmt.Sprint(rowsOf(t, stage, 2)), "asked", "expired")
}

// TestOvertakenUnseen: while what was done cannot be posted, the request for the same is open.
// Approved, it changes nothing.
func TestOvertakenUnseen(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	var away atomic.Bool
	chat.Before = func(e bot.Entry, _ string) error {
		if away.Load() && e.Number == 3 {
			return errors.New("the chat is away")
		}
		return nil
	}
	stage.Run(t, chat)
	talk(t, chat, "alice: add GROUP user1", "bob: press 1 undo")
	away.Store(true)
	_, err := chat.Press(soon(t), "alice", "undo", 1)
	check(t, err)
	until(t, "it is undone", func() bool { return len(stage.API.Admins(groupA)) == 0 })
	says(t, talk(t, chat, "carol: press 2 approve"), "➖ No change · @bob (approved by @carol)")
	away.Store(false)
	nothingOpen(t, stage)
}

// TestNotOvertaken: an extension that finds nothing to extend leaves the request for another open.
func TestNotOvertaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := askFirst(t)
		stage.Run(t, chat)
		talk(t, chat, "alice: add GROUP user1 --for 2h")
		stage.Clock.Advance(111 * time.Minute)
		said(t, chat, 1, "[Extend]")
		talk(t, chat, "bob: press 2 extend")
		stage.Clock.Advance(10 * time.Minute)
		said(t, chat, 2, "has expired")
		says(t, talk(t, chat, "alice: press 2 extend"), "➖ No change · @alice", "user1: no change: was not an administrator")
		says(t, talk(t, chat, "carol: press 3 approve"), "✅ Done · @bob (approved by @carol)", "user1: added")
		admins(t, stage, groupA, "user1")
	})
}

// rowsOf returns the audit trail of an entry, a line for each row.
func rowsOf(t *testing.T, stage *bottest.Stage, number int64) (lines []string) {
	t.Helper()
	rows, err := stage.Journal.Trail(t.Context(), bot.Filter{Number: number})
	check(t, err)
	for _, r := range rows {
		lines = append(lines, fmt.Sprintf("%s by %s, %v, %s", r.Event, r.Caller, r.Users, r.Detail))
	}
	return lines
}

// TestUndoRequestEndsWithItsDay: a request to undo closes when the day of the undo is over.
func TestUndoRequestEndsWithItsDay(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	talk(t, chat, "alice: add GROUP user1") // at 15:30
	stage.Clock.Advance(23*time.Hour + 50*time.Minute)
	says(t, talk(t, chat, "bob: press 1 undo"), "Please answer by: 2026-11-21 15:30 UTC")
	stage.Clock.Advance(10 * time.Minute)
	nothingOpen(t, stage)
	says(t, talk(t, chat, "carol: press 2 approve"), "Closed without an answer")
	says(t, fmt.Sprint(rowsOf(t, stage, 2)), "asked by chat:user:bob, [user1], rule 1", "expired by liveadmin:clock, [user1], rule 1")
	admins(t, stage, groupA, "user1")
}

// TestExtendApprovedLate: an extension that is approved when the time has run out sets those
// again who ended by themselves, for that length; of others it says that they were removed.
func TestExtendApprovedLate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		before []string
		says   []string
		after  []string
		limits string
	}{
		{"ended by itself", nil, []string{"✅ Done · @bob (approved by @carol)", "user1: added, until 2026-11-20 19:45 UTC"}, []string{"user1"}, "user1 19:45"},
		{"removed before", []string{"alice: remove GROUP user1"}, []string{"No change", "user1: not added again: removed since then"}, nil, ""},
		{"added and removed since", []string{"late", "alice: add GROUP user1", "alice: remove GROUP user1"}, []string{"No change", "removed since then"}, nil, ""},
		{"the seats are taken", []string{"late", "alice: add GROUP user2 user3 user4 user5 user6"}, []string{"❌ Failed", "With this change it would have 6"}, []string{"user2", "user3", "user4", "user5", "user6"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := askFirst(t)
				stage.Run(t, chat)
				talk(t, chat, "alice: add GROUP user1 --for 2h") // until 17:30
				stage.Clock.Advance(111 * time.Minute)
				said(t, chat, 1, "[Extend]")
				says(t, talk(t, chat, "bob: press 2 extend"), "🙋 Waiting for approval · @bob", "extend #2 in @TGS#aGROUPAAA by 2 hours: user1", "#3   [Approve]")
				for _, line := range test.before {
					if line != "late" {
						talk(t, chat, line)
						continue
					}
					stage.Clock.Advance(24 * time.Minute)
					said(t, chat, 2, "has expired")
					noneOnRecord(t, stage)
				}
				if len(test.before) == 0 || test.before[0] != "late" {
					stage.Clock.Advance(24 * time.Minute)
					noneOnRecord(t, stage)
				}
				says(t, talk(t, chat, "carol: press 3 approve"), test.says...)
				admins(t, stage, groupA, test.after...)
				limits(t, stage, test.limits)
			})
		})
	}
}

// TestRetryCovered: the asker's Try again within 15 minutes of the approval needs no other, as
// often as it takes.
func TestRetryCovered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := askFirst(t)
		stage.Run(t, chat)
		talk(t, chat, "bob: add GROUP user1")
		check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10002, Times: 3}))
		says(t, talk(t, chat, "carol: press 1 approve"), "❓ Unknown · @bob (approved by @carol)", "[Try again]")
		stage.Clock.Advance(10 * time.Minute)
		check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10002, Times: 3}))
		retry := talk(t, chat, "bob: press 1 retry")
		says(t, retry, "❓ Unknown · @bob (approved by @carol)", "[Try again]")
		_, line, _ := strings.Cut(retry, "\n    #")
		second, _, _ := strings.Cut(line, " ")
		says(t, talk(t, chat, fmt.Sprintf("erin: press %s retry", second)), "🙋 Waiting for approval · @erin")
		stage.Clock.Advance(4 * time.Minute)
		says(t, talk(t, chat, fmt.Sprintf("bob: press %s retry", second)), "✅ Done · @bob (approved by @carol)", "user1: added")
		admins(t, stage, groupA, "user1")
	})
}

// TestRetryNotCovered: later, or by somebody else, or of another command, it needs one.
func TestRetryNotCovered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := askFirst(t)
		stage.Run(t, chat)
		talk(t, chat, "bob: add GROUP user1")
		check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10002, Times: 3}))
		talk(t, chat, "carol: press 1 approve")
		stage.Clock.Advance(15*time.Minute + time.Second)
		says(t, talk(t, chat, "bob: press 1 retry"), "🙋 Waiting for approval · @bob")
	})
}

// TestUndoOfApproved: an undo that only takes away what was approved never waits, for the asker
// and the approver. Who approved may undo the rest of it, too, while a rule lets them approve.
func TestUndoOfApproved(t *testing.T) {
	t.Parallel()
	stranger := []string{"(only @", "You are not allowed"}
	for _, test := range []struct {
		name      string
		before    []string // administrators
		said      []string // by bob; the last is approved by carol
		who       string
		forgotten bool // no rule lets carol approve by then
		says      []string
		after     []string
		limits    string
	}{
		{"an add, by the asker", nil, []string{"add GROUP user1 --for 2h"}, "bob", false, []string{"✅ Done · @bob · ", "user1: removed"}, nil, ""},
		{"an add, by the approver", nil, []string{"add GROUP user1 --for 2h"}, "carol", false, []string{"✅ Done · @carol"}, nil, ""},
		{"an add, by one who could have approved", nil, []string{"add GROUP user1 --for 2h"}, "dave", false, stranger, []string{"user1"}, "user1 17:30"},
		{"an add, by one whose approval no rule asks for any more", nil, []string{"add GROUP user1 --for 2h"}, "carol", true, []string{"✅ Done · @carol"}, nil, ""},
		{"a longer time, by the asker", nil, []string{"add GROUP user1 --for 1h", "add GROUP user1 --for 4h"}, "bob", false, []string{"✅ Done", "user1: until 2026-11-20 16:30 UTC"}, []string{"user1"}, "user1 16:30"},
		{"a shorter time, by the asker", nil, []string{"add GROUP user1 --for 4h", "add GROUP user1 --for 1h"}, "bob", false, []string{"🙋 Waiting for approval"}, []string{"user1"}, "user1 16:30"},
		{"a remove, by the asker", []string{"user1"}, []string{"remove GROUP user1"}, "bob", false, []string{"🙋 Waiting for approval"}, nil, ""},
		{"a remove, by the approver", []string{"user1"}, []string{"remove GROUP user1"}, "carol", false, []string{"✅ Done · @carol", "user1: added"}, []string{"user1"}, ""},
		{"a remove, by one whose approval no rule asks for any more", []string{"user1"}, []string{"remove GROUP user1"}, "carol", true, stranger, nil, ""},
		{"a replacement, by the approver", []string{"user1"}, []string{"add GROUP user2 --replace user1 --for 2h"}, "carol", false, []string{"✅ Done · @carol", "user1: added"}, []string{"user1"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := askFirst(t)
			check(t, stage.API.SetAdmins(groupA, test.before))
			stage.Run(t, chat)
			number := -1
			for _, line := range test.said {
				number += 2 // the press is one, too
				talk(t, chat, "bob: "+line)
				says(t, talk(t, chat, fmt.Sprintf("carol: press %d approve", number)), "approved by @carol")
			}
			if test.forgotten {
				rules := stage.Rules.Get()
				rules.Policy.Rules = rules.Policy.Rules[:1]
				stage.Rules.Set(rules)
			}
			says(t, talk(t, chat, fmt.Sprintf("%s: press %d undo", test.who, number)), test.says...)
			admins(t, stage, groupA, test.after...)
			limits(t, stage, test.limits)
		})
	}
}

// TestRenamed: what was asked is done as it was meant then; if a name means something else when
// it is approved, root and result say so.
func TestRenamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, said string
		groups     map[string][]imapi.GroupID
		people     map[string][]imapi.UserID
		says       []string
	}{
		{"an alias", "add show user1", map[string][]imapi.GroupID{"show": {groupB}}, nil, []string{"⚠️ Done with a warning · @bob", "seats · means something else now: show", "These names mean something else now: show."}},
		{"an alias of several", "add both user1", map[string][]imapi.GroupID{"both": {groupA}}, nil, []string{"⚠️ Done with a warning", "now: both"}},
		{"an alias in another order", "add both user1", map[string][]imapi.GroupID{"both": {groupB, groupA}}, nil, []string{"✅ Done", "!something else"}},
		{"an alias that is gone", "add show user1", nil, nil, []string{"⚠️ Done with a warning", "now: show"}},
		{"a person", "add GROUP minho", nil, map[string][]imapi.UserID{"minho": {"user3"}}, []string{"⚠️ Done with a warning", "now: minho"}},
		{"a crew with one more", "add GROUP night", nil, map[string][]imapi.UserID{"night": {"user1", "user2", "user3"}}, []string{"⚠️ Done with a warning", "now: night"}},
		{"a crew, part of which was typed, too", "add GROUP user1 night", nil, map[string][]imapi.UserID{"night": {"user2", "user1"}}, []string{"✅ Done", "!something else"}},
		{"no name", "add GROUP user1", map[string][]imapi.GroupID{"show": {groupB}}, nil, []string{"✅ Done", "!something else"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := askFirst(t)
			named := func(groups map[string][]imapi.GroupID, people map[string][]imapi.UserID) {
				rules := stage.Rules.Get()
				rules.Names = commands.NewNames(groups, people)
				stage.Rules.Set(rules)
			}
			named(map[string][]imapi.GroupID{"show": {groupA}, "both": {groupA, groupB}},
				map[string][]imapi.UserID{"minho": {"user1"}, "night": {"user1", "user2"}})
			stage.Run(t, chat)
			talk(t, chat, "bob: "+test.said)
			named(test.groups, test.people)
			says(t, talk(t, chat, "carol: press 1 approve"), test.says...)
			if !slices.Contains(stage.API.Admins(groupA), "user1") {
				t.Errorf("%s has %v", groupA, stage.API.Admins(groupA))
			}
			admins(t, stage, groupB, map[bool][]string{true: {"user1"}}[strings.Contains(test.said, "both")]...)
		})
	}
}

// TestHistoryOfRequests: history names who decided, also when no rule lets them decide any more;
// the number of an open request shows it with the buttons that its reader can press.
func TestHistoryOfRequests(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	talk(t, chat, "bob: add GROUP user1 --reason covering")
	until(t, "the request can be decided", func() bool {
		open, err := stage.Journal.Requests(t.Context())
		return err == nil && len(open) == 1 && open[0].Request.Post != ""
	})
	for who, buttons := range map[string]string{"carol": "   [Approve]   [Deny]", "bob": "   [Withdraw]"} {
		says(t, talk(t, chat, who+": history #1"), "🙋 Waiting for approval", "> covering", "Can approve: @carol, @dave", "Please answer by: 2026-11-20 16:30 UTC", buttons)
	}
	says(t, talk(t, chat, "alice: history #1"), "Can approve: @carol, @dave", "![Approve]", "![Withdraw]")
	talk(t, chat, "dave: press 1 deny", "bob: add GROUP user1", "carol: press 5 approve")
	says(t, talk(t, chat, "bob: history"), "@bob (denied by @dave)", "@bob (approved by @carol)")
	says(t, talk(t, chat, "bob: history #1"), "@bob (denied by @dave)", "Denied by: @dave", "![Withdraw]")
	rules := stage.Rules.Get()
	rules.Policy.Rules = rules.Policy.Rules[:1]
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "dave: history"), "#1   ", "!#5   ")
	says(t, talk(t, chat, "dave: history #1"), "Denied by: @dave")
	says(t, talk(t, chat, "dave: history #5"), "Nothing is on record")
}

// TestHelpOfApproval: help says which commands wait for approval, and whose.
func TestHelpOfApproval(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	const rule = "add, remove on all groups (rule 1), for up to 8 hours, with the approval of @carol, @dave"
	for _, topic := range []string{"help", "help add", "help remove"} {
		says(t, talk(t, chat, "bob: "+topic), "wait for approval", rule)
	}
	for _, line := range []string{"bob: help list", "bob: help history", "alice: help add", "mallory: help"} {
		says(t, talk(t, chat, line), "!wait for approval")
	}
	rules := stage.Rules.Get()
	rules.Policy.Rules = append(rules.Policy.Rules, policy.Rule{Name: "rule 2", Allow: []string{bottest.Ref("bob")}, Commands: []commands.Verb{commands.Remove}})
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "bob: help remove"), "!wait for approval")
	says(t, talk(t, chat, "bob: help add"), rule)
}

// TestMentionsAnHour: five requests of a person in an hour mention those who can approve, from
// whatever account, also after a restart; others say so. Reminders are not counted.
func TestMentionsAnHour(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"rob": {"user9"}}).WithAccounts(map[string]string{bottest.Ref("bob"): "rob", bottest.Ref("erin"): "rob"})
	stage.Rules.Set(rules)
	stop := stage.Run(t, chat)
	const loud, quiet = "(mentions chat:user:carol, chat:user:dave)", "I cannot notify"
	for n, who := range []string{"bob", "erin", "bob"} {
		says(t, talk(t, chat, fmt.Sprintf("%s: add GROUP user%d", who, n+1)), loud, "!"+quiet)
	}
	stage.Clock.Advance(16 * time.Minute) // their reminders come
	until(t, "there are reminders", func() bool { return strings.Count(strings.Join(chat.Written(), "\n"), "reminder ") == 3 })
	stop()
	stage.Restart(t)
	stage.Run(t, chat)
	for n := range 2 {
		says(t, talk(t, chat, fmt.Sprintf("bob: add GROUP user%d", n+4)), loud, "!"+quiet)
	}
	for _, who := range []string{"bob", "erin"} {
		says(t, talk(t, chat, who+": add GROUP user6"), "!(mentions", quiet)
	}
	stage.Clock.Advance(45 * time.Minute) // the first three are more than an hour ago
	for n := range 3 {                    // those that mentioned nobody do not count
		says(t, talk(t, chat, fmt.Sprintf("bob: add GROUP user%d", n+7)), loud, "!"+quiet)
	}
	says(t, talk(t, chat, "erin: add GROUP user10"), "!(mentions", quiet)
}

// TestDroppedRequest: a click on a request that the operator closed decides nothing, and the answer says why.
func TestDroppedRequest(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stop := stage.Run(t, chat)
	talk(t, chat, "bob: add GROUP user1")
	stop()
	if n, _, err := stage.Journal.Discard(t.Context(), []int64{1}, false, bot.Record{Event: bot.WasDropped, Caller: "liveadmin:operator"}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	stage.Restart(t)
	stage.Run(t, chat)
	for _, line := range []string{"carol: press 1 approve", "dave: press 1 deny", "bob: press 1 withdraw"} {
		says(t, talk(t, chat, line), "(only @", "The operator of the bot closed this request: #1")
	}
	says(t, talk(t, chat, "carol: requests"), "There are no open requests")
	says(t, fmt.Sprint(rowsOf(t, stage, 1)), "asked", "dropped by liveadmin:operator", "!approved", "!denied", "!withdrawn")
	admins(t, stage, groupA)
}
