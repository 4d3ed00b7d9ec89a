package discord

import (
	"cmp"

	"github.com/bwmarrin/discordgo"

	"liveadmin/commands"
	"liveadmin/commands/words"
)

// reason is why a result is not in a thread.
type reason string

const (
	noThreadsHere reason = "here"  // a thread, a direct message
	otherChannel  reason = "kind"  // a voice channel and its like
	shortAnswer   reason = "short" // it fits into the root message
	forCaller     reason = "alone" // it is for the caller alone
	notAllowed    reason = "permissions"
	locked        reason = "locked"
	tooMany       reason = "too many"
	gone          reason = "gone"
	refused       reason = "refused"
)

// Permissions that the bot can need, as Discord's settings call them.
const (
	toWrite  = "View Channel, Send Messages, Send Messages in Threads, Embed Links"
	toThread = "View Channel, Create Public Threads, Send Messages in Threads, Embed Links"
)

// noThread is why there is no thread, and what to do; empty if no one would ask.
func (r reason) noThread(l commands.Language) words.Text {
	says := words.In(l).Discord
	sentence := map[reason]string{
		otherChannel: says.Kind, notAllowed: says.NotAllowed, locked: says.Locked, tooMany: says.TooMany, gone: says.Gone, refused: says.Refused,
	}[r]
	return words.Fill(sentence, words.Slots{"permissions": {{Text: toThread}}})
}

// direct is why something is said in a direct message.
func (r reason) direct(l commands.Language) words.Text {
	says := words.In(l).Discord
	sentence := map[reason]string{notAllowed: says.DirectNotAllowed, locked: says.DirectLocked, gone: says.DirectGone}[r]
	return words.Fill(cmp.Or(sentence, says.DirectRefused), words.Slots{"permissions": {{Text: toWrite}}})
}

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
