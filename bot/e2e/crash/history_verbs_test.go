package crash

import (
	"maps"
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// clockSlack is how much the clocks of the program, the database and the test differ at
// most, rounding included.
const clockSlack = 100 * time.Millisecond

// checkDone compares what was done with what was asked, and notes in next what it changed.
func (s groupState) checkDone(v *violations, c carried, next *groupState) {
	switch c.entry.Command.Verb {
	case commands.Add:
		s.checkAdd(v, c, next)
	case commands.Remove:
		users := persons(c.entry.Command.Users)
		v.unless(c.Plan.Refusal == "" && slices.Equal(sent(c.Plan.Users), users), "it sends %v (%s)", sent(c.Plan.Users), c.Plan.Refusal)
		next.effects[c.entry.Number] = s.take(users, c.entry.Number, next)
	case commands.GiveBack:
		v.unless(c.Plan.Refusal == "" && slices.Equal(sent(c.Plan.Users), []string{ownUser}), "it sends %v (%s)", sent(c.Plan.Users), c.Plan.Refusal)
		next.effects[c.entry.Number] = s.take([]string{ownUser}, c.entry.Number, next)
	case commands.List:
		v.unless(c.Plan.Refusal == commands.OnlyList, "it is refused: %s", c.Plan.Refusal)
		return
	case commands.End:
		s.checkEnd(v, c, next)
		return
	case commands.Undo:
		s.checkUndo(v, c, next)
	default:
		v.unless(false, "the model has no %s", c.entry.Command.Verb)
	}
	if c.Plan.Refusal == commands.SeatsTaken || slices.ContainsFunc(c.Plan.Users, func(p commands.Step) bool { return s.unsure[string(p.ID)] }) {
		return
	}
	same := slices.Equal(s.admins, next.admins) && maps.Equal(s.limits, next.limits)
	status := c.Outcome.Status
	v.unless(status == commands.Warned || same == (status == commands.Nothing), "it answers %q, but there were %v %v and are %v %v",
		status, s.admins, s.limits, next.admins, next.limits)
}

// checkSeats reports whether there is a seat for everybody, and compares the answer with
// that.
func (s groupState) checkSeats(v *violations, c carried, added, removed []string) bool {
	fits := len(minus(plus(s.admins, added), removed)) <= imapi.Seats
	refusal := c.Plan.Refusal
	v.unless(fits == (refusal != commands.SeatsTaken), "a seat for everybody: %v, but it answers %q", fits, refusal)
	v.unless(refusal == "" || refusal == commands.SeatsTaken || refusal == commands.NothingToDo, "it is refused: %s", refusal)
	return fits
}

// take notes that an entry took the right of some, and returns what that changed.
func (s groupState) take(users []string, number int64, next *groupState) effect {
	changed := effect{limits: make(map[string]limit)}
	for _, u := range users {
		was := slices.Contains(s.admins, u)
		if was {
			changed.removed = append(changed.removed, u)
		}
		if l, limited := s.limits[u]; limited && was {
			changed.limits[u] = l
		}
		delete(next.limits, u)
		next.touch(number, u, was)
	}
	return changed
}

// checkAdd: who is missing is set, a permanent administrator stays one, and of a temporary
// one the limit is lifted or moved.
func (s groupState) checkAdd(v *violations, c carried, next *groupState) {
	cmd, number := c.entry.Command, c.entry.Number
	users, old := persons(cmd.Users), persons(cmd.Replace)
	if !s.checkSeats(v, c, users, old) {
		return
	}
	missing := minus(minus(users, s.admins), sent(c.Plan.Users))
	v.unless(len(missing) == 0, "it does not send %v", missing)
	changed := s.take(old, number, next)
	for _, p := range c.Plan.Users {
		user := string(p.ID)
		was := slices.Contains(s.admins, user)
		before, limited := s.limits[user]
		if !was {
			changed.added = append(changed.added, user)
		} else if limited {
			changed.limits[user] = before
		}
		switch {
		case cmd.For == 0:
			delete(next.limits, user)
		case !was || limited || s.unsure[user] && !p.Until.IsZero():
			next.limits[user] = limit{micro(p.Until), number}
			begins := p.Until.Add(-cmd.For).UnixNano()
			v.unless(begins > c.from-int64(clockSlack) && begins < c.until+int64(clockSlack), "%s is limited until %s", user, p.Until)
		default:
			v.unless(p.Until.IsZero(), "%s was permanent and is limited", user)
		}
		next.touch(number, user, !was || limited)
	}
	next.effects[number] = changed
}

// checkEnd: the rights end whose limit is still the one that expired.
func (s groupState) checkEnd(v *violations, c carried, next *groupState) {
	var expired []string
	for _, g := range c.entry.Command.Grants {
		if now := s.limits[string(g.User)]; g.Group == c.Group && now == (limit{micro(g.Until), g.Entry}) {
			expired = append(expired, string(g.User))
		}
	}
	v.unless((len(expired) == 0) == (c.Plan.Refusal == commands.Superseded), "the limits of %v expired, but it answers %q", expired, c.Plan.Refusal)
	v.unless(slices.Equal(sorted(expired), sorted(sent(c.Plan.Users))), "the limits of %v expired, but it sends %v", expired, sent(c.Plan.Users))
	s.take(expired, c.entry.Number, next)
}

// checkUndo: of what an entry changed, that is reversed which still holds, with the limits
// from before, unless they have expired.
func (s groupState) checkUndo(v *violations, c carried, next *groupState) {
	number, undone := c.entry.Number, c.entry.Command.Number
	changed, found := s.effects[undone]
	v.unless(found, "#%d cannot be undone", undone)
	cancels, sets := sent(c.Plan.Old), sent(c.Plan.Users)
	v.unless(len(minus(cancels, changed.added)) == 0 && len(minus(sets, changed.removed)) == 0, "it reverses more than #%d has changed", undone)
	for _, u := range changed.added {
		s.checkReversed(v, u, undone, slices.Contains(cancels, u), slices.Contains(s.admins, u))
	}
	for _, u := range changed.removed {
		expires := changed.limits[u].until * 1000
		can, does := !slices.Contains(s.admins, u) && (expires == 0 || expires > c.from-int64(clockSlack)), slices.Contains(sets, u)
		if must := expires == 0 || expires > c.until+int64(clockSlack); does || must {
			s.checkReversed(v, u, undone, does, can)
		}
	}
	if !s.checkSeats(v, c, sets, cancels) {
		return
	}
	next.effects[number] = s.take(cancels, number, next)
	for u, before := range changed.limits {
		if slices.Contains(changed.removed, u) {
			continue
		}
		does := slices.ContainsFunc(c.Plan.Users, func(p commands.Step) bool { return string(p.ID) == u && micro(p.Until) == before.until })
		if s.checkReversed(v, u, undone, does, slices.Contains(s.admins, u)); does {
			next.limits[u] = limit{before.until, number}
			next.touch(number, u, true)
		}
	}
	for _, u := range sets {
		next.touch(number, u, true)
		if before, limited := changed.limits[u]; limited {
			next.limits[u] = limit{before.until, number}
		}
	}
}

// checkReversed: what an entry changed about somebody is reversed if no later entry was
// about them, and is not if a later one changed their right or limit. If a later one
// named them and changed nothing, both is right.
func (s groupState) checkReversed(v *violations, user string, undone int64, does, can bool) {
	switch {
	case s.unsure[user]:
	case does:
		v.unless(can && s.changed[user] == undone, "it reverses %s, whom #%d changed last", user, s.changed[user])
	default:
		v.unless(!can || s.named[user] != undone, "it does not reverse %s", user)
	}
}
