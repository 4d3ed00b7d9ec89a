package e2e

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
)

// message is something that the bot has said, as people see it.
type message struct {
	id, thread string // thread: under which it stands; "": in the channel itself
	text       string
	entry      int64 // whose result it is; 0: of none
	slack      fakeslack.Message
	discord    fakediscord.Message
}

// footer is what ends a result: its number, and the buttons.
var footer = regexp.MustCompile(`(?m)^#(\d+)(?:\n\[.*)?\z`)

func newMessage(id, thread, text string) message {
	m := message{id: id, thread: thread, text: text}
	if found := footer.FindStringSubmatch(text); found != nil {
		m.entry, _ = strconv.ParseInt(found[1], 10, 64)
	}
	return m
}

// results are the messages that are results, in the order of their entries.
func results(all []message) []message {
	only := slices.DeleteFunc(slices.Clone(all), func(m message) bool { return m.entry == 0 })
	slices.SortStableFunc(only, func(a, b message) int { return cmp.Compare(a.entry, b.entry) })
	return only
}

// undoable is the newest result that has an Undo button.
func undoable(all []message) message {
	all = results(all)
	for _, m := range slices.Backward(all) {
		if strings.HasSuffix(m.text, "[Undo]") {
			return m
		}
	}
	return message{}
}

func (c slackTalk) told(channel string) []message {
	var all []message
	for _, said := range c.Messages(channel) {
		if said.Bot != "" {
			m := newMessage(said.TS, said.ThreadTS, c.Plain(said))
			m.slack = said
			all = append(all, m)
		}
	}
	return all
}

func (c discordTalk) told(channel string) []message {
	all := c.toldIn(channel, "")
	for _, thread := range c.Threads(channel) {
		all = append(all, c.toldIn(thread.ID, thread.ID)...)
	}
	return all
}

func (c discordTalk) toldIn(room, thread string) []message {
	var all []message
	for _, said := range c.Messages(room) {
		m := newMessage(said.ID, thread, c.Plain(said))
		m.discord = said
		all = append(all, m)
	}
	return all
}
