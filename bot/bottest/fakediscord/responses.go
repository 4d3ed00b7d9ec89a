package fakediscord

// response finds the original response that a call is about, or the refusal.
func (s *Server) response(q *query) (*Message, answer) {
	i, refused := s.hook(q)
	if i == nil {
		return nil, refused
	}
	m := s.find(i.Channel, i.original)
	if m == nil {
		return nil, notFound(UnknownMessage, "Message")
	}
	return m, answer{}
}

func (s *Server) getResponse(q *query) answer {
	m, refused := s.response(q)
	if m == nil {
		return refused
	}
	return ok(s.wire(m))
}

func (s *Server) editResponse(q *query) answer {
	m, refused := s.response(q)
	if m == nil {
		return refused
	}
	return s.rewrite(m, q.body)
}

// rewrite edits a response.
func (s *Server) rewrite(m *Message, raw []byte) answer {
	d, refused := parseDraft(raw, asInteraction)
	if refused.refused() {
		return refused
	}
	if refused := s.edit(m, d); refused.refused() {
		return refused
	}
	return ok(s.wire(m))
}

func (s *Server) deleteResponse(q *query) answer {
	m, refused := s.response(q)
	if m == nil {
		return refused
	}
	s.vanish(m)
	return noContent()
}

// createFollowup posts one more message. Straight after a deferred response it counts
// as the edit of that one, and is as ephemeral as that one is.
func (s *Server) createFollowup(q *query) answer {
	i, refused := s.hook(q)
	if i == nil {
		return refused
	}
	if original := s.find(i.Channel, i.original); original != nil && original.Flags&Loading != 0 {
		return s.rewrite(original, q.body)
	}
	m, refused := s.compose(i, q.body)
	if refused.refused() {
		return refused
	}
	i.followups = append(i.followups, m.ID)
	return ok(s.wire(m))
}
