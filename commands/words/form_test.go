package words

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
)

// everyForm says everything that forms say.
func everyForm(w Words, all *[]string, say func(Message)) {
	for _, o := range everyOffer() {
		*all = append(*all, spoken(w.Form(o))...)
	}
	say(w.OpenThere(1, commands.Add))
	say(w.FieldMistake(1, grammar.Mistake{Problem: grammar.GroupTwice}))
	for _, a := range w.FormButtons(1, Formed) {
		*all = append(*all, a.Label)
	}
}

func everyOffer() []Offer {
	minho := commands.Person{Name: "minho", ID: "u_1"}
	full := Offer{
		Verb: commands.Add, Platform: "slack", Placed: true, Aliases: []string{"friday", "weekend"},
		People:  []Choice{{Typed: "minho", Means: []commands.Person{minho}}, {Typed: "night", Means: []commands.Person{{ID: "u_1"}, {ID: "u_2"}}}, {Typed: `"for"`, Means: []commands.Person{{Name: "for", ID: "u_3"}}}},
		Lengths: []Length{{For: time.Hour}, {For: 150 * time.Minute, Waits: true}, {Waits: true}}, Starts: Started{For: time.Hour},
	}
	longer, waits, fixed, remove := full, full, full, full
	longer.Approvers = []string{"slack:usergroup:S1", "slack:user:U1"}
	waits.Approvers, waits.Waits = longer.Approvers, true
	fixed.Starts = Started{Users: []commands.Person{minho}, Fixed: true, Group: "@TGS#aOWN", Reason: "cover"}
	remove.Verb, remove.Lengths, remove.Placed, remove.Starts.Group = commands.Remove, nil, false, "friday"
	return []Offer{full, longer, waits, fixed, remove, {Verb: commands.Add, Starts: Started{Users: []commands.Person{{ID: "u_9"}}}}}
}

// spoken is everything that a form says.
func spoken(f Form) []string {
	all := []string{f.Title, f.Submit, f.Close}
	for _, n := range f.Notes {
		all = append(all, n.String())
	}
	for _, field := range f.Fields {
		all = append(all, field.Label, field.Hint)
		for _, o := range field.Options {
			all = append(all, o.Label, o.Note)
		}
	}
	return all
}

// TestForm: which fields a form has, and what is in them at first.
func TestForm(t *testing.T) {
	w := In(commands.English)
	var got []string
	for _, o := range everyOffer() {
		f := w.Form(o)
		line := []string{f.Title, f.Submit}
		for _, n := range f.Notes {
			line = append(line, n.String())
		}
		for _, field := range f.Fields {
			name := field.Name
			if len(field.Starts) > 0 {
				name += "=" + strings.Join(field.Starts, ",")
			}
			for _, o := range field.Options {
				name += " <" + o.Label + ">"
				if o.Note != "" {
					name += "!"
				}
			}
			line = append(line, name)
		}
		got = append(got, strings.Join(line, "; "))
	}
	const lengths = "for=1h <1 hour> <2 hours 30 minutes>! <No end time>!"
	const groups, people = "group <friday> <weekend>; group_id; ", "users <minho (u_1)> <night (u_1, u_2)> <for (u_3)>; user_ids; "
	want := []string{
		"Add administrators; Add; " + groups + people + lengths + "; reason",
		"Add administrators; Add; Longer times need approval. Can approve: @S1, @U1; " + groups + people + lengths + "; reason",
		"Add administrators; Ask for approval; This waits for approval. Can approve: @S1, @U1; " + groups + people + lengths + "; reason",
		"Add administrators; Add; For: minho (u_1); group <friday> <weekend>; group_id=@TGS#aOWN; for=none <1 hour> <2 hours 30 minutes>! <No end time>!; reason=cover",
		"Remove administrators; Remove; group=friday <friday> <weekend>; group_id; " + people + "reason; channel",
		"Add administrators; Add; group_id; user_ids=u_9; reason; channel",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
