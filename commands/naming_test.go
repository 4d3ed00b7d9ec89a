package commands

import (
	"liveadmin/imapi"
	"strings"
	"testing"
)

// TestNaming: whom nobody typed, such as those whose time is over, is called by name, too.
func TestNaming(t *testing.T) {
	w := English().Naming(NewNames(nil, map[string][]imapi.UserID{"minho": {"u_8821"}, "night": {"u_8821", "u_9902"}}))
	people := []Person{{ID: "u_8821"}, {ID: "u_9902"}}
	for _, verb := range []Verb{End, Remind} {
		r := Result{Command: Command{Verb: verb, Target: Target{Groups: []imapi.GroupID{"g"}}, Users: people}, Groups: []GroupResult{{
			Group: "g", Plan: Plan{Users: []Step{{Person: people[0], Send: true}, {Person: people[1], Send: true}}}, Outcome: Outcome{Status: Done},
		}}}
		said := w.Root(r).String() + "\n" + w.Report(r).String()
		if !strings.Contains(said, "minho (u_8821)") || strings.Contains(said, "night") {
			t.Errorf("%s says\n%s", verb, said)
		}
	}
}
