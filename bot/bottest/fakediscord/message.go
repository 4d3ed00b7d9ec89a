package fakediscord

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"liveadmin/bot/bottest/fake"
)

// Flags of a message (docs: resources/message).
const (
	SuppressEmbeds = 1 << 2
	Ephemeral      = 1 << 6
	Loading        = 1 << 7 // "is thinking…": a deferred response that was not edited yet
	SuppressNotify = 1 << 12
)

// Message is a message as it is, or was when it was read.
type Message struct {
	ID         string
	Channel    string
	Author     string // a user's ID; the application's for the bot
	Content    string
	Embeds     []Embed
	Components []Row
	Flags      int
	Edited     []time.Time // when it was changed, by the Server's clock
	Pings      []string    // whom it notified, sorted: user and role IDs, "everyone", "here"

	AllowedMentions json.RawMessage // as it was last sent; nil if it was not
	Nonce           string
	Interaction     string // the ID of the interaction that it answers
	Original        bool   // it is the first response of that interaction, not a follow-up
	To              string // the only reader of an ephemeral message; "" of every other
	Thread          string // the thread that was opened from it

	news int // grows with every change of any message
}

// Messages returns the messages in a channel or a thread, oldest first, without
// those that only one reader sees.
func (s *Server) Messages(channel string) []Message {
	s.host.Lock()
	defer s.host.Unlock()
	r := s.world.rooms[channel]
	if r == nil {
		return nil
	}
	return copies(r.messages)
}

// Message is a message of a channel, or an ephemeral one in it.
func (s *Server) Message(channel, id string) (Message, bool) {
	s.host.Lock()
	defer s.host.Unlock()
	m := s.find(channel, id)
	if m == nil {
		return Message{}, false
	}
	return m.copy(), true
}

// Ephemerals are what only a user saw and has not lost, oldest first.
func (s *Server) Ephemerals(user string) []Message {
	s.host.Lock()
	defer s.host.Unlock()
	var seen []Message
	for _, m := range s.world.ephemerals {
		if m.To == user {
			seen = append(seen, m.copy())
		}
	}
	return seen
}

// WaitMessage waits for a message, ephemeral or not, and returns the first that fits.
// A message is asked about once, and again whenever it changes. The error shows what
// is there instead.
func (s *Server) WaitMessage(ctx context.Context, fits func(Message) bool) (Message, error) {
	show := func(m Message) string {
		return fmt.Sprintf("%s %s %s→%s: %s", m.Channel, m.ID, m.Author, m.To, s.Plain(m))
	}
	return fake.WaitFor(ctx, s.host, s.since, func(m Message) int { return m.news }, show, fits)
}

// Say lets a person write in a channel or a thread, or another application, which can
// also post embeds.
func (s *Server) Say(user, channel, text string, embeds ...Embed) Message {
	s.t.Helper()
	var said Message
	found := false
	s.host.Change(func() {
		if r := s.world.rooms[channel]; r != nil {
			said = s.put(r, Message{Author: user, Content: text, Embeds: embeds}).copy()
			found = true
		}
	})
	if !found {
		s.t.Errorf("fakediscord: there is no channel %s to write in", channel)
	}
	return said
}

// Delete takes a message away, as its author or a moderator does. A thread from it
// stays.
func (s *Server) Delete(channel, id string) {
	s.host.Change(func() {
		if m := s.find(channel, id); m != nil {
			s.vanish(m)
		}
	})
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
				list = append(list, m.copy())
			}
		}
	}
	for _, r := range s.world.rooms {
		pick(r.messages)
	}
	pick(s.world.ephemerals)
	slices.SortFunc(list, func(a, b Message) int { return a.news - b.news })
	return list
}

// put adds a message to a room, or to what its only reader sees. The state is locked.
func (s *Server) put(r *room, m Message) *Message {
	m.ID, m.Channel = s.nextID(), r.ID
	kept := &m
	if m.To != "" {
		s.world.ephemerals = append(s.world.ephemerals, kept)
	} else {
		r.messages = append(r.messages, kept)
	}
	s.touch(kept)
	return kept
}

// touch makes a message news. The state is locked.
func (s *Server) touch(m *Message) {
	s.world.news++
	m.news = s.world.news
}

// find returns a message, wherever it is, or nil. The state is locked.
func (s *Server) find(channel, id string) *Message {
	if r := s.world.rooms[channel]; r != nil {
		if m := r.find(id); m != nil {
			return m
		}
	}
	for _, m := range s.world.ephemerals {
		if m.Channel == channel && m.ID == id {
			return m
		}
	}
	return nil
}

func (r *room) find(id string) *Message {
	for _, m := range r.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// vanish takes a message away. The state is locked.
func (s *Server) vanish(m *Message) {
	same := func(other *Message) bool { return other == m }
	s.world.ephemerals = slices.DeleteFunc(s.world.ephemerals, same)
	if r := s.world.rooms[m.Channel]; r != nil {
		r.messages = slices.DeleteFunc(r.messages, same)
	}
}

// copy is a message that later changes leave alone.
func (m *Message) copy() Message {
	c := *m
	c.Edited, c.Pings = slices.Clone(m.Edited), slices.Clone(m.Pings)
	return c // embeds and rows are replaced as a whole, never changed
}

func copies(messages []*Message) []Message {
	var list []Message
	for _, m := range messages {
		list = append(list, m.copy())
	}
	return list
}
