package slack

import (
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/words"
)

// remedy says why a result is not in its channel, and what to do. why is
// Slack's word for it; empty: it is not known where the message is.
func remedy(l commands.Language, why, channel, botName string) words.Text {
	says := words.In(l).Slack
	sentence := says.Invite
	switch {
	case why == "":
		sentence = says.Lost
	case why == "is_archived":
		sentence = says.Archived
	case why == "missing_scope":
		sentence = says.Lacking
	case cannotThread(why):
		sentence = says.Deleted
	case !cannotPost(why):
		sentence = says.Refused
	case why != "not_in_channel" && why != "channel_not_found":
		sentence = says.Forbidden
	case strings.HasPrefix(channel, "D"):
		sentence = says.NotHere
	}
	return words.Fill(sentence, words.Slots{
		"code": {{Kind: words.Code, Text: why}}, "command": {{Kind: words.Code, Text: "/invite @" + botName}},
	})
}
