package words

import (
	"liveadmin/commands"
	"liveadmin/commands/change"
)

// happening is what happened to people, or what would.
type happening struct {
	people []commands.Person
	what   Text
}

// happened says what happened to whom on one group, a person each.
func (w Words) happened(cmd commands.Command, g commands.GroupResult) []happening {
	nothingLeft := cmd.Verb == commands.End && g.Outcome.Status == commands.Nothing && g.Outcome.Failure != nil
	if nothingLeft {
		return nil
	}
	var all []happening
	for _, s := range g.Plan.Users {
		if isSettled(cmd, g, s) {
			all = append(all, happening{[]commands.Person{s.Person}, w.step(cmd, g.Plan, s)})
		}
	}
	for _, s := range g.Plan.Old {
		if what := w.oldStep(g, s); what != "" && (g.Outcome.Status != commands.Unknown || !s.Send) {
			all = append(all, happening{[]commands.Person{s.Person}, plain(what)})
		}
	}
	return all
}

// isSettled reports whether it is known what became of one of those named, and not said already that
// nothing was changed. After an unknown outcome that is so of those for whom nothing had to be sent.
func isSettled(cmd commands.Command, g commands.GroupResult, s commands.Step) bool {
	o := g.Outcome
	switch {
	case s.NoAccount:
		return true
	case o.Status == commands.Unknown:
		return o.Old != commands.MaybeGone && s.Prior == commands.WasAdmin && (!s.Send || change.Lifts(cmd, s))
	case o.Status == commands.Failed:
		return g.Plan.Refusal == commands.NoAccounts
	}
	return o.Old != commands.NotRestored && o.Old != commands.MaybeRestored
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
	case s.Prior == commands.WasUnknown && change.Lifts(cmd, s):
		sentence = either(dry, w.Happened.WouldForever, w.Happened.NowForever)
	case s.Prior == commands.WasUnknown && !dry && s.Until.IsZero():
		sentence = w.Happened.AddedBefore
	case dry:
		sentence = either(s.Until.IsZero(), w.Happened.WouldAdd, w.Happened.WouldAddUntil)
	default:
		sentence = either(s.Until.IsZero(), w.Happened.Added, w.Happened.AddedUntil)
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
