package fakeslack

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"liveadmin/bot/bottest/fake"
)

const (
	hookPath = "/commands/"
	hookUses = 5
	hookAge  = 30 * time.Minute
)

// hook is a response_url.
type hook struct {
	channel string
	user    string
	clicked *Message // the message of the button; nil of a command
	since   time.Time
	uses    int
	posted  []Message
}

// newHook makes a response_url. The state is locked.
func (s *Server) newHook(channel, user string, clicked *Message) string {
	path := hookPath + s.config.Team + "/" + unique()
	s.hooks[path] = &hook{channel: channel, user: user, clicked: clicked, since: s.config.Now()}
	return "http://" + s.host.Addr() + path
}

// Responses is what was posted to a response_url, as it was posted, oldest first.
func (s *Server) Responses(responseURL string) []Message {
	u, err := url.Parse(responseURL)
	if err != nil {
		return nil
	}
	s.host.Lock()
	defer s.host.Unlock()
	if h := s.hooks[u.Path]; h != nil {
		return slices.Clone(h.posted)
	}
	return nil
}

// response is a message as a response_url and an acknowledgement have it.
type response struct {
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	Metadata        json.RawMessage `json:"metadata"`
	ThreadTS        string          `json:"thread_ts"`
	Type            string          `json:"response_type"`
	ReplaceOriginal *bool           `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
}

// serveHook is a post to a response_url.
func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	const method = "response_url"
	n := s.record(Call{Method: method, Args: url.Values{"payload": {string(raw)}}, At: at})
	s.host.Lock()
	h := s.hooks[r.URL.Path]
	s.host.Unlock()
	channel := ""
	if h != nil {
		channel = h.channel
	}
	fault := s.take(method, channel)
	if !s.host.Pause(0) {
		fake.Reset(w)
		return
	}
	status, code := http.StatusOK, ""
	if fault.Kind == "" || fault.Applied {
		s.host.Change(func() { status, code = s.respond(h, raw) })
	}
	s.host.Change(func() { s.records[n].Fault, s.records[n].Error = fault.Kind, code })
	switch {
	case fault.Kind == Refuse && fault.Status == http.StatusOK: // seen, and not documented
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Write(encode(refuse(fault.Code)))
	case fault.Kind == Refuse:
		http.Error(w, fault.Code, http.StatusBadRequest)
	case fault.Kind != "":
		s.misbehave(w, r, fault)
	case code != "":
		http.Error(w, code, status)
	default:
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "ok")
	}
}

// respond carries out a post to a response_url. The state is locked.
func (s *Server) respond(h *hook, raw []byte) (status int, code string) {
	switch {
	case h == nil:
		return http.StatusNotFound, "no_service"
	case s.config.Now().Sub(h.since) > hookAge:
		return http.StatusNotFound, "expired_url"
	case h.uses >= hookUses:
		return http.StatusNotFound, "used_url"
	}
	h.uses++
	var p response
	if json.Unmarshal(raw, &p) != nil {
		return http.StatusBadRequest, "invalid_payload"
	}
	if s.refusesBlocks(string(p.Blocks)) {
		return http.StatusBadRequest, "invalid_blocks"
	}
	original := s.current(h.clicked)
	if p.DeleteOriginal && original != nil {
		s.vanish(original)
		return http.StatusOK, ""
	}
	c, refused := p.content()
	if refused != nil {
		return http.StatusBadRequest, refused.code()
	}
	if p.ReplaceOriginal != nil && *p.ReplaceOriginal && original != nil {
		s.edit(original, c)
		h.posted = append(h.posted, *original)
		return http.StatusOK, ""
	}
	h.posted = append(h.posted, s.show(h.channel, h.user, p, c))
	return http.StatusOK, ""
}

func (p response) content() (content, answer) {
	return parseContent(url.Values{
		"text": {p.Text}, "blocks": {string(p.Blocks)}, "metadata": {string(p.Metadata)},
	}, maxPostText)
}

// show posts a response, whatever the bot may do in the channel. Only one that is
// for the channel and expressly replaces nothing can be in a thread. The state is
// locked.
func (s *Server) show(channel, user string, p response, c content) Message {
	r := s.workspace.rooms[channel]
	if r == nil { // a channel that the bot knows nothing of
		r = &room{Channel: Channel{ID: channel, Kind: Private, Members: []string{user}}}
		s.workspace.rooms[channel] = r
	}
	m := s.fromBot(c, nil)
	if p.Type != "in_channel" {
		return *s.whisper(r, user, m)
	}
	if p.ReplaceOriginal != nil && !*p.ReplaceOriginal {
		m.ThreadTS = p.ThreadTS
	}
	return *s.put(r, m)
}

// current is a message as it is now, or nil. The state is locked.
func (s *Server) current(m *Message) *Message {
	if m == nil {
		return nil
	}
	if r := s.workspace.rooms[m.Channel]; r != nil && m.To == "" {
		return r.find(m.TS)
	}
	for _, e := range s.workspace.ephemerals {
		if e.Channel == m.Channel && e.TS == m.TS {
			return e
		}
	}
	return nil
}

// vanish takes a message away. The state is locked.
func (s *Server) vanish(m *Message) {
	same := func(other *Message) bool { return other == m }
	s.workspace.ephemerals = slices.DeleteFunc(s.workspace.ephemerals, same)
	r := s.workspace.rooms[m.Channel]
	r.messages = slices.DeleteFunc(r.messages, same)
}
