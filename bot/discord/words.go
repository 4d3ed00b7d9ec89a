package discord

// What only Discord needs words for: results without a thread.
const (
	saysOther      = "There is no thread, because this kind of channel has none."
	saysNotAllowed = "There is no thread, because I am not allowed to open one and write in it here. " +
		"Somebody who manages the server can give me: View Channel, Create Public Threads, Send Messages in Threads, Embed Links."
	saysLocked  = "There is no thread, because it is locked here."
	saysTooMany = "There is no thread, because this server has too many active threads."
	saysGone    = "There is no thread any more: it was deleted."
	saysRefused = "There is no thread, because Discord did not allow one here."
)

// reason is why a result does not stand in a thread.
type reason string

const (
	noThreadsHere reason = "here"  // a thread, a direct message
	otherChannel  reason = "kind"  // a voice channel and its like
	shortAnswer   reason = "short" // it fits into the root message
	notAllowed    reason = "permissions"
	locked        reason = "locked"
	tooMany       reason = "too many"
	gone          reason = "gone"
	refused       reason = "refused"
)

// reasonOf is the reason that a refusal by Discord gives.
func reasonOf(err error) reason {
	switch code(err) {
	case missingAccess, missingPermissions:
		return notAllowed
	case threadLocked, threadArchived:
		return locked
	case tooManyThreads:
		return tooMany
	case unknownChannel:
		return gone
	}
	return refused
}

// says is the reason in a sentence, with what to do; empty if nobody would ask.
func (r reason) says() string {
	switch r {
	case otherChannel:
		return saysOther
	case notAllowed:
		return saysNotAllowed
	case locked:
		return saysLocked
	case tooMany:
		return saysTooMany
	case gone:
		return saysGone
	case refused:
		return saysRefused
	}
	return ""
}
