package commands

import (
	"slices"
	"time"

	"liveadmin/imapi"
)

// Grant is a limited administrator on record: who, where, until when.
type Grant struct {
	ID     int64         `json:"id,omitempty"` // given by the journal
	Group  imapi.GroupID `json:"group"`
	User   imapi.UserID  `json:"user"`
	Until  time.Time     `json:"until"`
	Length time.Duration `json:"length"` // as asked, for Extend
	Entry  int64         `json:"entry"`  // who gave it

	// When its end is to run, if not at Until (the end failed), and how often it has failed.
	Due   time.Time `json:"due,omitzero"`
	Tries int       `json:"tries,omitempty"`
}

// When there is a reminder of an end.
const (
	RemindBefore = 10 * time.Minute
	RemindFrom   = time.Hour // of the limit's length: shorter ones have none
)

// Recent is a change that this bot itself made to a group a short while ago,
// which a reading may not show yet.
type Recent struct {
	User   imapi.UserID `json:"user"`
	Admin  bool         `json:"admin"`            // set, or cancelled
	Unsure bool         `json:"unsure,omitempty"` // sent, with no known outcome
	At     time.Time    `json:"at"`
	Entry  int64        `json:"entry,omitempty"`  // that did it; given by the journal, if it is not there
	Undone int64        `json:"undone,omitempty"` // the entry that it undid, if it was an undo
	Ended  bool         `json:"ended,omitempty"`  // their time was over
}

// Failure is an error of the API as data.
type Failure struct {
	Op   string     `json:"op"`
	Code int        `json:"code,omitempty"` // 0: no answer was understood
	Kind imapi.Kind `json:"kind"`
	Info string     `json:"info,omitempty"`
}

// Refusal is why a change is not sent at all although it is allowed.
type Refusal string

// Reasons for sending nothing.
const (
	SeatsTaken  Refusal = "seats taken"   // the group would pass five
	NoAccounts  Refusal = "no accounts"   // no account has any of the UserIDs
	LimitUnread Refusal = "limit unread"  // --for, and the administrators could not be read
	ReadFailed  Refusal = "read failed"   // for a cause that does not pass
	OnlyDryRun  Refusal = "dry run"       // it reads, and says what would change
	OnlyList    Refusal = "list"          // list changes nothing
	NothingToDo Refusal = "nothing to do" // everyone is as asked, limits included
	TooLate     Refusal = "too late"      // what sets someone waited because nothing ran
	Superseded  Refusal = "superseded"    // someone decided about the limit since: nothing is posted
	OnlyRemind  Refusal = "told"          // a reminder changes nothing; the word is on record
)

// Plan is what will be done to one group, and what was found before: the answer
// is made from it, so that a repeat after a crash says the same.
type Plan struct {
	At       time.Time     `json:"at"`
	Known    bool          `json:"known"`            // the administrators could be read
	Before   []imapi.Admin `json:"before,omitempty"` // what was read, changed by what this bot did in the last minute
	Existing []Grant       `json:"limits,omitempty"` // those on record before
	Read     *Failure      `json:"read,omitempty"`   // why they could not be read
	Users    []Step        `json:"users,omitempty"`
	Old      []Step        `json:"old,omitempty"`    // --replace: cancelled first
	Grants   []Grant       `json:"grants,omitempty"` // to be on record before the right is given
	Refusal  Refusal       `json:"refusal,omitempty"`
	Late     time.Duration `json:"late,omitempty"` // how much later than it should, if that is worth telling
}

// Step is what a plan holds for one person.
type Step struct {
	Person
	Prior     Prior     `json:"was"`
	Had       time.Time `json:"had,omitzero"`   // the limit that was on record, if any
	Until     time.Time `json:"until,omitzero"` // the limit that it gets, if any
	NoAccount bool      `json:"no_account,omitempty"`
	Send      bool      `json:"send,omitempty"`
	By        int64     `json:"by,omitempty"`      // the entry that made it so; sending it again changes nothing
	Decided   bool      `json:"decided,omitempty"` // of an undo: someone decided about them since
}

// Prior is what someone was before the change.
type Prior string

// What someone was before.
const (
	WasAdmin   Prior = "admin"
	WasNot     Prior = "not"
	WasUnknown Prior = "unknown"
)

// MadeBy returns the entry that had already made a user what the plan makes them; 0: none.
func (p *Plan) MadeBy(user imapi.UserID) int64 {
	for _, s := range slices.Concat(p.Users, p.Old) {
		if s.ID == user && s.Until.IsZero() {
			return s.By
		}
	}
	return 0
}

// UsersToSend returns the UserIDs of the steps that are sent.
func UsersToSend(steps []Step) []imapi.UserID {
	var ids []imapi.UserID
	for _, s := range steps {
		if s.Send {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// Outcome is how the change of one group ended.
type Outcome struct {
	Status   Status        `json:"status"`
	Failure  *Failure      `json:"failure,omitempty"`
	Old      ReplaceResult `json:"old,omitempty"`     // --replace: what became of the old ones
	Holders  []imapi.Admin `json:"holders,omitempty"` // who held the seats when Tencent said full
	Now      []imapi.Admin `json:"now,omitempty"`
	NowKnown bool          `json:"now_known,omitempty"`

	// What the record of limits becomes, in the transaction of the outcome.
	Grants  []Grant        `json:"grants,omitempty"`
	Ungrant []imapi.UserID `json:"ungrant,omitempty"`

	// Whom this bot certainly set or cancelled; a later reading may lag behind it.
	Made []Recent `json:"made,omitempty"`
}

// ReplaceResult is what became of those that --replace removed.
type ReplaceResult string

// What became of those that --replace removed.
const (
	Removed       ReplaceResult = "removed"
	Restored      ReplaceResult = "restored" // the adding failed; they are set again
	MaybeRestored ReplaceResult = "maybe restored"
	NotRestored   ReplaceResult = "not restored"  // the adding failed, and setting them again too
	MaybeGone     ReplaceResult = "maybe"         // removal itself has no known outcome
	MaybeSwapped  ReplaceResult = "maybe swapped" // interrupted, and then removal has no known outcome: nor has the adding
	Kept          ReplaceResult = "kept"          // removal failed
)

// Has reports whether the user is among the administrators.
func Has(admins []imapi.Admin, user imapi.UserID) bool {
	return slices.ContainsFunc(admins, func(a imapi.Admin) bool { return a.User == user })
}

// Persons returns the people of those steps that fit.
func Persons(steps []Step, fits func(Step) bool) []Person {
	var people []Person
	for _, s := range steps {
		if fits(s) {
			people = append(people, s.Person)
		}
	}
	return people
}
