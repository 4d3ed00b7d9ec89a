package change

import (
	"cmp"
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// EndFor is how long a failing end is tried again after its first failure.
const EndFor = 24 * time.Hour

// endPause is how long after its first failure an end is tried again.
const endPause = time.Second

// OfLimits is the command that ends limits or reminds of them, all given by one entry.
// target is what that entry was about.
func OfLimits(v commands.Verb, target commands.Target, limits []commands.Grant) commands.Command {
	c := commands.Command{Verb: v, Grants: limits, Target: commands.Target{Alias: target.Alias}}
	for _, g := range limits {
		c.Number = g.Entry
		if !slices.Contains(c.Target.Groups, g.Group) {
			c.Target.Groups = append(c.Target.Groups, g.Group)
		}
		person := commands.Person{ID: g.User}
		if !slices.Contains(c.Users, person) {
			c.Users = append(c.Users, person)
		}
	}
	// As that entry named them: the limits are on record as the groups were done.
	slices.SortStableFunc(c.Target.Groups, func(a, b imapi.GroupID) int {
		return cmp.Compare(slices.Index(target.Groups, a), slices.Index(target.Groups, b))
	})
	if len(c.Target.Groups) < len(target.Groups) && len(c.Target.Groups) > 1 {
		c.Target.Alias = "" // it would say more than is meant
	}
	return c
}

// stillLimited returns which of the limits that a command is about are on record
// unchanged: a later decision has replaced or dropped the others.
func stillLimited(c commands.Command, group imapi.GroupID, limits []commands.Grant) []commands.Grant {
	return slices.DeleteFunc(slices.Clone(limits), func(now commands.Grant) bool {
		return now.Group != group || !slices.ContainsFunc(c.Grants, func(g commands.Grant) bool { return g.ID == now.ID })
	})
}

// planEnd plans the removal of those who still have the grant.
func planEnd(p *commands.Plan, kept []commands.Grant, recent []commands.Recent) {
	for _, g := range kept {
		if late := p.At.Sub(g.Until); late >= worthTelling {
			p.Late = max(p.Late, late)
		}
	}
	p.Users = stepsFor(p, holders(kept), kept)
	markUncertain(p.Users, recent)
	sendAll(p.Users)
}

// planExtend plans the same length again, for those whose grant is still on record. No one
// gets more than an add by the same caller would give now: the command's For, and 30 days. If
// that was approved when the time had run out, it sets those again who ended by themselves.
func planExtend(p *commands.Plan, asked Asked, group imapi.GroupID, since decisions) {
	kept := stillLimited(asked.Command, group, p.Existing)
	about := slices.DeleteFunc(slices.Clone(asked.Grants), func(g commands.Grant) bool { return g.Group != group })
	most := p.At.Add(commands.MaxFor)
	if asked.For > 0 {
		most = beginOf(p, asked).Add(asked.For)
	}
	p.Users = stepsFor(p, holders(about), p.Existing)
	for i := range p.Users {
		s := &p.Users[i]
		before, ok := GrantOf(kept, s.ID)
		if s.Prior == commands.WasNot {
			before, _ = GrantOf(about, s.ID)
			before.Until, s.Send, s.Decided = p.At, asked.Approved && since.ended(s.ID), asked.Approved && !since.ended(s.ID)
			ok = s.Send
		}
		if !ok {
			continue
		}
		if s.Until = before.Until.Add(before.Length); s.Until.After(most) {
			s.Until = most
		}
		p.Grants = append(p.Grants, commands.Grant{Group: group, User: s.ID, Until: s.Until, Length: before.Length, Entry: asked.Entry})
	}
}

func holders(limits []commands.Grant) []commands.Person {
	people := make([]commands.Person, len(limits))
	for i, g := range limits {
		people[i].ID = g.User
	}
	return people
}

// ended is the outcome of cancelling those whose time is over. A group that no longer
// exists has no administrators. The first failure gives the limits back
// to the record, to be ended a moment later; after that they are given up when
// the one who retries gives up.
func (w *work) ended(o commands.Outcome) commands.Outcome {
	users := commands.UsersToSend(w.plan.Users)
	switch {
	case o.Failure == nil:
	case o.Failure.Kind == imapi.KindNotFound:
		o.Status, o.Ungrant, o.NowKnown = commands.Nothing, users, false
		o.Made = w.made(users, false, false)
	case w.cmd.Repeated():
		o.Ungrant = users
	default:
		for _, g := range stillLimited(w.cmd, w.group, w.plan.Existing) {
			g.Tries++
			g.Due = w.r.now().Add(endPause)
			o.Grants = append(o.Grants, g)
		}
	}
	if o.Failure == nil && o.Status == commands.Nothing {
		o.Status = commands.Done // no matter who removed them before: the time is over
	}
	return o
}
