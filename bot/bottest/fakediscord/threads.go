package fakediscord

import (
	"slices"
	"strings"
)

// maxThreadName is the longest name of a thread, in characters.
const maxThreadName = 100

// defaultArchive is the minutes after which a thread archives itself by default.
const defaultArchive = 4320

// threadForm is a body of StartThread.
type threadForm struct {
	Name        string `json:"name"`
	AutoArchive *int   `json:"auto_archive_duration"`
}

func (f *threadForm) check() flaw {
	f.Name = strings.TrimSpace(f.Name)
	if wrong := length("name", f.Name, 1, maxThreadName); wrong.found() {
		return wrong
	}
	if f.AutoArchive != nil && !slices.Contains([]int{60, 1440, 4320, 10080}, *f.AutoArchive) {
		return flawed("auto_archive_duration", "Value must be one of {60, 1440, 4320, 10080}.")
	}
	return flaw{}
}

// startThread opens a thread from a message. It gets the message's ID.
func (s *Server) startThread(q *query) answer {
	r, refused := s.room(q)
	if r == nil {
		return refused
	}
	if r.Type != Text && r.Type != Announcement {
		return bad(WrongChannelType, "Cannot execute action on this channel type")
	}
	if !s.can(r, CreatePublicThreads|ReadMessageHistory) {
		return forbidden(MissingPermissions, "Missing Permissions")
	}
	m := r.find(q.PathValue("message"))
	if m == nil {
		return notFound(UnknownMessage, "Message")
	}
	var in threadForm
	if refused, fine := q.decode(&in); !fine {
		return refused
	}
	if f := in.check(); f.found() {
		return f.answer()
	}
	switch {
	case s.world.rooms[m.ID] != nil || m.Thread != "":
		return bad(ThreadExists, "A thread has already been created for this message")
	case r.Locked:
		return bad(ThreadLocked, "This thread is locked")
	case r.ThreadsFull:
		return bad(TooManyThreads, "Maximum number of active threads reached")
	}
	return created(s.wireChannel(s.openThread(r, m, in)))
}

// openThread opens a thread that nothing speaks against. The state is locked.
func (s *Server) openThread(r *room, m *Message, in threadForm) *room {
	thread := &room{Channel: Channel{
		ID: m.ID, Name: in.Name, Type: PublicThread, Guild: r.Guild, Parent: r.ID,
		Starter: m.ID, AutoArchive: defaultArchive,
	}}
	if r.Type == Announcement {
		thread.Type = AnnouncementThread
	}
	if in.AutoArchive != nil {
		thread.AutoArchive = *in.AutoArchive
	}
	s.world.rooms[thread.ID] = thread
	m.Thread = thread.ID
	s.touch(m)
	return thread
}
