package words

import (
	"cmp"
	"slices"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// veiled returns a result, and the words for it, as somebody reads it who may not know of
// its groups.
func (w Words) veiled(r commands.Result) (Words, commands.Result) {
	if isVeiled(r.Command) {
		w.names = w.names.Seen(func(string) bool { return false })
	}
	return w, Veiled(r)
}

// isVeiled reports whether a result is for somebody who may not know of its groups.
func isVeiled(c commands.Command) bool {
	return c.Veiled && !c.DryRun && len(c.Target.Groups) > 0
}

// Veiled returns a result for somebody who may not know of its groups: in one part, under the
// word that was typed, with nothing but what became of their own right. A group that does not
// exist looks like one where they have none.
func Veiled(r commands.Result) commands.Result {
	if !isVeiled(r.Command) {
		return r
	}
	t := r.Command.Target
	word := imapi.GroupID(cmp.Or(t.Alias, string(t.Groups[0])))
	r.Command.Target = commands.Target{Groups: []imapi.GroupID{word}}
	if len(r.Groups) == 0 {
		return r
	}
	parts := make([]commands.GroupResult, len(r.Groups))
	for i, g := range r.Groups {
		parts[i] = withoutTrace(g, r.Command)
		parts[i].Group = word
	}
	slices.SortStableFunc(parts, func(a, b commands.GroupResult) int {
		return cmp.Compare(weight(a.Outcome.Status), weight(b.Outcome.Status))
	})
	r.Groups = parts[:1]
	return r
}

// withoutTrace is a part that does not say whether its group exists.
func withoutTrace(g commands.GroupResult, cmd commands.Command) commands.GroupResult {
	f := g.Outcome.Failure
	if g.Outcome.Status != commands.Failed || f == nil || f.Kind != imapi.KindNotFound && f.Kind != imapi.KindInput && f.Kind != imapi.KindPermission {
		return g
	}
	var none []commands.Step
	for _, p := range cmd.Users {
		none = append(none, commands.Step{Person: p, Prior: commands.WasNot, Send: true})
	}
	return commands.GroupResult{
		Plan:    commands.Plan{At: g.Plan.At, Known: true, Users: none, Late: g.Plan.Late},
		Outcome: commands.Outcome{Status: commands.Nothing},
	}
}

// weight orders the parts of a veiled result: the first says what is true of all.
func weight(s commands.Status) int {
	return slices.Index([]commands.Status{"", commands.Unknown, commands.Failed, commands.Warned, commands.Done, commands.Nothing}, s)
}

// GiveBack shows somebody the groups where the record knows them as an administrator, with a
// button each to give the right back.
func (w Words) GiveBack(entry int64, groups []imapi.GroupID) Message {
	m := w.message(entry)
	if len(groups) == 0 {
		m.add(Head, plain(w.Done.None))
		m.add(Body, w.example(commands.GiveBack))
		return m
	}
	m.add(Head, plain(w.Done.Head))
	for _, g := range groups[:min(len(groups), mostGivenBack)] {
		name := w.groupName(g)
		m.add(Item, name)
		m.Actions = append(m.Actions, Action{
			Name: change.DoneIn(g), Entry: entry, Label: Fill(w.Buttons.GiveBack, Slots{"group": name}).String(),
		})
	}
	if more := len(groups) - mostGivenBack; more > 0 {
		m.add(Body, Fill(w.Aliases.More, Slots{"n": number(more)}))
	}
	return m
}

// mostGivenBack is how many groups are shown with a button each.
const mostGivenBack = 20
