package fakediscord

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

const (
	maxContent = 2000 // characters
	maxNonce   = 25
)

// draft is what a call wants a message to say. What it leaves out is false in has.
type draft struct {
	content  string
	embeds   []Embed
	rows     []Row
	flags    int
	mentions json.RawMessage // nil: none were given
	pings    policy
	nonce    string
	enforce  bool
	has      struct{ content, embeds, rows bool }
}

// sender is on whose behalf a message comes: that decides its flags and whom it pings
// unless it says so.
type sender int

const (
	asBotUser sender = iota
	asInteraction
)

// parseDraft reads a body with a message, checks it against the limits, and returns
// the refusal, if any.
func parseDraft(raw []byte, by sender) (draft, answer) {
	var present map[string]json.RawMessage
	var in struct {
		Content  string          `json:"content"`
		Embeds   []Embed         `json:"embeds"`
		Rows     []Row           `json:"components"`
		Flags    int             `json:"flags"`
		Mentions json.RawMessage `json:"allowed_mentions"`
		Nonce    json.RawMessage `json:"nonce"`
		Enforce  bool            `json:"enforce_nonce"`
	}
	if json.Unmarshal(raw, &present) != nil {
		return draft{}, bad(InvalidJSON, "The request body contains invalid JSON.")
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return draft{}, flawed("body", "%v", err).answer()
	}
	d := draft{
		content: strings.TrimSpace(in.Content), embeds: in.Embeds, rows: in.Rows,
		flags: in.Flags, mentions: given(in.Mentions), enforce: in.Enforce,
	}
	_, d.has.content = present["content"]
	_, d.has.embeds = present["embeds"]
	_, d.has.rows = present["components"]
	var f flaw
	if d.nonce, f = parseNonce(in.Nonce); f.found() {
		return draft{}, f.answer()
	}
	if d.pings, f = parsePolicy(d.mentions, by); f.found() {
		return draft{}, f.answer()
	}
	if f := d.check(by); f.found() {
		return draft{}, f.answer()
	}
	return d, answer{}
}

// given is a field's value, or nil if it was left out or null.
func given(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	return raw
}

// parseNonce reads a nonce: a text or a whole number.
func parseNonce(raw json.RawMessage) (string, flaw) {
	if raw = given(raw); raw == nil {
		return "", flaw{}
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		if _, err := strconv.ParseInt(string(raw), 10, 64); err != nil {
			return "", flawed("nonce", "Must be a string or an integer.")
		}
		text = string(raw)
	}
	return text, length("nonce", text, 0, maxNonce)
}

func (d *draft) check(by sender) flaw {
	flags := SuppressEmbeds | SuppressNotify
	if by == asInteraction {
		flags |= Ephemeral
	}
	if d.flags&^flags != 0 {
		return flawed("flags", "Flag value is invalid.")
	}
	if size(d.content) > maxContent {
		return flawed("content", "Must be %d or fewer in length.", maxContent)
	}
	if f := checkEmbeds(d.embeds); f.found() {
		return f
	}
	return checkRows(d.rows)
}

// message is the draft as a new message, or the refusal of an empty one.
func (d *draft) message(author string) (Message, answer) {
	if d.content == "" && len(d.embeds) == 0 {
		return Message{}, bad(EmptyMessage, "Cannot send an empty message")
	}
	return Message{
		Author: author, Content: d.content, Embeds: d.embeds, Components: d.rows, Flags: d.flags,
		AllowedMentions: d.mentions, Nonce: d.nonce,
	}, answer{}
}

// edit changes a message as far as the draft says, and returns the refusal, if any. A
// deferred response that gets its text notifies as a new message does; any other
// edit notifies no one. The state is locked.
func (s *Server) edit(m *Message, d draft) answer {
	if r := s.world.rooms[m.Channel]; r != nil && r.Archived {
		return bad(ArchivedThread, "Tried to perform an operation on an archived thread")
	}
	changed := *m
	if d.has.content {
		changed.Content = d.content
	}
	if d.has.embeds {
		changed.Embeds = d.embeds
	}
	if d.has.rows {
		changed.Components = d.rows
	}
	if changed.Content == "" && len(changed.Embeds) == 0 {
		return bad(EmptyMessage, "Cannot send an empty message")
	}
	if d.mentions != nil {
		changed.AllowedMentions = d.mentions
	}
	*m = changed
	if m.Flags&Loading != 0 {
		m.Flags &^= Loading
		s.notify(m, d.pings)
	}
	m.Edited = append(m.Edited, s.config.Now())
	s.touch(m)
	return answer{}
}
