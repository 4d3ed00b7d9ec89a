package engine_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/pace"
	"liveadmin/commands"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// TestLimitOfNow: a request that was asked without an end is not approved when the rules give the
// asker no more than a time by then, and its Try again is not covered.
func TestLimitOfNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		forAtMost := func(stage *bottest.Stage, most time.Duration) {
			rules := stage.Rules.Get()
			rules.Policy.Rules = slices.Clone(rules.Policy.Rules)
			rules.Policy.Rules[len(rules.Policy.Rules)-1].For = most
			stage.Rules.Set(rules)
		}
		stage, chat := askFirst(t)
		forAtMost(stage, 0)
		stage.Run(t, chat)
		says(t, talk(t, chat, "bob: add GROUP user1"), "with no end time")
		forAtMost(stage, 2*time.Hour)
		says(t, talk(t, chat, "carol: press 1 approve"), "⛔ Denied · @bob", "The rules no longer allow this")
		admins(t, stage, groupA)

		forAtMost(stage, 0)
		check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10002, Times: 3}))
		talk(t, chat, "bob: add GROUP user1")
		says(t, talk(t, chat, "carol: press 2 approve"), "❓ Unknown", "[Try again]")
		forAtMost(stage, 2*time.Hour)
		says(t, talk(t, chat, "bob: press 2 retry"), "🙋 Waiting for approval")
	})
}

// TestEqualRequest: the same, asked again in other words, shows the open request.
func TestEqualRequest(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"show": {groupA}}, map[string][]imapi.UserID{"minho": {"user1"}})
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	talk(t, chat, "bob: add show user1 user2")
	for _, line := range []string{"add GROUP user1 user2", "add show minho user2", "add show user2 user1 --reason covering", "add show user1 user2 --for 8h"} {
		says(t, talk(t, chat, "bob: "+line), "(only @bob)", "This was already asked for: #1")
	}
	for _, line := range []string{"bob: add show user1", "bob: add show user1 user2 --for 2h", "erin: add show user1 user2"} {
		says(t, talk(t, chat, line), "🙋 Waiting for approval")
	}
	stage.Clock.Advance(time.Hour)
	says(t, talk(t, chat, "bob: add show user1 user2"), "🙋 Waiting for approval")
}

// TestEqualRequestAtOnce: an equal request is not made twice when all are asked at the same moment.
func TestEqualRequestAtOnce(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database.name, func(t *testing.T) {
			t.Parallel()
			if database.shared {
				pace.Long(t)
			}
			stage, chat := approvals(t, database.open(t))
			stage.Run(t, chat)
			var all sync.WaitGroup
			for n := range 10 {
				all.Go(func() {
					_, err := chat.Deliver(soon(t), fmt.Sprint("key", n), "bob", fmt.Sprintf("add %s user1 --reason %d", groupA, n))
					check(t, err)
				})
			}
			all.Wait()
			open, err := stage.Journal.Requests(t.Context())
			check(t, err)
			if len(open) != 1 {
				t.Errorf("%d requests are open", len(open))
			}
		})
	}
}

// TestApproverConcerned: who would be made an administrator cannot approve it: they are neither
// named nor mentioned, and where there is nobody else, nothing is asked.
func TestApproverConcerned(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"yuna": {"user1"}}).WithAccounts(map[string]string{bottest.Ref("carol"): "yuna"})
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	says(t, talk(t, chat, "bob: add GROUP user1"), "Can approve: @dave\n", "(mentions chat:user:dave)")
	says(t, talk(t, chat, "bob: add GROUP user2"), "Can approve: @carol, @dave\n")
	says(t, talk(t, chat, "erin: press 1 approve"), "Can approve: @dave")
	says(t, talk(t, chat, "carol: press 1 approve"), "(only @carol)", "makes you an administrator")
	says(t, talk(t, chat, "carol: press 1 deny"), "⛔ Denied")

	rules.Policy.Rules[len(rules.Policy.Rules)-1].Approval = []string{bottest.Ref("carol")}
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "bob: add GROUP user1"), "(only @bob)", "there is nobody who can approve it: "+groupA)
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"both": {groupA, groupB}}, map[string][]imapi.UserID{"yuna": {"user1"}}).WithAccounts(map[string]string{bottest.Ref("carol"): "yuna"})
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "bob: add both user1"), "(only @bob)", "there is nobody who can approve it: "+groupA+", "+groupB)
	nothingAsked := fmt.Sprint(chat.Written())
	if n := strings.Count(nothingAsked, "request "); n > 2 {
		t.Errorf("something was asked: %s", nothingAsked)
	}
}

// TestDeciderUnread: while it cannot be read whether somebody has a right at all, a press on
// Approve is answered by that, not as not allowed.
func TestDeciderUnread(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	ask(t, stage, chat, "add "+groupA+" user1")
	d := utterance("press", "mallory", "press approve")
	d.Caller.Unread = []string{"chat:usergroup:hosts"}
	answer, err := bring(soon(t), door(t, chat), d)
	check(t, err)
	says(t, answer, "I cannot check right now", "!not allowed", "!carol")
}

// TestRequestsUnread: who can decide some requests by a membership that cannot be read right now does not read
// that there are none.
func TestRequestsUnread(t *testing.T) {
	t.Parallel()
	const hosts, unread, none = "chat:usergroup:hosts", "I cannot check the members of chat:usergroup:hosts right now", "There are no open requests"
	stage, chat := askFirst(t)
	rules := stage.Rules.Get()
	last := &rules.Policy.Rules[len(rules.Policy.Rules)-1]
	last.Approval = append(last.Approval, hosts)
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	says(t, talk(t, chat, "frank: requests"), none)
	listed := func(who string) string {
		t.Helper()
		d := utterance(rand.Text(), who, "requests")
		d.Caller.Unread = []string{hosts, "chat:usergroup:others"}
		answer, err := bring(soon(t), door(t, chat), d)
		check(t, err)
		return answer
	}
	says(t, listed("frank"), unread, "!"+none, "!others") // whether there is one or not
	says(t, listed("erin"), none, "!hosts")
	ask(t, stage, chat, "add "+groupA+" user1")
	says(t, listed("frank"), unread, "!"+none)
	says(t, listed("erin"), unread, "!"+none)
	says(t, listed("bob"), "[Withdraw #4]", "!I cannot check")
	says(t, listed("carol"), "[Approve #4]", "!I cannot check")
}

// TestAskBesideDamage: a request that cannot be read any more keeps nobody from asking.
func TestAskBesideDamage(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	ask(t, stage, chat, "add "+groupA+" user1")
	damage(t, stage, `UPDATE entry SET command = '{' WHERE number = 1`)
	says(t, talk(t, chat, "erin: add GROUP user2"), "🙋 Waiting for approval · @erin")
}

// TestReminderByRulesOfNow: the reminder, the list of requests, and the answer to who asks the same again,
// name those who can approve by now.
func TestReminderByRulesOfNow(t *testing.T) {
	t.Parallel()
	stage, chat := approvals(t, "")
	stage.Run(t, chat)
	ask(t, stage, chat, "add "+groupA+" user1")
	setRules(stage, bobAsks("bob", "dave", "alice"))
	says(t, talk(t, chat, "bob: requests"), "Can approve: @dave, @alice", "!carol")
	says(t, talk(t, chat, "bob: add GROUP user1"), "This was already asked for: #1", "Can approve: @dave, @alice", "!carol")
	stage.Clock.Advance(16 * time.Minute)
	until(t, "there is a reminder", func() bool { return slices.Contains(chat.Written(), "reminder 1") })
	says(t, chat.Notice("reminder1").String(), "Can approve: @dave, @alice", "!carol")
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"rob": {"user9"}}).WithAccounts(map[string]string{bottest.Ref("bob"): "rob", bottest.Ref("dave"): "rob"})
	rules.Policy.Rules = append(rules.Policy.Rules[:1:1], bobAsks("dave")) // another account of bob's
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "bob: requests"), "[Withdraw #1]", "!Can approve")
}

// TestRetryOfUndoCovered: an undo that waits for nobody does not wait either when it is tried again.
func TestRetryOfUndoCovered(t *testing.T) {
	t.Parallel()
	for who, answer := range map[string]string{"bob": "✅ Done · @bob · ", "carol": "✅ Done · @carol · ", "dave": "(only @dave)", "erin": "🙋 Waiting for approval"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := askFirst(t)
				stage.Run(t, chat)
				talk(t, chat, "bob: add GROUP user1", "carol: press 1 approve")
				check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Code: 10002, Times: 3}))
				says(t, talk(t, chat, "carol: press 1 undo"), "❓ Unknown · @carol", "#3   [Try again]")
				says(t, talk(t, chat, who+": press 3 retry"), answer)
			})
		})
	}
}
