package words

import (
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/grammar"
	"liveadmin/imapi"
)

// Report is the result as it stands in the thread: the outcome first, then what
// happened to whom, then what is true now, then what to do.
func (w Words) Report(r commands.Result) Message {
	m := Message{Entry: r.Entry}
	if len(r.Groups) == 1 {
		w.reportGroup(&m, r.Command, r.Groups[0])
	} else {
		w.reportGroups(&m, r)
	}
	m.Actions = w.actions(r)
	if r.Command.Reason != "" {
		m.add(Body, fill(w.Reason, slots{"reason": plain(r.Command.Reason)}))
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
		m.add(Item, fill(w.Item, slots{"user": w.people(h.people), "what": h.what}))
	}
	w.wrong(m, cmd, g)
	m.add(Body, w.late(cmd, g))
	for _, note := range w.doubts(cmd, g) {
		m.add(Body, note)
	}
	if o := g.Outcome; o.NowKnown && g.Plan.Refusal != commands.SeatsTaken && len(o.Holders) == 0 && o.Status != commands.Unknown {
		m.add(Body, w.nowLine(o))
	}
}

// late says how much later than it should something was done, or not done at all.
func (w Words) late(cmd commands.Command, g commands.GroupResult) Text {
	sentence := w.Late
	switch {
	case g.Plan.Late == 0:
		return nil
	case g.Plan.Refusal == commands.TooLate:
		sentence = w.TooLate
	case cmd.Verb == commands.End:
		sentence = w.LateEnd
	}
	return fill(sentence, slots{"late": plain(grammar.FormatDuration(g.Plan.Late.Truncate(time.Minute)))})
}

func (w Words) head(cmd commands.Command, g commands.GroupResult) Text {
	values := slots{
		"group": w.group(cmd.Target, g.Group), "all": number(len(g.Plan.Users)), "n": number(hitsOf(g, cmd)),
		"verb": plain(string(cmd.Verb)), "number": number(int(cmd.Number)),
	}
	switch {
	case cmd.Verb == commands.End:
		return fill(w.headEnd(cmd, g), values)
	case cmd.Verb == commands.Remind:
		values["users"], values["time"] = w.people(cmd.Users), moment(firstEnd(cmd))
		return fill(w.HeadRemind, values)
	case cmd.Verb == commands.List && g.Plan.Known:
		return fill(w.HeadList, w.now(g.Outcome, values))
	case g.Plan.Refusal == commands.OnlyDryRun:
		return fill(w.HeadDry, values)
	case cmd.Verb == commands.List:
		return fill(w.HeadListFailed, values)
	case g.Outcome.Status == commands.Failed:
		return fill(w.HeadFailed, values)
	case g.Outcome.Status == commands.Unknown:
		return fill(w.HeadUnknown, values)
	case g.Outcome.Status == commands.Nothing, g.Outcome.Status == commands.Warned && change.StaysPermanent(&g.Plan, cmd) && len(w.groupDeeds(cmd, g)) == 0:
		return fill(w.HeadNothing, values)
	case cmd.Verb == commands.Undo:
		return fill(w.HeadUndone, values)
	case cmd.Verb == commands.Extend:
		return fill(w.HeadExtended, values)
	case cmd.Verb == commands.Remove:
		return fill(w.HeadRemoved, values)
	case hitsOf(g, cmd) == 0:
		return fill(w.HeadChanged, values)
	}
	return fill(w.HeadAdded, values)
}

// headEnd is how the message about an end begins.
func (w Words) headEnd(cmd commands.Command, g commands.GroupResult) string {
	switch {
	case g.Outcome.Failure == nil:
		return w.HeadEnded
	case g.Outcome.Status == commands.Nothing:
		return w.HeadEndOver
	case cmd.Repeated():
		return w.HeadEndGivenUp
	}
	return w.HeadEndFailed
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
	if g.Outcome.Status == commands.Unknown {
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
		sentence = w.NoAccount
	case cmd.Verb.Cancels() && s.Prior == commands.WasNot:
		sentence = w.WasNot
	case cmd.Verb.Cancels() && dry:
		sentence = w.WouldRemove
	case cmd.Verb.Cancels() && s.Prior == commands.WasUnknown:
		sentence = w.RemovedBefore
	case cmd.Verb.Cancels():
		sentence = w.Removed
	case cmd.Verb == commands.Extend:
		sentence = w.extended(s)
	case cmd.Verb == commands.Undo && s.Prior == commands.WasNot && !s.Send:
		sentence = either(s.Decided, w.ChangedSince, w.EndOver)
	case cmd.Verb == commands.Undo && s.Prior == commands.WasAdmin:
		sentence = w.undone(s)
	case cmd.Verb == commands.Undo && s.Prior == commands.WasAdmin:
		sentence = either(s.Decided, w.ChangedSince, w.Already)
	case s.Prior == commands.WasAdmin:
		sentence = w.already(cmd, s, dry)
	case s.Prior == commands.WasUnknown && !dry && s.Until.IsZero():
		sentence = w.AddedBefore
	case dry:
		sentence = choose(s.Until, w.WouldAdd, w.WouldAddUntil)
	default:
		sentence = choose(s.Until, w.Added, w.AddedUntil)
	}
	return fill(sentence, slots{"time": moment(s.Until), "had": moment(s.Had)})
}

// undone is what is said of somebody who was an administrator before an undo.
func (w Words) undone(s commands.Step) string {
	switch {
	case !s.Until.IsZero():
		return w.LimitedAgain
	case !s.Had.IsZero():
		return w.StaysUntil
	}
	return w.Already
}

// extended is what is said of somebody whose limit was to be extended.
func (w Words) extended(s commands.Step) string {
	switch {
	case !s.Until.IsZero():
		return w.NowUntil
	case s.Prior == commands.WasNot:
		return w.WasNot
	case !s.Had.IsZero():
		return w.StaysUntil
	}
	return w.AlreadyUnlimited
}

// already is what is said of somebody who was an administrator before.
func (w Words) already(cmd commands.Command, s commands.Step, dry bool) string {
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

func (w Words) oldStep(g commands.GroupResult, s commands.Step) string {
	switch {
	case s.Decided && s.Prior == commands.WasAdmin:
		return w.ChangedSince
	case !s.Send:
		return ""
	case s.Prior == commands.WasNot:
		return w.WasNot
	case g.Plan.Refusal == commands.OnlyDryRun:
		return w.WouldRemove
	}
	switch g.Outcome.Old {
	case commands.Removed:
		if s.Prior == commands.WasUnknown {
			return w.RemovedBefore
		}
		return w.Removed
	case commands.Restored:
		return w.OldRestored
	case commands.NotRestored:
		return w.OldNotRestored
	case commands.MaybeRestored:
		return w.OldMaybeRestored
	}
	return ""
}

// doubts say what is not known of a group, or may change by itself.
func (w Words) doubts(cmd commands.Command, g commands.GroupResult) []Text {
	var all []Text
	o := g.Outcome
	if g.Plan.Read != nil && o.Status != commands.Failed && cmd.Verb != commands.End {
		all = append(all, plain(w.BeforeUnknown))
	}
	if o.Status == commands.Unknown && len(o.Grants) > 0 {
		all = append(all, fill(w.LimitKept, slots{"time": moment(o.Grants[0].Until)}))
	}
	return all
}

func (w Words) nowLine(o commands.Outcome) Text {
	if len(o.Now) == 0 {
		return fill(w.NowNobody, w.now(o, slots{}))
	}
	return fill(w.Now, w.now(o, slots{}))
}

// now adds the administrators that there are now to the values of a sentence.
func (w Words) now(o commands.Outcome, values slots) slots {
	values["n"], values["seats"], values["users"] = number(len(o.Now)), number(imapi.Seats), w.admins(o.Now)
	return values
}

// listed is the answer to list: who, with which nickname, until when.
func (w Words) listed(m *Message, g commands.GroupResult) {
	for _, a := range g.Outcome.Now {
		m.add(Item, w.listedUntil(g, a, w.Item))
	}
}

// listedUntil is how a list shows somebody; sentence joins who it is with until when.
func (w Words) listedUntil(g commands.GroupResult, a imapi.Admin, sentence string) Text {
	who := w.listedAs(a)
	if had, ok := change.GrantOf(g.Plan.Existing, a.User); ok {
		return fill(sentence, slots{"user": who, "what": fill(w.Until, slots{"time": moment(had.Until)})})
	}
	return who
}

func (w Words) listedAs(a imapi.Admin) Text {
	p := commands.Person{ID: a.User}
	if a.Nickname == "" {
		return w.person(p)
	}
	name := w.name(p)
	return fill(either(name != "", w.BothName, w.Nickname), slots{"name": code(name), "id": code(string(p.ID)), "nickname": plain(a.Nickname)})
}

func choose(t time.Time, without, with string) string {
	if t.IsZero() {
		return without
	}
	return with
}
