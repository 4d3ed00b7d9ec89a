package imapi

// Kind sorts failures by what can be done about them.
type Kind string

// The kinds of failure.
const (
	KindAuth       Kind = "auth"         // signature, key, SDKAppID, account or region is wrong
	KindPermission Kind = "permission"   // Tencent does not allow this for this group or caller
	KindNotFound   Kind = "not found"    // no such group or account
	KindFull       Kind = "full"         // the five seats are taken (10008, told apart by reading)
	KindPlan       Kind = "plan"         // plan or console switch is missing (10008, 60020)
	KindFullOrPlan Kind = "full or plan" // 10008 that no reading could tell apart
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
