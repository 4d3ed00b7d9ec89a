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

	// Holders are the administrators that a reading found when 10008 was told
	// apart (KindFull).
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
