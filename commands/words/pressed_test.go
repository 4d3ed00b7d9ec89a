package words

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// FuzzPressed: whatever a click brings and whatever the journal holds of its entry, it
// does what a button under that result does, and somebody must be allowed it.
func FuzzPressed(f *testing.F) {
	addPresses(f)
	f.Fuzz(func(t *testing.T, action, command, groups string) {
		r := commands.Result{Entry: 42, Caller: commands.Caller{Ref: "slack:user:U1"}}
		if json.Unmarshal([]byte(command), &r.Command) != nil || json.Unmarshal([]byte(groups), &r.Groups) != nil {
			t.Skip("the journal reports that it is damaged")
		}
		w := In(commands.English)
		m := w.Report(r)
		if w.Root(r).String() == "" || len(m.Lines) == 0 {
			t.Error("nothing is said")
		}
		c, ok := change.Pressed(action, r)
		shown := false
		for _, a := range m.Actions {
			does, ok := change.Pressed(a.Name, r)
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
	target := commands.Target{Groups: []imapi.GroupID{"g"}}
	one, step := []commands.Person{{ID: "u"}}, commands.Step{Person: commands.Person{ID: "u"}, Prior: commands.WasNot, Send: true}
	limited := commands.Step{Person: commands.Person{ID: "v"}, Prior: commands.WasAdmin, Had: noon}
	limits := []commands.Grant{{Group: "g", User: "v", Until: noon, Length: time.Hour, Entry: 41}}
	failure := &commands.Failure{Op: "get_admin_list", Kind: imapi.KindTransient}
	for _, seed := range []struct {
		action  string
		command commands.Command
		result  commands.GroupResult
	}{
		{change.UndoAction, commands.Command{Verb: commands.Add, Users: one}, commands.GroupResult{
			Plan: commands.Plan{Known: true, Users: []commands.Step{step, limited}, Existing: limits}, Outcome: commands.Outcome{Status: commands.Done, NowKnown: true}}},
		{change.UndoAction, commands.Command{Verb: commands.Remove, Users: one}, commands.GroupResult{
			Plan: commands.Plan{Known: true, Users: []commands.Step{limited}, Existing: limits}, Outcome: commands.Outcome{Status: commands.Done, NowKnown: true}}},
		{change.UndoAction, commands.Command{Verb: commands.Add, Users: one, Replace: one}, commands.GroupResult{
			Plan: commands.Plan{Known: true, Users: []commands.Step{step}, Old: []commands.Step{limited}}, Outcome: commands.Outcome{Status: commands.Partly, NowKnown: true, Old: commands.NotRestored}}},
		{change.ReplaceAction + "1", commands.Command{Verb: commands.Add, Users: one}, commands.GroupResult{
			Plan: commands.Plan{Refusal: commands.SeatsTaken, Users: []commands.Step{step}}, Outcome: commands.Outcome{Status: commands.Failed, Holders: []imapi.Admin{{User: "a"}, {User: "b"}, {User: "c"}, {User: "d"}, {User: "e"}}}}},
		{change.RetryAction, commands.Command{Verb: commands.End, Grants: limits}, commands.GroupResult{Outcome: commands.Outcome{Status: commands.Unknown, Failure: failure}}},
		{change.RetryAction, commands.Command{Verb: commands.List}, commands.GroupResult{Plan: commands.Plan{Refusal: commands.ReadFailed, Read: failure}, Outcome: commands.Outcome{Status: commands.Failed}}},
		{change.ExtendAction, commands.Command{Verb: commands.Remind, Grants: limits}, commands.GroupResult{Plan: commands.Plan{Refusal: commands.OnlyRemind}, Outcome: commands.Outcome{Status: commands.Done}}},
	} {
		seed.command.Target, seed.result.Group = target, "g"
		f.Add(seed.action, asJSON(f, seed.command), asJSON(f, []commands.GroupResult{seed.result}))
	}
	for _, place := range []string{"-1", "9", "+1", "", "99999999999999999999"} {
		f.Add(change.ReplaceAction+place, `{"verb":"add"}`, `[{"outcome":{"status":"Failed"}}]`)
	}
	f.Add(change.RetryAction, `{"verb":"done","veiled":true,"target":{"groups":["g"]}}`, `[{"outcome":{"status":"failed","failure":{"kind":"not found"}}}]`)
	f.Add(change.UndoAction, "null", "null")
}

func asJSON(f *testing.F, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

// TestPressedInHistory: a press is called by its button, and not as a command that nobody can type.
func TestPressedInHistory(t *testing.T) {
	names := commands.NewNames(map[string][]imapi.GroupID{"friday-show": {"@TGS#aFRI"}}, nil)
	for _, test := range []struct{ text, english, korean string }{
		{"click undo #7", "Undo #7", "되돌리기 #7"},
		{"click extend #7", "Extend #7", "연장 #7"},
		{"click replace-3 #7", "Replace … #7", "교체: … #7"},
		{change.DoneIn("@TGS#aFRI"), "/liveadmin " + change.DoneIn("@TGS#aFRI"), "/liveadmin " + change.DoneIn("@TGS#aFRI")},
		{"click " + change.DoneIn("@TGS#aFRI") + " #7", "Give back friday-show #7", "반납: friday-show #7"},
		{"click undo #x", "/liveadmin click undo #x", "/liveadmin click undo #x"},
		{"click something #7", "/liveadmin click something #7", "/liveadmin click something #7"},
		{"undo #7", "/liveadmin undo #7", "/liveadmin undo #7"},
	} {
		for l, want := range map[commands.Language]string{"en": test.english, "ko": test.korean} {
			if got := In(l).Naming(names, "").pastText(Past{Text: test.text}).String(); got != want {
				t.Errorf("%s: %q is %q, want %q", l, test.text, got, want)
			}
		}
	}
}
