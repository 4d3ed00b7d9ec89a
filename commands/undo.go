package commands

import (
	"slices"
	"time"

	"liveadmin/imapi"
)

// UndoAction is the name of the button that undoes an entry.
const UndoAction = "undo"

// UndoFor is how long an entry can be undone.
const UndoFor = 24 * time.Hour

// Reversal turns around what an entry changed in one group.
type Reversal struct {
	Group  imapi.GroupID `json:"group"`
	Cancel []Person      `json:"cancel,omitempty"` // whom it had set
	Set    []Person      `json:"set,omitempty"`    // whom it had cancelled
	Limits []Grant       `json:"limits,omitempty"` // that stood before for those in Set, and that it changed
}

// Reverse returns the command that undoes what became of an entry. It returns false
// if the entry certainly changed nothing, or nobody knows what.
func Reverse(r Result) (Command, bool) {
	c := Command{Verb: Undo, Number: r.Entry, Target: Target{Alias: r.Command.Target.Alias}}
	if r.Command.Verb != Add && r.Command.Verb != Remove {
		return c, false
	}
	for _, g := range r.Groups {
		if v := g.reverse(r.Command); len(v.Cancel)+len(v.Set)+len(v.Limits) > 0 {
			c.Reversals = append(c.Reversals, v)
			c.Target.Groups = append(c.Target.Groups, g.Group)
		}
	}
	return c, len(c.Reversals) > 0
}

// Needs returns the commands that whoever undoes must be allowed.
func (c Command) Needs() []Verb {
	var verbs []Verb
	for _, v := range c.Reversals {
		if len(v.Cancel) > 0 && !slices.Contains(verbs, Remove) {
			verbs = append(verbs, Remove)
		}
		if len(v.Set)+len(v.Limits) > 0 && !slices.Contains(verbs, Add) {
			verbs = append(verbs, Add)
		}
	}
	return verbs
}

func (g GroupResult) reverse(cmd Command) Reversal {
	v := Reversal{Group: g.Group}
	o := g.Outcome
	failed := o.Old == NotRestored
	if !g.Plan.Known || g.Plan.Refusal != "" || !o.NowKnown || o.Status != Done && o.Status != Warned && o.Status != Partly {
		return v
	}
	if cmd.Verb == Remove {
		v.set(persons(g.Plan.Users, func(s Step) bool { return s.Was == WasAdmin }), g.Plan)
		return v
	}
	if o.Old == Removed || failed {
		v.set(persons(g.Plan.Old, func(s Step) bool { return s.Was == WasAdmin }), g.Plan)
	}
	if failed {
		return v
	}
	v.Cancel = persons(g.Plan.Users, func(s Step) bool { return s.Send && s.Was == WasNot })
	for _, s := range g.Plan.Users {
		changed := s.Was == WasAdmin && !s.Had.IsZero() && (cmd.For == 0 || !s.Until.IsZero())
		if before, ok := limitOf(g.Plan.Limits, s.ID); ok && changed {
			v.Limits = append(v.Limits, before)
		}
	}
	return v
}

// set takes up who is to be set again, with the limits that stood.
func (v *Reversal) set(people []Person, p Plan) {
	v.Set = people
	for _, person := range people {
		if before, ok := limitOf(p.Limits, person.ID); ok {
			v.Limits = append(v.Limits, before)
		}
	}
}

// undo plans a reversal: of what the entry changed, only what still stands.
func (p *Plan) undo(entry int64, cmd Command, group imapi.GroupID, limits []Grant) {
	at := slices.IndexFunc(cmd.Reversals, func(v Reversal) bool { return v.Group == group })
	if at < 0 || !p.Known {
		return
	}
	v := cmd.Reversals[at]
	p.Old = p.steps(v.Cancel, limits)
	for i := range p.Old {
		p.Old[i].Send = p.Old[i].Was == WasAdmin
	}
	for _, s := range p.steps(v.Set, limits) {
		before, limited := limitOf(v.Limits, s.ID)
		s.Send = s.Was == WasNot && (!limited || before.Until.After(p.At)) // an end that is over stays over
		if s.Send && limited {
			s.Until = before.Until
			p.Grants = append(p.Grants, again(before, entry))
		}
		p.Users = append(p.Users, s)
	}
	for _, before := range v.Limits {
		p.limitAgain(v, before, entry, cmd.Number, limits)
	}
}

// limitAgain puts a limit back that the entry changed or lifted, unless somebody
// decided about it since.
func (p *Plan) limitAgain(v Reversal, before Grant, entry, undone int64, limits []Grant) {
	if slices.ContainsFunc(v.Set, func(person Person) bool { return person.ID == before.User }) {
		return
	}
	now, limited := limitOf(limits, before.User)
	if !Has(p.Before, before.User) || limited && now.Entry != undone || !before.Until.After(p.At) {
		return
	}
	s := Step{Person: Person{ID: before.User}, Was: WasAdmin, Had: now.Until, Until: before.Until}
	p.Users = append(p.Users, s)
	p.Grants = append(p.Grants, again(before, entry))
}

// again is a limit put back by another entry.
func again(g Grant, entry int64) Grant {
	g.ID, g.Entry = 0, entry
	return g
}
