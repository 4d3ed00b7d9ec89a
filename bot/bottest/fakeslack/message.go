package fakeslack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"liveadmin/bot/bottest/fake"
)

// Message is a message as it is, or was when it was read.
type Message struct {
	Channel  string
	TS       string // its name within the channel
	ThreadTS string // the root's TS, in a reply; "" in a root
	User     string // who said it; the bot's user for the bot
	Bot      string // the bot's ID, if a bot said it
	Text     string // as on the wire; beside Blocks only a fallback
	Blocks   json.RawMessage
	Metadata *Metadata
	Edited   []time.Time // when it was changed, by the Server's clock

	To        string // the only reader of an ephemeral message; "" in every other
	LinkNames bool   // names in the text become mentions
	Unfurl    bool   // links show a preview

	news int // grows with every change of any message
}

// Metadata is what an app keeps with its message, unseen.
type Metadata struct {
	EventType    string          `json:"event_type"`
	EventPayload json.RawMessage `json:"event_payload"`
}

// Messages returns the messages in a channel, replies among them, oldest
// first.
func (s *Server) Messages(channel string) []Message {
	return s.read(channel, func(*Message) bool { return true })
}

// Thread is a root and its replies, oldest first.
func (s *Server) Thread(channel, root string) []Message {
	return s.read(channel, func(m *Message) bool { return m.TS == root || m.ThreadTS == root })
}

// Message is a message of a channel.
func (s *Server) Message(channel, ts string) (Message, bool) {
	found := s.read(channel, func(m *Message) bool { return m.TS == ts })
	if len(found) == 0 {
		return Message{}, false
	}
	return found[0], true
}

// Direct are the messages between the bot and a user.
func (s *Server) Direct(user string) []Message { return s.Messages("D" + user) }

// Ephemerals are what only a user saw, oldest first: by chat.postEphemeral, by a
// response_url, and with an acknowledgement.
func (s *Server) Ephemerals(user string) []Message {
	s.host.Lock()
	defer s.host.Unlock()
	var seen []Message
	for _, m := range s.workspace.ephemerals {
		if m.To == user {
			seen = append(seen, *m)
		}
	}
	return seen
}

func (s *Server) read(channel string, keep func(*Message) bool) []Message {
	s.host.Lock()
	defer s.host.Unlock()
	r := s.workspace.rooms[channel]
	if r == nil {
		return nil
	}
	var kept []Message
	for _, m := range r.messages {
		if keep(m) {
			kept = append(kept, *m)
		}
	}
	return kept
}

// WaitMessage waits for a message, ephemeral or not, and returns the first that
// fits. A message is asked about once, and again whenever it changes. The error shows
// what is there instead.
func (s *Server) WaitMessage(ctx context.Context, fits func(Message) bool) (Message, error) {
	show := func(m Message) string {
		return fmt.Sprintf("%s %s %s→%s: %s", m.Channel, m.TS, m.User, m.To, m.Text)
	}
	return fake.WaitFor(ctx, s.host, s.since, func(m Message) int { return m.news }, show, fits)
}

// since are the messages that are new or changed since a state of the news, oldest
// change first.
func (s *Server) since(news int) []Message {
	s.host.Lock()
	defer s.host.Unlock()
	var list []Message
	pick := func(messages []*Message) {
		for _, m := range messages {
			if m.news > news {
				list = append(list, *m)
			}
		}
	}
	for _, r := range s.workspace.rooms {
		pick(r.messages)
	}
	pick(s.workspace.ephemerals)
	slices.SortFunc(list, func(a, b Message) int { return a.news - b.news })
	return list
}

// touch makes a message news. The state is locked.
func (s *Server) touch(m *Message) {
	s.workspace.news++
	m.news = s.workspace.news
}

// Say lets a person write in a channel, under a root or, with "", as one.
func (s *Server) Say(user, channel, root, text string) Message {
	s.t.Helper()
	return s.SayBlocks(user, channel, root, text, nil)
}

// SayBlocks is Say with blocks, which are whatever people's clients and other apps make of them.
func (s *Server) SayBlocks(user, channel, root, text string, blocks json.RawMessage) Message {
	s.t.Helper()
	var said Message
	found := false
	s.host.Change(func() {
		if r := s.workspace.rooms[channel]; r != nil {
			s.meet(user)
			said = *s.put(r, Message{User: user, ThreadTS: root, Text: escape(text), Blocks: blocks})
			found = true
		}
	})
	if !found {
		s.t.Errorf("fakeslack: there is no channel %s to write in", channel)
	}
	return said
}

// Delete takes a message away, as its author or an administrator does.
func (s *Server) Delete(channel, ts string) {
	s.host.Change(func() {
		if r := s.workspace.rooms[channel]; r != nil {
			r.messages = slices.DeleteFunc(r.messages, func(m *Message) bool { return m.TS == ts })
		}
	})
}

// Restore adds messages of another Server to a channel, as they were there.
func (s *Server) Restore(channel string, messages []Message) {
	s.host.Change(func() {
		r := s.workspace.rooms[channel]
		for _, m := range messages {
			r.messages = append(r.messages, &m)
			s.touch(&m)
		}
	})
}

// put adds a message to a room. Under a root that is not there, or is no root, it
// is in the channel instead. The state is locked.
func (s *Server) put(r *room, m Message) *Message {
	m.Channel, m.TS = r.ID, s.nextTS(r)
	if root := r.find(m.ThreadTS); root == nil || root.ThreadTS != "" {
		m.ThreadTS = ""
	}
	r.messages = append(r.messages, &m)
	s.touch(&m)
	return &m
}

func (r *room) find(ts string) *Message {
	for _, m := range r.messages {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

// replies are the messages under a root.
func (r *room) replies(root string) []*Message {
	var under []*Message
	for _, m := range r.messages {
		if m.ThreadTS == root {
			under = append(under, m)
		}
	}
	return under
}

// wire is a message as Slack's JSON has it. The state is locked.
func (s *Server) wire(m *Message, withMetadata bool) map[string]any {
	w := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "user": m.User, "team": s.user(m.User).Team}
	if m.Bot != "" {
		w["bot_id"], w["app_id"] = m.Bot, s.config.AppID
	}
	if len(m.Blocks) > 0 {
		w["blocks"] = m.Blocks
	}
	if withMetadata && m.Metadata != nil {
		w["metadata"] = m.Metadata
	}
	if n := len(m.Edited); n > 0 {
		w["edited"] = map[string]string{"user": m.User, "ts": fmt.Sprintf("%d.000000", m.Edited[n-1].Unix())}
	}
	if m.ThreadTS != "" {
		w["thread_ts"] = m.ThreadTS
	}
	if r := s.workspace.rooms[m.Channel]; r != nil && m.ThreadTS == "" && m.To == "" {
		if n := len(r.replies(m.TS)); n > 0 {
			w["thread_ts"], w["reply_count"] = m.TS, n
		}
	}
	return w
}
