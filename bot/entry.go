package bot

import (
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Entry is what somebody asked and was allowed: a command, a click, an end that
// fell due. It is announced, answered and audited once.
type Entry struct {
	Number   int64  // the one that people see; given by the journal
	Key      string // of the delivery; the same delivery again is the same entry
	Caller   commands.Caller
	Place    commands.Place
	Command  commands.Command
	Rule     string // which rule allowed it
	State    State
	Attempt  int       // starts of work, this one included
	Answered bool      // the platform took its acknowledgement; on record for a Confirmer only
	Reply    string    // short-lived handle that came with the command; gone once posted
	Root     Post      // where its root message stands
	Result   Post      // where its result stands
	Accepted time.Time // by the journal's clock
	Changes  []Change  // in the order of the command's groups
}

// State is how far an entry is.
type State string

// The states of an entry.
const (
	Accepted   State = "accepted"
	Done       State = "done"       // every change has its outcome
	Posted     State = "posted"     // the result stands in the thread
	Unanswered State = "unanswered" // the platform refused the acknowledgement: never run
	Unposted   State = "unposted"   // done, but its messages could not be posted for a day
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
	Settled ChangeState = "done"
)

// Post is where a message stands, in the platform's own words; only the platform
// that wrote it reads it. Empty: not posted, or not known to be.
type Post string

// Record is a row of the audit trail, which nothing changes or deletes.
type Record struct {
	Number  int64 // of the entry, or taken for a refused or mistaken command
	At      time.Time
	What    What
	Caller  string // commands.Caller.Ref
	Place   commands.Place
	Verb    commands.Verb
	Group   imapi.GroupID  // of an outcome
	Users   []imapi.UserID // of an outcome
	Text    string         // what was asked, 1 KB at most
	Outcome commands.Status
	Detail  string // rule, reason, code
}

// What says what a row of the audit trail tells.
type What string

// What a row of the audit trail tells.
const (
	WasAccepted   What = "accepted"
	WasRefused    What = "refused"
	WasMistaken   What = "mistaken"
	WasAnswered   What = "answered" // help, whoami, groups, history
	WasSettled    What = "outcome"
	WasUnanswered What = "unanswered"
	WasUnposted   What = "unposted"
)

// MaxText is how much of what was typed the audit trail keeps, in bytes.
const MaxText = 1 << 10
