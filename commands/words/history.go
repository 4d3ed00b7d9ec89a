package words

import (
	"slices"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
)

// Past is an entry as history shows it.
type Past struct {
	Number  int64
	At      time.Time
	Caller  string
	Place   commands.Place
	Text    string // what was asked
	Outcome commands.Status
}

// mostLimits is how many ends of one entry are shown.
const mostLimits = 20

// Board is the answer to groups: the aliases, and the limited administrators
// with their ends.
func (w Words) Board(entry int64, aliases []commands.Target, limits []commands.Grant) Message {
	m := Message{Entry: entry}
	m.add(Head, plain(either(len(aliases) > 0, w.GroupsHead, w.GroupsNone)))
	for _, a := range aliases {
		m.add(Item, fill(w.GroupsLine, slots{"alias": code(a.Alias), "groups": fewGroups(w, a.Groups)}))
	}
	if len(limits) > 0 {
		m.add(Body, plain(w.LimitedHead))
	}
	for _, g := range limits {
		m.add(Item, w.limit(g))
	}
	return m
}

// Trail is the answer to history, newest first.
func (w Words) Trail(entry int64, past []Past) Message {
	m := Message{Entry: entry}
	m.add(Head, fill(either(len(past) > 0, w.HistoryHead, w.HistoryNone), slots{"n": number(len(past))}))
	for _, p := range past {
		m.add(Item, w.past(w.HistoryLine, p))
	}
	return m
}

func (w Words) past(sentence string, p Past) Text {
	return fill(sentence, slots{
		"number": number(int(p.Number)), "time": moment(p.At), "who": code(p.Caller), "where": code(p.Place.Channel),
		"text": code(strings.TrimSpace(Name + " " + p.Text)), "sign": plain(w.Signs[p.Outcome]), "outcome": plain(w.Names[p.Outcome]),
	})
}

// Story is the answer to history of one number: what was asked, what came of it, the
// ends that it set and that still stand, and its undo, if there is one and it is not
// too late.
func (w Words) Story(entry int64, p Past, r commands.Result, limits []commands.Grant, undo bool) Message {
	m := Message{Entry: entry}
	m.add(Head, w.past(w.HistoryLine, p))
	m.add(Body, w.past(w.HistoryWhere, p))
	if status := r.Status(); len(r.Groups) > 0 && status != commands.Working {
		report := w.Report(r)
		m.Lines = append(m.Lines, report.Lines...)
		m.Actions = slices.DeleteFunc(report.Actions, func(a Action) bool { return a.Name != change.UndoAction || !undo })
	}
	if len(limits) > 0 {
		m.add(Body, plain(w.LimitedHead))
	}
	for _, g := range limits[:min(len(limits), mostLimits)] {
		m.add(Item, w.limit(g))
	}
	if more := len(limits) - mostLimits; more > 0 {
		m.add(Body, fill(w.LimitedMore, slots{"n": number(more)}))
	}
	return m
}

func (w Words) limit(g commands.Grant) Text {
	return fill(w.LimitedLine, slots{"user": w.person(commands.Person{ID: g.User}), "group": groupID(g.Group), "time": moment(g.Until)})
}
