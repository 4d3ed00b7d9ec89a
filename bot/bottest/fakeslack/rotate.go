package fakeslack

import "slices"

// AddBotToken makes another token good for the bot, as token rotation does. The one
// before stays good until it is revoked.
func (s *Server) AddBotToken(token string) {
	s.host.Change(func() { s.credentials.scopes[token] = slices.Clone(s.config.Scopes) })
}
