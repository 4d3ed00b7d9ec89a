package words

import (
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// Report is the result as the thread has it: the outcome first, then what
// happened to whom, then what is true now, then what to do.
func (w Words) Report(r commands.Result) Message {
	w, r = w.veiled(r)
	m := w.outcome(r.Entry, r.Status())
	if r.Command.Verb == commands.Remind {
		m.Outcome, m.Title = "", join(" ", plain("⏰"), w.asked(r.Command))
	}
	if len(r.Groups) == 1 {
		w.reportGroup(&m, r.Command, r.Groups[0])
	} else {
		w.reportGroups(&m, r)
	}
	m.Actions = w.actions(r)
	if r.Decided.By != "" && r.Waits == "" {
		m.fact(w.Requests.Approved, Slots{"who": w.who(r.Decided.By)})
	}
	if len(r.Decided.Renamed) > 0 {
		m.add(Body, Fill(w.Requests.Renamed, Slots{"names": codes(w, r.Decided.Renamed)}))
	}
	if r.Command.Reason != "" {
		m.fact(w.Names.Reason, Slots{"reason": plain(r.Command.Reason)})
	}
	return m
}

func (w Words) reportGroup(m *Message, cmd commands.Command, g commands.GroupResult) {
	m.add(Head, w.head(cmd, g))
	if cmd.Verb == commands.List && g.Plan.Known {
		w.listed(m, g)
		return
	}
	if cmd.Verb == commands.Remind {
		return
	}
	for _, h := range w.happened(cmd, g) {
		m.add(Item, Fill(w.Happened.Item, Slots{"user": w.people(h.people), "what": h.what}))
	}
	w.wrong(m, cmd, g)
	m.add(Body, w.late(cmd, g))
	for _, note := range w.doubts(cmd, g) {
		m.add(Body, note)
	}
	switch {
	case !saysNow(cmd, g):
	case cmd.Veiled:
		m.add(Body, Fill(w.Groups.Seats, w.now(g.Outcome, Slots{})))
	default:
		w.addNow(m, g.Outcome)
	}
	for _, remedy := range w.remedies(m.Entry, cmd, g) {
		m.add(Body, remedy)
	}
}

// saysNow reports whether a result says what is true in a group now: it is known, the reader may
// know it, and who holds the seats is not said already.
func saysNow(cmd commands.Command, g commands.GroupResult) bool {
	o := g.Outcome
	return o.NowKnown && o.Status != commands.Unknown && cmd.Verb != commands.GiveBack && g.Plan.Refusal != commands.SeatsTaken && len(o.Holders) == 0
}

// late says how much later than it should something was done, or not done at all.
func (w Words) late(cmd commands.Command, g commands.GroupResult) Text {
	sentence := w.Now.Late
	switch {
	case g.Plan.Late == 0:
		return nil
	case g.Plan.Refusal == commands.TooLate:
		sentence = w.Now.TooLate
	case cmd.Verb == commands.End:
		sentence = w.Now.LateEnd
	}
	return Fill(sentence, Slots{"late": w.duration(g.Plan.Late.Truncate(time.Minute))})
}

func (w Words) head(cmd commands.Command, g commands.GroupResult) Text {
	values := Slots{
		"group": w.group(cmd.Target, g.Group), "all": number(len(g.Plan.Users)), "n": number(hitsOf(g, cmd)),
		"verb": plain(string(cmd.Verb)), "number": number(int(cmd.Number)),
	}
	switch {
	case cmd.Verb == commands.End:
		return Fill(w.headEnd(cmd, g), values)
	case cmd.Verb == commands.Remind:
		values["users"], values["time"] = w.people(cmd.Users), moment(firstEnd(cmd))
		return Fill(w.Heads.Remind, values)
	case cmd.Verb == commands.List && g.Plan.Known:
		return Fill(w.Heads.List, w.now(g.Outcome, values))
	case g.Plan.Refusal == commands.OnlyDryRun:
		return Fill(w.Heads.Dry, values)
	case cmd.Verb == commands.List:
		return Fill(w.Heads.ListFailed, values)
	case g.Outcome.Status == commands.Failed:
		return Fill(w.Heads.Failed, values)
	case g.Outcome.Status == commands.Unknown:
		return Fill(w.Heads.Unknown, values)
	case g.Outcome.Status == commands.Nothing, g.Outcome.Status == commands.Warned && change.StaysPermanent(&g.Plan, cmd) && len(w.groupDeeds(cmd, g)) == 0:
		return Fill(w.Heads.Unchanged, values)
	case cmd.Verb == commands.Undo:
		return Fill(w.Heads.Undone, values)
	case cmd.Verb == commands.Extend:
		return Fill(w.Heads.Extended, values)
	case cmd.Verb.Cancels():
		return Fill(w.Heads.Removed, values)
	case hitsOf(g, cmd) == 0:
		return Fill(w.Heads.Changed, values)
	}
	return Fill(w.Heads.Added, values)
}

// headEnd is how the message about an end begins.
func (w Words) headEnd(cmd commands.Command, g commands.GroupResult) string {
	switch {
	case g.Outcome.Failure == nil:
		return w.Heads.Ended
	case g.Outcome.Status == commands.Nothing:
		return w.Heads.EndOver
	case cmd.Repeated():
		return w.Heads.EndGivenUp
	case g.Outcome.Status == commands.Unknown: // which is never called failed
		return w.Heads.Ended
	}
	return w.Heads.EndFailed
}

// firstEnd is when the first of the limits that a command is about ends.
func firstEnd(c commands.Command) time.Time {
	var first time.Time
	for _, g := range c.Grants {
		if first.IsZero() || g.Until.Before(first) {
			first = g.Until
		}
	}
	return first
}

// hitsOf is how many of those named were added or removed.
func hitsOf(g commands.GroupResult, cmd commands.Command) int {
	if g.Outcome.Old == commands.NotRestored || g.Outcome.Old == commands.MaybeRestored {
		return 0
	}
	already := commands.WasAdmin
	if cmd.Verb.Cancels() {
		already = commands.WasNot
	}
	return len(commands.Persons(g.Plan.Users, func(s commands.Step) bool { return s.Send && s.Prior != already }))
}

// doubts say what is not known of a group, or may change by itself.
func (w Words) doubts(cmd commands.Command, g commands.GroupResult) []Text {
	var all []Text
	o := g.Outcome
	if g.Plan.Read != nil && o.Status != commands.Failed && cmd.Verb != commands.End {
		all = append(all, plain(w.Now.BeforeUnknown))
	}
	if o.Status == commands.Unknown && len(o.Grants) > 0 && cmd.Verb != commands.End {
		all = append(all, Fill(w.Now.LimitKept, Slots{"time": moment(o.Grants[0].Until)}))
	}
	return all
}

// addNow adds the administrators that there are now.
func (w Words) addNow(m *Message, o commands.Outcome) {
	if len(o.Now) == 0 {
		m.add(Body, Fill(w.Now.NoAdmins, w.now(o, Slots{})))
		return
	}
	m.fact(w.Now.Admins, w.now(o, Slots{}))
}

// now adds the administrators that there are now to the values of a sentence.
func (w Words) now(o commands.Outcome, values Slots) Slots {
	values["n"], values["seats"], values["users"] = number(len(o.Now)), number(imapi.Seats), w.admins(o.Now)
	return values
}

// listed is the answer to list: who, with which nickname, until when.
func (w Words) listed(m *Message, g commands.GroupResult) {
	for _, a := range g.Outcome.Now {
		m.add(Item, w.listedUntil(g, a))
	}
}

// listedUntil is how a list shows somebody, and until when.
func (w Words) listedUntil(g commands.GroupResult, a imapi.Admin) Text {
	who := w.listedAs(a)
	if had, ok := change.GrantOf(g.Plan.Existing, a.User); ok {
		return Fill(w.Names.Until, Slots{"user": who, "time": moment(had.Until)})
	}
	return who
}

func (w Words) listedAs(a imapi.Admin) Text {
	p := commands.Person{ID: a.User}
	if a.Nickname == "" {
		return w.person(p)
	}
	name := w.name(p)
	return Fill(either(name != "", w.Names.Both, w.Names.Nickname), Slots{"name": code(name), "id": code(string(p.ID)), "nickname": plain(a.Nickname)})
}
