package commands

import (
	"slices"
	"time"

	"liveadmin/imapi"
)

// mostGroups is how many groups of one command get a line each in its result.
const mostGroups = 100

// Report is the result as it stands in the thread: the outcome first, then what
// happened to whom, then what is true now, then what to do.
func (w Words) Report(r Result) Message {
	m := Message{Entry: r.Entry}
	if len(r.Groups) == 1 {
		w.reportGroup(&m, r.Command, r.Groups[0])
	} else {
		w.reportGroups(&m, r)
	}
	if _, ok := Reverse(r); ok {
		m.Actions = append(m.Actions, Action{Name: UndoAction, Label: w.UndoLabel, Entry: r.Entry, Confirm: w.UndoConfirm})
	}
	if r.Command.Reason != "" {
		m.add(Body, fill(w.Reason, slots{"reason": plain(r.Command.Reason)}))
	}
	return m
}

func (w Words) reportGroup(m *Message, cmd Command, g GroupResult) {
	m.add(Head, w.head(cmd, g))
	if cmd.Verb == List && g.Plan.Known {
		w.listed(m, g)
		return
	}
	w.steps(m, cmd, g)
	w.wrong(m, cmd, g)
	w.standing(m, cmd, g)
}

func (w Words) head(cmd Command, g GroupResult) Text {
	values := slots{
		"group": w.group(cmd.Target, g.Group), "all": number(len(g.Plan.Users)), "n": number(g.hits(cmd)),
		"verb": plain(string(cmd.Verb)),
	}
	switch {
	case cmd.Verb == List && g.Plan.Known:
		return fill(w.HeadList, w.now(g.Outcome, values))
	case g.Plan.Refusal == OnlyDryRun:
		return fill(w.HeadDry, values)
	case cmd.Verb == List:
		return fill(w.HeadListFailed, values)
	case g.Outcome.Status == Failed:
		return fill(w.HeadFailed, values)
	case g.Outcome.Status == Unknown:
		return fill(w.HeadUnknown, values)
	case g.Outcome.Status == Nothing:
		return fill(w.HeadNothing, values)
	case cmd.Verb == Undo:
		values["number"] = number(int(cmd.Number))
		return fill(w.HeadUndone, values)
	case cmd.Verb == Remove:
		return fill(w.HeadRemoved, values)
	case g.hits(cmd) == 0:
		return fill(w.HeadChanged, values)
	}
	return fill(w.HeadAdded, values)
}

// hits is how many of those named were added or removed.
func (g GroupResult) hits(cmd Command) int {
	if g.Outcome.Old == NotRestored || g.Outcome.Old == MaybeRestored {
		return 0
	}
	already := WasAdmin
	if cmd.Verb == Remove {
		already = WasNot
	}
	return len(persons(g.Plan.Users, func(s Step) bool { return s.Send && s.Was != already }))
}

// steps says what happened to whom.
func (w Words) steps(m *Message, cmd Command, g GroupResult) {
	if g.Outcome.Status == Unknown {
		return
	}
	failed := g.Outcome.Status == Failed || g.Outcome.Old == NotRestored || g.Outcome.Old == MaybeRestored
	for _, s := range g.Plan.Users {
		what := w.step(cmd, g.Plan, s)
		if failed && !s.NoAccount {
			continue
		}
		m.add(Item, fill(w.Item, slots{"user": w.person(s.Person), "what": what}))
	}
	for _, s := range g.Plan.Old {
		if what := w.oldStep(g, s); what != "" {
			m.add(Item, fill(w.Item, slots{"user": w.person(s.Person), "what": plain(what)}))
		}
	}
}

// step says what happened to one of those named, or what would.
func (w Words) step(cmd Command, p Plan, s Step) Text {
	dry := p.Refusal == OnlyDryRun
	sentence := ""
	switch {
	case s.NoAccount:
		sentence = w.NoAccount
	case cmd.Verb == Remove && s.Was == WasNot:
		sentence = w.WasNot
	case cmd.Verb == Remove && dry:
		sentence = w.WouldRemove
	case cmd.Verb == Remove && s.Was == WasUnknown:
		sentence = w.RemovedBefore
	case cmd.Verb == Remove:
		sentence = w.Removed
	case cmd.Verb == Undo && s.Was == WasNot && !s.Send:
		sentence = w.EndOver
	case cmd.Verb == Undo && s.Was == WasAdmin && !s.Until.IsZero():
		sentence = w.LimitedAgain
	case s.Was == WasAdmin:
		sentence = w.already(cmd, s, dry)
	case s.Was == WasUnknown && !dry && s.Until.IsZero():
		sentence = w.AddedBefore
	case dry:
		sentence = choose(s.Until, w.WouldAdd, w.WouldAddUntil)
	default:
		sentence = choose(s.Until, w.Added, w.AddedUntil)
	}
	return fill(sentence, slots{"time": moment(s.Until), "had": moment(s.Had)})
}

// already is what is said of somebody who was an administrator before.
func (w Words) already(cmd Command, s Step, dry bool) string {
	switch {
	case cmd.For == 0 && s.Had.IsZero():
		return w.Already
	case s.Had.IsZero():
		return w.AlreadyUnlimited
	case cmd.For == 0 && dry:
		return w.WouldForever
	case cmd.For == 0:
		return w.NowForever
	case dry:
		return w.WouldUntil
	}
	return w.NowUntil
}

func (w Words) oldStep(g GroupResult, s Step) string {
	switch {
	case !s.Send:
		return ""
	case s.Was == WasNot:
		return w.WasNot
	case g.Plan.Refusal == OnlyDryRun:
		return w.WouldRemove
	}
	switch g.Outcome.Old {
	case Removed:
		if s.Was == WasUnknown {
			return w.RemovedBefore
		}
		return w.Removed
	case Restored:
		return w.OldRestored
	case NotRestored:
		return w.OldNotRestored
	case MaybeRestored:
		return w.OldMaybeRestored
	}
	return ""
}

// standing says what is true now.
func (w Words) standing(m *Message, cmd Command, g GroupResult) {
	o := g.Outcome
	if g.Plan.Read != nil && o.Status != Failed {
		m.add(Body, plain(w.BeforeUnknown))
	}
	if o.Status == Unknown && len(o.Grants) > 0 {
		m.add(Body, fill(w.LimitKept, slots{"time": moment(o.Grants[0].Until)}))
	}
	if o.NowKnown && g.Plan.Refusal != SeatsTaken && len(o.Holders) == 0 && o.Status != Unknown {
		m.add(Body, w.nowLine(o))
	}
}

func (w Words) nowLine(o Outcome) Text {
	if len(o.Now) == 0 {
		return fill(w.NowNobody, w.now(o, slots{}))
	}
	return fill(w.Now, w.now(o, slots{}))
}

// now adds the administrators that there are now to the values of a sentence.
func (w Words) now(o Outcome, values slots) slots {
	values["n"], values["seats"], values["users"] = number(len(o.Now)), number(imapi.Seats), w.admins(o.Now)
	return values
}

// listed is the answer to list: who, with which nickname, until when.
func (w Words) listed(m *Message, g GroupResult) {
	for _, a := range g.Outcome.Now {
		who := code(string(a.User))
		if a.Nickname != "" {
			who = fill(w.Nickname, slots{"id": who, "nickname": plain(a.Nickname)})
		}
		if had, ok := limitOf(g.Plan.Limits, a.User); ok {
			who = fill(w.Item, slots{"user": who, "what": fill(w.Until, slots{"time": moment(had.Until)})})
		}
		m.add(Item, who)
	}
}

// reportGroups is the result of a command on several groups: a line for each
// that changed or failed, and a count of those that did not change.
func (w Words) reportGroups(m *Message, r Result) {
	same := 0
	var lines []Text
	var remedies []string
	for _, g := range r.Groups {
		if g.Outcome.Status == Nothing {
			same++
			continue
		}
		lines = append(lines, w.groupLine(r.Command, g))
		if remedy := w.remedy(g); remedy != "" && !slices.Contains(remedies, remedy) {
			remedies = append(remedies, remedy)
		}
	}
	head := w.HeadGroups
	if r.Command.Verb == List || r.Command.DryRun {
		head = w.HeadGroupsRead
	}
	m.add(Head, fill(head, slots{
		"asked": w.asked(r.Command), "n": number(r.fine()), "all": number(len(r.Groups)),
	}))
	for _, line := range lines[:min(len(lines), mostGroups)] {
		m.add(Item, line)
	}
	if more := len(lines) - mostGroups; more > 0 {
		m.add(Body, fill(w.GroupsMore, slots{"n": number(more)}))
	}
	if same > 0 {
		m.add(Body, fill(w.GroupsSame, slots{"n": number(same)}))
	}
	for _, remedy := range remedies {
		m.add(Body, literal(remedy))
	}
}

func (w Words) groupLine(cmd Command, g GroupResult) Text {
	o := g.Outcome
	values := slots{
		"group": groupID(g.Group), "sign": plain(w.Signs[o.Status]), "status": plain(w.Names[o.Status]),
		"deeds": w.groupDeeds(cmd, g), "why": w.why(cmd, g),
	}
	if g.Plan.Refusal == NoAccounts {
		values["why"] = fill(w.Did.NoAccount, slots{"users": w.people(persons(g.Plan.Users, func(s Step) bool { return s.NoAccount }))})
	}
	switch {
	case cmd.Verb == List && o.Status == Done && len(o.Now) == 0:
		return fill(w.GroupEmpty, w.now(o, values))
	case cmd.Verb == List && o.Status == Done:
		return fill(w.GroupListed, w.now(o, values))
	case len(values["why"]) > 0:
		return fill(w.GroupWrong, values)
	case len(values["deeds"]) > 0 && o.NowKnown:
		return fill(w.GroupLine, w.now(o, values))
	}
	return fill(w.GroupStatus, values)
}

func choose(t time.Time, without, with string) string {
	if t.IsZero() {
		return without
	}
	return with
}
