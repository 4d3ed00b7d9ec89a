package change

import (
	"context"
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Asked is what is carried out: a command, as an entry asked it.
type Asked struct {
	Entry   int64 // the number that gives the grants
	At      time.Time
	Resumed bool // nothing ran for a while since

	// A second person has agreed to it, which may have taken its time.
	Approved bool
	commands.Command
}

// What sets someone and waited for longer than staleAfter because nothing ran is not
// carried out. Of everything else the answer says how late it is, from a minute on.
const (
	staleAfter   = 15 * time.Minute
	worthTelling = time.Minute
)

// Plan reads the group and says what will be sent, what each user was before
// and which grants are to be on record. It changes nothing. An error means that
// the work was interrupted; what the API answers is in the plan.
func (r *Runner) Plan(ctx context.Context, asked Asked, group imapi.GroupID) (commands.Plan, error) {
	plan, cmd := commands.Plan{At: r.now()}, asked.Command
	if waited := plan.At.Sub(asked.At); asked.Resumed && waited >= worthTelling && cmd.Verb != commands.End {
		plan.Late = waited
	}
	if setsSomeone(cmd, group) && plan.Late >= staleAfter {
		plan.Refusal = commands.TooLate
		return plan, nil
	}
	limits, err := r.grants.Grants(ctx, group)
	if err != nil {
		return commands.Plan{}, err
	}
	plan.Existing = limits
	kept := stillLimited(cmd, group, limits)
	switch {
	case cmd.Verb == commands.Remind && len(kept) > 0 && plan.At.Before(kept[0].Until):
		plan.Refusal, plan.Users = commands.OnlyRemind, stepsFor(&plan, holders(kept), kept)
		return plan, nil
	case cmd.Verb == commands.Remind, cmd.Verb == commands.End && len(kept) == 0:
		plan.Refusal = commands.Superseded
		return plan, nil
	}
	return r.read(ctx, plan, asked, group)
}

// setsSomeone reports whether a command may make someone an administrator of a group.
func setsSomeone(c commands.Command, group imapi.GroupID) bool {
	return c.Verb == commands.Add || c.Verb == commands.Undo && len(reversalIn(c, group).Set) > 0
}

// read completes a plan by what the API says of the group.
func (r *Runner) read(ctx context.Context, plan commands.Plan, asked Asked, group imapi.GroupID) (commands.Plan, error) {
	cmd := asked.Command
	recent, err := r.grants.Recent(ctx, group, plan.At.Add(-imapi.MayLag))
	if err != nil {
		return commands.Plan{}, err
	}
	recent = slices.DeleteFunc(slices.Clone(recent), func(c commands.Recent) bool { return c.At.Before(plan.At.Add(-imapi.MayLag)) })
	var since decisions
	if cmd.Verb == commands.Undo || cmd.Verb == commands.Extend && asked.Approved {
		since.undone = cmd.Number
		if since.last, since.forgotten, err = r.grants.DecidedSince(ctx, group, cmd.Number); err != nil {
			return commands.Plan{}, err
		}
	}
	missing := func() map[imapi.UserID]bool { return nil }
	if cmd.Verb == commands.Add && !cmd.New {
		missing = r.accounts.missing(ctx, r.api, ids(cmd.Users))
	}
	admins, err := r.api.Admins(ctx, group)
	if plan.Read, err = failure(err); err != nil {
		return commands.Plan{}, err
	}
	plan.Known, plan.Before = plan.Read == nil, admins
	if plan.Known && cmd.Verb != commands.List { // list shows what Tencent says
		plan.Before = Overlay(admins, recent)
	}
	switch cmd.Verb {
	case commands.List:
		plan.Refusal = commands.OnlyList
	case commands.Remove, commands.GiveBack:
		plan.Users = stepsFor(&plan, cmd.Users, plan.Existing)
		markUncertain(plan.Users, recent)
		attribute(plan.Users, recent, commands.WasNot)
		sendAll(plan.Users)
	case commands.End:
		planEnd(&plan, stillLimited(cmd, group, plan.Existing), recent)
	case commands.Extend:
		planExtend(&plan, asked, group, since)
		if plan.Late >= staleAfter && len(commands.UsersToSend(plan.Users)) > 0 {
			return commands.Plan{At: plan.At, Late: plan.Late, Refusal: commands.TooLate}, nil
		}
	case commands.Undo:
		planUndo(&plan, asked, group, since)
	case commands.Add:
		planAdd(&plan, asked, group, admins, recent, missing())
	default:
		panic("nothing plans the command " + cmd.Verb)
	}
	refuseSeats(&plan, cmd)
	return plan, nil
}

// planAdd plans who is set and who is cancelled first, and the limits.
func planAdd(p *commands.Plan, asked Asked, group imapi.GroupID, read []imapi.Admin, recent []commands.Recent, missing map[imapi.UserID]bool) {
	cmd := asked.Command
	p.Users = stepsFor(p, cmd.Users, p.Existing)
	p.Old = stepsFor(p, cmd.Replace, p.Existing)
	markUncertain(p.Users, recent)
	attribute(p.Users, recent, commands.WasAdmin)
	attribute(p.Old, recent, commands.WasNot)
	for i := range p.Users {
		s := &p.Users[i]
		s.NoAccount = s.Prior != commands.WasAdmin && missing[s.ID]
		s.Send = !s.NoAccount && (s.Prior != commands.WasAdmin || touched(recent, s.ID))
		if cmd.For > 0 && s.Prior == commands.WasAdmin && s.Had.IsZero() && !commands.Has(read, s.ID) {
			s.Prior = commands.WasUnknown // only what this bot did says so: sending may give the right anew
		}
		limited := s.Prior != commands.WasAdmin && s.Send || s.Prior == commands.WasAdmin && !s.Had.IsZero()
		if cmd.For > 0 && limited {
			s.Until = beginOf(p, asked).Add(cmd.For)
			p.Grants = append(p.Grants, commands.Grant{Group: group, User: s.ID, Until: s.Until, Length: cmd.For, Entry: asked.Entry})
		}
	}
	if len(commands.UsersToSend(p.Users)) > 0 || len(p.Grants) > 0 || !anyMissing(p.Users) {
		sendAll(p.Old)
	}
}

// beginOf is from when a limit counts: from when it was asked, so that it ends at the
// same moment in all groups of an alias; but what waited long begins when its turn
// comes.
func beginOf(p *commands.Plan, asked Asked) time.Time {
	if waited := p.At.Sub(asked.At); waited < 0 || waited > asked.For/10 {
		return p.At
	}
	return asked.At
}

// refuseSeats says why nothing is sent, if nothing is.
func refuseSeats(p *commands.Plan, cmd commands.Command) {
	switch {
	case cmd.Verb == commands.End && p.Read != nil: // it ends all the same
	case p.Read != nil && (!p.Read.Kind.Passes() || cmd.Verb == commands.List || cmd.Verb == commands.Undo || cmd.DryRun):
		p.Refusal = commands.ReadFailed
	case cmd.Verb == commands.List:
	case p.Read != nil && cmd.Verb == commands.Add && cmd.For > 0:
		p.Refusal = commands.LimitUnread
	case changesNothing(p, cmd) && anyMissing(p.Users):
		p.Refusal = commands.NoAccounts
	case changesNothing(p, cmd):
		p.Refusal = commands.NothingToDo
	case (cmd.Verb == commands.Add || cmd.Verb == commands.Undo || cmd.Verb == commands.Extend) && p.Known && SeatsAfter(p) > imapi.Seats:
		p.Refusal = commands.SeatsTaken
	case cmd.DryRun:
		p.Refusal = commands.OnlyDryRun
	}
	if p.Refusal != "" {
		p.Grants = nil
	}
}

// changesNothing reports whether there is nothing to send and no limit to write or lift.
func changesNothing(p *commands.Plan, cmd commands.Command) bool {
	return len(commands.UsersToSend(p.Users)) == 0 && len(commands.UsersToSend(p.Old)) == 0 && len(p.Grants) == 0 && !becomesPermanent(p, cmd)
}

// becomesPermanent reports whether an add without a limit makes a limited administrator
// permanent.
func becomesPermanent(p *commands.Plan, cmd commands.Command) bool {
	return slices.ContainsFunc(p.Users, func(s commands.Step) bool { return Lifts(cmd, s) })
}

// Lifts reports whether a command makes somebody permanent who is limited on record and is, or
// may be, an administrator.
func Lifts(cmd commands.Command, s commands.Step) bool {
	return cmd.Verb == commands.Add && cmd.For == 0 && s.Prior != commands.WasNot && !s.NoAccount && !s.Had.IsZero()
}

func stepsFor(p *commands.Plan, people []commands.Person, limits []commands.Grant) []commands.Step {
	steps := make([]commands.Step, 0, len(people))
	for _, person := range people {
		s := commands.Step{Person: person, Prior: commands.WasUnknown}
		if p.Known {
			s.Prior = commands.WasNot
			if commands.Has(p.Before, person.ID) {
				s.Prior = commands.WasAdmin
			}
		}
		if g, ok := GrantOf(limits, person.ID); ok {
			s.Had = g.Until
		}
		steps = append(steps, s)
	}
	return steps
}

// markUncertain marks those that this bot changed with no known outcome, if the reading
// does not show that change: it may have been made, and be shown later.
func markUncertain(steps []commands.Step, recent []commands.Recent) {
	for i := range steps {
		s := &steps[i]
		if slices.ContainsFunc(recent, func(c commands.Recent) bool {
			return c.Unsure && c.User == s.ID && c.Admin != (s.Prior == commands.WasAdmin)
		}) {
			s.Prior = commands.WasUnknown
		}
	}
}

// Overlay corrects what was read by what this bot itself did just before.
func Overlay(read []imapi.Admin, recent []commands.Recent) []imapi.Admin {
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
		if !commands.Has(all, u) {
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

// GrantOf returns the limit of a user, if it is among the limits.
func GrantOf(limits []commands.Grant, user imapi.UserID) (commands.Grant, bool) {
	for _, g := range limits {
		if g.User == user {
			return g, true
		}
	}
	return commands.Grant{}, false
}

func touched(recent []commands.Recent, user imapi.UserID) bool {
	return slices.ContainsFunc(recent, func(c commands.Recent) bool { return c.User == user })
}

func anyMissing(steps []commands.Step) bool {
	return slices.ContainsFunc(steps, func(s commands.Step) bool { return s.NoAccount })
}

func sendAll(steps []commands.Step) {
	for i := range steps {
		steps[i].Send = true
	}
}

func ids(people []commands.Person) []imapi.UserID {
	users := make([]imapi.UserID, len(people))
	for i, p := range people {
		users[i] = p.ID
	}
	return users
}

// SeatsAfter is how many administrators the group would have.
func SeatsAfter(p *commands.Plan) int {
	return len(without(with(p.Before, commands.UsersToSend(p.Users)), commands.UsersToSend(p.Old)))
}

// StaysPermanent reports whether an add with a limit leaves someone permanent who was it
// before.
func StaysPermanent(p *commands.Plan, cmd commands.Command) bool {
	return cmd.Verb == commands.Add && cmd.For > 0 && slices.ContainsFunc(p.Users, func(s commands.Step) bool {
		return s.Prior == commands.WasAdmin && s.Had.IsZero() && s.Until.IsZero()
	})
}
