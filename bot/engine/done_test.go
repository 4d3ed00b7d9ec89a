package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// known lets the config file say that user1 is mallory, and user2 alice.
func known(s *bottest.Stage) {
	rules := s.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"mall": {"user1"}, "al": {"user2"}}).
		WithAccounts(map[string]string{bottest.Ref("mallory"): "mall", bottest.Ref("alice"): "al"})
	s.Rules.Set(rules)
}

// TestDoneOfOthers: done is not for outsiders and blocked people, and not for who may be
// blocked; nothing is sent.
func TestDoneOfOthers(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	known(stage)
	rules := stage.Rules.Get()
	rules.Policy.Blocked = []string{"chat:user:eve", "chat:usergroup:barred"}
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	for name, c := range map[string]commands.Caller{
		"blocked":           {Ref: "chat:user:eve"},
		"of a blocked list": {Ref: bottest.Ref("mallory"), Memberships: []string{"chat:usergroup:barred"}},
		"maybe blocked":     {Ref: bottest.Ref("mallory"), Unread: []string{"chat:usergroup:barred"}},
		"an outsider":       {Ref: bottest.Ref("mallory"), Outsider: true},
	} {
		for what, d := range map[string]bot.Delivery{
			"typed": {Text: "done " + groupA}, "alone": {Text: "done"}, "pressed": {Click: &bot.Click{Action: change.DoneIn(groupA), Entry: 1}},
		} {
			d.Key, d.Caller, d.Place = name+what, c, commands.Place{Platform: bottest.Platform}
			if a := receive(t, chat, d); a.Private == nil || a.Entry != 0 || len(a.Private.Actions) > 0 {
				t.Errorf("%s, %s: answered %+v", name, what, a)
			}
		}
	}
	if calls := stage.API.Calls(); len(calls) > 0 {
		t.Errorf("%d calls", len(calls))
	}
}

// TestDoneIsCapped: who has no right gets 30 answers a minute, those to done among them.
func TestDoneIsCapped(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	known(stage)
	stage.Run(t, chat)
	accepted := 0
	for i := range 40 {
		a := receive(t, chat, bot.Delivery{
			Key: strings.Repeat("x", i+1), Text: "done " + groupA, Caller: commands.Caller{Ref: bottest.Ref("mallory")}, Place: commands.Place{Platform: bottest.Platform},
		})
		if a.Entry != 0 {
			accepted++
		} else if !a.Muted {
			t.Errorf("answered %+v", a)
		}
	}
	if accepted != 30 {
		t.Errorf("%d of 40 are carried out", accepted)
	}
}

// TestDonePressed: a button gives back the right of the person who presses it, once, and Undo of what
// everybody sees is an add.
func TestDonePressed(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	known(stage)
	stage.Run(t, chat)
	_, err := chat.Ask("alice", "add "+groupA+" user1 user2 user3")
	check(t, err)
	a, err := chat.Deliver(soon(t), "list", "mallory", "done")
	check(t, err)
	if a.Private == nil || len(a.Private.Actions) != 1 || a.Private.Actions[0].Label != "Give back "+groupA {
		t.Fatalf("answered %+v", a.Private)
	}
	button := a.Private.Actions[0]
	pressed, err := chat.Press(soon(t), "mallory", button.Name, button.Entry)
	check(t, err)
	result, err := chat.Result(soon(t), pressed.Entry)
	check(t, err)
	if !pressed.Alone || !strings.Contains(result, "mall (user1): removed") || strings.Contains(result, "Undo") || strings.Contains(result, "user3") {
		t.Errorf("alone %v:\n%s", pressed.Alone, result)
	}
	if got := stage.API.Admins(groupA); !slices.Equal(got, []string{"user2", "user3"}) {
		t.Errorf("administrators %v", got)
	}
	if again, err := chat.Press(soon(t), "mallory", change.UndoAction, pressed.Entry); err != nil || again.Entry != 0 {
		t.Errorf("an undo of what only one sees: %+v, %v", again, err)
	}
	hers, err := chat.Press(soon(t), "alice", button.Name, button.Entry)
	check(t, err)
	result, err = chat.Result(soon(t), hers.Entry)
	check(t, err)
	if hers.Alone || !strings.Contains(result, "al (user2): removed") || !strings.Contains(result, "[Undo]") || strings.Contains(result, "user3") {
		t.Errorf("alone %v:\n%s", hers.Alone, result)
	}
	undone, err := chat.Press(soon(t), "alice", change.UndoAction, hers.Entry)
	check(t, err)
	_, err = chat.Result(soon(t), undone.Entry)
	check(t, err)
	if got := slices.Sorted(slices.Values(stage.API.Admins(groupA))); !slices.Equal(got, []string{"user2", "user3"}) {
		t.Errorf("administrators %v", got)
	}
}

// TestDoneInHistory: who has no right does not learn from history whether a group exists.
func TestDoneInHistory(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	known(stage)
	stage.Run(t, chat)
	var seen []string
	for _, group := range []string{groupA, "@TGS#aNOWHERE"} {
		text, err := chat.Ask("mallory", "done "+group)
		check(t, err)
		number := "#" + text[strings.LastIndexByte(text, '#')+1:]
		story, err := chat.Ask("mallory", "history "+strings.TrimSpace(number))
		check(t, err)
		list, err := chat.Ask("mallory", "history")
		check(t, err)
		if strings.Contains(list, "Failed") {
			t.Errorf("history says\n%s", list)
		}
		for _, said := range []string{text, story} {
			lines := strings.Split(strings.ReplaceAll(said, group, "GROUP"), "\n")
			seen = append(seen, strings.Join(lines[2:len(lines)-1], "\n"))
		}
	}
	if len(seen) != 4 || seen[0] != seen[2] || seen[1] != seen[3] {
		t.Errorf("they look different:\n%s", strings.Join(seen, "\n--\n"))
	}
	if rows, err := stage.Journal.Trail(t.Context(), bot.Filter{Rows: true, Limit: 100}); err != nil || !slices.ContainsFunc(rows, func(r bot.Record) bool { return r.Outcome == commands.Failed }) {
		t.Errorf("the audit trail has %+v, %v", rows, err)
	}
}

// TestDoneOverRestart: a done that was acknowledged and not answered yet is carried out after a
// restart, and is still for the caller alone.
func TestDoneOverRestart(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	known(stage)
	check(t, stage.API.SetAdmins(groupA, []string{"user1", "user3"}))
	check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}))
	stop := stage.Start(t, chat)
	a := receive(t, chat, bot.Delivery{
		Key: "k", Text: "done " + groupA, Caller: commands.Caller{Ref: bottest.Ref("mallory")}, Place: commands.Place{Platform: bottest.Platform},
	})
	stop(engine.ErrRestart)
	stage.API.ClearFaults()
	stage.Restart(t)
	stage.Run(t, chat)
	result, err := chat.Result(soon(t), a.Entry)
	check(t, err)
	e, _, err := stage.Journal.Entry(t.Context(), a.Entry)
	check(t, err)
	if !e.Command.Private || !e.Command.Veiled || !strings.Contains(result, "mall (user1): removed") || strings.Contains(result, "user3") {
		t.Errorf("%+v:\n%s", e.Command, result)
	}
}

// TestDoneTriedAgain: Try again is a done again for the same person, and a remove for anyone else.
// In a result that only one person sees it is for them alone.
func TestDoneTriedAgain(t *testing.T) {
	t.Parallel()
	for _, alone := range []bool{false, true} {
		t.Run(fmt.Sprint(alone), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := open(t)
				known(stage)
				rules := stage.Rules.Get()
				rules.Policy.Rules = append(rules.Policy.Rules,
					policy.Rule{Name: "lister", Allow: []string{bottest.Ref("bob")}, Commands: []commands.Verb{commands.List}})
				if !alone {
					rules.Policy.Rules = append(rules.Policy.Rules,
						policy.Rule{Name: "another", Allow: []string{bottest.Ref("mallory")}, Commands: []commands.Verb{commands.List}})
				}
				stage.Rules.Set(rules)
				stage.Run(t, chat)
				check(t, stage.API.SetAdmins(groupA, []string{"user1", "user2"}))
				check(t, stage.API.Inject(simulator.Fault{Code: 60008, Times: -1}))
				first := receive(t, chat, bot.Delivery{
					Key: "k", Text: "done " + groupA, Caller: commands.Caller{Ref: bottest.Ref("mallory")}, Place: commands.Place{Platform: bottest.Platform},
				})
				result, err := chat.Result(soon(t), first.Entry)
				check(t, err)
				if !strings.Contains(result, "[Try again]") || first.Alone != alone {
					t.Fatalf("alone %v:\n%s", first.Alone, result)
				}
				stage.API.ClearFaults()
				for _, other := range []string{"bob", "alice"} {
					if other == "alice" && !alone {
						continue // she may remove
					}
					if a, err := chat.Press(soon(t), other, change.RetryAction, first.Entry); err != nil || a.Entry != 0 || a.Private == nil {
						t.Errorf("%s is answered %+v, %v", other, a, err)
					}
				}
				again, err := chat.Press(soon(t), "mallory", change.RetryAction, first.Entry)
				check(t, err)
				result, err = chat.Result(soon(t), again.Entry)
				check(t, err)
				if got := stage.API.Admins(groupA); !slices.Equal(got, []string{"user2"}) || again.Alone != alone {
					t.Errorf("administrators %v, alone %v:\n%s", got, again.Alone, result)
				}
			})
		})
	}
}

// TestMistakesWhileUnread: while it cannot be read whether the caller has a right, that is the
// answer to a mistake, too, which would say what names there are.
func TestMistakesWhileUnread(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	known(stage)
	rules := stage.Rules.Get()
	rules.Policy.Rules = append(rules.Policy.Rules, policy.Rule{Name: "hosts", Allow: []string{"chat:usergroup:hosts"}})
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	var seen []string
	for _, users := range []string{"me", "@mall", "@nobody", "mall"} {
		a := receive(t, chat, bot.Delivery{
			Key: users, Text: "add " + groupA + " " + users, Place: commands.Place{Platform: bottest.Platform},
			Caller: commands.Caller{Ref: bottest.Ref("mallory"), Unread: []string{"chat:usergroup:hosts"}},
		})
		if a.Private == nil || !strings.Contains(a.Private.String(), "I cannot check the members of chat:usergroup:hosts") {
			t.Errorf("%s is answered %+v", users, a.Private)
			continue
		}
		seen = append(seen, a.Private.Lines[0].Text.String())
	}
	if len(slices.Compact(seen)) != 1 {
		t.Errorf("the answers differ: %q", seen)
	}
}

// receive brings a delivery through the door and returns what it is acknowledged with.
func receive(t *testing.T, chat *bottest.Chat, d bot.Delivery) (answer bot.Answer) {
	t.Helper()
	err := door(t, chat).Receive(soon(t), d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
		answer = a
		return "", nil
	})
	check(t, err)
	return answer
}
