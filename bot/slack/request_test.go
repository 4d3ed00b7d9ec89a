package slack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// withApproval lets bob add administrators if alice, or somebody in a user group, approves.
func withApproval(w *world) {
	rules := w.Stage.Rules.Get()
	rules.Policy.Rules = append(slices.Clone(rules.Policy.Rules), policy.Rule{
		Name: "rule 1", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.Add},
		Approval: []string{"slack:usergroup:S0LEADS", "slack:user:" + alice},
	})
	w.Stage.Rules.Set(rules)
}

// TestRequest: a request is one message in the thread that mentions who can approve; approved,
// it is carried out there, and its buttons are gone.
func TestRequest(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, button := range []string{"approve.0", "deny.1", "withdraw.2"} {
			t.Run(mode+"/"+button, func(t *testing.T) {
				t.Parallel()
				w := build(t, mode, fakeslack.Config{Scopes: []string{"commands", "chat:write", "usergroups:read"}}, slack.Options{})
				withApproval(w)
				w.SetUserGroup("S0LEADS", "ULEAD")
				w.start()
				w.Until("the user groups are read", func() bool { return len(w.slack.UnreadGroups()) == 0 })
				w.acked(w.slash(bob, `add `+group+` user1 --new --for 2h --reason "covering <!channel>"`))
				request := w.says("[Approve] [Deny] [Withdraw]")
				root := w.Messages(channel)[0]
				blocks := string(request.Blocks)
				for _, want := range []string{`"usergroup_id":"S0LEADS"`, `"user_id":"` + alice + `"`, `rich_text_quote`, `"style":"primary"`, `"style":"danger"`, `"confirm"`} {
					if !strings.Contains(blocks, want) {
						t.Errorf("no %s in %s", want, blocks)
					}
				}
				if request.ThreadTS != root.TS || !strings.HasPrefix(root.Text, "🙋 Waiting for approval") || strings.Contains(blocks, `"broadcast"`) {
					t.Errorf("the root is %q, the request in %q", root.Text, request.ThreadTS)
				}
				if admins := w.API.Admins(group); len(admins) > 0 {
					t.Errorf("administrators before the approval: %v", admins)
				}
				w.acked(w.Click(mallory, request, button))
				if got := w.Plain(w.private(mallory, 1)); strings.Contains(got, alice) || !strings.Contains(got, "not allowed") && !strings.Contains(got, "Only the person") {
					t.Errorf("mallory is answered %q", got)
				}
				who, outcome := alice, "✅ Done"
				switch button {
				case "deny.1":
					outcome = "⛔ Denied"
				case "withdraw.2":
					who, outcome = bob, "↩️ Withdrawn"
				}
				w.acked(w.Click(who, request, button))
				w.Closed()
				if root = w.Messages(channel)[0]; !strings.HasPrefix(root.Text, outcome) {
					t.Errorf("the root is %q", root.Text)
				}
				if admins := w.API.Admins(group); (len(admins) == 1) != (button == "approve.0") {
					t.Errorf("administrators %v", admins)
				}
				thread := w.Thread(channel, root.TS)
				if now := thread[1]; now.TS != request.TS || strings.Contains(string(now.Blocks), `"button"`) {
					t.Errorf("the request is now %s", now.Blocks)
				}
				w.acked(w.Click(alice, request, "approve.0")) // from a client that still shows the buttons
				if got := w.Plain(w.private(alice, 1)); !strings.Contains(got, "This request is closed. #1") {
					t.Errorf("a late click is answered %q", got)
				}
				if n := len(w.Rows(bot.WasApproved)) + len(w.Rows(bot.WasDenied)) + len(w.Rows(bot.WasWithdrawn)); n != 1 {
					t.Errorf("%d decisions on record", n)
				}
			})
		}
	}
}

// TestRequestOfOneWhoLeft: the asker's user groups at the decision count, not those of asking:
// the request of somebody who has left the group that gave them the command is denied.
func TestRequestOfOneWhoLeft(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "usergroups:read"}}, slack.Options{Refresh: 50 * time.Millisecond})
	withApproval(w)
	rules := w.Stage.Rules.Get()
	rules.Policy.Rules[len(rules.Policy.Rules)-1].Allow = []string{mods}
	w.Stage.Rules.Set(rules)
	w.SetUserGroup("S0MODS", bob)
	w.start()
	w.Until("the user groups are read", func() bool { return len(w.slack.UnreadGroups()) == 0 })
	w.acked(w.slash(bob, `add `+group+` user1 --new --for 2h`))
	request := w.says("[Approve] [Deny] [Withdraw]")
	w.SetUserGroup("S0MODS", mallory)
	w.Until("bob has no right any more", func() bool { return strings.Contains(w.answers(bob, "whoami"), "not allowed to change anything") })
	w.acked(w.Click(alice, request, "approve.0"))
	w.Closed()
	if root := w.Messages(channel)[0]; !strings.HasPrefix(root.Text, "⛔ Denied") || strings.Contains(root.Text, alice) {
		t.Errorf("the root is %q", root.Text)
	}
	if admins := w.API.Admins(group); len(admins) > 0 {
		t.Errorf("administrators %v", admins)
	}
}

// TestRequestOfOneWhoMoved: who can decide a request is who approves what the asker's user groups of now give
// them, also in the list of requests and on the Home tab.
func TestRequestOfOneWhoMoved(t *testing.T) {
	t.Parallel()
	const lead = "ULEAD"
	w := build(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "usergroups:read"}}, slack.Options{Refresh: 50 * time.Millisecond})
	rules := w.Stage.Rules.Get()
	asks := policy.Rule{Name: "rule 1", Allow: []string{mods}, Commands: []commands.Verb{commands.Add}, Approval: []string{"slack:user:" + mallory}}
	guests := asks
	guests.Name, guests.Allow, guests.Approval = "rule 2", []string{"slack:usergroup:S0GUESTS"}, []string{"slack:user:" + lead}
	rules.Policy.Rules = append(slices.Clone(rules.Policy.Rules), asks, guests)
	w.Stage.Rules.Set(rules)
	w.SetUserGroup("S0MODS", bob)
	w.SetUserGroup("S0GUESTS")
	w.start()
	w.Until("the user groups are read", func() bool { return len(w.slack.UnreadGroups()) == 0 })
	w.acked(w.slash(bob, "add "+group+" user1 --new --for 2h"))
	w.says("[Approve] [Deny] [Withdraw]")
	w.recordedRequest()
	if got := w.answers(mallory, "requests"); !strings.Contains(got, "[Approve #1]") {
		t.Fatalf("mallory reads %q", got)
	}
	w.SetUserGroup("S0MODS")
	w.SetUserGroup("S0GUESTS", bob)
	w.Until("bob has moved", func() bool {
		got := w.answers(bob, "whoami")
		return strings.Contains(got, "rule 2") && !strings.Contains(got, "rule 1")
	})
	for _, test := range []struct {
		who string
		may bool
	}{{mallory, false}, {lead, true}} {
		if got := w.answers(test.who, "requests"); strings.Contains(got, "[Approve #1]") != test.may {
			t.Errorf("%s reads %q", test.who, got)
		}
		if got := w.opens(test.who); strings.Contains(got, "[Approve #1]") != test.may {
			t.Errorf("the Home tab of %s says %q", test.who, got)
		}
	}
}

// TestRequestNowhere: where nobody could answer, nothing is asked, and a private answer names
// whom to ask.
func TestRequestNowhere(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	withApproval(w)
	w.AddChannel(fakeslack.Channel{ID: "C0ELSE", Name: "else", Members: []string{bob}})
	w.start()
	w.acked(w.Slash(bob, "C0ELSE", "add "+group+" user1"))
	got := w.private(bob, 1)
	if said := w.Plain(got); !strings.Contains(said, "This needs approval, but I cannot ask for it here.") || strings.Contains(said, "Waiting") {
		t.Errorf("bob is answered %q", said)
	}
	for _, who := range []string{`"usergroup_id":"S0LEADS"`, `"user_id":"` + alice + `"`} {
		if !strings.Contains(string(got.Blocks), who) {
			t.Errorf("no %s in %s", who, got.Blocks)
		}
	}
	w.Until("the refusal is on record", func() bool { return len(w.Rows(bot.WasRefused)) == 1 })
	w.Closed()
	if got := w.answers(bob, "history"); !strings.Contains(got, "Not allowed") || strings.Contains(got, "Waiting") {
		t.Errorf("the history is %q", got)
	}
}

// TestRequestUnasked: what cannot be asked is refused, in the language of its asker; a root that
// is already there says so.
func TestRequestUnasked(t *testing.T) {
	t.Parallel()
	for _, fault := range []fakeslack.Fault{
		{Kind: fakeslack.Refuse, Method: "chat.postMessage", Channel: channel, Code: "not_in_channel", Times: -1},
		{Kind: fakeslack.Refuse, Method: "chat.postMessage", Channel: channel, Code: "not_in_channel", Times: -1, After: 1},
		{Kind: fakeslack.Refuse, Method: "chat.postMessage", Channel: channel, Code: "not_in_channel", After: 1}, // then it could post again
	} {
		w := build(t, "sockets", readsLanguages(), slack.Options{})
		withApproval(w)
		w.AddUser(fakeslack.User{ID: bob, Locale: "ja-JP"})
		w.start()
		w.helped(bob, "ja")
		w.Inject(fault)
		w.acked(w.slash(bob, "add "+group+" user1"))
		got, says := w.Plain(w.private(bob, 2)), words.In("ja")
		if nowhere, _, _ := strings.Cut(says.Requests.Nowhere, "{"); !strings.Contains(got, nowhere) || !strings.Contains(got, says.Outcomes[commands.Refused]) || strings.Contains(got, says.Outcomes[commands.Asked]) {
			t.Errorf("bob is answered %q", got)
		}
		w.Closed()
		for _, root := range w.Messages(channel) {
			if !strings.Contains(root.Text, "Not allowed") {
				t.Errorf("the root is %q", root.Text)
			}
		}
	}
}

// TestRequestExpires: those who can approve are reminded after a quarter of the time, and the
// request closes when the time is over.
func TestRequestExpires(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	withApproval(w)
	w.start()
	w.acked(w.slash(bob, "add "+group+" user1"))
	request := w.says("[Approve] [Deny] [Withdraw]")
	w.Clock.Advance(15 * time.Minute)
	if reminder := w.says("still waiting for approval"); !strings.Contains(string(reminder.Blocks), `"usergroup_id":"S0LEADS"`) {
		t.Errorf("the reminder is %s", reminder.Blocks)
	}
	w.Clock.Advance(45 * time.Minute)
	w.says("Nobody answered in time")
	w.Closed()
	w.acked(w.Click(alice, request, "approve.0"))
	if got := w.Plain(w.private(alice, 1)); !strings.Contains(got, "Closed without an answer") {
		t.Errorf("a late click is answered %q", got)
	}
	if admins := w.API.Admins(bottest.Group); len(admins) > 0 {
		t.Errorf("administrators %v", admins)
	}
}

// TestRequestTwice: a request of which nobody knows whether it was posted is posted again. The
// second message decides the same request, and each loses its buttons, at the latest when one of
// them is pressed.
func TestRequestTwice(t *testing.T) {
	t.Parallel()
	for _, which := range []int{1, 2} {
		t.Run(fmt.Sprint(which), func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write"}}, slack.Options{})
			withApproval(w)
			w.Inject(fakeslack.Fault{Kind: fakeslack.Reset, Method: "chat.postMessage", Applied: true, After: 1})
			w.start()
			w.acked(w.slash(bob, "add "+group+" user1 --new"))
			root := func() fakeslack.Message { return w.Messages(channel)[0] }
			var thread []fakeslack.Message
			w.Until("it is there twice", func() bool {
				if len(w.Messages(channel)) > 0 {
					thread = w.Thread(channel, root().TS)
				}
				return len(thread) == 3
			})
			w.acked(w.Click(alice, thread[which], "approve.0"))
			w.Closed()
			w.acked(w.Click(alice, thread[3-which], "approve.0"))
			w.Until("neither has buttons", func() bool {
				return !slices.ContainsFunc(w.Thread(channel, root().TS)[:3], func(m fakeslack.Message) bool { return strings.Contains(string(m.Blocks), `"approve`) })
			})
			if !strings.HasPrefix(root().Text, "✅ Done") || len(w.Rows(bot.WasApproved)) != 1 || len(w.API.Admins(group)) != 1 {
				t.Errorf("the root is %q, %d decisions, administrators %v", root().Text, len(w.Rows(bot.WasApproved)), w.API.Admins(group))
			}
		})
	}
}

// TestRequestOfALoneApprover: where nobody who could approve it is in the groups that can approve,
// nothing is asked.
func TestRequestOfALoneApprover(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		members []string
		asked   bool
	}{
		{"the asker alone", []string{bob}, false},
		{"nobody", nil, false},
		{"the asker, and who would be made an administrator", []string{bob, "UMINHO"}, false},
		{"the asker, and who is blocked", []string{bob, mallory}, false},
		{"the asker, and one of a blocked group", []string{bob, "UBANNED"}, false},
		{"somebody else", []string{bob, "UMINHO", "ULEAD"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "usergroups:read"}}, slack.Options{})
			withApproval(w)
			rules := w.Stage.Rules.Get()
			last := &rules.Policy.Rules[len(rules.Policy.Rules)-1]
			last.Approval = last.Approval[:1]
			rules.Policy.Blocked = []string{"slack:user:" + mallory, "slack:usergroup:S0BANNED"}
			rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"minho": {"user1"}}).WithAccounts(map[string]string{"slack:user:UMINHO": "minho"})
			w.Stage.Rules.Set(rules)
			w.SetUserGroup("S0LEADS", test.members...)
			w.SetUserGroup("S0BANNED", "UBANNED")
			w.start()
			w.Until("the user groups are read", func() bool { return len(w.slack.UnreadGroups()) == 0 })
			w.acked(w.slash(bob, "add "+group+" user1"))
			if test.asked {
				w.says("[Approve] [Deny] [Withdraw]")
				return
			}
			if got := w.Plain(w.private(bob, 1)); !strings.Contains(got, "I cannot ask for it here") {
				t.Errorf("bob is answered %q", got)
			}
		})
	}
}

// TestRequestOfAButton: a button that waits asks in the thread under whose result it is, with one
// message that mentions who can approve; approved, the result is there.
func TestRequestOfAButton(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakeslack.Config{}, slack.Options{})
			withApproval(w)
			rules := w.Stage.Rules.Get()
			last := &rules.Policy.Rules[len(rules.Policy.Rules)-1]
			last.Commands = append(last.Commands, commands.Remove)
			w.Stage.Rules.Set(rules)
			w.start()
			w.acked(w.slash(alice, "add "+group+" user1 --new"))
			result := w.says("[Undo]")
			w.acked(w.Click(bob, result, "undo.0"))
			request := w.says("[Approve] [Deny] [Withdraw]")
			root := w.Messages(channel)[0]
			if request.ThreadTS != root.TS || !strings.Contains(w.Plain(request), "@"+bob+" wants to undo #1") {
				t.Errorf("the request is %q in %s, the root is %s", w.Plain(request), request.ThreadTS, root.TS)
			}
			w.acked(w.Click(bob, result, "undo.0"))
			if got := w.Plain(w.private(bob, 1)); !strings.Contains(got, "This was already asked for: #2") {
				t.Errorf("bob is answered %q", got)
			}
			w.acked(w.Click(alice, request, "approve.0"))
			w.says("Undid #1")
			w.Closed()
			if admins := w.API.Admins(group); len(admins) > 0 {
				t.Errorf("administrators %v", admins)
			}
			if thread := w.Thread(channel, root.TS); len(thread) != 4 || !strings.Contains(w.Plain(thread[3]), "Undid #1") {
				t.Errorf("the thread is %+v", thread)
			}
		})
	}
}

// TestRequestOfAnEmptyGroup: a request says which user groups have nobody to notify.
func TestRequestOfAnEmptyGroup(t *testing.T) {
	t.Parallel()
	for name, members := range map[string][]string{"somebody": {"ULEAD"}, "nobody": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "usergroups:read"}}, slack.Options{})
			withApproval(w)
			w.SetUserGroup("S0LEADS", members...)
			w.start()
			w.Until("the user groups are read", func() bool { return len(w.slack.UnreadGroups()) == 0 })
			w.acked(w.slash(bob, "add "+group+" user1"))
			request := w.Plain(w.says("[Approve] [Deny] [Withdraw]"))
			if told := strings.Contains(request, "I cannot notify these user groups, because nobody is in them: S0LEADS"); told != (len(members) == 0) {
				t.Errorf("the request is %q", request)
			}
		})
	}
}
