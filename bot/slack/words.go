package slack

import (
	"strings"

	"liveadmin/commands/words"
)

// The words that only Slack needs: for buttons that ask first, and for results that cannot be
// in their channel.
const (
	confirmTitle = "Are you sure?"
	confirmYes   = "Yes"
	confirmNo    = "No"

	onlyYou = "Only you see this, because I am not able to post here. "
	direct  = "You get this directly, because I am not able to answer where you asked. "
)

// remedy says why a result is not in its channel, and what to do. why is
// Slack's word for it; empty: it is not known where the message is.
func remedy(why, channel, botName string) words.Text {
	switch {
	case why == "":
		return words.Text{{Text: "Slack did not return my message's ID."}}
	case why == "is_archived":
		return words.Text{{Text: "This channel is archived. Use another one."}}
	case why == "missing_scope":
		return words.Text{{Text: "The app does not have the permission. Ask who runs this bot."}}
	case cannotThread(why):
		return words.Text{{Text: "The message that this belongs to was deleted."}}
	case !cannotPost(why):
		return words.Text{{Text: "Slack refused my message here. Ask who runs this bot, and mention: "}, {Kind: words.Code, Text: why}}
	case why != "not_in_channel" && why != "channel_not_found":
		return words.Text{{Text: "The settings of this channel do not allow it. Ask somebody who manages the channel."}}
	case strings.HasPrefix(channel, "D"):
		return words.Text{{Text: "I cannot be in a direct message between people. Use a channel instead."}}
	}
	return words.Text{{Text: "To let everybody here see results, invite me: "}, {Kind: words.Code, Text: "/invite @" + botName}}
}
