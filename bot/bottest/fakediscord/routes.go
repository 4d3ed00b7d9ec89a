package fakediscord

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"liveadmin/bot/bottest/fake"
)

// The routes, as Call and Fault name them.
const (
	GetGateway     = "GET /gateway"
	GetGatewayBot  = "GET /gateway/bot"
	GetMe          = "GET /users/@me"
	GetUser        = "GET /users/{user}"
	ListGuilds     = "GET /users/@me/guilds"
	OpenDM         = "POST /users/@me/channels"
	GetApplication = "GET /applications/@me"
	GetGuild       = "GET /guilds/{guild}"

	ListMessages  = "GET /channels/{channel}/messages"
	CreateMessage = "POST /channels/{channel}/messages"
	EditMessage   = "PATCH /channels/{channel}/messages/{message}"
	StartThread   = "POST /channels/{channel}/messages/{message}/threads"

	Respond        = "POST /interactions/{interaction}/{token}/callback"
	CreateFollowup = "POST /webhooks/{app}/{token}"
	GetOriginal    = "GET /webhooks/{app}/{token}/messages/@original"
	EditOriginal   = "PATCH /webhooks/{app}/{token}/messages/@original"
	DeleteOriginal = "DELETE /webhooks/{app}/{token}/messages/@original"

	ListGlobalCommands  = "GET /applications/{app}/commands"
	CreateGlobalCommand = "POST /applications/{app}/commands"
	DeleteGlobalCommand = "DELETE /applications/{app}/commands/{command}"
	ListGuildCommands   = "GET /applications/{app}/guilds/{guild}/commands"
	CreateGuildCommand  = "POST /applications/{app}/guilds/{guild}/commands"
	DeleteGuildCommand  = "DELETE /applications/{app}/guilds/{guild}/commands/{command}"
)

// action carries a call out. The state is locked.
type action func(*query) answer

// query is a call that is carried out.
type query struct {
	*http.Request
	body []byte
}

// decode reads the body, which must be JSON.
func (q *query) decode(into any) (answer, bool) {
	if err := json.Unmarshal(q.body, into); err != nil {
		return bad(InvalidJSON, "The request body contains invalid JSON."), false
	}
	return answer{}, true
}

// routes are the routes that anyone may call, and those that need the bot's token.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, "", func(*query) answer { return refuse(http.StatusNotFound, 0, "404: Not Found") })
	})
	for route, run := range map[string]action{
		GetGateway: s.getGateway,
		Respond:    s.respondRoute, CreateFollowup: s.createFollowup,
		GetOriginal: s.getResponse, EditOriginal: s.editResponse, DeleteOriginal: s.deleteResponse,
	} {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, route, run) })
	}
	for route, run := range map[string]action{
		GetGatewayBot: s.getGatewayBot, GetMe: s.getMe, GetUser: s.getUser, ListGuilds: s.listGuilds, OpenDM: s.openDM,
		GetApplication: s.getApplication, GetGuild: s.getGuild,
		StartThread: s.startThread, ListMessages: s.listMessages, CreateMessage: s.createMessage, EditMessage: s.editMessage,
		ListGlobalCommands: s.listCommands, ListGuildCommands: s.listCommands,
		CreateGlobalCommand: s.createCommand, CreateGuildCommand: s.createCommand,
		DeleteGlobalCommand: s.deleteCommand, DeleteGuildCommand: s.deleteCommand,
	} {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, route, s.asBot(run)) })
	}
	return mux
}

// asBot refuses a call without the bot's token.
func (s *Server) asBot(run action) action {
	return func(q *query) answer {
		token, isBot := strings.CutPrefix(q.Header.Get("Authorization"), "Bot ")
		if !isBot || !s.authentic(token) {
			return unauthorized()
		}
		return run(q)
	}
}

// authentic reports whether a token is the bot's and good. The state is locked.
func (s *Server) authentic(token string) bool { return token == s.config.Token && !s.revoked }

// ServeHTTP is one request from the bot.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == gatewayPath {
		s.serveGateway(w, r)
		return
	}
	for _, version := range []string{"/api/v9", "/api/v10"} {
		if path, found := strings.CutPrefix(r.URL.Path, version+"/"); found {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = "/"+path, ""
			s.mux.ServeHTTP(w, r)
			return
		}
	}
	http.NotFound(w, r) // an unversioned API is one long gone
}

// serve is one call of the API.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, route string, run action) {
	at := time.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		fake.Reset(w)
		return
	}
	n := s.record(Call{Route: route, Path: r.URL.RequestURI(), Body: body, At: at})
	var fault Fault
	s.host.Change(func() { fault = s.take(route, s.channelOf(r)) })
	if !s.host.Pause(fault.Delay) {
		fake.Reset(w)
		return
	}
	spoiled := fault.Kind != "" && fault.Kind != Slow
	var a answer
	s.host.Change(func() {
		if !spoiled || fault.Applied {
			a = s.carryOut(w.Header(), &query{r, body}, route, run)
		}
		s.records[n].Status, s.records[n].Code, s.records[n].Fault = a.status, a.code, fault.Kind
	})
	if spoiled {
		s.misbehave(w, r, fault)
		return
	}
	a.write(w)
}

// carryOut does what a call asks for, unless its bucket is empty. The state is locked.
func (s *Server) carryOut(h http.Header, q *query, route string, run action) answer {
	major := q.PathValue("channel") + q.PathValue("guild") + q.PathValue("token")
	if limited, room := s.limits.spend(h, route, major); !room {
		return limited
	}
	if len(q.body) > 0 && !strings.HasPrefix(q.Header.Get("Content-Type"), "application/json") {
		return refuse(http.StatusUnsupportedMediaType, 0, "415: Unsupported Media Type")
	}
	return run(q)
}

// channelOf is the channel that a call is for, or "". The state is locked.
func (s *Server) channelOf(r *http.Request) string {
	if i := s.interactions.byToken[r.PathValue("token")]; i != nil {
		return i.Channel
	}
	return r.PathValue("channel")
}
