package fakediscord

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Permissions (docs: topics/permissions).
const (
	Administrator         int64 = 1 << 3
	ViewChannel           int64 = 1 << 10
	SendMessages          int64 = 1 << 11
	ManageMessages        int64 = 1 << 13
	EmbedLinks            int64 = 1 << 14
	ReadMessageHistory    int64 = 1 << 16
	MentionEveryone       int64 = 1 << 17
	ManageThreads         int64 = 1 << 34
	CreatePublicThreads   int64 = 1 << 35
	SendMessagesInThreads int64 = 1 << 38

	AllPermissions int64 = 1<<53 - 1
)

// Kinds of channels (docs: resources/channel).
const (
	Text               = 0
	DM                 = 1
	Voice              = 2
	Announcement       = 5
	AnnouncementThread = 10
	PublicThread       = 11
	PrivateThread      = 12
	Stage              = 13
	Forum              = 15
)

// Guild is a server.
type Guild struct {
	ID    string
	Name  string
	Roles map[string]string // names of roles by ID
	Open  []string          // of the roles, those that everybody may mention
	NoBot bool              // only the commands are installed: the bot is no member

	Denied int64 // the permissions that the bot lacks in all of it
}

// User is someone.
type User struct {
	ID     string
	Name   string // the ID if empty
	Locale string // "en-US" if empty
	NoDMs  bool   // takes no direct messages from the bot
}

// Member is a user in a guild.
type Member struct {
	User        string
	Roles       []string // IDs
	Permissions int64    // 0 is what people usually have: to see, to write, to use commands
}

// Channel is a channel or a thread.
type Channel struct {
	ID      string
	Name    string // the ID if empty
	Type    int    // Text if 0
	Guild   string // "" of a DM
	Parent  string // of a thread: the channel it hangs in
	User    string // of a DM: who the bot talks to
	Starter string // of a thread from a message: that message's ID, which is the thread's too

	Denied      int64 // the permissions that the bot lacks here; a thread has its parent's as well
	Archived    bool  // of a thread
	Locked      bool  // of a thread; of a channel: no thread can be started
	ThreadsFull bool  // as many threads as a guild may have

	AutoArchive int      // of a thread: minutes
	Members     []string // of a thread: added by the bot's mentions, sorted
}

func (c Channel) isThread() bool {
	return c.Type == AnnouncementThread || c.Type == PublicThread || c.Type == PrivateThread
}

// world is who and what there is. The Server's lock guards it.
type world struct {
	guilds     map[string]Guild
	users      map[string]User
	members    map[string]map[string]Member // by guild, by user
	rooms      map[string]*room
	ephemerals []*Message
	news       int // how often a message was added or changed
}

// room is a channel with what is in it.
type room struct {
	Channel
	messages []*Message // oldest first
}

func newWorld(c Config) world {
	return world{
		guilds:  make(map[string]Guild),
		users:   map[string]User{c.AppID: {ID: c.AppID, Name: c.Command}},
		members: make(map[string]map[string]Member),
		rooms:   make(map[string]*room),
	}
}

// AddGuild makes a guild known, or changes what is known.
func (s *Server) AddGuild(g Guild) {
	s.host.Change(func() { s.world.guilds[g.ID] = g })
}

// AddUser makes someone known, or changes what is known. Anyone who types or clicks
// need not be added.
func (s *Server) AddUser(u User) {
	s.host.Change(func() { s.world.users[u.ID] = u })
}

// AddMember puts someone into a guild, or changes their roles and permissions.
// Anyone who types or clicks in a guild is a member without roles.
func (s *Server) AddMember(guild string, m Member) {
	m.Roles = slices.Clone(m.Roles)
	s.host.Change(func() {
		if s.world.members[guild] == nil {
			s.world.members[guild] = make(map[string]Member)
		}
		s.world.members[guild][m.User] = m
	})
}

// AddChannel opens a channel or a thread. It fails the test if its guild or parent is
// not there.
func (s *Server) AddChannel(c Channel) {
	s.t.Helper()
	missing := ""
	s.host.Change(func() {
		parent := s.world.rooms[c.Parent]
		switch {
		case c.isThread() && parent == nil:
			missing = "parent " + c.Parent
			return
		case c.isThread():
			c.Guild = parent.Guild
		case c.Type != DM && s.world.guilds[c.Guild].ID == "":
			missing = "guild " + c.Guild
			return
		}
		c.Members = slices.Clone(c.Members)
		s.world.rooms[c.ID] = &room{Channel: c}
	})
	if missing != "" {
		s.t.Errorf("fakediscord: channel %s has no %s", c.ID, missing)
	}
}

// EditChannel changes a channel: what the bot may do, whether it is locked, and so on.
// It fails the test if there is none.
func (s *Server) EditChannel(id string, edit func(*Channel)) {
	s.t.Helper()
	found := false
	s.host.Change(func() {
		if r := s.world.rooms[id]; r != nil {
			found = true
			edit(&r.Channel)
		}
	})
	if !found {
		s.t.Errorf("fakediscord: there is no channel %s to edit", id)
	}
}

// DeleteChannel takes a channel or a thread away, with what is in it.
func (s *Server) DeleteChannel(id string) {
	s.host.Change(func() { delete(s.world.rooms, id) })
}

// Channel is a channel or a thread as it is now.
func (s *Server) Channel(id string) (Channel, bool) {
	s.host.Lock()
	defer s.host.Unlock()
	r := s.world.rooms[id]
	if r == nil {
		return Channel{}, false
	}
	c := r.Channel
	c.Members = slices.Clone(c.Members)
	return c, true
}

// Threads are the threads of a channel, oldest first.
func (s *Server) Threads(parent string) []Channel {
	s.host.Lock()
	defer s.host.Unlock()
	var threads []Channel
	for _, r := range s.world.rooms {
		if r.isThread() && r.Parent == parent {
			c := r.Channel
			c.Members = slices.Clone(c.Members)
			threads = append(threads, c)
		}
	}
	slices.SortFunc(threads, func(a, b Channel) int { return compareIDs(a.ID, b.ID) })
	return threads
}

// Direct is the ID of the DM between the bot and a user, which is opened if need be.
func (s *Server) Direct(user string) string {
	id := ""
	s.host.Change(func() { id = s.direct(user).ID })
	return id
}

// direct is the bot's DM with a user. The state is locked.
func (s *Server) direct(user string) *room {
	for _, r := range s.world.rooms {
		if r.Type == DM && r.User == user {
			return r
		}
	}
	r := &room{Channel: Channel{ID: s.nextID(), Type: DM, User: user}}
	s.world.rooms[r.ID] = r
	return r
}

// allowed is what the bot may do in a channel. The state is locked.
func (s *Server) allowed(c Channel) int64 {
	denied := c.Denied | s.world.guilds[c.Guild].Denied
	if parent := s.world.rooms[c.Parent]; c.isThread() && parent != nil {
		denied |= parent.Denied
	}
	if s.world.guilds[c.Guild].NoBot {
		return 0
	}
	return AllPermissions &^ Administrator &^ denied
}

// epoch is where Discord's IDs begin to count milliseconds (docs: reference).
const epoch = 1420070400000

// nextID is an ID that nothing else has. The state is locked.
func (s *Server) nextID() string {
	s.lastID = max(s.lastID+1, (s.config.Now().UnixMilli()-epoch)<<22)
	return strconv.FormatInt(s.lastID, 10)
}

// timestamp is a time as Discord writes it.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }

// compareIDs orders IDs by age.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
