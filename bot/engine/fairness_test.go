package engine_test

import (
	"fmt"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// TestFairness: while one caller's many commands wait for the rate limit, another
// caller's command gets every second call, and what takes a right away passes them all.
func TestFairness(t *testing.T) {
	const many = 60
	stage, chat := bottest.NewStage(t, nil, imapi.WithRateLimit(20)), bottest.NewChat()
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{
		Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice"), bottest.Ref("bob")}}},
	}})
	for _, user := range []string{"user1", "user2"} {
		stage.API.AddAccount(user, "")
	}
	for i := range many {
		stage.API.AddGroup(fmt.Sprint("show", i), simulator.Group{})
	}
	for _, g := range []string{groupA, groupB} {
		stage.API.AddGroup(g, simulator.Group{})
		check(t, stage.API.SetAdmins(g, []string{"user2"}))
	}
	stage.Run(t, chat)
	for i := range many {
		_, err := chat.Deliver(soon(t), fmt.Sprint(i), "alice", fmt.Sprintf("add show%d user1", i))
		check(t, err)
	}
	for _, row := range []struct {
		who, text, group string
		most             int // calls until its last one has left
	}{
		{"bob", "add " + groupA + " user1", groupA, 10},     // a reading, an account and a change, beside what left before
		{"alice", "remove " + groupB + " user2", groupB, 6}, // a reading and a change
	} {
		before := len(stage.API.Calls())
		_, err := chat.Say(soon(t), row.who, row.text)
		check(t, err)
		last := 0
		for i, call := range stage.API.Calls()[before:] {
			if call.Group == row.group {
				last = i + 1
			}
		}
		if last == 0 || last > row.most {
			t.Errorf("%s: %d calls until it was done, want %d", row.text, last, row.most)
		}
	}
	if n := len(stage.API.Calls()); n >= many {
		t.Errorf("%d calls have left: nothing waited", n)
	}
}
