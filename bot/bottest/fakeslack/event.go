package fakeslack

import (
	"encoding/json"
	"strings"
)

// Command is a slash command that someone types at the top level of a channel.
type Command struct {
	User    string
	Channel string
	Text    string // what is behind the command, as it arrives: should_escape is off

	TriggerID string    // one of its own if empty
	Sign      Signature // HTTP mode
}

// Mention is a message that mentions the bot.
type Mention struct {
	User     string
	Channel  string
	ThreadTS string // the root, for a reply
	Text     string // what is typed behind the mention; escaped on the way
	Verbatim string // instead of Text: the complete text as it arrives

	Invites bool      // it invites the bot, which is no member yet
	Edits   string    // the ts of an older message which it is an edit of
	Bot     string    // the ID of the bot that writes it
	Sign    Signature // HTTP mode
}

// Slash types a command.
func (s *Server) Slash(user, channel, text string) *Delivery {
	return s.SendCommand(Command{User: user, Channel: channel, Text: text})
}

// Mention writes a message that begins with a mention of the bot, under a root or,
// with "", as one. It fails the test where Slack would send the bot nothing: in direct
// messages, and where the bot is no member.
func (s *Server) Mention(user, channel, root, text string) *Delivery {
	s.t.Helper()
	return s.SendMention(Mention{User: user, Channel: channel, ThreadTS: root, Text: text})
}

// SendCommand is Slash with everything that can be chosen.
func (s *Server) SendCommand(c Command) *Delivery {
	if c.TriggerID == "" {
		c.TriggerID = trigger()
	}
	d := &Delivery{
		s: s, kind: slashCommands, accepts: true, sign: c.Sign,
		Channel: c.Channel, User: c.User, TriggerID: c.TriggerID,
		typed: escape(s.config.Command + " " + c.Text),
	}
	s.host.Change(func() {
		s.views.begin(d.TriggerID, c.User)
		d.ResponseURL = s.newHook(c.Channel, c.User, nil)
		u := s.meet(c.User)
		d.payload = encode(map[string]any{
			"token": "deprecated", "team_id": u.Team, "team_domain": "fake",
			"enterprise_id": u.Enterprise, "is_enterprise_install": "false",
			"channel_id": c.Channel, "channel_name": s.channelName(c.Channel),
			"user_id": u.ID, "user_name": u.Name,
			"command": s.config.Command, "text": c.Text,
			"api_app_id": s.config.AppID, "response_url": d.ResponseURL, "trigger_id": d.TriggerID,
		})
	})
	s.deliver(d)
	return d
}

// SendRaw delivers any payload as a kind of envelope, such as "events_api", in Socket
// Mode.
func (s *Server) SendRaw(kind string, payload []byte) *Delivery {
	d := &Delivery{s: s, kind: kind, payload: payload}
	s.deliver(d)
	return d
}

// SendMention is Mention with everything that can be chosen.
func (s *Server) SendMention(m Mention) *Delivery {
	s.t.Helper()
	d := &Delivery{s: s, kind: eventsAPI, sign: m.Sign, Channel: m.Channel, User: m.User, EventID: "Ev" + unique()}
	refused := ""
	s.host.Change(func() {
		r := s.workspace.rooms[m.Channel]
		if refused = s.noMention(r, m); refused != "" {
			return
		}
		if m.Invites {
			r.Members = append(r.Members, s.config.BotUser)
		}
		said := s.mentioning(r, m)
		d.TS, d.ThreadTS = said.TS, said.ThreadTS
		d.payload = s.mentionEvent(r, said, d.EventID)
	})
	if refused != "" {
		s.t.Errorf("fakeslack: no mention in %s: %s", m.Channel, refused)
		d.failed = ErrDispatchFailed
		return d
	}
	s.deliver(d)
	return d
}

// noMention is why Slack would not send the bot a mention, or "".
func (s *Server) noMention(r *room, m Mention) string {
	switch {
	case r == nil:
		return "there is no such channel"
	case r.Kind == IM:
		return "Slack sends no app_mention in direct messages"
	case !m.Invites && !r.has(s.config.BotUser):
		return "the bot is no member"
	case m.ThreadTS != "" && r.find(m.ThreadTS) == nil:
		return "there is no such thread"
	case m.Edits != "" && r.find(m.Edits) == nil:
		return "there is no such message to edit"
	}
	return ""
}

// mentioning puts the message into the channel, or edits it.
func (s *Server) mentioning(r *room, m Mention) *Message {
	text := m.Verbatim
	if text == "" {
		text = strings.TrimSuffix("<@"+s.config.BotUser+"> "+escape(m.Text), " ")
	}
	if m.Edits != "" {
		said := r.find(m.Edits)
		s.edit(said, content{text: text, hasText: true})
		return said
	}
	return s.put(r, Message{User: m.User, Bot: m.Bot, ThreadTS: m.ThreadTS, Text: text})
}

// mentionEvent is the payload of an app_mention.
func (s *Server) mentionEvent(r *room, m *Message, eventID string) json.RawMessage {
	event := s.wire(m, false)
	delete(event, "reply_count")
	if m.ThreadTS == "" {
		delete(event, "thread_ts")
	}
	event["type"], event["channel"], event["event_ts"] = "app_mention", r.ID, m.TS
	u := s.meet(m.User)
	elsewhere := u.Team != s.config.Team
	if elsewhere {
		event["user_team"], event["source_team"] = u.Team, u.Team
	}
	external := elsewhere && (u.Enterprise == "" || u.Enterprise != s.config.Enterprise)
	return encode(map[string]any{
		"token": "deprecated", "team_id": s.config.Team, "enterprise_id": s.config.Enterprise,
		"api_app_id": s.config.AppID, "event": event, "type": "event_callback", "event_id": eventID,
		"event_time": s.config.Now().Unix(), "event_context": "4-" + eventID,
		"is_ext_shared_channel": r.Shared || external,
		"authorizations": []any{map[string]any{
			"enterprise_id": nil, "team_id": s.config.Team, "user_id": s.config.BotUser,
			"is_bot": true, "is_enterprise_install": false,
		}},
	})
}

// channelName is a name as payloads have it. The state is locked.
func (s *Server) channelName(id string) string {
	r := s.workspace.rooms[id]
	switch {
	case r == nil:
		return "privategroup"
	case r.Kind == IM:
		return "directmessage"
	case r.Name == "":
		return strings.ToLower(id)
	}
	return r.Name
}

func trigger() string { return "1.1." + strings.ToLower(unique()) }

// escape is what Slack does to a message that someone types.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// unescape undoes it, for the reader.
func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// encode is for what this package builds itself: none of it can fail.
func encode(v any) json.RawMessage {
	raw, _ := json.Marshal(v)
	return raw
}
