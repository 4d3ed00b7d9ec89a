package imapi

// Advice is what the people who typed a command can do about its failure, who may see neither
// the settings nor the console. What the operator does about it is what Explain returns.
type Advice int

// The advice.
const (
	Ask          Advice = iota // the operator, who alone can mend it
	TryAgain                   // at once
	Wait                       // a moment, then try again
	List                       // the group, to see what was done
	UseLiveGroup               // another kind of group has no live administrators
	CheckGroup                 // its ID
	CheckUser                  // the UserID
	NameFewer                  // users
	Correct                    // the command, by what Tencent says
	FreeSeat                   // remove an administrator first
)

// Advise returns the advice for a failure, from the parts of an *Error.
func Advise(op string, code int, kind Kind) Advice {
	switch code {
	case 10005:
		return NameFewer
	case 10007:
		return UseLiveGroup
	case 10010, 10015:
		return CheckGroup
	case 10019, 70107:
		return CheckUser
	case 10004, 70402:
		return Correct
	case 10024:
		return List
	}
	switch kind {
	case KindFull:
		return FreeSeat
	case KindFullOrPlan, KindUnknown:
		return List
	case KindInput:
		if code == 0 {
			return Correct
		}
		return Ask
	case KindRate:
		return Wait
	case KindTransient:
		return TryAgain
	}
	return Ask
}
