package fakediscord

import (
	"cmp"
	"slices"
)

// MenuInput is the use of a menu on a member, with everything that can be chosen.
type MenuInput struct {
	User    string
	Channel string
	Name    string // of the command
	Target  string // the member

	Forged bool      // the registered commands are not consulted
	Sign   Signature // HTTP mode
}

// Menu uses a menu on a member. It fails the test where the person could not.
func (s *Server) Menu(user, channel, name, target string) *Interaction {
	s.t.Helper()
	return s.SendMenu(MenuInput{User: user, Channel: channel, Name: name, Target: target})
}

// SendMenu is Menu with everything that can be chosen.
func (s *Server) SendMenu(in MenuInput) *Interaction {
	s.t.Helper()
	i := &Interaction{s: s, kind: commandType, User: in.User, Channel: in.Channel, sign: in.Sign}
	wrong := ""
	s.host.Change(func() {
		r := s.world.rooms[in.Channel]
		if r == nil {
			wrong = "there is no channel " + in.Channel
			return
		}
		i.Guild = r.Guild
		command := s.registry.registered(r.Guild, in.Name, userMenu)
		if command == nil && !in.Forged {
			wrong = "there is no menu " + in.Name
			return
		}
		s.begin(i, r, s.menuData(r.Guild, command, in), nil)
	})
	return s.sent(i, wrong)
}

// menuData is the data of a menu's use, with whom it is about. The state is locked.
func (s *Server) menuData(guild string, c *Command, in MenuInput) map[string]any {
	resolved := map[string]any{"users": map[string]any{in.Target: s.wireUser(in.Target)}}
	if guild != "" {
		member := s.wireMember(guild, in.Target)
		delete(member, "user") // it is under users
		delete(member, "deaf")
		delete(member, "mute")
		resolved["members"] = map[string]any{in.Target: member}
	}
	data := map[string]any{"id": "1", "name": in.Name, "type": userMenu, "target_id": in.Target, "resolved": resolved}
	if c != nil {
		data["id"] = c.ID
		if c.GuildID != "" {
			data["guild_id"] = c.GuildID
		}
	}
	return data
}

// Modal is the form that was opened in answer, if one was.
func (i *Interaction) Modal() (Modal, bool) {
	i.s.host.Lock()
	defer i.s.host.Unlock()
	if i.modal == nil || !slices.ContainsFunc(i.callbacks, func(c Callback) bool { return c.Type == withModal && c.Accepted() }) {
		return Modal{}, false
	}
	return *i.modal, true
}

// SubmitInput is a modal that is sent, with everything that can be chosen.
type SubmitInput struct {
	Opened *Interaction // in answer to which it was opened
	User   string       // empty: who opened it
	Filled Filled
	Data   any // in place of what Filled makes: a client that lies

	Channel string    // empty: where it was opened
	Sign    Signature // HTTP mode
}

// Submit sends a modal. It fails the test where the person could not: if no modal is open, or
// it does not take what is filled in.
func (s *Server) Submit(opened *Interaction, filled Filled) *Interaction {
	s.t.Helper()
	return s.SendSubmit(SubmitInput{Opened: opened, Filled: filled})
}

// SendSubmit is Submit with everything that can be chosen.
func (s *Server) SendSubmit(in SubmitInput) *Interaction {
	s.t.Helper()
	i := &Interaction{
		s: s, kind: modalType, User: cmp.Or(in.User, in.Opened.User), Channel: cmp.Or(in.Channel, in.Opened.Channel), sign: in.Sign,
	}
	data, wrong := in.Data, ""
	if data == nil {
		m, open := in.Opened.Modal()
		if data, wrong = m.submitted(in.Filled); !open {
			wrong = "no modal is open"
		}
	}
	s.host.Change(func() {
		r := s.world.rooms[i.Channel]
		if r == nil && wrong == "" {
			wrong = "there is no channel " + i.Channel
		}
		if wrong == "" {
			i.Guild = r.Guild
			s.begin(i, r, data, nil)
		}
	})
	return s.sent(i, wrong)
}

// count is how many commands of a kind there are.
func count(list []*Command, kind int) (n int) {
	for _, c := range list {
		if c.Type == kind {
			n++
		}
	}
	return n
}
