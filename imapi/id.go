package imapi

import "strings"

// Limits of identifiers, in bytes. A UserID has at most 32 (1047/34953); a
// GroupID at most 48 (1047/33529 says "less than 48", error 8501 says 48: the
// server judges that one byte).
const (
	MaxUserIDBytes  = 32
	MaxGroupIDBytes = 48
)

// Seats is how many administrators a live group can have (1047/60525).
const Seats = 5

// GroupID names a live streaming group (AVChatRoom), byte for byte: "@TGS#…"
// when Tencent gave it, otherwise a custom ID of printable ASCII (1047/33529).
type GroupID string

// UserID names an account of the application, byte for byte.
type UserID string

// IDProblem says what is wrong with an identifier.
type IDProblem int

// What can be wrong with an identifier.
const (
	IDEmpty     IDProblem = iota + 1
	IDTooLong             // more bytes than the limit
	IDCharacter           // a character outside printable ASCII
	IDCommunity           // "@TGS#_…": a Community group, which has no live administrators
)

// IDError is why a text is no GroupID or UserID.
type IDError struct {
	Type    string // "GroupID" or "UserID"
	Problem IDProblem
	Limit   int  // bytes, for IDTooLong
	Char    rune // the first one that does not fit, for IDCharacter
}

func (e *IDError) Error() string {
	switch e.Problem {
	case IDEmpty:
		return "the " + e.Type + " is empty"
	case IDTooLong:
		return "the " + e.Type + " is too long"
	case IDCommunity:
		return "the GroupID belongs to a Community group"
	default:
		return "the " + e.Type + " has a character outside printable ASCII"
	}
}

// GroupPrefix begins every group ID that Tencent gives, and no custom one (1047/33529).
const GroupPrefix = "@TGS#"

// ParseGroupID takes a text as a GroupID, or returns an *IDError.
func ParseGroupID(s string) (GroupID, error) {
	if err := checkID("GroupID", s, MaxGroupIDBytes); err != nil {
		return "", err
	}
	if strings.HasPrefix(s, GroupPrefix+"_") {
		return "", &IDError{Type: "GroupID", Problem: IDCommunity}
	}
	return GroupID(s), nil
}

// ParseUserID takes a text as a UserID, or returns an *IDError.
func ParseUserID(s string) (UserID, error) {
	if err := checkID("UserID", s, MaxUserIDBytes); err != nil {
		return "", err
	}
	return UserID(s), nil
}

// checkID counts bytes, not runes, and wants 0x20 to 0x7e (errors 7003, 8501).
func checkID(typ, s string, limit int) error {
	if s == "" {
		return &IDError{Type: typ, Problem: IDEmpty}
	}
	for _, r := range s {
		if r < 0x20 || r > 0x7e {
			return &IDError{Type: typ, Problem: IDCharacter, Char: r}
		}
	}
	if len(s) > limit {
		return &IDError{Type: typ, Problem: IDTooLong, Limit: limit}
	}
	return nil
}
