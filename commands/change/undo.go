package change

import (
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// UndoFor is how long an entry can be undone.
const UndoFor = 24 * time.Hour

// Reverse returns the command that undoes what became of an entry. It returns false
// if the entry certainly changed nothing, or it is not known what.
func Reverse(r commands.Result) (commands.Command, bool) {
	c := commands.Command{Verb: commands.Undo, Number: r.Entry, Target: commands.Target{Alias: r.Command.Target.Alias}}
	if v := r.Command.Verb; v != commands.Add && v != commands.Remove && v != commands.GiveBack && v != commands.Extend || r.Command.Private {
		return c, false
	}
	for _, g := range r.Groups {
		if v := reversalOf(g, r.Command); len(v.Cancel)+len(v.Set)+len(v.Grants) > 0 {
			c.Reversals = append(c.Reversals, v)
			c.Target.Groups = append(c.Target.Groups, g.Group)
		}
	}
	return c, len(c.Reversals) > 0
}

func reversalOf(g commands.GroupResult, cmd commands.Command) commands.Reversal {
	v, o := commands.Reversal{Group: g.Group}, g.Outcome
	failed := o.Old == commands.NotRestored
	if !g.Plan.Known || g.Plan.Refusal != "" || !o.NowKnown || o.Status != commands.Done && o.Status != commands.Warned && o.Status != commands.Partly {
		return v
	}
	if cmd.Verb.Cancels() {
		addSet(&v, commands.Persons(g.Plan.Users, func(s commands.Step) bool { return s.Prior == commands.WasAdmin }), g.Plan)
		return v
	}
	if o.Old == commands.Removed || failed {
		addSet(&v, commands.Persons(g.Plan.Old, func(s commands.Step) bool { return s.Prior == commands.WasAdmin }), g.Plan)
	}
	if failed {
		return v
	}
	v.Cancel = commands.Persons(g.Plan.Users, func(s commands.Step) bool { return s.Send && s.Prior == commands.WasNot })
	for _, s := range g.Plan.Users {
		changed := s.Prior == commands.WasAdmin && !s.Had.IsZero() && (cmd.Verb == commands.Add && cmd.For == 0 || !s.Until.IsZero())
		if before, ok := GrantOf(g.Plan.Existing, s.ID); ok && changed {
			v.Grants = append(v.Grants, before)
		}
	}
	return v
}

// addSet notes who is to be set again, with the limits that were on record.
func addSet(v *commands.Reversal, people []commands.Person, p commands.Plan) {
	v.Set = people
	for _, person := range people {
		if before, ok := GrantOf(p.Existing, person.ID); ok {
			v.Grants = append(v.Grants, before)
		}
	}
}

// Decided returns what an outcome decided, user by user: whom this bot set or cancelled, and
// whose limit it set, moved or lifted, although nothing was sent. What is put back
// after a failure is as it was before.
func Decided(o commands.Outcome) []commands.Recent {
	all := slices.Clone(o.Made)
	if o.Failure != nil && (o.Status != commands.Unknown || o.Old == commands.MaybeGone) {
		return all
	}
	users := slices.Clone(o.Ungrant)
	for _, g := range o.Grants {
		users = append(users, g.User)
	}
	for _, u := range users {
		if !touched(all, u) {
			all = append(all, commands.Recent{User: u, Admin: true})
		}
	}
	return all
}

// OnlyTakes reports whether undoing an entry gives nobody a right, or one for longer.
func OnlyTakes(r commands.Result) bool {
	return !slices.ContainsFunc(r.Groups, func(g commands.GroupResult) bool {
		v := reversalOf(g, r.Command)
		return len(v.Set) > 0 || slices.ContainsFunc(v.Grants, func(before commands.Grant) bool {
			given, limited := GrantOf(g.Outcome.Grants, before.User)
			return limited && given.Until.Before(before.Until)
		})
	})
}

// reversalIn returns what an undo turns around in a group.
func reversalIn(c commands.Command, group imapi.GroupID) commands.Reversal {
	at := slices.IndexFunc(c.Reversals, func(v commands.Reversal) bool { return v.Group == group })
	if at < 0 {
		return commands.Reversal{Group: group}
	}
	return c.Reversals[at]
}

// planUndo plans a reversal: of what the entry changed, only what has not been changed
// since. What someone decided about a user since, this undo included, stays. No
// one gets more than the longest limit that the rules give the caller, which is the
// command's For.
func planUndo(p *commands.Plan, asked Asked, group imapi.GroupID, since decisions) {
	if !p.Known {
		return
	}
	v := reversalIn(asked.Command, group)
	p.Old = stepsFor(p, v.Cancel, p.Existing)
	for i := range p.Old {
		s := &p.Old[i]
		s.Decided = !since.holds(s.ID)
		s.Send = s.Prior == commands.WasAdmin && !s.Decided
	}
	for _, s := range stepsFor(p, v.Set, p.Existing) {
		before, limited := GrantOf(v.Grants, s.ID)
		over := limited && !before.Until.After(p.At) // an end that is over stays over
		s.Decided = !since.holds(s.ID)
		s.Send = s.Prior == commands.WasNot && !over && !s.Decided
		if !limited {
			before = commands.Grant{Group: group, User: s.ID}
		}
		if g := allowedLimit(p, before, asked); s.Send && !g.Until.IsZero() {
			s.Until = g.Until
			p.Grants = append(p.Grants, g)
		}
		p.Users = append(p.Users, s)
	}
	for _, before := range v.Grants {
		if !slices.ContainsFunc(v.Set, func(person commands.Person) bool { return person.ID == before.User }) {
			limitAgain(p, before, asked, since)
		}
	}
}

// allowedLimit is a limit put back by an undo, or the longest that the rules give the
// caller, if there was none or it ends later. It has no end if neither has one.
func allowedLimit(p *commands.Plan, before commands.Grant, asked Asked) commands.Grant {
	g := commands.Grant{Group: before.Group, User: before.User, Until: before.Until, Length: before.Length, Entry: asked.Entry}
	if most := beginOf(p, asked).Add(asked.For); asked.For > 0 && (g.Until.IsZero() || g.Until.After(most)) {
		g.Until, g.Length = most, asked.For
	}
	return g
}

// attribute notes of those who are already what they are to be which entry made them so a
// moment ago. Sending it again is no decision of its own: an undo of that entry counts.
func attribute(steps []commands.Step, recent []commands.Recent, wanted commands.Prior) {
	for i := range steps {
		s := &steps[i]
		for _, c := range recent {
			if c.User == s.ID && s.Prior == wanted && c.Admin == (wanted == commands.WasAdmin) && !c.Unsure && s.Had.IsZero() {
				s.By = c.Entry
			}
		}
	}
}

// decisions are what was decided last about each user since the entry that an undo
// turns around.
type decisions struct {
	undone    int64
	last      []commands.Recent
	forgotten bool // some of it can no longer be read: anything may have been decided
}

// holds reports whether what the entry made of a user is the last that was decided
// about them. An undo of it that may have failed does not count.
func (d decisions) holds(user imapi.UserID) bool {
	for _, c := range d.last {
		if c.User == user {
			return !d.forgotten && (c.Entry == d.undone || c.Unsure && c.Undone == d.undone)
		}
	}
	return !d.forgotten
}

// ended reports whether the last that was decided about a user is that their time was over.
func (d decisions) ended(user imapi.UserID) bool {
	i := slices.IndexFunc(d.last, func(c commands.Recent) bool { return c.User == user })
	return i >= 0 && d.last[i].Ended && !d.last[i].Unsure
}

// limitAgain puts a limit back that the entry changed or lifted, unless someone
// decided about it since. One that would be over by now ends at once. The one who undoes
// and may not give as much gives as much as they may, but takes nothing away.
func limitAgain(p *commands.Plan, before commands.Grant, asked Asked, since decisions) {
	now, limited := GrantOf(p.Existing, before.User)
	s := commands.Step{Person: commands.Person{ID: before.User}, Prior: commands.WasAdmin, Had: now.Until}
	if !commands.Has(p.Before, before.User) {
		s.Prior = commands.WasNot
	}
	if s.Prior == commands.WasNot || limited && now.Entry != since.undone || !since.holds(before.User) {
		s.Decided = !since.ended(before.User)
		p.Users = append(p.Users, s)
		return
	}
	later := limited && before.Until.After(now.Until)
	g := commands.Grant{Group: before.Group, User: before.User, Until: before.Until, Length: before.Length, Entry: asked.Entry}
	if later {
		g = allowedLimit(p, before, asked)
	}
	if !later || g.Until.After(now.Until) {
		s.Until = g.Until
		p.Grants = append(p.Grants, g)
	}
	p.Users = append(p.Users, s)
}
