package commands

import (
	"context"
	"slices"
	"time"

	"liveadmin/imapi"
)

// Asked is what is carried out: a command, as an entry asked it.
type Asked struct {
	Entry   int64 // the number that gives the grants
	At      time.Time
	Resumed bool // nothing ran for a while since
	Command
}

// What sets somebody and waited so long because nothing ran is not carried out. Of
// everything else the answer says how late it is, from a minute on.
const (
	staleAfter   = 15 * time.Minute
	worthTelling = time.Minute
)

// Plan reads the group and says what will be sent, what each user was before
// and which limits are to stand on record. It changes nothing. An error means that
// the work was interrupted; what the API answers is in the plan.
func (r *Runner) Plan(ctx context.Context, asked Asked, group imapi.GroupID) (Plan, error) {
	plan, cmd := Plan{At: r.now()}, asked.Command
	if waited := plan.At.Sub(asked.At); asked.Resumed && waited >= worthTelling && cmd.Verb != End {
		plan.Late = waited
	}
	if setsSomebody(cmd, group) && plan.Late >= staleAfter {
		plan.Refusal = TooLate
		return plan, nil
	}
	limits, err := r.grants.Grants(ctx, group)
	if err != nil {
		return Plan{}, err
	}
	plan.Limits = limits
	standing := stillLimited(cmd, group, limits)
	switch {
	case cmd.Verb == Remind && len(standing) > 0 && plan.At.Before(standing[0].Until):
		plan.Refusal, plan.Users = OnlyTold, stepsFor(&plan, holders(standing), standing)
		return plan, nil
	case cmd.Verb == Remind, cmd.Verb == End && len(standing) == 0:
		plan.Refusal = Superseded
		return plan, nil
	}
	return r.read(ctx, plan, asked, group)
}

// setsSomebody reports whether a command may make somebody an administrator of a group.
func setsSomebody(c Command, group imapi.GroupID) bool {
	return c.Verb == Add || c.Verb == Undo && len(reversalIn(c, group).Set) > 0
}

// read completes a plan by what the API says of the group.
func (r *Runner) read(ctx context.Context, plan Plan, asked Asked, group imapi.GroupID) (Plan, error) {
	cmd := asked.Command
	recent, err := r.grants.Recent(ctx, group, plan.At.Add(-mayLag))
	if err != nil {
		return Plan{}, err
	}
	recent = slices.DeleteFunc(slices.Clone(recent), func(c Recent) bool { return c.At.Before(plan.At.Add(-mayLag)) })
	var since decisions
	if cmd.Verb == Undo {
		since.undone = cmd.Number
		if since.last, since.forgotten, err = r.grants.DecidedSince(ctx, group, cmd.Number); err != nil {
			return Plan{}, err
		}
	}
	missing := r.missing(ctx, cmd)
	admins, err := r.api.Admins(ctx, group)
	if plan.Read, err = failure(err); err != nil {
		return Plan{}, err
	}
	plan.Known, plan.Before = plan.Read == nil, admins
	if plan.Known && cmd.Verb != List { // list tells what Tencent says
		plan.Before = overlay(admins, recent)
	}
	switch cmd.Verb {
	case List:
		plan.Refusal = OnlyList
	case Remove:
		plan.Users = stepsFor(&plan, cmd.Users, plan.Limits)
		doubt(plan.Users, recent)
		credit(plan.Users, recent, WasNot)
		sendAll(plan.Users)
	case End:
		planEnd(&plan, stillLimited(cmd, group, plan.Limits), recent)
	case Extend:
		planExtend(&plan, asked.Entry, cmd, group, plan.Limits)
	case Undo:
		planUndo(&plan, asked, group, since)
	default:
		planAdd(&plan, asked, group, admins, recent, missing())
	}
	refuseSeats(&plan, cmd)
	return plan, nil
}

// missing looks, beside the reading, for UserIDs that no account has.
func (r *Runner) missing(ctx context.Context, cmd Command) func() map[imapi.UserID]bool {
	if cmd.Verb != Add || cmd.New {
		return func() map[imapi.UserID]bool { return nil }
	}
	return r.accounts.missing(ctx, r.api, ids(cmd.Users))
}

// planAdd plans who is set and who is cancelled first, and the limits.
func planAdd(p *Plan, asked Asked, group imapi.GroupID, read []imapi.Admin, recent []Recent, missing map[imapi.UserID]bool) {
	cmd := asked.Command
	p.Users = stepsFor(p, cmd.Users, p.Limits)
	p.Old = stepsFor(p, cmd.Replace, p.Limits)
	doubt(p.Users, recent)
	credit(p.Users, recent, WasAdmin)
	credit(p.Old, recent, WasNot)
	for i := range p.Users {
		s := &p.Users[i]
		s.NoAccount = s.Was != WasAdmin && missing[s.ID]
		s.Send = !s.NoAccount && (s.Was != WasAdmin || touched(recent, s.ID))
		if cmd.For > 0 && s.Was == WasAdmin && s.Had.IsZero() && !Has(read, s.ID) {
			s.Was = WasUnknown // only what this bot did says so: sending may give the right anew
		}
		limited := s.Was != WasAdmin && s.Send || s.Was == WasAdmin && !s.Had.IsZero()
		if cmd.For > 0 && limited {
			s.Until = beginOf(p, asked).Add(cmd.For)
			p.Grants = append(p.Grants, Grant{Group: group, User: s.ID, Until: s.Until, Length: cmd.For, Entry: asked.Entry})
		}
	}
	if len(Sent(p.Users)) > 0 || len(p.Grants) > 0 || !anyMissing(p.Users) {
		sendAll(p.Old)
	}
}

// beginOf is from when a limit counts: from when it was asked, so that it ends at the
// same moment in all groups of an alias; but what waited long begins when its turn
// comes.
func beginOf(p *Plan, asked Asked) time.Time {
	if waited := p.At.Sub(asked.At); waited < 0 || waited > asked.For/10 {
		return p.At
	}
	return asked.At
}

// refuseSeats says why nothing is sent, if nothing is.
func refuseSeats(p *Plan, cmd Command) {
	switch {
	case cmd.Verb == End && p.Read != nil: // it ends all the same
	case p.Read != nil && (!p.Read.Kind.Passes() || cmd.Verb == List || cmd.Verb == Undo || cmd.DryRun):
		p.Refusal = ReadFailed
	case cmd.Verb == List:
	case p.Read != nil && cmd.Verb == Add && cmd.For > 0:
		p.Refusal = LimitUnread
	case changesNothing(p, cmd) && anyMissing(p.Users):
		p.Refusal = NoAccounts
	case changesNothing(p, cmd):
		p.Refusal = NothingToDo
	case (cmd.Verb == Add || cmd.Verb == Undo) && p.Known && SeatsAfter(p) > imapi.Seats:
		p.Refusal = SeatsTaken
	case cmd.DryRun:
		p.Refusal = OnlyDryRun
	}
	if p.Refusal != "" {
		p.Grants = nil
	}
}

// changesNothing reports whether there is nothing to send and no limit to write or lift.
func changesNothing(p *Plan, cmd Command) bool {
	return len(Sent(p.Users)) == 0 && len(Sent(p.Old)) == 0 && len(p.Grants) == 0 && len(permanentOf(p, cmd)) == 0
}

// permanentOf returns the limited administrators whom an add without a limit
// makes permanent.
func permanentOf(p *Plan, cmd Command) []imapi.UserID {
	var users []imapi.UserID
	for _, s := range p.Users {
		if cmd.Verb == Add && cmd.For == 0 && s.Was == WasAdmin && !s.Had.IsZero() {
			users = append(users, s.ID)
		}
	}
	return users
}

func stepsFor(p *Plan, people []Person, limits []Grant) []Step {
	steps := make([]Step, 0, len(people))
	for _, person := range people {
		s := Step{Person: person, Was: WasUnknown}
		if p.Known {
			s.Was = WasNot
			if Has(p.Before, person.ID) {
				s.Was = WasAdmin
			}
		}
		if g, ok := limitOf(limits, person.ID); ok {
			s.Had = g.Until
		}
		steps = append(steps, s)
	}
	return steps
}

// doubt marks those whom this bot changed with no known outcome, if the reading
// does not show that change: it may have been made, and be shown later.
func doubt(steps []Step, recent []Recent) {
	for i := range steps {
		s := &steps[i]
		if slices.ContainsFunc(recent, func(c Recent) bool {
			return c.Unsure && c.User == s.ID && c.Admin != (s.Was == WasAdmin)
		}) {
			s.Was = WasUnknown
		}
	}
}

// overlay corrects what was read by what this bot itself did just before.
func overlay(read []imapi.Admin, recent []Recent) []imapi.Admin {
	admins := slices.Clone(read)
	for _, c := range recent {
		switch {
		case c.Unsure:
		case c.Admin:
			admins = with(admins, []imapi.UserID{c.User})
		default:
			admins = without(admins, []imapi.UserID{c.User})
		}
	}
	return admins
}

func with(admins []imapi.Admin, users []imapi.UserID) []imapi.Admin {
	all := slices.Clone(admins)
	for _, u := range users {
		if !Has(all, u) {
			all = append(all, imapi.Admin{User: u})
		}
	}
	return all
}

func without(admins []imapi.Admin, users []imapi.UserID) []imapi.Admin {
	return slices.DeleteFunc(slices.Clone(admins), func(a imapi.Admin) bool {
		return slices.Contains(users, a.User)
	})
}

func limitOf(limits []Grant, user imapi.UserID) (Grant, bool) {
	for _, g := range limits {
		if g.User == user {
			return g, true
		}
	}
	return Grant{}, false
}

func touched(recent []Recent, user imapi.UserID) bool {
	return slices.ContainsFunc(recent, func(c Recent) bool { return c.User == user })
}

func anyMissing(steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.NoAccount })
}

func sendAll(steps []Step) {
	for i := range steps {
		steps[i].Send = true
	}
}

func ids(people []Person) []imapi.UserID {
	users := make([]imapi.UserID, len(people))
	for i, p := range people {
		users[i] = p.ID
	}
	return users
}

// SeatsAfter is how many administrators the group would have.
func SeatsAfter(p *Plan) int {
	return len(without(with(p.Before, Sent(p.Users)), Sent(p.Old)))
}

// StaysPermanent reports whether an add with a limit leaves somebody permanent who was it
// before.
func StaysPermanent(p *Plan, cmd Command) bool {
	return cmd.Verb == Add && cmd.For > 0 && slices.ContainsFunc(p.Users, func(s Step) bool {
		return s.Was == WasAdmin && s.Had.IsZero() && s.Until.IsZero()
	})
}
