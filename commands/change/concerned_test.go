package change

import (
	"slices"
	"testing"

	"liveadmin/commands"
	"liveadmin/imapi"
)

func TestConcerned(t *testing.T) {
	step := func(user imapi.UserID, was commands.Prior, send bool) commands.Step {
		return commands.Step{Person: commands.Person{ID: user}, Prior: was, Send: send}
	}
	newcomer, holder, gone := step("new", commands.WasNot, true), step("old", commands.WasAdmin, true), step("gone", commands.WasNot, true)
	sure := commands.Outcome{Status: commands.Done}
	for _, tt := range []struct {
		name string
		cmd  commands.Command
		plan commands.Plan
		end  commands.Outcome
		want []imapi.UserID
	}{
		{"added", commands.Command{Verb: commands.Add}, commands.Plan{Users: []commands.Step{newcomer, step("had", commands.WasAdmin, true)}}, sure, []imapi.UserID{"new"}},
		{"replaced", commands.Command{Verb: commands.Add}, commands.Plan{Users: []commands.Step{newcomer}, Old: []commands.Step{holder, gone}}, sure, []imapi.UserID{"new", "old"}},
		{"replaced in vain", commands.Command{Verb: commands.Add}, commands.Plan{Users: []commands.Step{newcomer}, Old: []commands.Step{holder}},
			commands.Outcome{Status: commands.Partly, Old: commands.NotRestored}, []imapi.UserID{"old"}},
		{"replaced, and maybe added", commands.Command{Verb: commands.Add}, commands.Plan{Users: []commands.Step{newcomer}, Old: []commands.Step{holder}},
			commands.Outcome{Status: commands.Unknown, Old: commands.Removed}, []imapi.UserID{"old"}},
		{"maybe replaced", commands.Command{Verb: commands.Add}, commands.Plan{Users: []commands.Step{newcomer}, Old: []commands.Step{holder}},
			commands.Outcome{Status: commands.Unknown, Old: commands.MaybeGone}, nil},
		{"removed", commands.Command{Verb: commands.Remove}, commands.Plan{Users: []commands.Step{holder, gone}}, sure, []imapi.UserID{"old"}},
		{"undone", commands.Command{Verb: commands.Undo}, commands.Plan{Users: []commands.Step{newcomer, step("since", commands.WasNot, false)}, Old: []commands.Step{holder}}, sure, []imapi.UserID{"new", "old"}},
		{"not added", commands.Command{Verb: commands.Add}, commands.Plan{Users: []commands.Step{newcomer}}, commands.Outcome{Status: commands.Failed}, nil},
		{"maybe added", commands.Command{Verb: commands.Add}, commands.Plan{Users: []commands.Step{newcomer}}, commands.Outcome{Status: commands.Unknown}, nil},
		{"a dry run", commands.Command{Verb: commands.Add, DryRun: true}, commands.Plan{Users: []commands.Step{newcomer}, Refusal: commands.OnlyDryRun}, sure, nil},
		{"listed", commands.Command{Verb: commands.List}, commands.Plan{Refusal: commands.OnlyList}, sure, nil},
		{"reminded", commands.Command{Verb: commands.Remind}, commands.Plan{Users: []commands.Step{step("old", commands.WasUnknown, false)}, Refusal: commands.OnlyRemind}, sure, []imapi.UserID{"old"}},
		{"ended", commands.Command{Verb: commands.End}, commands.Plan{Users: []commands.Step{holder}}, sure, []imapi.UserID{"old"}},
		{"not ended", commands.Command{Verb: commands.End}, commands.Plan{Users: []commands.Step{holder}}, commands.Outcome{Status: commands.Failed}, []imapi.UserID{"old"}},
		{"decided since", commands.Command{Verb: commands.End}, commands.Plan{Users: []commands.Step{holder}, Refusal: commands.Superseded}, sure, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			part := commands.GroupResult{Group: "g", Plan: tt.plan, Outcome: tt.end}
			got := Concerned(commands.Result{Command: tt.cmd, Groups: []commands.GroupResult{part, part}})
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
