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
	if o := g.Outcome; o.NowKnown && cmd.Verb != commands.GiveBack && g.Plan.Refusal != commands.SeatsTaken && len(o.Holders) == 0 && o.Status != commands.Unknown {
		if cmd.Veiled {
			m.add(Body, Fill(w.Groups.Seats, w.now(o, Slots{})))
			return
		}
		w.addNow(m, o)
	}
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

// happening is what happened to people, or what would.
type happening struct {
	people []commands.Person
	what   Text
}

// happened says what happened to whom on one group, a person each.
func (w Words) happened(cmd commands.Command, g commands.GroupResult) []happening {
	nothingLeft := cmd.Verb == commands.End && g.Outcome.Status == commands.Nothing && g.Outcome.Failure != nil
	if g.Outcome.Status == commands.Unknown || nothingLeft {
		return nil
	}
	var all []happening
	failed := g.Outcome.Status == commands.Failed || g.Outcome.Old == commands.NotRestored || g.Outcome.Old == commands.MaybeRestored
	for _, s := range g.Plan.Users {
		if !failed || s.NoAccount {
			all = append(all, happening{[]commands.Person{s.Person}, w.step(cmd, g.Plan, s)})
		}
	}
	for _, s := range g.Plan.Old {
		if what := w.oldStep(g, s); what != "" {
			all = append(all, happening{[]commands.Person{s.Person}, plain(what)})
		}
	}
	return all
}

// step says what happened to one of those named, or what would.
func (w Words) step(cmd commands.Command, p commands.Plan, s commands.Step) Text {
	dry := p.Refusal == commands.OnlyDryRun
	sentence := ""
	switch {
	case s.NoAccount:
		sentence = w.Happened.NoAccount
	case cmd.Verb.Cancels() && s.Prior == commands.WasNot:
		sentence = w.Happened.WasNot
	case cmd.Verb.Cancels() && dry:
		sentence = w.Happened.WouldRemove
	case cmd.Verb.Cancels() && s.Prior == commands.WasUnknown:
		sentence = w.Happened.RemovedBefore
	case cmd.Verb.Cancels():
		sentence = w.Happened.Removed
	case cmd.Verb == commands.Extend:
		sentence = w.extended(s)
	case cmd.Verb == commands.Undo && s.Prior == commands.WasNot && !s.Send:
		sentence = either(s.Decided, w.Happened.ChangedSince, w.Happened.EndOver)
	case cmd.Verb == commands.Undo && s.Prior == commands.WasAdmin:
		sentence = w.undone(s)
	case s.Prior == commands.WasAdmin:
		sentence = w.already(cmd, s, dry)
	case s.Prior == commands.WasUnknown && !dry && s.Until.IsZero():
		sentence = w.Happened.AddedBefore
	case dry:
		sentence = choose(s.Until, w.Happened.WouldAdd, w.Happened.WouldAddUntil)
	default:
		sentence = choose(s.Until, w.Happened.Added, w.Happened.AddedUntil)
	}
	return Fill(sentence, Slots{"time": moment(s.Until), "had": moment(s.Had)})
}

// undone is what is said of somebody who was an administrator before an undo.
func (w Words) undone(s commands.Step) string {
	switch {
	case s.Decided:
		return w.Happened.ChangedSince
	case !s.Until.IsZero():
		return w.Happened.LimitedAgain
	case !s.Had.IsZero():
		return w.Happened.StaysUntil
	}
	return w.Happened.Already
}

// extended is what is said of somebody whose limit was to be extended.
func (w Words) extended(s commands.Step) string {
	switch {
	case s.Send:
		return w.Happened.AddedUntil
	case s.Decided:
		return w.Happened.RemovedSince
	case !s.Until.IsZero():
		return w.Happened.NowUntil
	case s.Prior == commands.WasNot:
		return w.Happened.WasNot
	case !s.Had.IsZero():
		return w.Happened.StaysUntil
	}
	return w.Happened.AlreadyUnlimited
}

// already is what is said of somebody who was an administrator before.
func (w Words) already(cmd commands.Command, s commands.Step, dry bool) string {
	switch {
	case cmd.For == 0 && s.Had.IsZero():
		return w.Happened.Already
	case s.Had.IsZero():
		return w.Happened.AlreadyUnlimited
	case cmd.For == 0 && dry:
		return w.Happened.WouldForever
	case cmd.For == 0:
		return w.Happened.NowForever
	case dry:
		return w.Happened.WouldUntil
	}
	return w.Happened.NowUntil
}

func (w Words) oldStep(g commands.GroupResult, s commands.Step) string {
	switch {
	case s.Decided:
		return w.Happened.ChangedSince
	case !s.Send:
		return ""
	case s.Prior == commands.WasNot:
		return w.Happened.WasNot
	case g.Plan.Refusal == commands.OnlyDryRun:
		return w.Happened.WouldRemove
	}
	switch g.Outcome.Old {
	case commands.Removed:
		if s.Prior == commands.WasUnknown {
			return w.Happened.RemovedBefore
		}
		return w.Happened.Removed
	case commands.Restored:
		return w.Happened.OldRestored
	case commands.NotRestored:
		return w.Happened.OldNotRestored
	case commands.MaybeRestored:
		return w.Happened.OldMaybeRestored
	}
	return ""
}

// doubts say what is not known of a group, or may change by itself.
func (w Words) doubts(cmd commands.Command, g commands.GroupResult) []Text {
	var all []Text
	o := g.Outcome
	if g.Plan.Read != nil && o.Status != commands.Failed && cmd.Verb != commands.End {
		all = append(all, plain(w.Now.BeforeUnknown))
	}
	if o.Status == commands.Unknown && len(o.Grants) > 0 {
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

func choose(t time.Time, without, with string) string {
	if t.IsZero() {
		return without
	}
	return with
}
