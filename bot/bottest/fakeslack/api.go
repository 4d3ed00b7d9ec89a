package fakeslack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"liveadmin/bot/bottest/fake"
)

// method is a method of the Web API.
type method struct {
	scope  string // "" if none, or if it depends on the channel
	forApp bool   // called with the app-level token
	run    func(url.Values) answer
}

func (s *Server) method(name string) (method, bool) {
	switch name {
	case "auth.test":
		return method{run: s.authTest}, true
	case "chat.postMessage":
		return method{scope: "chat:write", run: s.postMessage}, true
	case "chat.update":
		return method{scope: "chat:write", run: s.update}, true
	case "chat.postEphemeral":
		return method{scope: "chat:write", run: s.postEphemeral}, true
	case "conversations.history":
		return method{run: s.history}, true
	case "conversations.replies":
		return method{run: s.replies}, true
	case "views.open":
		return method{run: s.openView}, true
	case "views.update":
		return method{run: s.updateView}, true
	case "usergroups.users.list":
		return method{scope: "usergroups:read", run: s.groupMembers}, true
	case "users.info":
		return method{scope: "users:read", run: s.userInfo}, true
	case "views.publish":
		return method{run: s.publishView}, true
	case "apps.connections.open":
		return method{scope: "connections:write", forApp: true, run: s.openConnection}, true
	}
	return method{}, false
}

// answer is the JSON of an answer.
type answer map[string]any

func done(fields answer) answer {
	fields["ok"] = true
	return fields
}

// refuse is a refusal; the details are for people.
func refuse(code string, details ...string) answer {
	a := answer{"ok": false, "error": code}
	if len(details) > 0 {
		a["errors"] = details
		a["response_metadata"] = map[string]any{"messages": details}
	}
	return a
}

// code is the error of an answer, or "".
func (a answer) code() string {
	code, _ := a["error"].(string)
	return code
}

// serveAPI is one call of a Web API method.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, name string) {
	at := time.Now()
	args, err := arguments(r)
	if err != nil {
		reply(w, refuse("invalid_form_data", err.Error()))
		return
	}
	token := s.tokenOf(r, args)
	n := s.record(Call{Method: name, Args: args, At: at})
	fault := s.take(name, args.Get("channel"))
	if !s.host.Pause(0) {
		fake.Reset(w)
		return
	}
	if fault.Kind == Late {
		s.host.Await(r)
	}
	var a answer
	if fault.Kind == "" || fault.Kind == NoTS || fault.Kind == Late || fault.Applied {
		s.host.Change(func() { a = s.call(name, token, args) })
	}
	switch fault.Kind {
	case Refuse:
		a = refuse(fault.Code)
	case NoError:
		a = answer{"ok": false}
	case NoTS:
		delete(a, "ts")
		delete(a, "message_ts")
		delete(a, "message")
	}
	s.host.Change(func() {
		s.records[n].Fault, s.records[n].Error = fault.Kind, a.code()
		if scopes, known := s.credentials.scopes[token]; known {
			w.Header().Set("X-OAuth-Scopes", strings.Join(scopes, ","))
		}
	})
	switch fault.Kind {
	case "", Refuse, NoError, NoTS:
		reply(w, a)
	default:
		s.misbehave(w, r, fault)
	}
}

// call carries a call out. The state is locked.
func (s *Server) call(name, token string, args url.Values) answer {
	m, known := s.method(name)
	if !known {
		return refuse("unknown_method")
	}
	if refused := s.authenticate(token, m); refused != nil {
		return refused
	}
	if s.refusesBlocks(args.Get("blocks")) {
		return refuse("invalid_blocks")
	}
	return m.run(args)
}

// arguments reads a call's body: a form, or a JSON object, whose values that are no
// strings stay JSON.
func arguments(r *http.Request) (url.Values, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		if err := r.ParseForm(); err != nil {
			return nil, fmt.Errorf("the body is no form: %w", err)
		}
		return r.PostForm, nil
	}
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&fields); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the body is no JSON object: %w", err)
	}
	args := make(url.Values)
	for name, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		args.Set(name, text)
	}
	return args, nil
}

func reply(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	json.NewEncoder(w).Encode(a) // fails only when the client has left
}

// authTest says whose token it is.
func (s *Server) authTest(url.Values) answer {
	a := done(answer{
		"url": "https://fake.slack.com/", "team": "Fake", "team_id": s.config.Team,
		"user": s.user(s.config.BotUser).Name, "user_id": s.config.BotUser, "bot_id": s.config.BotID,
		"is_enterprise_install": false,
	})
	if s.config.Enterprise != "" {
		a["enterprise_id"] = s.config.Enterprise
	}
	return a
}

// userInfo is users.info. The locale is there only if it was asked for.
func (s *Server) userInfo(args url.Values) answer {
	u, ok := s.workspace.users[args.Get("user")]
	if !ok {
		return refuse("user_not_found")
	}
	user := map[string]any{"id": u.ID, "team_id": cmp.Or(u.Team, s.config.Team), "name": cmp.Or(u.Name, u.ID), "deleted": false, "is_bot": u.ID == s.config.BotUser}
	if args.Get("include_locale") == "true" {
		user["locale"] = cmp.Or(u.Locale, "en-US")
	}
	return done(answer{"user": user})
}

// groupMembers is usergroups.users.list.
func (s *Server) groupMembers(args url.Values) answer {
	members, ok := s.workspace.groups[args.Get("usergroup")]
	if !ok {
		return refuse("no_such_subteam")
	}
	if members == nil {
		members = []string{}
	}
	return done(answer{"users": members})
}
