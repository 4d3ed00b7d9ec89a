package commands

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"liveadmin/imapi"
)

// FuzzPressed: whatever a click brings and whatever the journal holds of its entry, it
// does what a button under that result does, and somebody must be allowed it.
func FuzzPressed(f *testing.F) {
	addPresses(f)
	f.Fuzz(func(t *testing.T, action, command, groups string) {
		r := Result{Entry: 42, Caller: Caller{Ref: "slack:user:U1"}}
		if json.Unmarshal([]byte(command), &r.Command) != nil || json.Unmarshal([]byte(groups), &r.Groups) != nil {
			t.Skip("the journal tells that it is damaged")
		}
		w := English()
		m := w.Report(r)
		if w.Root(r).String() == "" || len(m.Lines) == 0 {
			t.Error("nothing is said")
		}
		c, ok := Pressed(action, r)
		shown := false
		for _, a := range m.Actions {
			does, ok := Pressed(a.Name, r)
			if !ok || len(does.Asks()) == 0 || a.Entry != r.Entry {
				t.Errorf("the button %+v does %+v", a, does)
			}
			shown = shown || reflect.DeepEqual(does, c)
		}
		if ok && !shown {
			t.Errorf("%q does %+v, which no button does", action, c)
		}
	})
}

// addPresses adds a click on every button.
func addPresses(f *testing.F) {
	target := Target{Groups: []imapi.GroupID{"g"}}
	one, step := []Person{{ID: "u"}}, Step{Person: Person{ID: "u"}, Was: WasNot, Send: true}
	limited := Step{Person: Person{ID: "v"}, Was: WasAdmin, Had: noon}
	limits := []Grant{{Group: "g", User: "v", Until: noon, Length: time.Hour, Entry: 41}}
	failure := &Failure{Op: "get_admin_list", Kind: imapi.KindTransient}
	for _, seed := range []struct {
		action  string
		command Command
		result  GroupResult
	}{
		{UndoAction, Command{Verb: Add, Users: one}, GroupResult{
			Plan: Plan{Known: true, Users: []Step{step, limited}, Limits: limits}, Outcome: Outcome{Status: Done, NowKnown: true}}},
		{UndoAction, Command{Verb: Remove, Users: one}, GroupResult{
			Plan: Plan{Known: true, Users: []Step{limited}, Limits: limits}, Outcome: Outcome{Status: Done, NowKnown: true}}},
		{UndoAction, Command{Verb: Add, Users: one, Replace: one}, GroupResult{
			Plan: Plan{Known: true, Users: []Step{step}, Old: []Step{limited}}, Outcome: Outcome{Status: Partly, NowKnown: true, Old: NotRestored}}},
		{replaceAction + "1", Command{Verb: Add, Users: one}, GroupResult{
			Plan: Plan{Refusal: SeatsTaken, Users: []Step{step}}, Outcome: Outcome{Status: Failed, Holders: []imapi.Admin{{User: "a"}, {User: "b"}, {User: "c"}, {User: "d"}, {User: "e"}}}}},
		{RetryAction, Command{Verb: End, Limits: limits}, GroupResult{Outcome: Outcome{Status: Unknown, Failure: failure}}},
		{RetryAction, Command{Verb: List}, GroupResult{Plan: Plan{Refusal: ReadFailed, Read: failure}, Outcome: Outcome{Status: Failed}}},
		{ExtendAction, Command{Verb: Remind, Limits: limits}, GroupResult{Plan: Plan{Refusal: OnlyTold}, Outcome: Outcome{Status: Done}}},
	} {
		seed.command.Target, seed.result.Group = target, "g"
		f.Add(seed.action, asJSON(f, seed.command), asJSON(f, []GroupResult{seed.result}))
	}
	for _, place := range []string{"-1", "9", "+1", "", "99999999999999999999"} {
		f.Add(replaceAction+place, `{"verb":"add"}`, `[{"outcome":{"status":"Failed"}}]`)
	}
	f.Add(UndoAction, "null", "null")
}

func asJSON(f *testing.F, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}
