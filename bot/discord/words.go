package discord

import (
	"cmp"

	"github.com/bwmarrin/discordgo"
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

const saysWhoCan = "Somebody who manages the server can give me: "

// saysCut is said where a result is cut.
const saysCut = "The rest is too long for one message, and I am not able to write more of them here. " +
	saysWhoCan + "View Channel, Send Messages, Send Messages in Threads, Embed Links. To see the administrators of a group, use "

// sentences say why there is no thread, and why something is said in a direct message, with
// what to do.
var sentences = map[reason]struct{ noThread, direct string }{
	otherChannel: {"There is no thread, because this kind of channel has none.", ""},
	notAllowed: {
		"There is no thread, because I am not allowed to open one and write in it here. " +
			saysWhoCan + "View Channel, Create Public Threads, Send Messages in Threads, Embed Links.",
		"I tell you here, because I am not allowed to write where this belongs. " +
			saysWhoCan + "View Channel, Send Messages, Send Messages in Threads, Embed Links.",
	},
	locked: {
		"There is no thread, because it is locked here.",
		"I tell you here, because the thread where this belongs is locked.",
	},
	tooMany: {"There is no thread, because this server has too many active threads.", ""},
	gone: {
		"There is no thread any more: it was deleted.",
		"I tell you here, because the channel or thread where this belongs was deleted.",
	},
	refused: {
		"There is no thread, because Discord did not allow one here.",
		"I tell you here, because Discord did not let me write where this belongs.",
	},
}

// noThread is why there is no thread; empty if no one would ask.
func (r reason) noThread() string { return sentences[r].noThread }

// direct is why something is said in a direct message.
func (r reason) direct() string { return cmp.Or(sentences[r].direct, sentences[refused].direct) }

// reasonOf is the reason that a refusal by Discord gives.
func reasonOf(err error) reason {
	switch code(err) {
	case discordgo.ErrCodeMissingAccess, discordgo.ErrCodeMissingPermissions:
		return notAllowed
	case discordgo.ErrCodeThreadIsLocked, discordgo.ErrCodePerformedOperationOnArchivedThread:
		return locked
	case discordgo.ErrCodeMaximumNumberOfActiveThreadsReached:
		return tooMany
	case discordgo.ErrCodeUnknownChannel:
		return gone
	}
	return refused
}
