package change

import (
	"slices"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Concerned returns whom a result is about, each once: whose time ends or has ended, and
// whom somebody added or removed. What failed, or is not known, is about nobody.
func Concerned(r commands.Result) []imapi.UserID {
	var all []imapi.UserID
	for _, g := range r.Groups {
		for _, user := range concernedIn(g, r.Command) {
			if !slices.Contains(all, user) {
				all = append(all, user)
			}
		}
	}
	return all
}

func concernedIn(g commands.GroupResult, cmd commands.Command) []imapi.UserID {
	o := g.Outcome
	replaced := o.Status == commands.Unknown && o.Old == commands.Removed // for certain, whatever became of the adding
	switch {
	case g.Plan.Refusal == commands.Superseded:
		return nil
	case cmd.Verb == commands.Remind:
		return stepIDs(g.Plan.Users, func(commands.Step) bool { return true })
	case cmd.Verb == commands.End:
		return commands.UsersToSend(g.Plan.Users)
	case g.Plan.Refusal != "", !o.Status.Fine() && o.Status != commands.Partly && !replaced:
		return nil
	}
	removed := func(s commands.Step) bool { return s.Send && s.Prior != commands.WasNot }
	if cmd.Verb.Cancels() {
		return stepIDs(g.Plan.Users, removed)
	}
	gone := stepIDs(g.Plan.Old, removed)
	if replaced || o.Old == commands.NotRestored || o.Old == commands.MaybeRestored {
		return gone
	}
	added := stepIDs(g.Plan.Users, func(s commands.Step) bool { return s.Send && s.Prior != commands.WasAdmin })
	return append(added, gone...)
}

func stepIDs(steps []commands.Step, fits func(commands.Step) bool) []imapi.UserID {
	return ids(commands.Persons(steps, fits))
}
