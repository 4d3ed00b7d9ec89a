package imapi

// Codes that the client itself acts on.
const (
	codeBadParameter = 10004
	CodeFullOrPlan   = 10008 // two meanings, which the Kind distinguishes: see distinguish
	codeThrottled    = 70050 // too many rejected signatures
)

// code is one row of the table of error codes.
type code struct {
	number  int
	kind    Kind // KindUnknown means "a change may have been made"; for a read it is KindTransient
	meaning string
	remedy  string
}

// Remedies of several codes.
const (
	askAdmin  = "Check IM_IDENTIFIER, IM_SECRET_KEY, IM_SDKAPPID and the region."
	wait      = "Wait a moment, then try again."
	ticket    = "Try again. If it stays so, open a ticket at Tencent Cloud."
	slower    = "Wait a moment, then try again. If it happens often, lower IM_RATE_LIMIT."
	reportBug = "This is a mistake in liveadmin. Please report it, with the code."
	notHere   = "liveadmin does not ask for this. Please report it, with the code."
	seeInfo   = "Read Tencent's own words, and correct the command."
)

// codes is every code of the group service (1047/60525, 1047/34348) and of
// the gateway before it (1047/34620), in ascending order. The remedy is what the operator does.
var codes = [...]code{
	{10001, KindAuth, "the account that calls the API is not logged in, or its signature is wrong", askAdmin},
	{10002, KindUnknown, "Tencent Chat had an internal error", ticket},
	{10003, KindInput, "Tencent Chat does not know this API command", reportBug},
	{10004, KindInput, "a value in the request is wrong", seeInfo},
	{10005, KindInput, "the request names too many users", "Name fewer users."},
	{10006, KindRate, "there were too many operations in a short time", slower},
	{10007, KindPermission, "this group is not a live streaming group (AVChatRoom)", "Use the ID of a live streaming group. Other group types have no live administrators."},
	{10008, KindFullOrPlan, "either the five administrator seats are taken, or the application's plan does not include this, or a switch in the console is off", "List the group. If 5 seats are taken, remove somebody. If not, check the plan and the switch \"Live streaming group online member list\" in the console."},
	{10009, KindPermission, "the owner of a group cannot leave it", notHere},
	{10010, KindNotFound, "this group does not exist, or it was deleted", "Check the group ID in the console. Check also IM_SDKAPPID and the region."},
	{10011, KindInput, "Tencent Chat could not read the request", reportBug},
	{10012, KindAuth, "the account that calls the API has a wrong name", "Check IM_IDENTIFIER."},
	{10013, KindInput, "the user is already a member of the group", notHere},
	{10014, KindPermission, "the group has no room for more members", notHere},
	{10015, KindInput, "the group ID is not valid", "Check the spelling of the group ID."},
	{10016, KindPermission, "your own server (the webhook of the application) refused this", "Ask the people who run the webhook of your application."},
	{10017, KindPermission, "the sender is muted", notHere},
	{10018, KindInput, "the answer would be larger than 1 MB", notHere},
	{10019, KindNotFound, "there is no account with this UserID", "Check the UserID. The user must have logged in once, or must be imported."},
	{10021, KindInput, "the group ID is already used", notHere},
	{10023, KindRate, "there were too many messages in a short time", slower},
	{10024, KindInput, "this request was already handled", "List the group to see who is an administrator now."},
	{10025, KindInput, "the group ID is already used, by a group of the same owner", notHere},
	{10026, KindPermission, "this API command is turned off for the application", "Ask Tencent Cloud, with a ticket, to turn it on."},
	{10030, KindNotFound, "the message does not exist", notHere},
	{10031, KindInput, "the message is too old to be recalled", notHere},
	{10032, KindInput, "this type of message cannot be recalled", notHere},
	{10033, KindInput, "messages of this type of group cannot be recalled", notHere},
	{10034, KindInput, "this type of message cannot be deleted", notHere},
	{10035, KindInput, "messages of a live streaming group cannot be deleted", notHere},
	{10036, KindPlan, "the application has reached its number of live streaming groups", "Delete groups that are not used, or buy a larger plan."},
	{10037, KindPlan, "the user has reached the number of groups", "Delete groups that are not used, or buy a larger plan."},
	{10038, KindPlan, "the application has reached its number of groups", "Delete groups that are not used, or buy a larger plan."},
	{10041, KindPermission, "recalling messages is turned off for the application", notHere},
	{10056, KindTransient, "somebody else changed the same thing at the same time", wait},

	{60002, KindInput, "Tencent Chat could not read the URL of the request", "Check IM_BASE_URL. If it is right, please report this, with the code."},
	{60003, KindInput, "the request is not valid JSON", reportBug},
	{60004, KindAuth, "the account or the signature in the request is wrong", askAdmin},
	{60005, KindAuth, "the account or the signature in the request is wrong", askAdmin},
	{60006, KindAuth, "the SDKAppID is not valid", "Check IM_SDKAPPID."},
	{60007, KindRate, "there were too many API calls in a second", slower},
	{60008, KindUnknown, "Tencent Chat took too long", ticket},
	{60009, KindInput, "the path of the request is wrong", "Check IM_BASE_URL. If it is right, please report this, with the code."},
	{60010, KindAuth, "the account that calls the API is not an app administrator", "Make the account of IM_IDENTIFIER an app administrator in the console."},
	{60011, KindRate, "the application made too many API calls in a second", slower},
	{60012, KindInput, "the SDKAppID is missing in the request", reportBug},
	{60013, KindUnknown, "Tencent Chat could not read its own answer", ticket},
	{60014, KindTransient, "Tencent Chat took too long to look up the account", wait},
	{60015, KindInput, "a UserID in the request is not a text", reportBug},
	{60016, KindAuth, "the application is disabled", "Look for unpaid bills in the console, or open a ticket at Tencent Cloud."},
	{60017, KindAuth, "this request is disabled for the application", "Look for unpaid bills in the console, or open a ticket at Tencent Cloud."},
	{60018, KindRate, "there were too many API calls", slower},
	{60019, KindRate, "there were too many API calls", slower},
	{60020, KindPlan, "the plan of the application has ended or was not bought", "Buy or renew the plan. A new plan works after about 5 minutes."},
	{60021, KindAuth, "the IP address of this bot is not allowed to call the API", "Add the address from which this bot calls to the IP allowlist in the console."},
	{60022, KindPermission, "Tencent Chat refused the call and does not document this code", "Read Tencent's own words. If they do not help, open a ticket at Tencent Cloud."},

	{70001, KindAuth, "the signature (UserSig) has expired", "Check that the clock of this machine is right."},
	{70002, KindAuth, "the signature (UserSig) is empty", askAdmin},
	{70003, KindAuth, "the signature (UserSig) is not valid", "Check IM_SECRET_KEY. If you use IM_BASE_URL, check that it passes the URL on unchanged."},
	{70005, KindAuth, "the signature (UserSig) is not valid", "Check IM_SECRET_KEY. If you use IM_BASE_URL, check that it passes the URL on unchanged."},
	{70009, KindAuth, "the signature (UserSig) was made with a wrong key: an old one, or another application's", "Check that IM_SECRET_KEY is the key that the console shows for IM_SDKAPPID."},
	{70013, KindAuth, "the signature (UserSig) was made for another account", "Check IM_IDENTIFIER."},
	{70014, KindAuth, "the signature (UserSig) was made for another SDKAppID", "Check IM_SDKAPPID."},
	{70016, KindAuth, "Tencent Chat has no key for this application", "Check whether the key in the console has changed. Check also the region."},
	{70020, KindAuth, "Tencent Chat does not know this SDKAppID", "Check IM_SDKAPPID and the region. Each region knows only its own applications."},
	{70032, KindAuth, "the signature (UserSig) is not valid", askAdmin},
	{70050, KindRate, "too many signatures (UserSig) were rejected, so Tencent Chat accepts none for a minute", "Check IM_SECRET_KEY and IM_IDENTIFIER. Wait a minute, then try again."},
	{70051, KindAuth, "the account that calls the API is blocked", "Use another app administrator in IM_IDENTIFIER, or open a ticket at Tencent Cloud."},
	{70052, KindAuth, "the signature (UserSig) was made invalid", "Try again. If it stays so, check in the console whether the account of IM_IDENTIFIER was logged out or deleted."},
	{70107, KindNotFound, "there is no account with this UserID", "Check the UserID. The user must have logged in once, or must be imported."},
	{70114, KindAuth, "the account is restricted for security reasons", "Open a ticket at Tencent Cloud."},
	{70169, KindUnknown, "Tencent Chat took too long inside", ticket},
	{70202, KindUnknown, "Tencent Chat took too long inside", ticket},
	{70206, KindInput, "the request names too many or too few users", reportBug},
	{70346, KindAuth, "the check of the signature failed", askAdmin},
	{70347, KindAuth, "the check of the signature failed, because it has expired", "Check that the clock of this machine is right."},
	{70398, KindPlan, "the application has reached its number of accounts", "Delete accounts that are not used, or buy a larger plan."},
	{70399, KindInput, "an account that was just deleted cannot be created again so soon", "Wait, then try again."},
	{70402, KindInput, "a value in the request is wrong", seeInfo},
	{70403, KindAuth, "the account that calls the API is not an app administrator", "Make the account of IM_IDENTIFIER an app administrator in the console."},
	{70500, KindUnknown, "Tencent Chat had an internal error", ticket},

	{71000, KindInput, "accounts of this application cannot be deleted", notHere},
	{80001, KindInput, "the text was blocked because of its content", notHere},
	{80002, KindInput, "the message is too long", notHere},
}

// otherCode is the row of a code that no document lists, by the service that
// answers with codes of that range.
func otherCode(number int) code {
	c := code{number: number, kind: KindPermission,
		meaning: "Tencent Chat refused this and does not document the code",
		remedy:  "Read Tencent's own words. If they do not help, open a ticket at Tencent Cloud, with the code."}
	switch {
	case number >= 60000 && number < 70000:
		c.meaning = "Tencent Chat refused the call before it reached the group, and does not document the code"
	case number >= 70000 && number < 80000:
		c.kind = KindAuth
		c.meaning = "Tencent Chat refused the account or its signature, and does not document the code"
		c.remedy = "Read Tencent's own words. Check IM_IDENTIFIER, IM_SECRET_KEY, IM_SDKAPPID and the region."
	}
	return c
}

// lookUp finds the row of a code other than 0.
func lookUp(number int) (row code, documented bool) {
	for _, c := range codes {
		if c.number == number {
			return c, true
		}
	}
	return otherCode(number), false
}

// kindOf sorts a code. 10008 is left to distinguish on a change; a read needs no
// seat, so there it is the plan.
func kindOf(number int, changes bool) Kind {
	row, _ := lookUp(number)
	kind := row.kind
	switch {
	case changes:
		return kind
	case kind == KindUnknown:
		return KindTransient
	case kind == KindFullOrPlan:
		return KindPlan
	default:
		return kind
	}
}

// signatureRejected reports whether a new signature may help with a code
// (1047/34348).
func signatureRejected(number int) bool {
	switch number {
	case 10001, 60004, 60005, 70001, 70003, 70005, 70009, 70052, 70346, 70347:
		return true
	default:
		return false
	}
}

// keyRejected reports whether another key may help with a code. For 70016 and
// 70032 a new signature of the same key does not.
func keyRejected(number int) bool {
	return signatureRejected(number) || number == 70016 || number == 70032
}
