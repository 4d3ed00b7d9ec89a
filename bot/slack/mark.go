package slack

import (
	"maps"
	"strconv"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
)

// markType names the bot's own metadata.
const markType = "liveadmin_entry"

// mark is what a message keeps, unseen, of the entry that it belongs to, so that
// it can be found again.
type mark struct {
	entry    int64
	accepted int64 // in Unix seconds: entry numbers begin anew with a new database
	part     string
}

// The parts of an entry. Of a long result only the last page is marked as the
// result: one without it is not complete.
const (
	rootPart   = "root"
	resultPart = "result"
	pagePart   = "page"
)

func markOf(e bot.Entry, part string) mark {
	return mark{e.Number, e.Accepted.Unix(), part}
}

func (m mark) metadata() slackgo.SlackMetadata {
	return slackgo.SlackMetadata{EventType: markType, EventPayload: map[string]any{
		"entry": strconv.FormatInt(m.entry, 10), "accepted": strconv.FormatInt(m.accepted, 10), "part": m.part,
	}}
}

// on reports whether a message has the mark.
func (m mark) on(meta slackgo.SlackMetadata) bool {
	return meta.EventType == markType && maps.Equal(meta.EventPayload, m.metadata().EventPayload)
}
