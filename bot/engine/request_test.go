package engine_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/engine"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

// databases are what a journal can be in; the function returns the URL of a new one.
var databases = []struct {
	name   string
	shared bool // by several instances
	open   func(*testing.T) string
}{
	{"a file", false, func(*testing.T) string { return "" }},
	{"PostgreSQL", true, func(t *testing.T) string { return journaltest.Postgres(t) }},
}

// approvals sets a stage on which alice may do everything, and bob may add administrators if
// alice or carol approves.
func approvals(t *testing.T, database string) (*bottest.Stage, *bottest.Chat) {
	t.Helper()
	stage := bottest.NewStageOn(t, database, nil)
	stage.API.AddGroup(groupA, simulator.Group{})
	stage.API.AddGroup(groupB, simulator.Group{})
	for _, user := range []string{"user1", "user2", "user3"} {
		stage.API.AddAccount(user, "")
	}
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
		{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}},
		bobAsks("alice", "carol"),
	}}})
	return stage, bottest.NewChat()
}

// bobAsks is the rule by which bob may add administrators if one of others approves.
func bobAsks(approvers ...string) policy.Rule {
	r := policy.Rule{Name: "rule 1", Allow: []string{bottest.Ref("bob")}, Commands: []commands.Verb{commands.Add}}
	for _, name := range approvers {
		r.Approval = append(r.Approval, bottest.Ref(name))
	}
	return r
}

// setRules replaces the rules after the first, which is the ALLOWLIST.
func setRules(s *bottest.Stage, more ...policy.Rule) {
	rules := s.Rules.Get()
	rules.Policy.Rules = append(rules.Policy.Rules[:1:1], more...)
	s.Rules.Set(rules)
}

// utterance is something that a person says or presses, with a key by which it can come again.
func utterance(key, who, text string) bot.Delivery {
	d := bot.Delivery{
		Key: key, Text: text, Caller: commands.Caller{Ref: bottest.Ref(who), Name: who},
		Place: commands.Place{Platform: bottest.Platform, Channel: bottest.Platform + ":channel"},
	}
	if action, pressed := strings.CutPrefix(text, "press "); pressed {
		d.Text, d.Click = "", &bot.Click{Action: action, Entry: 1}
	}
	return d
}

// bring brings something to one instance, and returns the private answer, or "".
func bring(ctx context.Context, door bot.Door, d bot.Delivery) (answer string, err error) {
	err = door.Receive(ctx, d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
		if a.Private != nil {
			answer = a.Private.String()
		}
		return "", nil
	})
	return answer, err
}

// canBeDecided waits until requests can be decided.
func canBeDecided(t *testing.T, s *bottest.Stage, numbers ...int64) {
	t.Helper()
	until(t, "the requests can be decided", func() bool {
		ready := 0
		for _, number := range numbers {
			if e, _, err := s.Journal.Entry(t.Context(), number); err == nil && e.Request != nil && e.Request.Post != "" {
				ready++
			}
		}
		return ready == len(numbers)
	})
}

// ask asks as bob, and waits until that can be decided.
func ask(t *testing.T, s *bottest.Stage, chat *bottest.Chat, text string) (number int64) {
	t.Helper()
	answer, err := chat.Deliver(soon(t), "bob: "+text, "bob", text)
	check(t, err)
	if answer.Entry == 0 {
		t.Fatalf("%s: answered %+v", text, answer.Private)
	}
	canBeDecided(t, s, answer.Entry)
	return answer.Entry
}

// events are what is on record of an entry, in order.
func events(t *testing.T, s *bottest.Stage, number int64) (all []string) {
	t.Helper()
	rows, err := s.Journal.Trail(t.Context(), bot.Filter{Number: number})
	check(t, err)
	for _, r := range rows {
		all = append(all, string(r.Event))
	}
	return all
}

// buttons are the labels of a message's buttons.
func buttons(m words.Message) string {
	var all []string
	for _, a := range m.Actions {
		all = append(all, a.Label)
	}
	return strings.Join(all, " ")
}

// TestRequestOutlives: a request is decided after restarts, by the rules of then: who was taken
// from the rules cannot decide, who is named now can, and if the asker may not do it any more,
// it is denied, whichever approver presses.
func TestRequestOutlives(t *testing.T) {
	t.Parallel()
	for i, test := range []struct {
		name  string
		rules []policy.Rule // of the last start
		who   string
		says  string // the private answer
		root  string
		rows  string // on record about the request
	}{
		{"the same rules", []policy.Rule{bobAsks("alice", "carol")}, "carol", "", "✅ Done", "asked approved outcome"},
		{"an approver who was taken from them", []policy.Rule{bobAsks("alice")}, "carol", "not allowed", "🙋 Waiting for approval", "asked"},
		{"taken from them, with a right", []policy.Rule{bobAsks("alice"), {Allow: []string{bottest.Ref("carol")}, Commands: []commands.Verb{commands.List}}},
			"carol", "Can approve: @alice\n", "🙋 Waiting for approval", "asked"},
		{"an approver who is new", []policy.Rule{bobAsks("dave")}, "dave", "", "✅ Done", "asked approved outcome"},
		{"the asker's right is gone", nil, "carol", "", "⛔ Denied", "asked denied"},
		{"the asker needs no approval any more", []policy.Rule{{Name: "rule 1", Allow: []string{bottest.Ref("bob")}}}, "carol", "", "✅ Done", "asked approved outcome"},
		{"nobody who could decide presses", nil, "mallory", "not allowed", "🙋 Waiting for approval", "asked"},
	} {
		for _, database := range databases {
			t.Run(test.name+"/"+database.name, func(t *testing.T) {
				t.Parallel()
				if i > 0 && database.shared {
					pace.Long(t)
				}
				stage, chat := approvals(t, database.open(t))
				stop := stage.Run(t, chat)
				number := ask(t, stage, chat, "add "+groupA+" user1 --for 2h")
				for range 2 {
					stop()
					stage.Restart(t)
					stop = stage.Run(t, chat)
				}
				setRules(stage, test.rules...)
				answer, err := bring(soon(t), door(t, chat), utterance("press", test.who, "press approve"))
				check(t, err)
				if !strings.Contains(answer, test.says) || test.says == "" && answer != "" {
					t.Errorf("answered %q, want %q", answer, test.says)
				}
				if test.says == "" {
					closed(t, stage)
				}
				if root := chat.Root(number); !strings.HasPrefix(root, test.root) {
					t.Errorf("the root is %q, want %s", root, test.root)
				}
				if got := strings.Join(events(t, stage, number), " "); got != test.rows {
					t.Errorf("on record is %s, want %s", got, test.rows)
				}
				want := ""
				if test.says != "" {
					want = "Approve Deny Withdraw"
				}
				if got := buttons(chat.Notice("request1")); got != want {
					t.Errorf("the buttons are %q, want %q", got, want)
				}
				if got := len(stage.API.Admins(groupA)); (got == 1) != (test.root == "✅ Done") {
					t.Errorf("%d administrators", got)
				}
			})
		}
	}
}

// TestRequestOrder: the order on a group is that of the approval, not that of asking. An undo of
// what was accepted between them leaves what was approved later.
func TestRequestOrder(t *testing.T) {
	t.Parallel()
	for i, test := range []struct {
		name, asked, accepted string
		decided               []int64 // those that are approved, in order; 0: what is accepted
		after                 []string
		limits                string
	}{
		{"approved after", "add GROUP user1 user2 --for 2h", "add GROUP user1", []int64{0, 1}, []string{"user2"}, "user2 17:30"},
		{"approved after, and named again", "add GROUP user1 --for 2h", "add GROUP user1 --for 5h", []int64{0, 1}, []string{"user1"}, "user1 17:30"},
		{"approved before", "add GROUP user1 --for 2h", "add GROUP user1 --for 5h", []int64{1, 0}, []string{"user1"}, "user1 17:30"},
		{"not approved", "add GROUP user1 --for 2h", "add GROUP user1 --for 5h", []int64{0}, nil, ""},
		{"given again after it was taken", "add GROUP user1 --for 2h", "remove GROUP user1", []int64{0, 1}, []string{"user1"}, "user1 17:30"},
	} {
		for _, database := range databases {
			t.Run(test.name+"/"+database.name, func(t *testing.T) {
				t.Parallel()
				if i > 0 && database.shared {
					pace.Long(t)
				}
				stage, chat := approvals(t, database.open(t))
				stage.Run(t, chat)
				request, other := ask(t, stage, chat, strings.ReplaceAll(test.asked, "GROUP", groupA)), int64(0)
				for _, which := range test.decided {
					if which == 0 {
						answer, err := chat.Deliver(soon(t), "other", "alice", strings.ReplaceAll(test.accepted, "GROUP", groupA))
						check(t, err)
						_, err = chat.Result(soon(t), answer.Entry)
						check(t, err)
						other = answer.Entry
						continue
					}
					_, err := chat.Press(soon(t), "alice", words.ApproveAction, request)
					check(t, err)
					finished(t, stage, request)
				}
				if request >= other {
					t.Fatalf("asked was #%d, accepted #%d", request, other)
				}
				t.Log(press(t, chat, "alice", "undo", other))
				admins(t, stage, groupA, test.after...)
				limits(t, stage, test.limits)
			})
		}
	}
}

// TestRequestOrderOverRestart: what was accepted before an approval goes before it also if both are
// taken up at the next start, although the request has the lower number.
func TestRequestOrderOverRestart(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := approvals(t, database.open(t))
			stop := stage.Start(t, chat)
			request := ask(t, stage, chat, "add "+groupA+" user1 --for 2h")
			check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}))
			answer, err := chat.Deliver(soon(t), "other", "alice", "remove "+groupA+" user1")
			check(t, err)
			_, err = chat.Press(soon(t), "alice", words.ApproveAction, request)
			check(t, err)
			stop(engine.ErrRestart)
			stage.API.ClearFaults()
			stage.Restart(t)
			stage.Run(t, chat)
			finished(t, stage, answer.Entry)
			finished(t, stage, request)
			admins(t, stage, groupA, "user1")
		})
	}
}

// finished waits until an entry is closed.
func finished(t *testing.T, s *bottest.Stage, number int64) {
	t.Helper()
	until(t, "it is closed", func() bool {
		e, _, err := s.Journal.Entry(t.Context(), number)
		return err == nil && e.State.Closed()
	})
}

// TestRequestLate: a request whose time ran out while the bot was down is not approved.
func TestRequestLate(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := approvals(t, database.open(t))
			stop := stage.Run(t, chat)
			number := ask(t, stage, chat, "add "+groupA+" user1 --for 2h")
			stop()
			stage.Clock.Advance(2 * time.Hour)
			stage.Restart(t)
			stage.Run(t, chat)
			closed(t, stage)
			answer, err := bring(soon(t), door(t, chat), utterance("press", "alice", "press approve"))
			check(t, err)
			if !strings.Contains(answer, "Closed without an answer") || !strings.HasPrefix(chat.Root(number), "⌛ Closed without an answer") {
				t.Errorf("answered %q; the root is %q", answer, chat.Root(number))
			}
			admins(t, stage, groupA)
		})
	}
}

// TestRequestsAreNotOpenWork: what waits for an approval is not counted with the changes that are
// open, nor is it when all is over.
func TestRequestsAreNotOpenWork(t *testing.T) {
	t.Parallel()
	stage, chat := approvals(t, "")
	stage.Run(t, chat)
	ask(t, stage, chat, "add "+groupA+" user1 --for 2h")
	until(t, "the request counts for nothing", func() bool { return stage.Bot.OpenChanges() == 0 })
	_, err := bring(soon(t), door(t, chat), utterance("press", "alice", "press approve"))
	check(t, err)
	closed(t, stage)
	until(t, "all is over", func() bool { return stage.Bot.OpenChanges() == 0 })
}

// TestRequestOverWithoutRoot: a request whose time is over before it is on record where its root is
// says so in that root.
func TestRequestOverWithoutRoot(t *testing.T) {
	t.Parallel()
	asked := utterance("asked", "bob", "add "+groupA+" user1")
	for _, test := range []struct {
		name string
		ask  func(*testing.T, *bottest.Stage, *bottest.Chat) bot.Platform // and ends the process
	}{
		{"killed when it was posted", func(t *testing.T, s *bottest.Stage, chat *bottest.Chat) bot.Platform {
			var dying sync.WaitGroup
			l := newLife("before Announce 1")
			bury := live(t, s, chat, l, &dying)
			_, err := bring(soon(t), door(t, chat), asked)
			check(t, err)
			until(t, "it is dead", l.dead)
			bury()
			dying.Wait()
			return chat
		}},
		{"killed while it was not clear whether it was acknowledged", func(t *testing.T, s *bottest.Stage, chat *bottest.Chat) bot.Platform {
			doubt := &doubtfulChat{Chat: chat}
			stop := s.Start(t, doubt)
			_ = door(t, chat).Receive(soon(t), asked, func(context.Context, bot.Answer) (bot.Post, error) { return "", errUnclear })
			stop(engine.ErrRestart)
			doubt.say(nil)
			return doubt
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := approvals(t, "")
				platform := test.ask(t, stage, chat)
				stage.Clock.Advance(2 * time.Hour)
				stage.Restart(t)
				stage.Run(t, platform)
				closed(t, stage)
				if root := chat.Root(1); !strings.HasPrefix(root, "⌛") {
					t.Errorf("the root is %q", root)
				}
				if all := chat.Written(); count(all, "root 1") != 1 || count(all, "request 1") != 0 {
					t.Errorf("posted %q", all)
				}
			})
		})
	}
}
