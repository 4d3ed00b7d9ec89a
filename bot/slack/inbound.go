package slack

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack/socketmode"

	"liveadmin/bot"
	"liveadmin/bot/chat"
)

// inbound is something that people said to the bot, as a delivery, and where the caller
// alone is answered.
type inbound struct {
	delivery bot.Delivery
	url      string // the response_url; empty after a mention
	thread   string // of an answer to the caller alone; empty: the channel
	home     *home  // where the caller is answered instead; without a click it is only shown

	trigger string     // that can open a form; empty: none can be opened
	form    *modalView // that was sent; nil: none
	inModal bool       // the caller alone is answered in a modal: they may have no channel in front of them
}

// errNothing is returned for what is no business of the bot: it is acknowledged and forgotten.
var errNothing = errors.New("nothing that was said to the bot")

// hear makes a delivery of a payload, by the type of its envelope. The types below hold only
// what the bot needs, so that nothing else in a payload can make it unreadable.
func (s *Slack) hear(kind string, payload []byte) (inbound, error) {
	var said interface{ hear(*Slack) (inbound, error) }
	switch kind {
	case socketmode.RequestTypeSlashCommands:
		said = new(slash)
	case socketmode.RequestTypeEventsAPI:
		said = new(event)
	case socketmode.RequestTypeInteractive:
		said = new(press)
		var i interaction
		if json.Unmarshal(payload, &i) == nil && (i.Type == shortcutType || i.Type == submissionType) {
			said = new(interaction)
		}
	default:
		return inbound{}, errNothing
	}
	if err := json.Unmarshal(payload, said); err != nil {
		return inbound{}, fmt.Errorf("decoding what slack brought: %w", err)
	}
	return said.hear(s)
}

// slash is a slash command. Names are left out: the bot never needs them.
type slash struct {
	Team        string `json:"team_id"`
	Enterprise  string `json:"enterprise_id"`
	Channel     string `json:"channel_id"`
	User        string `json:"user_id"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// hear makes a delivery of a command. Slack offers it only to people of the installing
// workspace or organization; that is checked all the same.
func (c slash) hear(s *Slack) (inbound, error) {
	if c.User == "" || c.Channel == "" {
		return inbound{}, errors.New("a command without a caller or a channel")
	}
	self := s.self.Load()
	d := bot.Delivery{
		Key:    key(c.Team, c.TriggerID),
		Caller: s.caller(c.User, self.home(c.Team) || self.home(c.Enterprise)),
		Place:  place(c.Channel, ""),
		Alone:  isDirect(c.Channel),
		Text:   c.Text,
		Opens:  c.TriggerID != "",
		Reply:  c.ResponseURL,
	}
	return inbound{delivery: d, url: c.ResponseURL, trigger: c.TriggerID}, nil
}

// event is what the Events API brings.
type event struct {
	Type       string `json:"type"`
	Challenge  string `json:"challenge"`
	Team       string `json:"team_id"`
	Enterprise string `json:"enterprise_id"`
	ID         string `json:"event_id"`
	External   *bool  `json:"is_ext_shared_channel"`
	Event      struct {
		Type       string `json:"type"`
		Subtype    string `json:"subtype"`
		User       string `json:"user"`
		BotID      string `json:"bot_id"`
		Text       string `json:"text"`
		Channel    string `json:"channel"`
		TS         string `json:"ts"`
		Thread     string `json:"thread_ts"`
		Edited     any    `json:"edited"`
		Team       string `json:"team"`
		UserTeam   string `json:"user_team"`
		SourceTeam string `json:"source_team"`
		Tab        string `json:"tab"`
		View       view   `json:"view"`
	} `json:"event"`
}

// view is a Home tab or a form, as it comes with what is done there.
type view struct {
	Type string `json:"type"`
	Team string `json:"team_id"`
	Hash string `json:"hash"`
}

// hear takes a mention, or the opening of a Home tab.
func (v event) hear(s *Slack) (inbound, error) {
	if v.Type == "event_callback" && v.Event.Type == "app_home_opened" {
		return v.opening(s)
	}
	return v.mention(s)
}

// mention makes a delivery of a mention. Those by bots and in edits are not for the
// bot. The answer goes to the thread of the message, or opens one under it.
func (v event) mention(s *Slack) (inbound, error) {
	m := v.Event
	self := s.self.Load()
	if v.Type != "event_callback" || m.Type != "app_mention" || m.Subtype != "" || m.BotID != "" || m.Edited != nil || m.User == self.user {
		return inbound{}, errNothing
	}
	if m.User == "" || m.Channel == "" || m.TS == "" {
		return inbound{}, errors.New("a mention without a caller, a channel or a place")
	}
	d := bot.Delivery{
		Key:    key(v.Team, cmp.Or(v.ID, m.Channel+":"+m.TS)),
		Caller: s.caller(m.User, v.insider(*self)),
		Place:  place(m.Channel, cmp.Or(m.Thread, m.TS)),
		Alone:  isDirect(m.Channel),
		Text:   afterMention(m.Text, self.user),
	}
	return inbound{delivery: d, thread: m.Thread}, nil
}

// insider reports whether a mention comes from the bot's own people. In a channel that is shared
// with others, Slack names the author's workspace; members of the organization's other workspaces
// can only be distinguished from outsiders in a channel that certainly is not shared.
func (v event) insider(self identity) bool {
	if !self.home(v.Team) && !self.home(v.Enterprise) {
		return false
	}
	ours := self.enterprise != "" && v.Enterprise == self.enterprise && v.External != nil && !*v.External
	for _, team := range []string{v.Event.Team, v.Event.UserTeam, v.Event.SourceTeam, v.Event.View.Team} {
		if team != "" && !self.home(team) && !ours {
			return false
		}
	}
	return true
}

// afterMention is what follows the bot's name.
func afterMention(text, bot string) string {
	text = strings.TrimSpace(text)
	rest, named := strings.CutPrefix(text, "<@"+bot)
	label, after, ends := strings.Cut(rest, ">")
	if !named || !ends || label != "" && label[0] != '|' {
		return text
	}
	return strings.TrimSpace(after)
}

// press is a click on a button.
type press struct {
	Type string `json:"type"`
	Team struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		Type      string `json:"type"`
		Channel   string `json:"channel_id"`
		TS        string `json:"message_ts"`
		Thread    string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		Thread string `json:"thread_ts"`
	} `json:"message"`
	View    view `json:"view"`
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
	} `json:"actions"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// hear makes a delivery of a click. Everyone who sees a button can press it, also
// people of other organizations.
func (p press) hear(s *Slack) (inbound, error) {
	if p.Type != "block_actions" || len(p.Actions) == 0 {
		return inbound{}, errNothing
	}
	if p.Container.Type == "view" {
		return p.onHome(s)
	}
	channel := cmp.Or(p.Container.Channel, p.Channel.ID)
	if p.User.ID == "" || channel == "" {
		return inbound{}, errors.New("a click without a caller or a channel")
	}
	in := cmp.Or(p.Container.Thread, p.Message.Thread)
	thread := in
	if thread == "" && !p.Container.Ephemeral { // one that only its reader sees can have no answers
		thread = p.Container.TS
	}
	d := bot.Delivery{
		Key:    key(p.Team.ID, p.TriggerID),
		Caller: s.caller(p.User.ID, s.self.Load().home(p.User.Team)),
		Place:  place(channel, thread),
		Alone:  isDirect(channel),
		Click:  chat.Click(actionOf(p.Actions[0].ID), p.Actions[0].Value),
		Opens:  p.TriggerID != "",
		Reply:  p.ResponseURL,
	}
	if !p.Container.Ephemeral && p.Container.TS != "" {
		d.Click.At = chat.Post(messageRef{Channel: channel, Thread: in, TS: p.Container.TS})
	}
	return inbound{delivery: d, url: p.ResponseURL, thread: in, trigger: p.TriggerID}, nil
}

// actionOf is the name of a button without its place among the others.
func actionOf(id string) string {
	action, _, _ := strings.Cut(id, ".")
	return action
}

// key names a delivery. One that Slack did not name cannot be distinguished from others.
func key(team, id string) string {
	return fmt.Sprintf("%s:%s:%s", Name, team, cmp.Or(id, rand.Text()))
}
