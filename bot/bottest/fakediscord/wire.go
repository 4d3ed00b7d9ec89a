package fakediscord

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Types of a message on the wire.
const (
	plainMessage   = 0
	commandMessage = 20 // the answer to a command
	replyMessage   = 19 // the answer to a click
)

// wireUser is a user as Discord's JSON has it. The state is locked.
func (s *Server) wireUser(id string) map[string]any {
	return map[string]any{
		"id": id, "username": s.nameOf(id), "discriminator": "0", "global_name": s.nameOf(id),
		"avatar": nil, "bot": id == s.config.AppID, "public_flags": 0,
	}
}

func (s *Server) nameOf(user string) string { return cmp.Or(s.world.users[user].Name, user) }

// wireMember is a guild's member. The state is locked.
func (s *Server) wireMember(guild, user string) map[string]any {
	m := s.world.members[guild][user]
	roles := []string{}
	return map[string]any{
		"user": s.wireUser(user), "roles": append(roles, m.Roles...), "nick": nil, "avatar": nil,
		"permissions": strconv.FormatInt(cmp.Or(m.Permissions, usualPermissions), 10),
		"joined_at":   timestamp(s.config.Now()), "deaf": false, "mute": false, "pending": false, "flags": 0,
	}
}

// usualPermissions are what a member has who was given none: to see, to write, to use
// commands.
const usualPermissions = ViewChannel | SendMessages | ReadMessageHistory | SendMessagesInThreads | 1<<31

// wireChannel is a channel. The state is locked.
func (s *Server) wireChannel(r *room) map[string]any {
	w := map[string]any{
		"id": r.ID, "type": r.Type, "name": cmp.Or(r.Name, r.ID), "flags": 0, "last_message_id": nil,
	}
	if n := len(r.messages); n > 0 {
		w["last_message_id"] = r.messages[n-1].ID
	}
	if r.Type == DM {
		delete(w, "name")
		w["recipients"] = []any{s.wireUser(r.User)}
		return w
	}
	w["guild_id"] = r.Guild
	w["parent_id"] = nil
	if r.isThread() {
		w["parent_id"], w["owner_id"] = r.Parent, s.config.AppID
		w["message_count"], w["member_count"] = len(r.messages), len(r.Members)+1
		w["thread_metadata"] = map[string]any{
			"archived": r.Archived, "locked": r.Locked, "auto_archive_duration": r.AutoArchive,
			"archive_timestamp": timestamp(timeOf(r.ID)),
		}
	}
	return w
}

// wire is a message as its author gets it back. The state is locked.
func (s *Server) wire(m *Message) map[string]any {
	w := map[string]any{
		"id": m.ID, "channel_id": m.Channel, "type": plainMessage, "author": s.wireUser(m.Author),
		"content": m.Content, "embeds": wireEmbeds(m.Embeds), "components": m.Components, "flags": m.Flags,
		"timestamp": timestamp(timeOf(m.ID)), "edited_timestamp": nil, "tts": false, "pinned": false,
		"mention_everyone": false, "mentions": []any{}, "mention_roles": []any{}, "attachments": []any{},
	}
	if m.Components == nil {
		w["components"] = []any{}
	}
	if n := len(m.Edited); n > 0 {
		w["edited_timestamp"] = timestamp(m.Edited[n-1])
	}
	if m.Nonce != "" {
		w["nonce"] = m.Nonce
	}
	if i := s.interactions.byID[m.Interaction]; i != nil {
		w["type"] = commandMessage
		if i.kind == componentType {
			w["type"] = replyMessage
		}
		w["application_id"], w["webhook_id"] = s.config.AppID, s.config.AppID
		w["interaction_metadata"] = map[string]any{"id": i.ID, "type": i.kind, "user": s.wireUser(i.User)}
	}
	if thread := s.world.rooms[m.Thread]; thread != nil {
		w["thread"] = s.wireChannel(thread)
	}
	return w
}

// wireRead is a message as it is read later: without a nonce, which is only sent when
// the message is made, and without the words of others, for which the application has
// no intent, unless they are meant for it (docs: events/gateway, message content intent).
// The state is locked.
func (s *Server) wireRead(m *Message) map[string]any {
	w := s.wire(m)
	delete(w, "nonce")
	r, app := s.world.rooms[m.Channel], s.config.AppID
	if meant := r.Type == DM || strings.Contains(m.Content, "<@"+app+">"); m.Author != app && !meant {
		w["content"], w["embeds"], w["components"] = "", []any{}, []any{}
	}
	return w
}

// wireEmbeds are embeds with their kind.
func wireEmbeds(list []Embed) []any {
	kept := []any{}
	for _, e := range list {
		kept = append(kept, struct {
			Type string `json:"type"`
			Embed
		}{"rich", e})
	}
	return kept
}

// timeOf is when an ID was made.
func timeOf(id string) time.Time {
	n, _ := strconv.ParseInt(id, 10, 64) // an ID that a test made up may be no number: then 1970
	return time.UnixMilli(n>>22 + epoch)
}
