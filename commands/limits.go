package commands

import (
	"slices"
	"time"

	"liveadmin/imapi"
)

// A failing end is tried again for this long after its first failure.
const EndFor = 24 * time.Hour

// endPause is how long after its first failure an end is tried again.
const endPause = time.Second

// Ends is the command that ends limits, all given by one entry. target is what
// that entry was about.
func Ends(target Target, limits []Grant) Command { return onLimits(End, target, limits) }

// Reminds is the command that reminds of limits, all given by one entry.
func Reminds(target Target, limits []Grant) Command { return onLimits(Remind, target, limits) }

func onLimits(v Verb, target Target, limits []Grant) Command {
	c := Command{Verb: v, Limits: limits, Target: Target{Alias: target.Alias}}
	for _, g := range limits {
		c.Number = g.Entry
		if !slices.Contains(c.Target.Groups, g.Group) {
			c.Target.Groups = append(c.Target.Groups, g.Group)
		}
		person := Person{ID: g.User}
		if !slices.Contains(c.Users, person) {
			c.Users = append(c.Users, person)
		}
	}
	if len(c.Target.Groups) < len(target.Groups) && len(c.Target.Groups) > 1 {
		c.Target.Alias = "" // it would say more than is meant
	}
	return c
}

// stillLimited returns which of the limits that a command is about are on record
// unchanged: a later decision has replaced or dropped the others.
func stillLimited(c Command, group imapi.GroupID, limits []Grant) []Grant {
	return slices.DeleteFunc(slices.Clone(limits), func(now Grant) bool {
		return now.Group != group || !slices.ContainsFunc(c.Limits, func(g Grant) bool { return g.ID == now.ID })
	})
}

// planEnd plans that whoever still has the limit is cancelled.
func planEnd(p *Plan, standing []Grant, recent []Recent) {
	for _, g := range standing {
		if late := p.At.Sub(g.Until); late >= worthTelling {
			p.Late = max(p.Late, late)
		}
	}
	p.Users = stepsFor(p, holders(standing), standing)
	doubt(p.Users, recent)
	sendAll(p.Users)
}

// planExtend plans the same length again, for those whose limit still stands.
func planExtend(p *Plan, entry int64, cmd Command, group imapi.GroupID, limits []Grant) {
	standing := stillLimited(cmd, group, limits)
	asked := slices.DeleteFunc(slices.Clone(cmd.Limits), func(g Grant) bool { return g.Group != group })
	p.Users = stepsFor(p, holders(asked), limits)
	for i := range p.Users {
		s := &p.Users[i]
		before, ok := limitOf(standing, s.ID)
		if !ok || s.Was == WasNot {
			continue
		}
		s.Until = before.Until.Add(before.Length)
		if most := p.At.Add(MaxFor); s.Until.After(most) {
			s.Until = most
		}
		p.Grants = append(p.Grants, Grant{Group: group, User: s.ID, Until: s.Until, Length: before.Length, Entry: entry})
	}
}

func holders(limits []Grant) []Person {
	people := make([]Person, len(limits))
	for i, g := range limits {
		people[i].ID = g.User
	}
	return people
}

// ended is the outcome of cancelling those whose time is over. A group that does
// not exist any more has no administrators. The first failure gives the limits back
// to the record, to be ended a moment later; after that they are given up when
// whoever tries again gives up.
func (w *work) ended(cmd Command, o Outcome) Outcome {
	users := Sent(w.plan.Users)
	switch {
	case o.Failure == nil:
	case o.Failure.Kind == imapi.KindNotFound:
		o.Status, o.Ungrant, o.NowKnown = Nothing, users, false
	case cmd.Repeated():
		o.Ungrant = users
	default:
		for _, g := range stillLimited(cmd, w.group, w.plan.Limits) {
			g.Tries++
			g.Due = w.r.now().Add(endPause)
			o.Grants = append(o.Grants, g)
		}
	}
	if o.Failure == nil && o.Status == Nothing {
		o.Status = Done // whoever cancelled them before: the time is over
	}
	return o
}
