package words

import (
	"strings"
	"testing"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// TestNaming: whom nobody typed, such as those whose time is over, is called by name, too.
func TestNaming(t *testing.T) {
	w := In(commands.English).Naming(commands.NewNames(nil, map[string][]imapi.UserID{"minho": {"u_8821"}, "night": {"u_8821", "u_9902"}}), "")
	people := []commands.Person{{ID: "u_8821"}, {ID: "u_9902"}}
	for _, verb := range []commands.Verb{commands.End, commands.Remind} {
		r := commands.Result{Command: commands.Command{Verb: verb, Target: commands.Target{Groups: []imapi.GroupID{"g"}}, Users: people}, Groups: []commands.GroupResult{{
			Group: "g", Plan: commands.Plan{Users: []commands.Step{{Person: people[0], Send: true}, {Person: people[1], Send: true}}}, Outcome: commands.Outcome{Status: commands.Done},
		}}}
		said := w.Root(r).String() + "\n" + w.Report(r).String()
		if !strings.Contains(said, "minho (u_8821)") || strings.Contains(said, "night") {
			t.Errorf("%s says\n%s", verb, said)
		}
	}
}
