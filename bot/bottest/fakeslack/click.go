package fakeslack

import (
	"encoding/json"
	"fmt"
)

// Click is a click on a button.
type Click struct {
	User     string
	Message  Message // as the user sees it, even if it has changed since
	ActionID string
	Value    string // of several buttons with the ActionID the one with this value

	Forged bool      // the message has no such button
	Bare   bool      // the container does not name the thread; the message does
	Sign   Signature // HTTP mode
}

// Click clicks a button of a message. It fails the test if there is none.
func (s *Server) Click(user string, m Message, actionID string) *Delivery {
	s.t.Helper()
	return s.SendClick(Click{User: user, Message: m, ActionID: actionID})
}

// SendClick is Click with everything that can be chosen.
func (s *Server) SendClick(c Click) *Delivery {
	s.t.Helper()
	d := &Delivery{
		s: s, kind: interactive, sign: c.Sign, Channel: c.Message.Channel, User: c.User,
		TS: c.Message.TS, ThreadTS: c.Message.ThreadTS, TriggerID: trigger(),
	}
	action := findButton(c.Message.Blocks, c.ActionID, c.Value)
	if action == nil && !c.Forged {
		s.t.Errorf("fakeslack: the message has no button %q to click", c.ActionID)
		d.failed = ErrDispatchFailed
		return d
	}
	if action == nil {
		action = map[string]any{
			"type": "button", "block_id": "forged", "action_id": c.ActionID, "value": c.Value,
			"text": map[string]any{"type": "plain_text", "text": "Forged"},
		}
	}
	s.host.Change(func() {
		s.views.begin(d.TriggerID, c.User)
		d.ResponseURL = s.newHook(c.Message.Channel, c.User, &c.Message)
		d.payload = s.clickPayload(d, &c.Message, action, c.Bare)
	})
	s.deliver(d)
	return d
}

// clickPayload is the payload of a block_actions interaction.
func (s *Server) clickPayload(d *Delivery, m *Message, action map[string]any, bare bool) json.RawMessage {
	u := s.meet(d.User)
	action["action_ts"] = s.actionTime()
	container := map[string]any{
		"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.To != "",
	}
	if m.ThreadTS != "" && !bare {
		container["thread_ts"] = m.ThreadTS
	}
	p := map[string]any{
		"type": "block_actions", "token": "deprecated", "api_app_id": s.config.AppID,
		"user":      map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team},
		"container": container, "trigger_id": d.TriggerID, "response_url": d.ResponseURL,
		"team":       map[string]any{"id": s.config.Team, "domain": "fake"},
		"enterprise": nil, "is_enterprise_install": false,
		"channel": map[string]any{"id": m.Channel, "name": s.channelName(m.Channel)},
		"state":   map[string]any{"values": map[string]any{}},
		"actions": []any{action},
	}
	if s.config.Enterprise != "" {
		p["enterprise"] = map[string]any{"id": s.config.Enterprise, "name": "Fake"}
	}
	if m.To == "" {
		p["message"] = s.wire(m, true)
	}
	return encode(p)
}

// actionTime is when somebody acts, as payloads say it. The state is locked.
func (s *Server) actionTime() string {
	now := s.config.Now()
	return fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)
}

// findButton is a button as it comes with a click: without what only the screen
// needs, the label escaped. It is nil if there is none.
func findButton(blocks json.RawMessage, actionID, value string) map[string]any {
	var list []struct {
		ID        string           `json:"block_id"`
		Elements  []map[string]any `json:"elements"`
		Accessory map[string]any   `json:"accessory"`
	}
	if json.Unmarshal(blocks, &list) != nil {
		return nil
	}
	for _, b := range list {
		for _, e := range append(b.Elements, b.Accessory) {
			if e["type"] != "button" || e["action_id"] != actionID || (value != "" && e["value"] != value) {
				continue
			}
			e["block_id"] = b.ID
			if label, ok := e["text"].(map[string]any); ok {
				label["text"] = escape(fmt.Sprint(label["text"]))
			}
			return e
		}
	}
	return nil
}
