package fakeslack

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// credentials is what the app's tokens are good for. The Server's lock guards it.
type credentials struct {
	scopes   map[string][]string // of each valid token
	refusals map[string]string   // the error that a token gets
}

func newCredentials(c Config) credentials {
	return credentials{
		scopes: map[string][]string{
			c.BotToken: c.Scopes,
			c.AppToken: {"connections:write"},
		},
		refusals: make(map[string]string),
	}
}

// SetScopes replaces the scopes of the bot token, as an installation anew does.
func (s *Server) SetScopes(scopes ...string) {
	s.host.Change(func() { s.credentials.scopes[s.config.BotToken] = slices.Clone(scopes) })
}

// AddBotToken makes another token good for the bot, as token rotation does. The one
// before stays good until it is revoked.
func (s *Server) AddBotToken(token string) {
	s.host.Change(func() { s.credentials.scopes[token] = slices.Clone(s.config.Scopes) })
}

// Revoke lets every call with a token fail with an error such as "token_revoked",
// "account_inactive" or "invalid_auth"; with "" the token is good again. Sockets
// that are open stay open.
func (s *Server) Revoke(token, code string) {
	s.host.Change(func() { s.credentials.refusals[token] = code })
}

// tokenOf takes the token out of a call. Slack reads both places; the form's token
// counts if both have one. Some servers that speak Slack's protocol read the header alone.
func (s *Server) tokenOf(r *http.Request, args url.Values) string {
	token := args.Get("token")
	args.Del("token")
	if token != "" && !s.config.HeaderOnly {
		return token
	}
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return bearer
}

// authenticate returns a refusal, or nil if the token is good for the method. The
// state is locked.
func (s *Server) authenticate(token string, m method) answer {
	scopes, known := s.credentials.scopes[token]
	switch refusal := s.credentials.refusals[token]; {
	case token == "":
		return refuse("not_authed")
	case refusal != "":
		return refuse(refusal)
	case !known:
		return refuse("invalid_auth")
	case m.forApp != (token == s.config.AppToken):
		return refuse("not_allowed_token_type")
	case m.scope != "":
		return needs(m.scope, scopes)
	}
	return nil
}

// needs refuses scopes that lack the needed one.
func needs(needed string, scopes []string) answer {
	if slices.Contains(scopes, needed) {
		return nil
	}
	a := refuse("missing_scope")
	a["needed"], a["provided"] = needed, strings.Join(scopes, ",")
	return a
}

// botScopes are the scopes of the bot token. The state is locked.
func (s *Server) botScopes() []string { return s.credentials.scopes[s.config.BotToken] }
