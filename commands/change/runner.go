// Package change plans and carries out the part of a command that concerns one group.
package change

import (
	"context"
	"errors"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Admins is what carrying out a command needs of Tencent's API.
type Admins interface {
	Admins(context.Context, imapi.GroupID) ([]imapi.Admin, error)
	SetAdmins(context.Context, imapi.GroupID, []imapi.UserID) error
	CancelAdmins(context.Context, imapi.GroupID, []imapi.UserID) error
	Accounts(context.Context, []imapi.UserID) (map[imapi.UserID]bool, error)
}

// Grants is what carrying out a command needs of the durable record.
type Grants interface {
	// Grants returns the limited administrators of a group.
	Grants(context.Context, imapi.GroupID) ([]commands.Grant, error)
	// Recent returns whom this bot set or cancelled since the given time.
	Recent(context.Context, imapi.GroupID, time.Time) ([]commands.Recent, error)
	// DecidedSince returns what was decided last about each user of a group after the
	// change that an entry made there. forgotten reports that some of it can no longer
	// be read.
	DecidedSince(_ context.Context, _ imapi.GroupID, entry int64) (_ []commands.Recent, forgotten bool, _ error)
}

// Runner carries out the part of a command that concerns one group, in two
// steps, so that what was found before is on record between them.
type Runner struct {
	api      Admins
	grants   Grants
	now      func() time.Time
	accounts *accounts
}

// NewRunner returns a Runner. now is the clock.
func NewRunner(api Admins, grants Grants, now func() time.Time) *Runner {
	return &Runner{api, grants, now, &accounts{now: now}}
}

// With returns a Runner that calls another API and has everything else in common with r,
// what it remembers of accounts too.
func (r *Runner) With(api Admins) *Runner {
	return &Runner{api, r.grants, r.now, r.accounts}
}

// Broken is the kind of a failure of the bot itself, not of a call.
const Broken imapi.Kind = "broken"

// BrokenPlan is the plan of a change whose planning met a bug in the program:
// nothing is sent. Of an end it says whose, so that it is tried again.
func (r *Runner) BrokenPlan(ctx context.Context, cmd commands.Command, group imapi.GroupID) (commands.Plan, error) {
	plan := commands.Plan{At: r.now(), Read: &commands.Failure{Kind: Broken}, Refusal: commands.ReadFailed}
	if cmd.Verb != commands.End {
		return plan, nil
	}
	var err error
	if plan.Existing, err = r.grants.Grants(ctx, group); err != nil {
		return commands.Plan{}, err
	}
	planEnd(&plan, stillLimited(cmd, group, plan.Existing), nil)
	return plan, nil
}

// Forgotten is the outcome of a change that is done, if the record has lost it.
func Forgotten() *commands.Outcome {
	return &commands.Outcome{Status: commands.Unknown, Failure: &commands.Failure{Kind: Broken}}
}

// BrokenOutcome is the outcome of a plan whose sending met a bug in the
// program: what it would send may have been sent.
func (r *Runner) BrokenOutcome(cmd commands.Command, group imapi.GroupID, plan commands.Plan) commands.Outcome {
	o := commands.Outcome{Status: commands.Failed, Failure: &commands.Failure{Kind: Broken}}
	if plan.Refusal != "" {
		return o
	}
	w := work{r: r, cmd: cmd, group: group, plan: plan}
	o.Status, o.Grants = commands.Unknown, plan.Grants
	o.Made = append(w.made(commands.UsersToSend(plan.Old), false, true), w.made(commands.UsersToSend(plan.Users), !cmd.Verb.Cancels(), true)...)
	if len(commands.UsersToSend(plan.Old)) > 0 {
		o.Old = commands.MaybeSwapped
	}
	if cmd.Verb == commands.End {
		return w.ended(o)
	}
	return o
}

// Failure takes an error of a reading as data; one that is not the API's is transient.
func Failure(err error) *commands.Failure {
	f, other := failure(err)
	if other != nil {
		return &commands.Failure{Kind: imapi.KindTransient}
	}
	return f
}

// failure takes an error of the API as data. Any other error is not the API's
// word: the work was interrupted, and goes on from the journal's mark.
func failure(err error) (*commands.Failure, error) {
	e, ok := errors.AsType[*imapi.Error](err)
	if !ok {
		return nil, err
	}
	return &commands.Failure{Op: e.Op, Code: e.Code, Kind: e.Kind(), Info: e.Info}, nil
}

// seated returns who held the seats when Tencent said that the group is full.
func seated(err error) []imapi.Admin {
	if e, ok := errors.AsType[*imapi.Error](err); ok {
		return e.Holders
	}
	return nil
}
