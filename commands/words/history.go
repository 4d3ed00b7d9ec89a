package words

import (
	"slices"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// Past is an entry as history shows it.
type Past struct {
	Number  int64
	At      time.Time
	Caller  string
	Place   commands.Place
	Verb    commands.Verb
	Groups  []imapi.GroupID
	Text    string // what was asked
	Outcome commands.Status

	Decider string // who approved it, if somebody did, or denied it
	Denied  bool
}

// mostLimits is how many ends of one entry are shown.
const mostLimits = 20

// How much of a board is shown, so that who is temporary has room behind the aliases.
const (
	mostAliases = 25 // with their groups
	mostByName  = 50 // of the others
	mostEnds    = 25
)

// Board is the answer to groups: the aliases, many of them by their names alone, and the
// limited administrators with their ends, those that end first.
func (w Words) Board(entry int64, aliases []commands.Target, limits []commands.Grant) Message {
	m := w.message(entry)
	m.add(Head, plain(either(len(aliases) > 0, w.Aliases.Head, w.Aliases.None)))
	shown := min(len(aliases), mostAliases)
	for _, a := range aliases[:shown] {
		m.add(Item, Fill(w.Aliases.Line, Slots{"alias": code(a.Alias), "groups": w.aliasGroups(a.Groups)}))
	}
	var others []Text
	for _, a := range aliases[shown:] {
		others = append(others, code(a.Alias))
	}
	if len(others) > 0 {
		m.add(Item, w.first(others, mostByName))
	}
	if len(limits) > 0 {
		m.add(Body, plain(w.Aliases.Limits))
	}
	w.addLimits(&m, limits, mostEnds)
	return m
}

// addLimits adds so many limits, and how many more there are.
func (w Words) addLimits(m *Message, limits []commands.Grant, most int) {
	for _, g := range limits[:min(len(limits), most)] {
		m.add(Item, w.limit(g))
	}
	if more := len(limits) - most; more > 0 {
		m.add(Body, Fill(w.Aliases.More, Slots{"n": number(more)}))
	}
}

// Trail is the answer to history, newest first, as it is read in a place: what was asked in
// another channel says where.
func (w Words) Trail(entry int64, past []Past, here commands.Place) Message {
	m := w.message(entry)
	m.add(Head, Fill(either(len(past) > 0, w.History.Head, w.History.None), Slots{"n": number(len(past))}))
	for _, p := range past {
		elsewhere := p.Place.Channel != "" && p.Place.Channel != here.Channel
		m.add(Item, w.past(either(elsewhere, w.History.Elsewhere, w.History.Line), p))
	}
	return m
}

func (w Words) past(sentence string, p Past) Text {
	return Fill(sentence, Slots{
		"number": number(int(p.Number)), "time": moment(p.At), "who": w.both(p.Caller, p.Decider, p.Denied), "where": channel(p.Place.Channel),
		"text": w.pastText(p), "sign": plain(signs[p.Outcome]), "outcome": plain(w.Outcomes[p.Outcome]),
	})
}

// pastText is what was asked: as it was typed or, of what the bot does by itself, what it does.
func (w Words) pastText(p Past) Text {
	if label := w.pressed(p.Text); label != nil {
		return label
	}
	sentence := w.byNumber(p.Verb)
	if p.Caller != commands.Clock || sentence == "" {
		return code(strings.TrimSpace(Name + " " + p.Text))
	}
	_, number, _ := strings.Cut(p.Text, "#")
	return Fill(sentence, Slots{"number": plain(number), "target": w.first(w.groupNames(p.Groups), mostInLine)})
}

// who is somebody in a list: as the platform shows people, or the clock.
func (w Words) who(caller string) Text {
	if caller == commands.Clock {
		return plain(w.Summary.ByItself)
	}
	owner, _ := w.names.Owner(caller)
	return Text{{Kind: Account, Text: caller, Name: owner.Name}}
}

// both is who asked and, of a request, who approved or denied it.
func (w Words) both(caller, decider string, denied bool) Text {
	if decider == "" {
		return w.who(caller)
	}
	return Fill(either(denied, w.Summary.DeniedBy, w.Summary.ApprovedBy), Slots{"caller": w.who(caller), "by": w.who(decider)})
}

// Story is the answer to history of one number: what was asked, what came of it, the
// ends that it set and that still count, and its undo, if there is one and it is not
// too late. Of a request that is open it has the buttons.
func (w Words) Story(entry int64, p Past, r commands.Result, q *Open, limits []commands.Grant, undo bool) Message {
	m := w.outcome(entry, p.Outcome)
	m.add(Head, w.past(w.History.Line, p))
	if p.Place.Channel != "" { // else it was a Home tab
		m.add(Body, w.past(w.History.Where, p))
	}
	switch {
	case q != nil:
		w.describe(&m, Body, q.Request)
		m.Actions = w.answersTo(*q)
	case r.Waits != "":
		m.add(Body, w.ended(r.Waits, r.Decided))
	}
	if status := r.Status(); len(r.Groups) > 0 && status != commands.Working {
		report := w.Report(r)
		m.Lines = append(m.Lines, report.Lines...)
		m.Actions = slices.DeleteFunc(report.Actions, func(a Action) bool { return a.Name != change.UndoAction || !undo })
	}
	if len(limits) > 0 {
		m.add(Body, plain(w.Aliases.Limits))
	}
	w.addLimits(&m, limits, mostLimits)
	return m
}

// aliasGroups are the groups of an alias, each with its own alias, or how many there are.
func (w Words) aliasGroups(groups []imapi.GroupID) Text {
	switch {
	case len(groups) > mostInLine:
		return Fill(w.Aliases.Count, Slots{"n": number(len(groups))})
	case len(groups) == 1:
		return groupID(groups[0])
	}
	all := make([]Text, len(groups))
	for i, g := range groups {
		all[i] = w.group(commands.Target{}, g)
	}
	return w.list(all)
}

func (w Words) limit(g commands.Grant) Text {
	return Fill(w.Aliases.Limit, Slots{"user": w.person(commands.Person{ID: g.User}), "group": w.groupName(g.Group), "time": moment(g.Until)})
}
