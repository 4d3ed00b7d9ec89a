package engine_test

import (
	"testing"

	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
)

// TestDryRunShows: a dry run never waits, and shows who the administrators are only to those who
// may list them: to others, what would become of the people named, and how many seats are taken.
func TestDryRunShows(t *testing.T) {
	t.Parallel()
	const secret = "!host"
	for _, test := range []struct {
		name   string
		can    []commands.Verb
		admins []string
		said   string
		says   []string
	}{
		{"with list", []commands.Verb{commands.Add, commands.List}, []string{"host1"}, "add GROUP user1", []string{"user1: would be added", "Administrators now (1 of 5): host1"}},
		{"without", []commands.Verb{commands.Add}, []string{"host1"}, "add GROUP user1", []string{"user1: would be added", "1 of 5 seats", secret}},
		{"without, and no seat", []commands.Verb{commands.Add}, []string{"host1", "host2", "host3", "host4"}, "add GROUP user1 user2", []string{"❌ Failed", "It has 4 of 5 administrators. With this change it would have 6.", secret}},
		{"a remove without", []commands.Verb{commands.Remove}, []string{"host1", "user1"}, "remove GROUP user1", []string{"user1: would be removed", "2 of 5 seats", secret}},
		{"a replacement without", []commands.Verb{commands.Add, commands.Remove}, []string{"host1", "user2"}, "add GROUP user1 --replace user2", []string{"user1: would be added", "user2: would be removed", "2 of 5 seats", secret}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stage, chat := open(t)
			rules := stage.Rules.Get()
			rules.Policy.Rules = append(rules.Policy.Rules, policy.Rule{Name: "rule 1", Allow: []string{bottest.Ref("bob")}, Commands: test.can, Approval: []string{bottest.Ref("carol")}})
			stage.Rules.Set(rules)
			check(t, stage.API.SetAdmins(groupA, test.admins))
			stage.Run(t, chat)
			says(t, talk(t, chat, "bob: "+test.said+" --dry-run"), append(test.says, "!Waiting for approval")...)
			admins(t, stage, groupA, test.admins...)
		})
	}
}
