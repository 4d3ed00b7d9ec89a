package words

import (
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// RefreshAction is the name of the button that reads a Home tab again. It is about no entry.
const RefreshAction = "refresh"

// Home is what somebody sees on their Home tab.
type Home struct {
	Caller   commands.Caller
	Rights   policy.Rights
	Stranger bool            // the caller has no right, as far as is known
	Unread   bool            // the record cannot be read
	At       time.Time       // when it was made
	Forms    []commands.Verb // that can be opened

	Requests     []Open // that the caller may decide
	MoreRequests int    // that are not shown
	Groups       []HomeGroup
	More         int             // groups that are not shown
	Named        []imapi.GroupID // that the caller may change, but not list
}

// HomeGroup is a group as a Home tab shows it.
type HomeGroup struct {
	Group   imapi.GroupID
	Alias   string            // of several groups, if it has none of its own
	Admins  []imapi.Admin     // as they were at that time
	At      time.Time         // zero: that is not known
	Failure *commands.Failure // why they could not be read now
	Limits  []commands.Grant  // the temporary administrators on record
	Show    bool              // they were not read now: a button does it
}

// Home returns the sections of a Home tab. The first has the buttons for all of it.
func (w Words) Home(h Home) []Message {
	top := w.message(0)
	top.add(Head, Fill(w.Sentences.Home.Head, Slots{"time": moment(h.At)}))
	top.Actions = append(w.FormButtons(0, h.Forms), Action{Name: RefreshAction, Label: w.Buttons.Refresh})
	switch {
	case h.Stranger && len(h.Rights.Unread) > 0:
		top.add(Body, w.unread(h.Rights.Unread))
	case h.Stranger:
		top.add(Body, plain(w.noRight(h.Rights)))
		top.add(Body, w.askToAllow(h.Caller))
	case h.Unread:
		top.add(Body, plain(w.Notices.NotRead))
	default:
		return append(append([]Message{top}, w.homeRequests(h)...), w.homeGroups(h)...)
	}
	return []Message{top}
}

// homeRequests are the open requests, each with its buttons.
func (w Words) homeRequests(h Home) (all []Message) {
	for i, q := range h.Requests {
		m := w.message(0)
		if i == 0 {
			m.add(Head, plain(w.Requests.Head))
		}
		w.describe(&m, Head, q.Request)
		m.Actions = w.numbered(q)
		all = append(all, m)
	}
	if h.MoreRequests > 0 {
		m := w.message(0)
		m.add(Body, Fill(w.Requests.More, Slots{"n": number(h.MoreRequests)}))
		all = append(all, m)
	}
	return all
}

// homeGroups are the groups, and which others there are.
func (w Words) homeGroups(h Home) (all []Message) {
	for _, g := range h.Groups {
		all = append(all, w.homeGroup(g))
	}
	rest := w.message(0)
	if h.More > 0 {
		rest.add(Body, Fill(w.Sentences.Home.More, Slots{"n": number(h.More)}))
	}
	if len(h.Named) > 0 {
		rest.add(Body, Fill(w.Sentences.Home.Named, Slots{"groups": w.denied(h.Named)}))
	}
	if len(h.Groups)+len(h.Named) == 0 {
		rest.add(Body, plain(w.Sentences.Home.None))
	}
	if len(rest.Lines) > 0 {
		all = append(all, rest)
	}
	return all
}

// homeGroup is one group: its seats and administrators as far as they are known, otherwise
// the temporary ones on record.
func (w Words) homeGroup(g HomeGroup) Message {
	m := w.message(0)
	values := Slots{
		"group": w.group(commands.Target{Alias: g.Alias, Groups: []imapi.GroupID{g.Group}}, g.Group), "n": number(len(g.Admins)), "seats": number(imapi.Seats), "time": moment(g.At),
	}
	says, known := w.Sentences.Home.Group, !g.At.IsZero()
	switch {
	case known:
	case g.Failure != nil:
		says = w.Sentences.Home.Failed
	default:
		says = w.Sentences.Home.Unread
	}
	m.add(Head, Fill(says, values))
	if known {
		read := commands.GroupResult{Plan: commands.Plan{Existing: g.Limits}, Outcome: commands.Outcome{Now: g.Admins}}
		w.listed(&m, read)
	} else if len(g.Limits) > 0 {
		m.add(Body, plain(w.Aliases.Limits))
		for _, l := range g.Limits {
			m.add(Item, Fill(w.Names.Until, Slots{"user": w.person(commands.Person{ID: l.User}), "time": moment(l.Until)}))
		}
	}
	if g.Failure != nil {
		failed := commands.GroupResult{Outcome: commands.Outcome{Status: commands.Failed, Failure: g.Failure}}
		why := w.why(commands.Command{Verb: commands.List}, failed)
		if known {
			why = join(w.Joins.Sentences, plain(w.Sentences.Home.Again), why)
		}
		m.add(Body, why)
	}
	if g.Show {
		m.Actions = []Action{{Name: change.ShowOf(g.Group), Label: w.Buttons.Show}}
	}
	return m
}
