package commands

import "liveadmin/imapi"

// Clock is the caller of what the bot does by itself when its time comes.
const Clock = "liveadmin:clock"

// Result is what became of a command, as data. Words and buttons are made from
// it at the very end.
type Result struct {
	Entry   int64
	Caller  Caller
	Command Command
	Groups  []GroupResult // one for each group of the command
	Waits   Status        // of a request that is not carried out: Asked, Denied, Withdrawn or Expired
	Decided Decided       // of a request
}

// Decided is who decided a request.
type Decided struct {
	By     string // Caller.Ref; empty: nobody
	Lapsed bool   // it was denied since the rules do not allow it any more

	Overtaken bool     // it ended with what it was about: that was done meanwhile
	Renamed   []string // names in an approved one that meant something else by then
}

// GroupResult is what became of a command on one group.
type GroupResult struct {
	Group   imapi.GroupID
	Plan    Plan
	Outcome Outcome
}

// Silent reports whether nothing is posted: an end or a reminder came too late, because
// someone had decided about the limits before.
func (r Result) Silent() bool {
	for _, g := range r.Groups {
		if g.Plan.Refusal != Superseded {
			return false
		}
	}
	return len(r.Groups) > 0
}

// Status is the outcome of the whole command.
func (r Result) Status() Status {
	if r.Waits != "" {
		return r.Waits
	}
	parts := make([]Status, len(r.Groups))
	for i, g := range r.Groups {
		if parts[i] = g.Outcome.Status; parts[i] == "" {
			parts[i] = Working
		}
	}
	return Summarize(parts)
}
