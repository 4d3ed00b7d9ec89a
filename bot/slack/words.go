package slack

import (
	"strings"

	"liveadmin/commands/words"
)

// What only Slack needs words for: buttons that ask first, and results that
// cannot be in their channel.
const (
	confirmTitle = "Are you sure?"
	confirmYes   = "Yes"
	confirmNo    = "No"

	onlyYou   = "Only you see this, because I am not able to post here. "
	direct    = "You get this directly, because I am not able to answer where you asked. "
	inviteMe  = "To let everybody here see results, invite me: "
	notHere   = "I cannot be in a direct message between people. Use a channel instead."
	archived  = "This channel is archived. Use another one."
	refused   = "Slack refused my message here. Ask who runs this bot, and mention: "
	forbidden = "The settings of this channel do not allow it. Ask somebody who manages the channel."
	lacking   = "The app does not have the permission. Ask who runs this bot."
	deleted   = "The message that this belongs to was deleted."
	lost      = "Slack did not return my message's ID."
)

// remedy says why a result is not in its channel, and what to do. why is
// Slack's word for it; empty: it is not known where the message is.
func remedy(why, channel, botName string) words.Text {
	switch {
	case why == "":
		return words.Text{{Text: lost}}
	case why == "is_archived":
		return words.Text{{Text: archived}}
	case why == "missing_scope":
		return words.Text{{Text: lacking}}
	case cannotThread(why):
		return words.Text{{Text: deleted}}
	case !cannotPost(why):
		return words.Text{{Text: refused}, {Kind: words.Code, Text: why}}
	case why != "not_in_channel" && why != "channel_not_found":
		return words.Text{{Text: forbidden}}
	case strings.HasPrefix(channel, "D"):
		return words.Text{{Text: notHere}}
	}
	return words.Text{{Text: inviteMe}, {Kind: words.Code, Text: "/invite @" + botName}}
}
