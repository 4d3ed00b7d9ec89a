package fakeslack

import (
	"net/url"
	"slices"
)

// reach finds the channel of a call as the bot may see it. Without membership it is
// refused, except in a public channel if the caller says so. The state is locked.
func (s *Server) reach(id string, evenPublic bool) (*room, answer) {
	r := s.workspace.rooms[id]
	switch {
	case r == nil, r.Kind != Public && !r.has(s.config.BotUser):
		return nil, refuse("channel_not_found")
	case r.Archived:
		return nil, refuse("is_archived")
	case !r.has(s.config.BotUser) && !evenPublic:
		return nil, refuse("not_in_channel")
	}
	return r, nil
}

// postMessage is chat.postMessage. A person's ID in place of a channel is their
// direct messages.
func (s *Server) postMessage(args url.Values) answer {
	id := args.Get("channel")
	if u, known := s.workspace.users[id]; known && u.ID != s.config.BotUser {
		id = s.direct(id).ID
	}
	r, refused := s.reach(id, needs("chat:write.public", s.botScopes()) == nil)
	if refused != nil {
		return refused
	}
	thread := args.Get("thread_ts")
	if thread != "" && !wellFormedTS(thread) {
		return refuse("invalid_thread_ts")
	}
	if code := r.refuses(thread != ""); code != "" {
		return refuse(code)
	}
	c, refused := parseContent(args, maxPostText)
	if refused != nil {
		return refused
	}
	m := s.fromBot(c, args)
	m.ThreadTS = thread
	posted := s.put(r, m)
	return done(answer{"channel": r.ID, "ts": posted.TS, "message": s.wire(posted, true)})
}

// fromBot is a message of the bot with a content. The state is locked.
func (s *Server) fromBot(c content, args url.Values) Message {
	return Message{
		User: s.config.BotUser, Bot: s.config.BotID,
		Text: c.text, Blocks: c.blocks, Metadata: c.metadata,
		LinkNames: yes(args, "link_names", false) || args.Get("parse") == "full",
		Unfurl:    yes(args, "unfurl_links", false) || yes(args, "unfurl_media", true),
	}
}

// update is chat.update. What is not given stays: blocks, metadata.
func (s *Server) update(args url.Values) answer {
	r, refused := s.reach(args.Get("channel"), true)
	if refused != nil {
		return refused
	}
	m := r.find(args.Get("ts"))
	switch {
	case m == nil:
		return refuse("message_not_found")
	case m.Bot != s.config.BotID:
		return refuse("cant_update_message")
	}
	c, refused := parseContent(args, maxUpdateText)
	if refused != nil {
		return refused
	}
	s.edit(m, c)
	return done(answer{"channel": r.ID, "ts": m.TS, "text": m.Text, "message": s.wire(m, true)})
}

// edit changes a message to a content. The state is locked.
func (s *Server) edit(m *Message, c content) {
	if c.hasText {
		m.Text = c.text
	}
	if c.hasBlocks {
		m.Blocks = c.blocks
	}
	if c.hasMetadata {
		m.Metadata = c.metadata
	}
	m.Edited = append(slices.Clip(m.Edited), s.config.Now())
	s.touch(m)
}

// postEphemeral is chat.postEphemeral. In a thread without a reply it is accepted
// and never seen.
func (s *Server) postEphemeral(args url.Values) answer {
	r, refused := s.reach(args.Get("channel"), false)
	if refused != nil {
		return refused
	}
	user, thread := args.Get("user"), args.Get("thread_ts")
	switch {
	case !r.has(user):
		return refuse("user_not_in_channel")
	case thread != "" && !wellFormedTS(thread):
		return refuse("invalid_thread_ts")
	}
	c, refused := parseContent(args, maxPostText)
	if refused != nil {
		return refused
	}
	m := s.fromBot(c, args)
	m.ThreadTS = thread
	if thread != "" && len(r.replies(thread)) == 0 {
		return done(answer{"message_ts": s.nextTS(r)})
	}
	return done(answer{"message_ts": s.whisper(r, user, m).TS})
}

// whisper shows a message of a channel to one user. The state is locked.
func (s *Server) whisper(r *room, user string, m Message) *Message {
	m.Channel, m.To, m.TS = r.ID, user, s.nextTS(r)
	s.workspace.ephemerals = append(s.workspace.ephemerals, &m)
	s.touch(&m)
	return &m
}

// yes reads a boolean argument.
func yes(args url.Values, name string, otherwise bool) bool {
	switch args.Get(name) {
	case "":
		return otherwise
	case "1", "true":
		return true
	}
	return false
}

// wellFormedTS reports whether a ts has the form of one: seconds, a point, six digits.
func wellFormedTS(ts string) bool {
	if len(ts) < 8 || ts[len(ts)-7] != '.' {
		return false
	}
	for i, c := range ts {
		if i != len(ts)-7 && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
