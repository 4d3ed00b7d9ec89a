package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// pressedBy presses a button as a caller of whom more is known than a name, perhaps on another
// platform, and returns the private answer; "" if the press has settled something.
func pressedBy(t *testing.T, chat *bottest.Chat, c commands.Caller, action string, entry int64) (answer string) {
	t.Helper()
	platform, _, _ := strings.Cut(c.Ref, ":")
	d := bot.Delivery{
		Key: c.Ref + action, Caller: c, Place: commands.Place{Platform: platform, Channel: platform + ":channel"},
		Click: &bot.Click{Action: action, Entry: entry},
	}
	check(t, door(t, chat).Receive(soon(t), d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
		if a.Private != nil {
			answer = a.Private.String()
		}
		return "", nil
	}))
	return answer
}

// TestWhoDecides: who may approve or deny bob's request to make user1 an administrator, by the
// rules, the people and the blocks of the press.
func TestWhoDecides(t *testing.T) {
	t.Parallel()
	const team, other = "chat:usergroup:leads", "phone:user:"
	alone := func(name string) commands.Caller { return commands.Caller{Ref: bottest.Ref(name)} }
	none := func(r *bot.Rules) {}
	people := func(accounts map[string]string) func(*bot.Rules) {
		return func(r *bot.Rules) {
			r.Names = commands.NewNames(nil, map[string][]imapi.UserID{"rob": {"user9"}, "lee": {"user8"}, "minho": {"user1"}}).WithAccounts(accounts)
		}
	}
	const (
		approve, deny = words.ApproveAction, words.DenyAction
		cannot        = "You cannot decide this request. Can approve: @carol, @dave"
		refused       = "You are not allowed"
		unread        = "I cannot check right now whether you can decide this. It is still open."
		own           = "You cannot decide your own request."
		otherOwn      = "You asked for this with another account."
		self          = "You cannot approve a request that makes you an administrator."
	)
	for _, test := range []struct {
		name   string
		caller commands.Caller
		action string
		change func(*bot.Rules) // after it was asked
		says   string           // privately; empty: it is decided
		state  bot.State
	}{
		{"who is named", alone("carol"), approve, none, "", bot.Accepted},
		{"a member", commands.Caller{Ref: bottest.Ref("frank"), Memberships: []string{team}}, deny, none, "", bot.Denied},
		{"a member, perhaps", commands.Caller{Ref: bottest.Ref("frank"), Unread: []string{team}}, approve, none, unread, bot.Asked},
		{"no member", commands.Caller{Ref: bottest.Ref("frank"), Memberships: []string{"chat:usergroup:others"}}, approve, none, refused, bot.Asked},
		{"the asker", alone("bob"), approve, none, own, bot.Asked},
		{"the asker's other account", alone("carol"), deny, people(map[string]string{bottest.Ref("bob"): "rob", bottest.Ref("carol"): "rob"}), otherOwn, bot.Asked},
		{"the asker's other account, to withdraw", alone("carol"), words.WithdrawAction, people(map[string]string{bottest.Ref("bob"): "rob", bottest.Ref("carol"): "rob"}), otherOwn, bot.Asked},
		{"somebody else, to withdraw", alone("carol"), words.WithdrawAction, none, "Only the person who asked can withdraw this request.", bot.Asked},
		{"for themselves", alone("carol"), approve, people(map[string]string{bottest.Ref("carol"): "minho"}), self, bot.Asked},
		{"against themselves", alone("carol"), deny, people(map[string]string{bottest.Ref("carol"): "minho"}), "", bot.Denied},
		{"whom the allowlist allows everything", alone("alice"), approve, none, cannot + ", @leads\nYou can do this yourself: /liveadmin add " + groupA + " user1 --for 8h", bot.Asked},
		{"who asks under the same rule", alone("erin"), approve, none, cannot, bot.Asked},
		{"nobody with a right", alone("mallory"), approve, none, refused, bot.Asked},
		{"one of another organisation", commands.Caller{Ref: bottest.Ref("carol"), Outsider: true}, approve, none, "", bot.Asked},
		{"who is blocked", alone("carol"), approve, func(r *bot.Rules) { r.Policy.Blocked = []string{bottest.Ref("carol")} }, refused, bot.Asked},
		{"who is not named any more", alone("carol"), approve, approvedBy("dave"), refused, bot.Asked},
		{"who is named by now", alone("grace"), approve, approvedBy("grace"), "", bot.Accepted},
		{"by rules that do not allow it any more", alone("carol"), approve, func(r *bot.Rules) { r.Policy.Rules = r.Policy.Rules[:1] }, "", bot.Denied},
		{"by rules that allow less", alone("carol"), approve, func(r *bot.Rules) {
			r.Policy.Rules = slices.Clone(r.Policy.Rules)
			r.Policy.Rules[1].For /= 2
		}, "", bot.Denied},
		{"on another platform, by name, who sees nothing of it there", commands.Caller{Ref: other + "carol"}, approve, approvedBy("carol", other+"carol"), "✅ Approved by: @carol", bot.Accepted},
		{"on another platform, a member", commands.Caller{Ref: other + "frank", Memberships: []string{team}}, approve, none, "\nThis was asked on another platform. You can decide it there.", bot.Asked},
		{"on another platform, a member, both known", commands.Caller{Ref: other + "frank", Memberships: []string{team}}, approve,
			people(map[string]string{bottest.Ref("bob"): "rob", other + "frank": "lee"}), "✅ Approved by: @frank", bot.Accepted},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := askFirst(t)
			rules := stage.Rules.Get()
			rules.Policy.Rules[1].Approval = append(rules.Policy.Rules[1].Approval, team)
			stage.Rules.Set(rules)
			stage.Run(t, chat)
			talk(t, chat, "bob: add GROUP user1")
			rules = stage.Rules.Get()
			test.change(&rules)
			stage.Rules.Set(rules)
			got := pressedBy(t, chat, test.caller, test.action, 1)
			if !strings.Contains(got, test.says) || test.says == "" && test.state != bot.Asked && got != "" {
				t.Errorf("answered %q", got)
			}
			e, _, err := stage.Journal.Entry(t.Context(), 1)
			check(t, err)
			if decided := e.Request.Decision; (test.state == bot.Asked) != (decided == nil) || decided != nil && decided.State != test.state {
				t.Errorf("decided %+v, want %s", decided, test.state)
			}
		})
	}
}

// approvedBy lets others approve what bob asks.
func approvedBy(who ...string) func(*bot.Rules) {
	return func(r *bot.Rules) {
		r.Policy.Rules = slices.Clone(r.Policy.Rules)
		r.Policy.Rules[1].Approval = nil
		for _, name := range who {
			if !strings.Contains(name, ":") {
				name = bottest.Ref(name)
			}
			r.Policy.Rules[1].Approval = append(r.Policy.Rules[1].Approval, name)
		}
	}
}

// TestUndoOfApprovedUnread: what was approved can be undone by its asker while it cannot be read what the
// rules give them, but by nobody who may be blocked.
func TestUndoOfApprovedUnread(t *testing.T) {
	t.Parallel()
	const hosts = "chat:usergroup:hosts"
	for _, test := range []struct {
		who     string
		blocked bool
		says    string
	}{
		{"bob", false, ""},
		{"carol", false, ""},
		{"bob", true, "I cannot check the members of " + hosts},
		{"carol", true, "I cannot check the members of " + hosts},
	} {
		t.Run(fmt.Sprint(test.who, test.blocked), func(t *testing.T) {
			t.Parallel()
			stage, chat := askFirst(t)
			stage.Run(t, chat)
			talk(t, chat, "bob: add GROUP user1", "carol: press 1 approve")
			rules := stage.Rules.Get()
			rules.Policy.Rules = slices.Clone(rules.Policy.Rules)
			if test.blocked {
				rules.Policy.Blocked = []string{hosts}
			} else {
				rules.Policy.Rules[1].Allow = []string{hosts}
			}
			stage.Rules.Set(rules)
			c := commands.Caller{Ref: bottest.Ref(test.who), Unread: []string{hosts}}
			if got := pressedBy(t, chat, c, "undo", 1); !strings.Contains(got, test.says) || test.says == "" && got != "" {
				t.Errorf("answered %q", got)
			}
			closed(t, stage)
			if got := stage.API.Admins(groupA); (len(got) == 0) != (test.says == "") {
				t.Errorf("administrators %v", got)
			}
		})
	}
}

// TestCommandToCopy: who may do what was asked themselves gets a command that does just that: what a name does
// not mean any more is in IDs.
func TestCommandToCopy(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	rules := stage.Rules.Get()
	people := map[string][]imapi.UserID{"minho": {"user1"}, "night": {"user2", "user3"}}
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"show": {groupA}, "both": {groupA, groupB}}, people)
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	talk(t, chat, "bob: add show minho night", "bob: add both minho")
	says(t, talk(t, chat, "alice: press 1 approve"), "/liveadmin add show minho night --for 8h\n")
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"show": {groupB}, "both": {groupB}}, map[string][]imapi.UserID{"minho": {"user1"}, "night": {"user2"}})
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "alice: press 1 approve"), "/liveadmin add "+groupA+" minho user2 user3 --for 8h\n")
	says(t, talk(t, chat, "alice: press 2 approve"), "You cannot decide this request.", "!/liveadmin")
}

// TestRuleOfNow: on record is the rule by which a request was decided, not that by which it was asked.
func TestRuleOfNow(t *testing.T) {
	t.Parallel()
	for action, event := range map[string]string{"approve": "approved", "deny": "denied"} {
		stage, chat := askFirst(t)
		stage.Run(t, chat)
		talk(t, chat, "bob: add GROUP user1")
		rules := stage.Rules.Get()
		approvedBy("grace")(&rules)
		rules.Policy.Rules[1].Name = "rule 2"
		stage.Rules.Set(rules)
		talk(t, chat, "grace: press 1 "+action)
		says(t, fmt.Sprint(rowsOf(t, stage, 1)), "asked by chat:user:bob, [user1], rule 1", event+" by chat:user:grace, [user1], rule 2")
	}
}

// TestLapsedRequest: what the rules do not allow any more is denied, and names nobody; the
// audit trail has who pressed.
func TestLapsedRequest(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	talk(t, chat, "bob: add GROUP user1")
	rules := stage.Rules.Get()
	rules.Policy.Rules = rules.Policy.Rules[:1]
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "carol: press 1 approve"), "⛔ Denied · @bob · ", "The rules no longer allow this. Nothing was changed.", "!carol")
	says(t, fmt.Sprint(rowsOf(t, stage, 1)), "denied by chat:user:carol, [user1], rule 1: the rules no longer allow this")
	admins(t, stage, groupA)
}

// TestNobodyNamed: of those who could approve a request when it was asked, who is blocked or another account
// of the asker by now is not named any more; if that leaves nobody, nobody is.
func TestNobodyNamed(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	stage.Run(t, chat)
	talk(t, chat, "bob: add GROUP user1")
	rules := stage.Rules.Get()
	rules.Policy.Blocked = []string{bottest.Ref("carol")}
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "alice: press 1 approve"), "You cannot decide this request. Can approve: @dave\n", "!carol")
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"rob": {"user9"}}).WithAccounts(map[string]string{bottest.Ref("bob"): "rob", bottest.Ref("dave"): "rob"})
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "alice: press 1 approve"), "You cannot decide this request.\n")
	rules.Policy.Blocked = append(rules.Policy.Blocked, bottest.Ref("dave"))
	stage.Rules.Set(rules)
	says(t, talk(t, chat, "alice: press 1 approve"), "You cannot decide this request.\n", "!carol", "!dave")
	says(t, talk(t, chat, "bob: requests"), "[Withdraw #1]", "!Can approve")
}

// TestNotAsked: what nobody can approve as a whole is not asked, and there are twenty open
// requests of a person at most.
func TestNotAsked(t *testing.T) {
	t.Parallel()
	stage, chat := askFirst(t)
	rules := stage.Rules.Get()
	rules.Policy.Rules = append(rules.Policy.Rules,
		policy.Rule{Name: "rule 2", Allow: []string{bottest.Ref("frank")}, Commands: []commands.Verb{commands.Add}, Approval: []string{bottest.Ref("carol")}},
		policy.Rule{Name: "rule 3", Allow: []string{bottest.Ref("frank")}, Commands: []commands.Verb{commands.Remove}, Approval: []string{bottest.Ref("dave")}})
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	says(t, talk(t, chat, "frank: add GROUP user1 --replace user2"), "(only @frank)", "This needs approval, and there is nobody who can approve it: @TGS#aGROUPAAA")
	for n := range 20 {
		says(t, talk(t, chat, fmt.Sprintf("bob: add GROUP user1 --for %dm", n+1)), "Waiting for approval")
	}
	says(t, talk(t, chat, "bob: add GROUP user1 --for 50m"), "(only @bob)", "You have 20 open requests.")
	says(t, talk(t, chat, "bob: add GROUP user1 --for 5m"), "This was already asked for: #6")
	talk(t, chat, "bob: press 2 withdraw")
	says(t, talk(t, chat, "bob: add GROUP user1 --for 50m"), "Waiting for approval")
	admins(t, stage, groupA)
}
