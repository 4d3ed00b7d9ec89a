package words

import (
	"cmp"
	"slices"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// How much of a result about many groups is shown. What failed is shown in full.
const (
	mostNamed = 100    // groups in one line
	mostLines = 100    // lines
	mostSaid  = 12_000 // bytes of lines, so that platforms need a few messages
	mostWords = 5      // different words of Tencent's own
)

// shared is what is true of the groups that it names.
type shared struct {
	status commands.Status
	says   story
	groups []imapi.GroupID
}

// story is what happened in a group and what is true there now.
type story struct {
	line  Text // all that the group's own result would say
	what  Text // the same without the outcome and the seats, for a table
	seats Text // in use; nil if that is not known
}

// reportGroups is the result of a command on several groups: what happened to whom and what
// is true now in each, what failed first. Groups where nothing differs share a line.
func (w Words) reportGroups(m *Message, r commands.Result) {
	m.add(Head, w.headGroups(r))
	if r.Command.Verb == commands.Remind {
		w.remindedIn(m, r)
		return
	}
	groups := slices.Clone(r.Groups)
	slices.SortStableFunc(groups, func(a, b commands.GroupResult) int {
		return cmp.Compare(a.Outcome.Status.Urgency(), b.Outcome.Status.Urgency())
	})
	columns := w.Groups.Columns
	m.Columns = []string{columns.Group, columns.Outcome, columns.What, columns.Seats}
	w.groupLines(m, w.alike(r.Command, groups))
	w.allTheirWords(m, groups)
	var said []string
	for _, g := range groups {
		for _, advice := range append(present(w.noGroup(r.Command, g)), w.remedies(m.Entry, r.Command, g)...) {
			if !slices.Contains(said, advice.String()) {
				said = append(said, advice.String())
				m.add(Body, advice)
			}
		}
	}
}

// remindedIn says of whom a reminder is in which groups, if it is not of the same people in all.
func (w Words) remindedIn(m *Message, r commands.Result) {
	var whom []Text
	var groups [][]imapi.GroupID
	for _, g := range r.Groups {
		who := w.people(commands.Persons(g.Plan.Users, func(commands.Step) bool { return true }))
		i := slices.IndexFunc(whom, func(t Text) bool { return t.String() == who.String() })
		if i < 0 {
			i = len(whom)
			whom, groups = append(whom, who), append(groups, nil)
		}
		groups[i] = append(groups[i], g.Group)
	}
	for i, who := range whom {
		if len(whom) > 1 && len(who) > 0 {
			m.add(Item, Fill(w.Happened.Item, Slots{"user": w.first(w.groupNames(groups[i]), mostNamed), "what": who}))
		}
	}
}

func (w Words) headGroups(r commands.Result) Text {
	values := Slots{"asked": w.target(r.Command.Target), "n": number(fineGroups(r)), "all": number(len(r.Groups))}
	switch {
	case r.Command.Verb == commands.Remind && r.Command.Target.Alias == "":
		return Fill(w.Heads.Remind, Slots{
			"users": w.people(r.Command.Users), "time": moment(firstEnd(r.Command)), "group": w.target(r.Command.Target),
		})
	case r.Command.Verb == commands.Remind:
		return Fill(w.Heads.RemindGroups, Slots{
			"users": w.people(r.Command.Users), "time": moment(firstEnd(r.Command)),
			"n": number(len(r.Groups)), "group": w.target(r.Command.Target),
		})
	case r.Command.Verb == commands.List:
		return Fill(w.Heads.GroupsRead, values)
	case r.Command.DryRun:
		values["n"] = number(readGroups(r)) // also those where it would fail
		return Fill(w.Heads.GroupsDry, values)
	case w.byNumber(r.Command.Verb) != "":
		values["asked"] = w.asked(r.Command)
	}
	return Fill(w.Heads.Groups, values)
}

// readGroups is how many groups could be read.
func readGroups(r commands.Result) int {
	n := 0
	for _, g := range r.Groups {
		if g.Plan.Known {
			n++
		}
	}
	return n
}

// alike puts together the groups of which the same is true.
func (w Words) alike(cmd commands.Command, groups []commands.GroupResult) []shared {
	var all []shared
	at := make(map[string]int)
	for _, g := range groups {
		says := w.account(cmd, g)
		key := string(g.Outcome.Status) + says.line.String()
		i, known := at[key]
		if !known {
			i = len(all)
			at[key] = i
			all = append(all, shared{status: g.Outcome.Status, says: says})
		}
		all[i].groups = append(all[i].groups, g.Group)
	}
	return all
}

// groupLines writes a line for each, which is also a row of a table, and says how those ended
// for which there is no room.
func (w Words) groupLines(m *Message, all []shared) {
	lines, said := 0, 0
	var hidden []shared // of each outcome together
	for _, s := range all {
		failed := s.status.Urgency() == 0
		if !failed && (lines == mostLines || said > mostSaid) {
			if last := len(hidden) - 1; last < 0 || hidden[last].status != s.status {
				hidden = append(hidden, shared{status: s.status})
			}
			last := &hidden[len(hidden)-1]
			last.groups = append(last.groups, s.groups...)
			continue
		}
		names := w.list(w.groupNames(s.groups))
		if !failed {
			names = w.first(w.groupNames(s.groups), mostNamed)
		}
		line := Fill(w.Groups.Line, Slots{"groups": names, "sign": plain(signs[s.status]), "what": s.says.line})
		lines, said = lines+1, said+len(line.String())
		outcome := join(" ", plain(signs[s.status]), plain(w.Outcomes[s.status]))
		m.Lines = append(m.Lines, Line{Style: Item, Text: line, Cells: []Text{names, outcome, s.says.what, s.says.seats}})
	}
	for _, s := range hidden {
		m.add(Body, Fill(w.Groups.More, Slots{"n": number(len(s.groups)), "sign": plain(signs[s.status]), "status": plain(w.Outcomes[s.status])}))
	}
}

// account says what happened in one group and what is true there now.
func (w Words) account(cmd commands.Command, g commands.GroupResult) story {
	o := g.Outcome
	if cmd.Verb == commands.List && o.Status == commands.Done {
		return w.listing(g)
	}
	var status, seats Text
	if o.Status == commands.Warned || o.Status.Urgency() == 0 {
		status = Fill(w.Groups.Status, Slots{"status": plain(w.Outcomes[o.Status])})
	}
	notes := present(slices.Concat([]Text{w.why(cmd, g)}, w.since(cmd, g), []Text{w.late(cmd, g)}, w.doubts(cmd, g))...)
	var each []Text
	for _, h := range together(w.happened(cmd, g)) {
		each = append(each, Fill(w.Happened.Item, Slots{"user": w.people(h.people), "what": h.what}))
	}
	facts := join(w.Joins.Facts, each...)
	says := story{what: w.sentences(present(append(slices.Clone(notes), facts)...))}
	if saysNow(cmd, g) {
		seats = Fill(w.Groups.Seats, w.now(o, Slots{}))
	}
	switch { // what went wrong says it in the line, but not in the table
	case cmd.Verb == commands.GiveBack || o.Status == commands.Unknown:
	case len(o.Holders) > 0:
		says.seats = inUse(o.Holders)
	case o.NowKnown:
		says.seats = inUse(o.Now)
	}
	now := join(w.Joins.Parts, present(facts, seats)...)
	says.line = w.sentences(present(slices.Concat([]Text{status}, notes, []Text{now})...))
	if len(says.line) == 0 {
		says.line = Fill(w.Groups.Status, Slots{"status": plain(w.Outcomes[o.Status])})
	}
	return says
}

// present leaves out what is empty.
func present(all ...Text) []Text {
	return slices.DeleteFunc(all, func(t Text) bool { return len(t) == 0 })
}

// inUse is how many seats are taken, as short as it can be.
func inUse(by []imapi.Admin) Text { return join("/", number(len(by)), number(imapi.Seats)) }

// listing is who the administrators of one group are and until when.
func (w Words) listing(g commands.GroupResult) story {
	values := w.now(g.Outcome, Slots{})
	var users []Text
	for _, a := range g.Outcome.Now {
		users = append(users, w.listedUntil(g, a))
	}
	values["users"] = w.list(users)
	line := Fill(either(len(users) > 0, w.Groups.Listed, w.Groups.Empty), values)
	return story{line: line, what: w.list(users), seats: inUse(g.Outcome.Now)}
}

// together puts together the people to whom the same happened.
func together(each []happening) []happening {
	var all []happening
	for _, h := range each {
		i := slices.IndexFunc(all, func(have happening) bool { return have.what.String() == h.what.String() })
		if i < 0 {
			all = append(all, happening{slices.Clone(h.people), h.what})
			continue
		}
		all[i].people = append(all[i].people, h.people...)
	}
	return all
}

// allTheirWords adds Tencent's own words about several groups, the same ones once.
func (w Words) allTheirWords(m *Message, groups []commands.GroupResult) {
	var all []string
	for _, g := range groups {
		theirs := w.theirWords(g)
		if theirs == nil || len(all) == mostWords || slices.Contains(all, theirs.String()) {
			continue
		}
		all = append(all, theirs.String())
		m.add(Body, theirs)
	}
}
