package slack

// Methods are the methods of the Web API that the bot uses.
func Methods() []string {
	var all []string
	for m := range scopes {
		all = append(all, string(m))
	}
	return all
}

// Scopes are the scopes that a method needs.
func Scopes(name string) string { return scopes[method(name)] }

// UnreadGroups are the user groups of the policy whose members are not known.
func (s *Slack) UnreadGroups() []string {
	_, unread := s.memberships("")
	return unread
}
