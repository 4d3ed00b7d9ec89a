package imapi

import (
	"errors"
	"fmt"
)

// Error is a call that failed: at the API (Code is its ErrorCode) or on the way
// (Code is 0). It never carries the request's URL, the UserSig or the key.
type Error struct {
	Op   string // "modify_admin", "get_admin_list" or "account_check"
	Code int    // the API's ErrorCode; 0 if no answer of the API was understood
	Info string // the API's ErrorInfo, or what happened on the way; scrubbed and cut

	// Holders are the administrators that a reading found after 10008
	// (KindFull).
	Holders []Admin

	kind Kind
}

// Admin is an administrator of a live group (get_admin_list, 1047/60524).
type Admin struct {
	User     UserID `json:"user"`
	Nickname string `json:"nickname,omitempty"`
}

// Kind says what can be done about it.
func (e *Error) Kind() Kind { return e.kind }

func (e *Error) Error() string {
	if e.Code != 0 {
		return fmt.Sprintf("%s: code %d (%s): %s", e.Op, e.Code, e.kind, e.Info)
	}
	return fmt.Sprintf("%s: %s: %s", e.Op, e.kind, e.Info)
}

// interrupted reports whether a call ended from this side, by its context or the
// gate: that says nothing about the API.
func interrupted(err error) bool {
	_, failed := errors.AsType[*Error](err)
	return err != nil && !failed
}

// Kind sorts failures by what can be done about them.
type Kind string

// The kinds of failure.
const (
	KindAuth       Kind = "auth"         // signature, key, SDKAppID, account or region is wrong
	KindPermission Kind = "permission"   // Tencent does not allow this for this group or caller
	KindNotFound   Kind = "not found"    // no such group or account
	KindFull       Kind = "full"         // the five seats are taken (10008, after a reading)
	KindPlan       Kind = "plan"         // plan or console switch is missing (10008, 60020)
	KindFullOrPlan Kind = "full or plan" // 10008 that no reading could explain
	KindInput      Kind = "input"        // the request itself is wrong
	KindRate       Kind = "rate"         // too many calls; passes
	KindTransient  Kind = "transient"    // nothing was done; passes
	KindUnknown    Kind = "unknown"      // a change that may or may not have been made
	KindClock      Kind = "clock"        // this machine's clock is wrong; of no *Error, see Skew
)

// Passes reports whether trying again later can help without anybody acting.
func (k Kind) Passes() bool {
	return k == KindRate || k == KindTransient || k == KindUnknown
}
