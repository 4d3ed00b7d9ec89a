package words

import (
	"slices"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// mostDetails is how many lines a request has about what an undo would do.
const mostDetails = 3

func (w Words) approve(q Request) Action {
	brief := w
	brief.brief = true
	return Action{Name: ApproveAction, Label: w.Buttons.Approve, Entry: q.Number, Confirm: w.confirm(q), Brief: brief.confirm(q)}
}

// confirm asks whether somebody approves what a request is about.
func (w Words) confirm(q Request) Text {
	lines := append([]Text{w.wanted(q)}, w.details(q.Command)...)
	return Fill(w.Buttons.ApproveConfirm, Slots{"what": join("\n", lines...)})
}

// wanted says who wants what.
func (w Words) wanted(q Request) Text {
	c := q.Command
	length := c.For
	if c.Verb == commands.Extend {
		length = c.Asks()[0].For
	}
	values := Slots{
		"who": w.who(q.Caller), "users": w.people(c.Users), "group": w.inFull(c.Target), "length": w.duration(length), "number": number(int(c.Number)),
	}
	switch {
	case c.Verb == commands.Undo:
		return Fill(w.Requests.Undo, values)
	case c.Verb == commands.Extend:
		return Fill(w.Requests.Extend, values)
	case c.Verb == commands.Remove:
		return Fill(w.Requests.Remove, values)
	case c.For > 0:
		return Fill(w.Requests.AddFor, values)
	}
	return Fill(w.Requests.Add, values)
}

// inFull names the groups of a command with their IDs.
func (w Words) inFull(t commands.Target) Text {
	if t.Alias == "" || len(t.Groups) == 1 {
		all := make([]Text, len(t.Groups))
		for i, g := range t.Groups {
			all[i] = w.group(t, g)
		}
		return w.first(all, mostInLine)
	}
	return Fill(w.Names.Group, Slots{"alias": code(t.Alias), "id": w.first(coded(t.Groups), mostInLine)})
}

// details says who else gets or loses what by a command than those whom wanted names.
func (w Words) details(c commands.Command) (all []Text) {
	if len(c.Replace) > 0 {
		all = append(all, Fill(w.Requests.Replace, Slots{"users": w.people(c.Replace)}))
	}
	for _, d := range []struct {
		says   string
		people func(commands.Reversal) Text
	}{
		{w.Requests.UndoRemoves, func(v commands.Reversal) Text { return w.people(v.Cancel) }},
		{w.Requests.UndoAdds, w.setAgain},
		{w.Requests.UndoLimits, w.limitedAgain},
	} {
		all = append(all, w.turned(c.Reversals, d.says, d.people)...)
	}
	if more := len(all) - mostDetails; more > 0 {
		all = append(all[:mostDetails], Fill(w.Requests.More, Slots{"n": number(more)}))
	}
	if c.Verb == commands.Undo && c.For > 0 && slices.ContainsFunc(c.Reversals, func(v commands.Reversal) bool { return len(v.Set)+len(v.Grants) > 0 }) {
		all = append(all, Fill(w.Requests.UndoFor, Slots{"length": w.duration(c.For)}))
	}
	return all
}

// turned says one thing that an undo would do, once for all groups where it is the same.
func (w Words) turned(each []commands.Reversal, says string, people func(commands.Reversal) Text) (all []Text) {
	var order []string
	groups := make(map[string][]imapi.GroupID)
	whom := make(map[string]Text)
	for _, v := range each {
		users := people(v)
		key := users.String()
		if key == "" {
			continue
		}
		if whom[key] == nil {
			order = append(order, key)
		}
		whom[key], groups[key] = users, append(groups[key], v.Group)
	}
	for _, key := range order {
		all = append(all, Fill(says, Slots{"users": whom[key], "group": w.first(w.groupNames(groups[key]), mostInLine)}))
	}
	return all
}

// setAgain are those whom an undo would set again, with the limits that they had.
func (w Words) setAgain(v commands.Reversal) Text {
	var all []Text
	for _, p := range v.Set {
		who := w.person(p)
		if i := slices.IndexFunc(v.Grants, func(g commands.Grant) bool { return g.User == p.ID }); i >= 0 {
			who = Fill(w.Names.Until, Slots{"user": who, "time": moment(v.Grants[i].Until)})
		}
		all = append(all, who)
	}
	return w.list(all)
}

// limitedAgain are those who would get back a limit alone.
func (w Words) limitedAgain(v commands.Reversal) Text {
	var all []Text
	for _, g := range v.Grants {
		if !slices.ContainsFunc(v.Set, func(p commands.Person) bool { return p.ID == g.User }) {
			all = append(all, Fill(w.Names.Until, Slots{"user": w.person(commands.Person{ID: g.User}), "time": moment(g.Until)}))
		}
	}
	return w.list(all)
}
