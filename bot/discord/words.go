package discord

// What only Discord needs words for: results without a thread, or that are not where
// they belong, or that are cut.
const (
	saysOther      = "There is no thread, because this kind of channel has none."
	saysNotAllowed = "There is no thread, because I am not allowed to open one and write in it here. " +
		saysWhoCan + "View Channel, Create Public Threads, Send Messages in Threads, Embed Links."
	saysLocked  = "There is no thread, because it is locked here."
	saysTooMany = "There is no thread, because this server has too many active threads."
	saysGone    = "There is no thread any more: it was deleted."
	saysRefused = "There is no thread, because Discord did not allow one here."

	saysDirectNotAllowed = "I tell you here, because I am not allowed to write where this belongs. " +
		saysWhoCan + "View Channel, Send Messages, Send Messages in Threads, Embed Links."
	saysDirectLocked  = "I tell you here, because the thread where this belongs is locked."
	saysDirectGone    = "I tell you here, because the channel or thread where this belongs was deleted."
	saysDirectRefused = "I tell you here, because Discord did not let me write where this belongs."

	saysCut = "The rest is too long for one message, and I am not able to write more of them here. " +
		saysWhoCan + "View Channel, Send Messages, Send Messages in Threads, Embed Links. To see the administrators of a group, use "

	saysWhoCan = "Somebody who manages the server can give me: "
)

// reason is why a result is not in a thread.
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

// says is why there is no thread, in a sentence with what to do; empty if no one would
// ask.
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

// saysDirectly is why something is said in a direct message.
func (r reason) saysDirectly() string {
	switch r {
	case notAllowed:
		return saysDirectNotAllowed
	case locked:
		return saysDirectLocked
	case gone:
		return saysDirectGone
	}
	return saysDirectRefused
}
