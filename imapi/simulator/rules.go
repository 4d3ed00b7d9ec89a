package simulator

import "fmt"

// Rules decide what the documents leave open. The zero value holds the
// likeliest answers.
type Rules struct {
	// StrictAccounts makes modify_admin refuse accounts that were never
	// imported, with 10019. Otherwise it takes any UserID.
	StrictAccounts bool
	// RefuseNoOps answers 10004 when someone is set who already is an
	// administrator, or cancelled who is none. Otherwise that succeeds.
	RefuseNoOps bool
	// PartialFill makes a set for which the seats do not suffice fill the free
	// ones, and still answer 10008. Otherwise nothing is changed.
	PartialFill bool
	// TooManyCode is for more than five accounts in one set: 10004 (also when
	// it is 0), 10005 or 10008.
	TooManyCode int
	// Signature10001 answers 10001 to every bad UserSig, in place of 70001 to
	// 70014: both are documented.
	Signature10001 bool
	// EmptyList is how get_admin_list shows that there are no administrators.
	EmptyList EmptyList
	// NewestFirst turns the order of Admin_List around.
	NewestFirst bool
}

// EmptyList is a way to send an Admin_List without entries.
type EmptyList int

// The ways to send an Admin_List without entries.
const (
	EmptyArray   EmptyList = iota // "Admin_List": []
	EmptyNull                     // "Admin_List": null
	EmptyMissing                  // no Admin_List at all
)

func (r Rules) check() error {
	switch r.TooManyCode {
	case 0, codeBadParameter, codeTooManyAccounts, CodeFullOrPlan:
	default:
		return fmt.Errorf("the rule TooManyCode %d is none of 10004, 10005 and 10008", r.TooManyCode)
	}
	if r.EmptyList < EmptyArray || r.EmptyList > EmptyMissing {
		return fmt.Errorf("the rule EmptyList %d is unknown", r.EmptyList)
	}
	return nil
}
