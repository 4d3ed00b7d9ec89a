package fakeslack

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
)

// User is a person.
type User struct {
	ID         string
	Name       string // shown after "@"; the ID if empty
	Team       string // the workspace; the installing one if empty
	Enterprise string // the organisation of another workspace; "" if it has none
	Locale     string // as "ko-KR"; "en-US" if empty
}

// Kind is what sort of conversation a channel is.
type Kind string

// The kinds of channels. The bot does not see private channels and direct
// messages that it is no member of.
const (
	Public  Kind = "" // the zero value
	Private Kind = "private"
	IM      Kind = "im"
)

// Channel is a conversation.
type Channel struct {
	ID       string
	Name     string // the ID if empty
	Kind     Kind
	Members  []string // user IDs; with the bot's own ID where it was invited
	Archived bool
	Shared   bool // with another workspace, through Slack Connect

	// Restricted is a refusal of the family "restricted_action…". Those that end in
	// _thread_locked and _non_threadable_channel meet replies, _thread_only_channel
	// meets roots, any other meets every post.
	Restricted string
}

func (c Channel) has(user string) bool { return slices.Contains(c.Members, user) }

// refuses is the restriction that meets a post, or "".
func (c Channel) refuses(reply bool) string {
	switch c.Restricted {
	case "restricted_action_thread_locked", "restricted_action_non_threadable_channel":
		if !reply {
			return ""
		}
	case "restricted_action_thread_only_channel":
		if reply {
			return ""
		}
	}
	return c.Restricted
}

// workspace is who and what there is. The Server's lock guards it.
type workspace struct {
	users      map[string]User
	groups     map[string][]string // members of user groups
	rooms      map[string]*room
	ephemerals []*Message
	homes      map[string]Home // by user
	news       int             // how often a message was added or changed
}

// room is a channel with what is in it.
type room struct {
	Channel
	lastTS   int64      // microseconds
	messages []*Message // oldest first
}

func newWorkspace(c Config) workspace {
	return workspace{
		users:  map[string]User{c.BotUser: {ID: c.BotUser, Name: strings.TrimPrefix(c.Command, "/"), Team: c.Team}},
		groups: make(map[string][]string),
		rooms:  make(map[string]*room),
		homes:  make(map[string]Home),
	}
}

// AddUser makes someone known, or changes what is known. Members of channels, and
// people who type, click or write, need not be added: they are of the installing
// workspace.
func (s *Server) AddUser(u User) {
	s.host.Change(func() { s.workspace.users[u.ID] = u })
}

// AddChannel opens a channel.
func (s *Server) AddChannel(c Channel) {
	c.Members = slices.Clone(c.Members)
	s.host.Change(func() {
		s.workspace.rooms[c.ID] = &room{Channel: c}
		for _, member := range c.Members {
			s.meet(member)
		}
	})
}

// EditChannel changes a channel: archives it, invites the bot, and so on. It fails
// the test if there is none.
func (s *Server) EditChannel(id string, edit func(*Channel)) {
	s.t.Helper()
	found := false
	s.host.Change(func() {
		if r := s.workspace.rooms[id]; r != nil {
			found = true
			edit(&r.Channel)
		}
	})
	if !found {
		s.t.Errorf("fakeslack: there is no channel %s to edit", id)
	}
}

// SetUserGroup says who is in a user group (S…); with no names it is empty.
func (s *Server) SetUserGroup(id string, members ...string) {
	s.host.Change(func() { s.workspace.groups[id] = slices.Clone(members) })
}

// meet makes someone known. The state is locked.
func (s *Server) meet(id string) User {
	u := s.user(id)
	s.workspace.users[id] = u
	return u
}

// user is someone with every field filled. The state is locked.
func (s *Server) user(id string) User {
	u := s.workspace.users[id]
	u.ID = id
	if u.Name == "" {
		u.Name = id
	}
	if u.Team == "" || u.Team == s.config.Team {
		u.Team, u.Enterprise = s.config.Team, s.config.Enterprise
	}
	return u
}

// direct is the bot's conversation with a user, opened if need be. The state is
// locked.
func (s *Server) direct(user string) *room {
	id := "D" + user
	r := s.workspace.rooms[id]
	if r == nil {
		r = &room{Channel: Channel{ID: id, Kind: IM, Members: []string{user, s.config.BotUser}}}
		s.workspace.rooms[id] = r
	}
	return r
}

// nextTS is a ts that no message of the room has. The state is locked.
func (s *Server) nextTS(r *room) string {
	r.lastTS = max(r.lastTS+1, s.config.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", r.lastTS/1e6, r.lastTS%1e6)
}

// unique is a word that no other Server ever uses, as IDs and secrets are.
func unique() string { return rand.Text() }
