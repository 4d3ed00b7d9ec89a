package crash

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
)

// slackTalk are people in Slack, who type commands or mention the bot.
type slackTalk struct {
	*fakeslack.Server
	mentions bool
}

type slackAttempt struct {
	s *fakeslack.Server
	d *fakeslack.Delivery
}

func (c slackTalk) say(p *place, s step) attempt {
	who := "U0" + s.who
	switch {
	case s.who == "":
		who = "U0ALICE"
	case s.who == stranger:
		who = "U0" + p.channel
	}
	switch {
	case s.press != "":
		n := slices.Index(requestButtons, s.press)
		return slackAttempt{c.Server, c.Click(who, s.on.slack, fmt.Sprint(s.press, ".", n))}
	case s.verb == "":
		return slackAttempt{c.Server, c.Click(who, undoable(c.posted(p.channel)).slack, "undo.0")}
	case c.mentions:
		return slackAttempt{c.Server, c.Mention(who, p.channel, "", s.typed(p.group))}
	}
	return slackAttempt{c.Server, c.Slash(who, p.channel, s.typed(p.group))}
}

func (a slackAttempt) heard(ctx context.Context) error {
	_, err := a.d.Wait(ctx)
	return err
}

func (a slackAttempt) handle() string { return a.d.ResponseURL }

func (a slackAttempt) again() { a.s.Redeliver(a.d) }

func (c slackTalk) whispered(channel string) []string {
	var all []string
	for _, m := range c.Ephemerals("U0ALICE") {
		if m.Channel == channel {
			all = append(all, c.Plain(m))
		}
	}
	return all
}

func (slackTalk) place(channel string) string { return "slack:" + channel }

func (slackTalk) opened(context.Context) error { return nil }

func (c slackTalk) wait(ctx context.Context, check func() bool) error { return c.Wait(ctx, check) }

// discordTalk are people in Discord.
type discordTalk struct{ *fakediscord.Server }

// discordAttempt is what nobody delivers again: who gets no answer does it again, and
// who is asked to, if it was to be carried out.
type discordAttempt struct {
	act   func() *fakediscord.Interaction
	i     *fakediscord.Interaction
	alone bool // an answer for the caller alone is all that is waited for
}

func (c discordTalk) say(p *place, s step) attempt {
	who := map[string]string{"": "501", asker: "502", stranger: "666" + p.channel}[s.who]
	act := func() *fakediscord.Interaction { return c.Command(who, p.channel, s.verb, s.fields(p.group)) }
	switch {
	case s.press != "":
		act = func() *fakediscord.Interaction { return c.Click(who, s.on.discord, buttonOf(s.on.discord, s.press)) }
	case s.verb == "":
		last := undoable(c.posted(p.channel)).discord
		act = func() *fakediscord.Interaction { return c.Click(who, last, buttonOf(last, "undo")) }
	}
	return &discordAttempt{act, act(), s.alone || s.press != ""}
}

func (a *discordAttempt) heard(ctx context.Context) error {
	first, err := a.i.Wait(ctx)
	if err == nil && !a.alone && bytes.Contains(first.Body, []byte("Try again in a minute")) {
		return errors.New("asked to try again")
	}
	return err
}

func (a *discordAttempt) handle() string { return a.i.Token }

func (a *discordAttempt) again() { a.i = a.act() }

func (c discordTalk) whispered(channel string) []string {
	var all []string
	for _, m := range c.Ephemerals("501") {
		if m.Channel == channel {
			all = append(all, c.Plain(m))
		}
	}
	return all
}

func (discordTalk) place(channel string) string { return "discord:" + channel }

// opened waits until the command is registered.
func (c discordTalk) opened(ctx context.Context) error { return c.WaitCommand(ctx, townGuild) }

func (c discordTalk) wait(ctx context.Context, check func() bool) error { return c.Wait(ctx, check) }

// buttonOf is a button of a message, or "".
func buttonOf(m fakediscord.Message, label string) string {
	for _, b := range m.Buttons() {
		if strings.EqualFold(b.Label, label) {
			return b.CustomID
		}
	}
	return ""
}

// message is something that the bot has said, as people see it.
type message struct {
	id, thread string // thread: under which it is; "": in the channel itself
	text       string
	entry      int64  // whose result it is; 0: of none
	notice     string // "": it is no message of a request; else which one,
	about      int64  // and of which entry
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

// requestButtons are the buttons of a request, in their order.
var requestButtons = []string{"approve", "deny", "withdraw"}

// noticeFooter is what ends a message of a request in Discord.
var noticeFooter = regexp.MustCompile(`(?m)^(🙋|🏁) #(\d+)(?:\n\[.*)?\z`)

// noticed notes that a message is one of a request.
func (m *message) noticed(what, number string) {
	m.notice, m.entry = what, 0
	m.about, _ = strconv.ParseInt(number, 10, 64)
}

// notices are the messages of requests of one sort.
func notices(all []message, what string) []message {
	return slices.DeleteFunc(slices.Clone(all), func(m message) bool { return m.notice != what })
}

// undecided is the newest request that has buttons.
func undecided(all []message) message {
	for _, m := range slices.Backward(notices(all, "request")) {
		if strings.Contains(m.text, "[Approve]") {
			return m
		}
	}
	return message{}
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

func (c slackTalk) posted(channel string) []message {
	var all []message
	for _, said := range c.Messages(channel) {
		if said.Bot != "" {
			m := newMessage(said.TS, said.ThreadTS, c.Plain(said))
			m.slack = said
			var mark struct{ Part, Entry string }
			if said.Metadata != nil && json.Unmarshal(said.Metadata.EventPayload, &mark) == nil && (mark.Part == "request" || mark.Part == "end") {
				m.noticed(mark.Part, mark.Entry)
			}
			all = append(all, m)
		}
	}
	return all
}

func (c discordTalk) posted(channel string) []message {
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
		if found := noticeFooter.FindStringSubmatch(m.text); found != nil {
			m.noticed(map[string]string{"🙋": "request", "🏁": "end"}[found[1]], found[2])
		}
		all = append(all, m)
	}
	return all
}
