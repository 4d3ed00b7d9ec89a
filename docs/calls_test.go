package docs

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// TestCallsOfACommand: docs/operations.md says how many calls a command costs, and the
// simulator counts as many.
func TestCallsOfACommand(t *testing.T) {
	t.Chdir(top)
	_, table, _ := strings.Cut(fileText(t, "docs/operations.md"), "\n| command | calls |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	costs := make(map[string]string)
	for _, row := range regexp.MustCompile(`(?m)^\| (.*) \| (\d+)`).FindAllStringSubmatch(table, -1) {
		costs[row[1]] = row[2]
	}
	documented := func(words string) string {
		t.Helper()
		for commands, calls := range costs {
			if strings.Contains(commands, words) {
				return calls
			}
		}
		t.Fatalf("no row names %s in\n%s", words, table)
		return ""
	}

	const one, two = "@TGS#aCALLS001", "@TGS#aCALLS002"
	stage, chat := bottest.NewStage(t, nil), bottest.NewChat()
	for _, g := range []string{one, two} {
		stage.API.AddGroup(g, simulator.Group{Admins: []string{"host"}})
	}
	for _, user := range []string{"host", "user1", "user2"} {
		stage.API.AddAccount(user, "")
	}
	stage.Rules.Set(bot.Rules{
		Policy: policy.Policy{Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}}}},
		Names:  commands.NewNames(map[string][]imapi.GroupID{"both": {one, two}}, nil),
	})
	stage.Run(t, chat)
	for _, said := range []struct {
		text, row     string
		groups, extra int
	}{
		{"list " + one, "`list`", 1, 0},
		{"add " + one + " user1", "`add`", 1, 1},
		{"add " + two + " user1", "`add`", 1, 0}, // whether the account exists is known
		{"add " + one + " user2 --dry-run", "`--dry-run`", 1, 1},
		{"add both user2", "`add`", 2, 0},
		{"add " + one + " host", "nothing has to change", 1, 1},
		{"remove " + one + " user1", "`remove`", 1, 0},
		{"remove both user2", "`remove`", 2, 0},
		{"add " + one + " user1 --replace host", "`add --replace`", 1, 0},
		{"history", "`history`", 0, 0},
		{"groups", "`groups`", 0, 0},
		{"whoami", "`whoami`", 0, 0},
		{"help", "`help`", 0, 0},
		{"requests", "`requests`", 0, 0},
	} {
		stage.API.ResetRecords()
		if _, err := chat.Say(t.Context(), "alice", said.text); err != nil {
			t.Fatal(err)
		}
		var each int
		if _, err := fmt.Sscan(documented(said.row), &each); err != nil {
			t.Fatal(err)
		}
		if got, want := len(stage.API.Calls()), each*said.groups+said.extra; got != want {
			t.Errorf("%s makes %d calls, want %d", said.text, got, want)
		}
	}
}
