package engine_test

import (
	"fmt"
	"strings"
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

// TestHomeIsFair: while the groups of a Home tab wait for the rate limit, a command gets every
// second call.
func TestHomeIsFair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := bottest.NewStage(t, nil, imapi.WithRateLimit(5)), bottest.NewChat()
		names := make(map[string][]imapi.GroupID)
		for i := range 10 {
			id := fmt.Sprint("show", i)
			stage.API.AddGroup(id, simulator.Group{})
			names["alias-"+id] = []imapi.GroupID{imapi.GroupID(id)}
		}
		stage.API.AddGroup(groupA, simulator.Group{})
		stage.API.AddAccount("user1", "")
		stage.Rules.Set(bot.Rules{Names: commands.NewNames(names, nil), Policy: policy.Policy{
			Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice"), bottest.Ref("bob")}}},
		}})
		stage.Run(t, chat)
		homes := door(t, chat).(bot.Homes)
		opened := make(chan int, 1)
		go func() {
			sections, _ := homes.Home(t.Context(), bot.HomeView{Caller: commands.Caller{Ref: bottest.Ref("alice")}, Place: commands.Place{Platform: "terminal"}, Times: 1})
			opened <- len(sections)
		}()
		check(t, stage.API.WaitCalls(soon(t), 1))
		before := len(stage.API.Calls())
		_, err := chat.Say(soon(t), "bob", "add "+groupA+" user1")
		check(t, err)
		last := 0
		for i, call := range stage.API.Calls()[before:] {
			if call.Group == groupA {
				last = i + 1
			}
		}
		if last == 0 || last > 9 {
			t.Errorf("%d calls until the command was done", last)
		}
		if n := <-opened; n != 11 {
			t.Errorf("the Home tab has %d sections", n)
		}
	})
}

// TestHomeAfterChangesElsewhere: a Home tab shows what another instance, or this one before a
// restart, has just changed, though a read does not show it yet.
func TestHomeAfterChangesElsewhere(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"show": {groupA}}, nil)
	stage.Rules.Set(rules)
	check(t, stage.API.SetAdmins(groupA, []string{"user2"}))
	stage.API.SetLag(time.Hour)
	stop := stage.Run(t, chat)
	talk(t, chat, "alice: add GROUP user1", "alice: remove GROUP user2")
	stop()
	stage.Restart(t)
	stage.Run(t, chat)
	view := bot.HomeView{Caller: commands.Caller{Ref: bottest.Ref("alice")}, Place: commands.Place{Platform: "terminal"}, Times: 1}
	sections, ok := door(t, chat).(bot.Homes).Home(t.Context(), view)
	if said := fmt.Sprint(sections); !ok || !strings.Contains(said, "user1") || strings.Contains(said, "user2") {
		t.Errorf("it shows %s", said)
	}
}

// TestHomeNeverFails: without the record, or when the bot stops, a Home tab says so, or nothing.
func TestHomeNeverFails(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stop := stage.Run(t, chat)
	homes := door(t, chat).(bot.Homes)
	view := bot.HomeView{Caller: commands.Caller{Ref: bottest.Ref("alice")}, Place: commands.Place{Platform: "terminal"}}
	check(t, stage.Journal.Close())
	if sections, ok := homes.Home(t.Context(), view); !ok || len(sections) != 1 || len(sections[0].Lines) != 2 {
		t.Errorf("without the record: %v, %+v", ok, sections)
	}
	stop()
	if sections, ok := homes.Home(t.Context(), view); ok {
		t.Errorf("after the end: %+v", sections)
	}
}
