package fakediscord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Types of a first response (docs: interactions/receiving-and-responding).
const (
	withMessage     = 4
	deferred        = 5
	deferredUpdate  = 6
	update          = 7
	withSuggestions = 8
	withModal       = 9
)

const (
	maxChoices = 25
	maxChoice  = 100
)

// Choice is a suggestion, or a value that an option may have.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// respondRoute is a first response by the API.
func (s *Server) respondRoute(q *query) answer {
	i := s.interactions.byID[q.PathValue("interaction")]
	if i == nil || i.Token != q.PathValue("token") {
		return notFound(UnknownInteraction, "interaction")
	}
	a := s.callback(i, q.body)
	if a.refused() || q.URL.Query().Get("with_response") != "true" {
		return a
	}
	resource := map[string]any{"type": i.callbacks[len(i.callbacks)-1].Type}
	if m := s.find(i.Channel, i.original); m != nil {
		resource["message"] = s.wire(m)
	}
	return ok(map[string]any{
		"interaction": map[string]any{"id": i.ID, "type": i.kind, "response_message_id": i.original},
		"resource":    resource,
	})
}

// callback takes an attempt at a first response. The state is locked.
func (s *Server) callback(i *Interaction, raw []byte) answer {
	c := Callback{Took: time.Since(i.began), Body: raw}
	a := s.respond(i, &c)
	c.Status, c.Code = a.status, a.code
	i.callbacks = append(i.callbacks, c)
	return a
}

func (s *Server) respond(i *Interaction, c *Callback) answer {
	var in struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	err := json.Unmarshal(c.Body, &in)
	c.Type = in.Type
	switch {
	case s.tokenExpired(i):
		return notFound(UnknownInteraction, "interaction")
	case i.settled:
		return bad(AlreadyAcknowledged, "Interaction has already been acknowledged.")
	case c.Took > s.config.AckWithin:
		return notFound(UnknownInteraction, "interaction")
	case err != nil:
		return bad(InvalidJSON, "The request body contains invalid JSON.")
	case !i.takes(in.Type):
		return flawed("type", "Interactions of type %d cannot be answered so.", i.kind).answer()
	}
	if a := s.carry(i, c, in.Data); a.refused() {
		return a
	}
	i.settled = true
	return noContent()
}

// tokenExpired reports whether the 15 minutes are over.
func (s *Server) tokenExpired(i *Interaction) bool { return s.config.Now().Sub(i.since) > tokenAge }

// takes reports whether a type of response fits.
func (i *Interaction) takes(response int) bool {
	switch response {
	case withMessage, deferred:
		return i.kind == commandType || i.kind == componentType || i.kind == modalType
	case withModal: // none in answer to one
		return i.kind == commandType || i.kind == componentType
	case deferredUpdate, update:
		return i.kind == componentType
	case withSuggestions:
		return i.kind == autocompleteType
	}
	return false
}

// carry does what a first response of a fitting type says.
func (s *Server) carry(i *Interaction, c *Callback, data json.RawMessage) answer {
	switch c.Type {
	case withMessage:
		m, refused := s.compose(i, data)
		if refused.refused() {
			return refused
		}
		i.original, c.Ephemeral = m.ID, m.To != ""
		m.Original = true
	case deferred:
		return s.deferMessage(i, c, data)
	case deferredUpdate:
		i.original = i.clicked
	case update:
		i.original = i.clicked
		return s.updateClicked(i, data)
	case withSuggestions:
		return c.suggest(data)
	case withModal:
		return i.openModal(data)
	}
	return answer{}
}

// compose posts a message that answers an interaction, for one reader if it is
// ephemeral.
func (s *Server) compose(i *Interaction, data json.RawMessage) (*Message, answer) {
	r := s.world.rooms[i.Channel]
	if r == nil {
		return nil, notFound(UnknownChannel, "Channel")
	}
	if len(given(data)) == 0 {
		return nil, flawed("data", "This field is required").answer()
	}
	d, refused := parseDraft(data, asInteraction)
	if refused.refused() {
		return nil, refused
	}
	m, refused := d.message(s.config.AppID)
	if refused.refused() {
		return nil, refused
	}
	m.Interaction = i.ID
	if m.Flags&Ephemeral != 0 {
		m.To = i.User
	}
	r.Archived = false
	posted := s.put(r, m)
	s.notify(posted, d.pings)
	return posted, answer{}
}

// deferMessage posts "is thinking…". Who sees it is settled with that.
func (s *Server) deferMessage(i *Interaction, c *Callback, data json.RawMessage) answer {
	r := s.world.rooms[i.Channel]
	if r == nil {
		return notFound(UnknownChannel, "Channel")
	}
	var in struct {
		Flags int `json:"flags"`
	}
	if data = given(data); data != nil && json.Unmarshal(data, &in) != nil {
		return bad(InvalidJSON, "The request body contains invalid JSON.")
	}
	if in.Flags&^Ephemeral != 0 {
		return flawed("data.flags", "Flag value is invalid.").answer()
	}
	m := Message{Author: s.config.AppID, Flags: Loading | in.Flags, Interaction: i.ID, Original: true}
	if in.Flags&Ephemeral != 0 {
		m.To, c.Ephemeral = i.User, true
	}
	r.Archived = false
	i.original = s.put(r, m).ID
	return answer{}
}

// updateClicked edits the message with the button.
func (s *Server) updateClicked(i *Interaction, data json.RawMessage) answer {
	m := s.find(i.Channel, i.clicked)
	if m == nil {
		return notFound(UnknownMessage, "Message")
	}
	d, refused := parseDraft(data, asInteraction)
	if refused.refused() {
		return refused
	}
	return s.edit(m, d)
}

// suggest reads the choices of an autocomplete response.
func (c *Callback) suggest(data json.RawMessage) answer {
	var in struct {
		Choices []Choice `json:"choices"`
	}
	if json.Unmarshal(data, &in) != nil {
		return bad(InvalidJSON, "The request body contains invalid JSON.")
	}
	if f := checkChoices("data.choices", in.Choices); f.found() {
		return f.answer()
	}
	c.Choices = in.Choices
	return answer{}
}

// checkChoices finds what is wrong with choices.
func checkChoices(path string, choices []Choice) flaw {
	if len(choices) > maxChoices {
		return flawed(path, "Must be between 1 and %d in length.", maxChoices)
	}
	for n, choice := range choices {
		at := fmt.Sprintf("%s.%d.", path, n)
		if f := length(at+"name", choice.Name, 1, maxChoice); f.found() {
			return f
		}
		switch value := choice.Value.(type) {
		case string:
			if f := length(at+"value", value, 1, maxChoice); f.found() {
				return f
			}
		case float64:
		default:
			return flawed(at+"value", "Must be a string or a number.")
		}
	}
	return flaw{}
}

// hook finds the interaction whose token a call has, or the refusal.
func (s *Server) hook(q *query) (*Interaction, answer) {
	i := s.interactions.byToken[q.PathValue("token")]
	switch {
	case i == nil || q.PathValue("app") != s.config.AppID:
		return nil, notFound(UnknownWebhook, "Webhook")
	case s.tokenExpired(i):
		return nil, refuse(http.StatusUnauthorized, InvalidWebhookToken, "Invalid Webhook Token")
	case !i.settled || i.kind == autocompleteType:
		return nil, notFound(UnknownWebhook, "Webhook")
	}
	return i, answer{}
}
