package fakediscord

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// nonceAge is how long an enforced nonce is remembered: "a few minutes" in the
// documents.
const nonceAge = 3 * time.Minute

// room finds the channel of a call that the bot may see, or the refusal. The state is
// locked.
func (s *Server) room(q *query) (*room, answer) {
	r := s.world.rooms[q.PathValue("channel")]
	switch {
	case r == nil:
		return nil, notFound(UnknownChannel, "Channel")
	case !s.can(r, ViewChannel):
		return nil, forbidden(MissingAccess, "Missing Access")
	}
	return r, answer{}
}

// can reports whether the bot has permissions, all of them, in a channel.
func (s *Server) can(r *room, permissions int64) bool {
	return r.Type == DM || s.allowed(r.Channel)&permissions == permissions
}

func (s *Server) createMessage(q *query) answer {
	r, refused := s.room(q)
	if r == nil {
		return refused
	}
	if r.Type == Forum {
		return bad(WrongChannelType, "Cannot execute action on this channel type")
	}
	if refused := s.mayPost(r); refused.refused() {
		return refused
	}
	d, refused := parseDraft(q.body, asBotUser)
	if refused.refused() {
		return refused
	}
	if len(d.embeds) > 0 && !s.can(r, EmbedLinks) {
		return forbidden(MissingPermissions, "Missing Permissions")
	}
	if d.enforce && d.nonce != "" {
		if first := s.withNonce(d.nonce); first != nil {
			return ok(s.wire(first))
		}
	}
	m, refused := d.message(s.config.AppID)
	if refused.refused() {
		return refused
	}
	r.Archived = false
	posted := s.put(r, m)
	s.notify(posted, d.pings)
	return ok(s.wire(posted))
}

// mayPost refuses a post of the bot's where it must not be. The state is locked.
func (s *Server) mayPost(r *room) answer {
	needed := SendMessages
	if r.isThread() {
		needed = SendMessagesInThreads
	}
	switch {
	case r.Type == DM && s.world.users[r.User].NoDMs:
		return forbidden(CannotMessageUser, "Cannot send messages to this user")
	case !s.can(r, needed):
		return forbidden(MissingPermissions, "Missing Permissions")
	case r.Locked && r.isThread() && !s.can(r, ManageThreads):
		return bad(ThreadLocked, "This thread is locked")
	}
	return answer{}
}

// withNonce is the bot's message that has a nonce, in any channel, or nil.
func (s *Server) withNonce(nonce string) *Message {
	for _, r := range s.world.rooms {
		for _, m := range r.messages {
			if m.Nonce == nonce && m.Author == s.config.AppID && s.config.Now().Sub(timeOf(m.ID)) <= nonceAge {
				return m
			}
		}
	}
	return nil
}

// listMessages gives the newest messages, or those on one side of another, newest
// first.
func (s *Server) listMessages(q *query) answer {
	r, refused := s.room(q)
	if r == nil {
		return refused
	}
	args := q.URL.Query()
	most := 50
	if text := args.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return flawed("limit", "int value should be between 1 and 100.").answer()
		}
		most = n
	}
	list := []any{}
	if !s.can(r, ReadMessageHistory) {
		return ok(list)
	}
	messages := slices.Clone(r.messages)
	if after := args.Get("after"); after != "" {
		messages = slices.DeleteFunc(messages, func(m *Message) bool { return compareIDs(m.ID, after) <= 0 })
		messages = messages[:min(most, len(messages))]
	}
	if before := args.Get("before"); before != "" {
		messages = slices.DeleteFunc(messages, func(m *Message) bool { return compareIDs(m.ID, before) >= 0 })
	}
	slices.Reverse(messages)
	for _, m := range messages[:min(most, len(messages))] {
		list = append(list, s.wireRead(m))
	}
	return ok(list)
}

func (s *Server) editMessage(q *query) answer {
	r, refused := s.room(q)
	if r == nil {
		return refused
	}
	m := r.find(q.PathValue("message")) // ephemeral messages are not there for the bot
	switch {
	case m == nil:
		return notFound(UnknownMessage, "Message")
	case m.Author != s.config.AppID:
		return forbidden(NotYourMessage, "Cannot edit a message authored by another user")
	}
	d, refused := parseDraft(q.body, asBotUser)
	if refused.refused() {
		return refused
	}
	if refused := s.edit(m, d); refused.refused() {
		return refused
	}
	return ok(s.wire(m))
}

// openDM opens the bot's conversation with a user.
func (s *Server) openDM(q *query) answer {
	var in struct {
		User string `json:"recipient_id"`
	}
	if refused, fine := q.decode(&in); !fine {
		return refused
	}
	if !isID(in.User) || in.User == s.config.AppID {
		return bad(CannotMessageUser, "Cannot send messages to this user")
	}
	return ok(s.wireChannel(s.direct(in.User)))
}

func (s *Server) getMe(*query) answer { return ok(s.wireUser(s.config.AppID)) }

// getUser describes anybody who has an account: those that were added.
func (s *Server) getUser(q *query) answer {
	id := q.PathValue("user")
	if s.world.users[id].ID == "" {
		return notFound(UnknownUser, "User")
	}
	return ok(s.wireUser(id))
}

// getApplication says whose token it is.
func (s *Server) getApplication(*query) answer {
	var endpoint any
	if s.hub.endpoint != "" {
		endpoint = s.hub.endpoint
	}
	return ok(map[string]any{
		"interactions_endpoint_url": endpoint,
		"id":                        s.config.AppID, "name": s.config.Command, "icon": nil, "description": "", "summary": "",
		"bot_public": false, "bot_require_code_grant": false, "flags": 0,
		"verify_key": s.PublicKey(), "bot": s.wireUser(s.config.AppID),
	})
}

// mostGuilds is how many guilds are listed at once.
const mostGuilds = 200

// listGuilds is the guilds that the bot is in, by ID.
func (s *Server) listGuilds(q *query) answer {
	args := q.URL.Query()
	most := mostGuilds
	if text := args.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostGuilds {
			return flawed("limit", "int value should be between 1 and 200.").answer()
		}
		most = n
	}
	guilds := []any{}
	for _, id := range slices.SortedFunc(maps.Keys(s.world.guilds), compareIDs) {
		if after := args.Get("after"); len(guilds) == most || after != "" && compareIDs(id, after) <= 0 {
			continue
		}
		if g := s.world.guilds[id]; !g.NoBot {
			guilds = append(guilds, map[string]any{"id": g.ID, "name": g.Name, "owner": false, "permissions": strconv.FormatInt(s.allowed(Channel{Guild: g.ID}), 10)})
		}
	}
	return ok(guilds)
}

func (s *Server) getGuild(q *query) answer {
	g := s.world.guilds[q.PathValue("guild")]
	switch {
	case g.ID == "":
		return notFound(UnknownGuild, "Guild")
	case g.NoBot:
		return forbidden(MissingAccess, "Missing Access")
	}
	roles := []any{}
	for id, name := range g.Roles {
		roles = append(roles, map[string]any{"id": id, "name": name, "permissions": "0", "mentionable": slices.Contains(g.Open, id)})
	}
	return ok(map[string]any{"id": g.ID, "name": g.Name, "roles": roles})
}
