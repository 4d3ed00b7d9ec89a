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
)

// pagePart is the nth page of a result that has so many.
func pagePart(n, all int) string {
	if n == all-1 {
		return resultPart
	}
	return "page " + strconv.Itoa(n)
}

func markOf(e bot.Entry, part string) mark {
	return mark{e.Number, e.Accepted.Unix(), part}
}

func (m mark) metadata() slackgo.SlackMetadata {
	return slackgo.SlackMetadata{EventType: markType, EventPayload: map[string]any{
		"entry": strconv.FormatInt(m.entry, 10), "accepted": strconv.FormatInt(m.accepted, 10), "part": m.part,
	}}
}

// partOf is the part of an entry that a message is; empty: none.
func partOf(e bot.Entry, meta slackgo.SlackMetadata) string {
	part, _ := meta.EventPayload["part"].(string)
	if meta.EventType != markType || !maps.Equal(meta.EventPayload, markOf(e, part).metadata().EventPayload) {
		return ""
	}
	return part
}
