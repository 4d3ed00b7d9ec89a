package simulator

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// TypeAVChatRoom is the type of a live streaming group.
const TypeAVChatRoom = "AVChatRoom"

const (
	seats           = 5  // administrators of a live group (1047/60525)
	maxGroupIDBytes = 48 // 8501
)

// The values of CommandType.
const (
	commandSet    = 1
	commandCancel = 2
)

// Group is a group at its beginning.
type Group struct {
	Type        string   // "" for AVChatRoom; or "Public", "ChatRoom", "Community", …
	Admins      []string // in the order in which they were set; they need not be accounts
	PlanMissing bool     // the plan or the console's switch is missing: 10008
}

// groups holds the groups. Its zero value is empty.
type groups struct {
	mu  sync.Mutex
	all map[string]*group
	lag time.Duration
}

type group struct {
	typ         string
	planMissing bool
	versions    []version // oldest first, never empty
}

// version is who the administrators were from a time on. Its list is never changed.
type version struct {
	from   time.Time
	admins []string
}

func (g *group) current() []string { return g.versions[len(g.versions)-1].admins }

// AddGroup adds a group, or replaces the one of that ID.
func (s *Server) AddGroup(id string, g Group) {
	if g.Type == "" {
		g.Type = TypeAVChatRoom
	}
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	if s.groups.all == nil {
		s.groups.all = map[string]*group{}
	}
	s.groups.all[id] = &group{
		typ:         g.Type,
		planMissing: g.PlanMissing,
		versions:    []version{{admins: distinct(g.Admins)}},
	}
}

// RemoveGroup deletes a group, if it is there.
func (s *Server) RemoveGroup(id string) {
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	delete(s.groups.all, id)
}

// Admins returns a group's true administrators, whatever the lag, in the order
// in which they were set; nil if there is no such group.
func (s *Server) Admins(id string) []string {
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	g := s.groups.all[id]
	if g == nil {
		return nil
	}
	return slices.Clone(g.current())
}

// SetAdmins replaces a group's administrators as if it were done in the
// console: visible at once. It fails if there is no such group.
func (s *Server) SetAdmins(id string, admins []string) error {
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	g := s.groups.all[id]
	if g == nil {
		return fmt.Errorf("simulator: no group %q", id)
	}
	g.versions = []version{{admins: distinct(admins)}}
	return nil
}

// SetLag makes get_admin_list show what was true d ago. What AddGroup and
// SetAdmins did is visible at once.
func (s *Server) SetLag(d time.Duration) {
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	s.groups.lag = d
}

// find returns the live group of that ID, or why there is none. The caller
// holds the lock.
func (gs *groups) find(id string) (*group, *answer) {
	if !wellFormed(id, maxGroupIDBytes) {
		return nil, &answer{code: codeBadGroupID, info: "invalid group id"}
	}
	g := gs.all[id]
	switch {
	case g == nil:
		return nil, &answer{code: codeNoSuchGroup, info: "this group does not exist"}
	case g.typ != TypeAVChatRoom:
		return nil, &answer{code: codeWrongGroupType, info: "this group is no AVChatRoom"}
	case g.planMissing:
		return nil, &answer{code: CodeFullOrPlan, info: "the plan or the online member list switch is missing"}
	}
	return g, nil
}

// shown returns what get_admin_list shows at a time, or why it shows nothing.
func (gs *groups) shown(id string, now time.Time) ([]string, *answer) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g, refused := gs.find(id)
	if refused != nil {
		return nil, refused
	}
	i := len(g.versions) - 1
	for gs.lag > 0 && i > 0 && g.versions[i].from.After(now.Add(-gs.lag)) {
		i--
	}
	return slices.Clone(g.versions[i].admins), nil
}

// change asks decide who the administrators are to be and what to answer.
// decide must leave the list it is given as it is.
func (gs *groups) change(id string, now time.Time, decide func(admins []string) ([]string, answer)) answer {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g, refused := gs.find(id)
	if refused != nil {
		return *refused
	}
	admins, a := decide(g.current())
	if !slices.Equal(admins, g.current()) {
		g.versions = append(g.versions, version{from: now, admins: admins})
	}
	return a
}

// distinct returns a copy with each item once, the first of its kind.
func distinct(items []string) []string {
	once := make([]string, 0, len(items))
	for _, item := range items {
		if !slices.Contains(once, item) {
			once = append(once, item)
		}
	}
	return once
}

// wellFormed reports whether an ID has 1 to limit bytes, all of them printable
// ASCII (1047/33529, 7003).
func wellFormed(id string, limit int) bool {
	for i := range len(id) {
		if id[i] < 0x20 || id[i] > 0x7e {
			return false
		}
	}
	return id != "" && len(id) <= limit
}
