package change

import (
	"context"
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Apply does what the plan says and returns how it ended. again says that an
// earlier start was interrupted after planning, so that some of it may have been
// done; everything is sent again then, because a reading may lag behind what was
// done. An error means that the work was interrupted once more.
func (r *Runner) Apply(ctx context.Context, cmd commands.Command, group imapi.GroupID, plan commands.Plan, again bool) (commands.Outcome, error) {
	work := work{r: r, cmd: cmd, group: group, plan: plan, again: again}
	switch {
	case plan.Refusal == commands.ReadFailed && cmd.Verb == commands.End: // a mistake in the program: it is tried again
		return work.ended(unsentOutcome(plan, cmd)), nil
	case plan.Refusal != "":
		return unsentOutcome(plan, cmd), nil
	}
	switch cmd.Verb {
	case commands.Remove, commands.GiveBack:
		return work.remove(ctx)
	case commands.End:
		o, err := work.remove(ctx)
		return work.ended(o), err
	}
	return work.add(ctx)
}

// unsentOutcome is the outcome of a plan that sends nothing.
func unsentOutcome(p commands.Plan, cmd commands.Command) commands.Outcome {
	o := commands.Outcome{Status: commands.Failed, Failure: p.Read, Now: p.Before, NowKnown: p.Known}
	switch p.Refusal {
	case commands.OnlyList, commands.OnlyDryRun, commands.OnlyRemind:
		o.Status = commands.Done
	case commands.NothingToDo, commands.Superseded:
		o.Status = commands.Nothing
		if StaysPermanent(&p, cmd) {
			o.Status = commands.Warned
		}
	case commands.SeatsTaken:
		o.Holders = p.Before
	}
	return o
}

// work is the sending of one plan.
type work struct {
	r     *Runner
	cmd   commands.Command
	group imapi.GroupID
	plan  commands.Plan
	again bool // an earlier start may have sent some of it
}

// failure takes an error of a change as data. What became of the change is
// unknown also if an interrupted start may have made it, or if Tencent set some
// of the users and then said that the group is full.
func (w *work) failure(sent error) (fail *commands.Failure, unknown bool, err error) {
	fail, err = failure(sent)
	if fail == nil {
		return nil, false, err
	}
	unknown = fail.Kind == imapi.KindUnknown || w.again && !settles(fail.Kind) || w.partlySet(seated(sent))
	return fail, unknown, nil
}

// settles reports whether a failure says also of an earlier sending of the same
// change that it was not made.
func settles(k imapi.Kind) bool {
	return k == imapi.KindFull || k == imapi.KindNotFound || k == imapi.KindInput
}

func (w *work) partlySet(holders []imapi.Admin) bool {
	return slices.ContainsFunc(w.plan.Users, func(s commands.Step) bool {
		return s.Send && s.Prior == commands.WasNot && commands.Has(holders, s.ID)
	})
}

func (w *work) remove(ctx context.Context) (commands.Outcome, error) {
	users := commands.UsersToSend(w.plan.Users)
	fail, unknown, err := w.failure(w.r.api.CancelAdmins(ctx, w.group, users))
	if err != nil {
		return commands.Outcome{}, err
	}
	o := commands.Outcome{Status: commands.Done, Failure: fail, Now: w.plan.Before, NowKnown: w.plan.Known}
	switch {
	case unknown:
		o.Status, o.NowKnown = commands.Unknown, false
		o.Made = w.made(users, false, true)
	case fail != nil:
		o.Status = commands.Failed
	default:
		o.Now = without(w.plan.Before, users)
		o.Made = w.made(users, false, false)
		o.Ungrant = limited(w.plan.Existing, users)
		o.Status = w.removed()
	}
	return o, nil
}

// removed is the status of a remove that was accepted.
func (w *work) removed() commands.Status {
	switch {
	case !w.plan.Known:
		return commands.Warned
	case !slices.ContainsFunc(w.plan.Users, func(s commands.Step) bool { return s.Prior != commands.WasNot }):
		return commands.Nothing
	}
	return commands.Done
}

func (w *work) add(ctx context.Context) (commands.Outcome, error) {
	o := commands.Outcome{Now: w.plan.Before, NowKnown: w.plan.Known}
	if old := commands.UsersToSend(w.plan.Old); len(old) > 0 {
		if err := w.removeOld(ctx, &o, old); err != nil || o.Status != "" {
			return o, err
		}
	}
	users := commands.UsersToSend(w.plan.Users)
	var sent error
	if len(users) > 0 {
		sent = w.r.api.SetAdmins(ctx, w.group, users)
	}
	fail, unknown, err := w.failure(sent)
	if err != nil {
		return commands.Outcome{}, err
	}
	o.Failure = fail
	switch {
	case unknown:
		o.Status, o.NowKnown = commands.Unknown, false
		o.Made = append(o.Made, w.made(users, true, true)...)
		w.keepLimits(&o)
	case fail != nil:
		o.Status, o.Holders = commands.Failed, seated(sent)
		w.dropLimits(&o)
		return o, w.restore(ctx, &o)
	default:
		o.Now = with(o.Now, users)
		o.Made = append(o.Made, w.made(users, true, false)...)
		w.keepLimits(&o)
		o.Status = w.added()
	}
	return o, nil
}

// added is the status of an add that was accepted.
func (w *work) added() commands.Status {
	changed := len(w.plan.Grants) > 0 || slices.ContainsFunc(w.plan.Old, func(s commands.Step) bool { return s.Prior == commands.WasAdmin })
	for _, s := range w.plan.Users {
		changed = changed || s.Send && s.Prior != commands.WasAdmin
	}
	switch {
	case anyMissing(w.plan.Users):
		return commands.Partly
	case !w.plan.Known || becomesPermanent(&w.plan, w.cmd) || StaysPermanent(&w.plan, w.cmd):
		return commands.Warned
	case !changed:
		return commands.Nothing
	}
	return commands.Done
}

// removeOld cancels those that --replace names. It sets a status only if the
// adding must not follow.
func (w *work) removeOld(ctx context.Context, o *commands.Outcome, old []imapi.UserID) error {
	fail, unknown, err := w.failure(w.r.api.CancelAdmins(ctx, w.group, old))
	if err != nil {
		return err
	}
	o.Failure = fail
	switch {
	case unknown && w.again:
		o.Status, o.Old, o.NowKnown = commands.Unknown, commands.MaybeSwapped, false
		o.Made = append(w.made(old, false, true), w.made(commands.UsersToSend(w.plan.Users), true, true)...)
		w.keepLimits(o)
	case unknown:
		o.Status, o.Old, o.NowKnown = commands.Unknown, commands.MaybeGone, false
		o.Made = w.made(old, false, true)
		w.dropLimits(o)
	case fail != nil:
		o.Status, o.Old = commands.Failed, commands.Kept
		w.dropLimits(o)
	default:
		o.Old = commands.Removed
		o.Now = without(o.Now, old)
		o.Made = w.made(old, false, false)
		o.Ungrant = limited(w.plan.Existing, old)
	}
	return nil
}

// restore sets those again that --replace had removed and who certainly were
// administrators before.
func (w *work) restore(ctx context.Context, o *commands.Outcome) error {
	if o.Old != commands.Removed {
		return nil
	}
	var back []imapi.UserID
	for _, s := range w.plan.Old {
		if s.Prior == commands.WasAdmin {
			back = append(back, s.ID)
		}
	}
	if len(back) == 0 {
		if !w.plan.Known {
			o.Old, o.Status = commands.NotRestored, commands.Partly
		}
		return nil
	}
	fail, err := failure(w.r.api.SetAdmins(ctx, w.group, back))
	if err != nil {
		return err
	}
	unsure := fail != nil && fail.Kind == imapi.KindUnknown
	switch {
	case fail != nil && !unsure:
		o.Old, o.Status = commands.NotRestored, commands.Partly
		return nil
	case unsure:
		o.Old, o.Status, o.NowKnown = commands.MaybeRestored, commands.Partly, false
	default:
		o.Old, o.Now = commands.Restored, w.plan.Before
		if len(o.Holders) > 0 {
			o.Holders = with(o.Holders, back)
		}
	}
	o.Made = slices.DeleteFunc(o.Made, func(c commands.Recent) bool { return slices.Contains(back, c.User) })
	o.Made = append(o.Made, w.made(back, true, unsure)...)
	o.Ungrant = slices.DeleteFunc(o.Ungrant, func(u imapi.UserID) bool { return slices.Contains(back, u) })
	return nil
}

// keepLimits puts the plan's limits on record for good, and lifts those that an
// add without a limit ends.
func (w *work) keepLimits(o *commands.Outcome) {
	o.Grants = w.plan.Grants
	for _, s := range w.plan.Users {
		if w.cmd.Verb == commands.Add && w.cmd.For == 0 && !s.NoAccount && !s.Had.IsZero() {
			o.Ungrant = append(o.Ungrant, s.ID)
		}
	}
}

// dropLimits puts the record of limits back to what it was before the plan.
func (w *work) dropLimits(o *commands.Outcome) {
	for _, g := range w.plan.Grants {
		if before, ok := GrantOf(w.plan.Existing, g.User); ok {
			o.Grants = append(o.Grants, before)
		} else {
			o.Ungrant = append(o.Ungrant, g.User)
		}
	}
}

func (w *work) made(users []imapi.UserID, admin, unsure bool) []commands.Recent {
	at := w.r.now().Truncate(time.Microsecond)
	all := make([]commands.Recent, len(users))
	for i, u := range users {
		all[i] = commands.Recent{User: u, Admin: admin, Unsure: unsure, At: at}
		if w.cmd.Verb == commands.Undo {
			all[i].Undone = w.cmd.Number
		}
		all[i].Ended = w.cmd.Verb == commands.End
		if !unsure {
			all[i].Entry = w.plan.MadeBy(u)
		}
	}
	return all
}

// limited returns those of the users who have a limit on record.
func limited(limits []commands.Grant, users []imapi.UserID) []imapi.UserID {
	return slices.DeleteFunc(slices.Clone(users), func(u imapi.UserID) bool {
		_, ok := GrantOf(limits, u)
		return !ok
	})
}
