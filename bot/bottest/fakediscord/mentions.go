package fakediscord

import (
	"encoding/json"
	"regexp"
	"slices"
)

// maxMentioned is how many IDs allowed_mentions takes of each kind.
const maxMentioned = 100

// policy is whom a message may notify.
type policy struct {
	parse        []string // kinds of which everyone is: "users", "roles", "everyone"
	users, roles []string // those alone
}

// parsePolicy reads allowed_mentions. Left out, a message of the bot notifies
// everyone whom it mentions, one of an interaction users only. What parse: null
// means is not documented: beside a list of IDs it counts as an empty parse, alone as
// if nothing were there.
func parsePolicy(raw json.RawMessage, by sender) (policy, flaw) {
	all := policy{parse: []string{"users", "roles", "everyone"}}
	if by == asInteraction {
		all = policy{parse: []string{"users"}}
	}
	if raw == nil {
		return all, flaw{}
	}
	in := struct {
		Parse json.RawMessage `json:"parse"`
		Users []string        `json:"users"`
		Roles []string        `json:"roles"`
	}{}
	if err := json.Unmarshal(raw, &in); err != nil {
		return policy{}, flawed("allowed_mentions", "%v", err)
	}
	p := policy{users: in.Users, roles: in.Roles}
	if string(in.Parse) == "null" && len(p.users)+len(p.roles) == 0 {
		return all, flaw{}
	}
	if in.Parse != nil && json.Unmarshal(in.Parse, &p.parse) != nil {
		return policy{}, flawed("allowed_mentions.parse", "Must be a list.")
	}
	return p, p.check()
}

func (p policy) check() flaw {
	for _, kind := range p.parse {
		if kind != "users" && kind != "roles" && kind != "everyone" {
			return flawed("allowed_mentions.parse", "Value must be one of ('users', 'roles', 'everyone').")
		}
	}
	for _, list := range []struct {
		kind string
		ids  []string
	}{{"users", p.users}, {"roles", p.roles}} {
		path := "allowed_mentions." + list.kind
		switch {
		case len(list.ids) > maxMentioned:
			return flawed(path, "Must be %d or fewer in length.", maxMentioned)
		case len(list.ids) > 0 && slices.Contains(p.parse, list.kind):
			return flawed(path, "parse:[%q] and %s: [ids...] are mutually exclusive.", list.kind, list.kind)
		case slices.ContainsFunc(list.ids, func(id string) bool { return !isID(id) }):
			return flawed(path, "Value is not snowflake.")
		}
	}
	return flaw{}
}

func isID(text string) bool { return regexp.MustCompile(`^\d{1,20}$`).MatchString(text) }

// notify notes whom a message notifies, and adds them to its thread. Only the
// content mentions anyone, embeds do not; what is in code counts, the stricter
// reading. The state is locked.
func (s *Server) notify(m *Message, p policy) {
	var people []string
	m.Pings = nil
	for _, found := range regexp.MustCompile(`<@(!|&)?(\d+)>|@(everyone|here)`).FindAllStringSubmatch(m.Content, -1) {
		mark, id, crowd := found[1], found[2], found[3]
		switch {
		case crowd != "":
			if s.mayMentionEveryone(m) && p.allows("everyone", nil, crowd) {
				m.Pings = append(m.Pings, crowd)
			}
		case mark == "&":
			if p.allows("roles", p.roles, id) && (s.mayMentionEveryone(m) || s.isOpen(m, id)) {
				m.Pings = append(m.Pings, id)
			}
		case p.allows("users", p.users, id):
			people = append(people, id)
		}
	}
	m.Pings = append(m.Pings, people...)
	slices.Sort(m.Pings)
	m.Pings = slices.Compact(m.Pings)
	if r := s.world.rooms[m.Channel]; r != nil && r.isThread() {
		r.Members = append(r.Members, people...)
		slices.Sort(r.Members)
		r.Members = slices.Compact(r.Members)
	}
}

func (p policy) allows(kind string, list []string, id string) bool {
	return slices.Contains(p.parse, kind) || slices.Contains(list, id)
}

// isOpen reports whether everybody may mention a role where a message is.
func (s *Server) isOpen(m *Message, role string) bool {
	r := s.world.rooms[m.Channel]
	return r != nil && slices.Contains(s.world.guilds[r.Guild].Open, role)
}

func (s *Server) mayMentionEveryone(m *Message) bool {
	r := s.world.rooms[m.Channel]
	return r != nil && s.allowed(r.Channel)&MentionEveryone != 0
}
