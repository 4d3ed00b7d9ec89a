package bot

import (
	"slices"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// Entry is what someone asked and was allowed: a command, a click, an end that
// fell due. It is announced, answered and audited once.
type Entry struct {
	Number   int64  // the one that people see; given by the journal
	Key      string // of the delivery; the same delivery again is the same entry
	Once     string // a second key, of what is done once, for the first who asks; empty: none
	Under    int64  // the entry in whose thread this one speaks; 0: its own
	Caller   commands.Caller
	Place    commands.Place
	Command  commands.Command
	Rule     string // which rule allowed it
	State    State
	Attempt  int       // starts of work, this one included
	Answered bool      // the platform took its acknowledgement; on record for a Confirmer only
	Reply    string    // short-lived handle that came with the command; gone once posted
	Root     Post      // where its root message is
	Result   Post      // where its result is
	Accepted time.Time // by the journal's clock; of a request, when it was asked
	Begun    time.Time // from when its age counts: it was accepted, or a request was decided
	Turn     int64     // of a request that was approved: its place in the order on its groups
	Request  *Request  // nil: it needed no approval
	Changes  []Change  // in the order of the command's groups; a request has none until it is approved
}

// Loud reports whether the result mentions who asked: it failed, is unknown, or
// it reminds. An expiration has failed if anybody has their right still.
func (e Entry) Loud() bool {
	status := e.Summary().Status()
	return status == commands.Failed || status == commands.Unknown || e.Command.Verb == commands.Remind ||
		e.Command.Verb == commands.End && status == commands.Partly
}

// Concerned returns the accounts, on the platform of the entry, of those whom its result is
// about: whose time ends or has ended, and whom somebody else added or removed.
func (e Entry) Concerned(names commands.Names) []string {
	own, known := names.Owner(e.Caller.Ref)
	known = known && e.By() != ClockRef
	var all []string
	for _, user := range change.Concerned(e.Summary()) {
		for _, ref := range names.AccountsOf(user) {
			if strings.HasPrefix(ref, e.Place.Platform+":") && !(known && user == own.ID) {
				all = append(all, ref)
			}
		}
	}
	return all
}

// Notified returns whom the result of an entry notifies, each once: who asked, if it is loud or was approved,
// and whom it is about.
func (e Entry) Notified(result words.Message) []string {
	var all []string
	if e.Loud() || e.Turn != 0 {
		all = append(all, e.Caller.Ref)
	}
	for _, ref := range result.Concerned {
		if !slices.Contains(all, ref) {
			all = append(all, ref)
		}
	}
	return all
}

// By is who did it, as the audit trail has it.
func (e Entry) By() string {
	if e.Command.Verb == commands.End || e.Command.Verb == commands.Remind {
		return ClockRef
	}
	return e.Caller.Ref
}

// ClockRef is the caller in the audit trail where no one asked: the clock did.
const ClockRef = commands.Clock

// State is how far an entry is.
type State string

// The states of an entry.
const (
	Asked      State = "asked" // waits for the approval of a second person
	Accepted   State = "accepted"
	Done       State = "done"       // every change has its outcome
	Posted     State = "posted"     // the result is in the thread
	Unanswered State = "unanswered" // the platform refused the acknowledgement: never run
	Unposted   State = "unposted"   // done, but its messages could not be posted for a day
	Dropped    State = "dropped"    // closed by the operator: not run, or not posted
	Denied     State = "denied"     // a request that somebody denied
	Withdrawn  State = "withdrawn"  // a request that the asker took back
	Expired    State = "expired"    // a request that nobody answered in time
)

// Change is an entry's part on one group.
type Change struct {
	Entry   int64
	Group   imapi.GroupID
	State   ChangeState
	Plan    *commands.Plan    // from Planned on
	Outcome *commands.Outcome // from Settled on
}

// ChangeState is how far a change is.
type ChangeState string

// The states of a change.
const (
	Waiting ChangeState = "waiting"
	Planned ChangeState = "planned" // on record before the first changing call
	Resting ChangeState = "resting" // between two tries: others on the group go first
	Settled ChangeState = "done"
)

// Post is where a message is, in the platform's own words; only the platform
// that wrote it reads it. Empty: not posted, or not known to be.
type Post string

// Record is a row of the audit trail, which nothing changes or deletes.
type Record struct {
	Number  int64 // of the entry, or taken for a refused or mistaken command
	At      time.Time
	Event   Event
	Caller  string // commands.Caller.Ref
	Place   commands.Place
	Verb    commands.Verb
	Group   imapi.GroupID   // of an outcome
	Groups  []imapi.GroupID // of what was asked
	Users   []imapi.UserID  // of an outcome
	Text    string          // what was asked, 1 KB at most
	Outcome commands.Status
	Detail  string // rule, reason, code
}

// Event is what a row of the audit trail records.
type Event string

// The events of the audit trail.
const (
	WasAccepted   Event = "accepted"
	WasRefused    Event = "refused"
	WasMistaken   Event = "mistaken"
	WasAnswered   Event = "answered" // help, whoami, groups, history
	WasSettled    Event = "outcome"
	WasUnanswered Event = "unanswered"
	WasUnposted   Event = "unposted"
	WasDropped    Event = "dropped" // by the operator
	WasCapped     Event = "capped"  // several of a caller without any right, not answered
	WasAsked      Event = "asked"   // a request for the approval of a second person
	WasApproved   Event = "approved"
	WasDenied     Event = "denied"
	WasWithdrawn  Event = "withdrawn"
	WasExpired    Event = "expired"
)

// MaxText is how much of what was typed a row of the audit trail keeps at most, in bytes.
const MaxText = 1 << 10

// ChangesOf is a change for each group; an alias may name one twice.
func ChangesOf(cmd commands.Command) []Change {
	var changes []Change
	for i, g := range cmd.Target.Groups {
		if !slices.Contains(cmd.Target.Groups[:i], g) {
			changes = append(changes, Change{Group: g, State: Waiting})
		}
	}
	return changes
}

// Closed reports whether nothing is left to do.
func (s State) Closed() bool { return !slices.Contains([]State{Asked, Accepted, Done}, s) }

// Summary is what became of an entry so far, as data.
func (e Entry) Summary() commands.Result {
	r := commands.Result{
		Entry: e.Number, Caller: e.Caller, Command: e.Command, Groups: make([]commands.GroupResult, 0, len(e.Changes)),
	}
	if e.State == Asked || e.State.Ended() {
		r.Waits = commands.Status(e.State)
	}
	if e.Request != nil && e.Request.Decision != nil {
		r.Decided = e.Request.Decision.Shown()
	}
	for _, c := range e.Changes {
		g := commands.GroupResult{Group: c.Group}
		if c.Plan != nil && c.Outcome != nil { // else it is not settled, or it is forgotten
			g.Plan, g.Outcome = *c.Plan, *c.Outcome
		}
		r.Groups = append(r.Groups, g)
	}
	return r
}
