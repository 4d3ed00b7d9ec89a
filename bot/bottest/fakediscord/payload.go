package fakediscord

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// payload is an interaction as the app gets it: in a guild with a member, in a DM
// with a user. The state is locked.
func (s *Server) payload(i *Interaction, r *room, data any, clicked *Message) json.RawMessage {
	channel := s.wireChannel(r)
	p := map[string]any{
		"id": i.ID, "application_id": s.config.AppID, "type": i.kind, "token": i.Token, "version": 1,
		"data": data, "channel": channel, "channel_id": r.ID,
		"locale": cmp.Or(s.world.users[i.User].Locale, "en-US"), "entitlements": []any{}, "attachment_size_limit": 10 << 20,
		"app_permissions": strconv.FormatInt(s.allowed(r.Channel), 10),
	}
	if r.Guild == "" {
		p["user"] = s.wireUser(i.User)
		p["context"] = 1
		p["authorizing_integration_owners"] = map[string]string{"0": "0"}
	} else {
		member := s.wireMember(r.Guild, i.User)
		channel["permissions"] = member["permissions"]
		p["member"] = member
		p["guild_id"], p["guild_locale"] = r.Guild, "en-US"
		p["guild"] = map[string]any{"id": r.Guild, "locale": "en-US", "features": []string{}}
		p["context"] = 0
		p["authorizing_integration_owners"] = map[string]string{"0": r.Guild}
	}
	if clicked != nil {
		p["message"] = s.wire(clicked)
	}
	return encode(p)
}

// commandData is the data of a command as it was typed; the command is nil if it is
// not registered.
func commandData(c *Command, name string, in CommandInput) map[string]any {
	data := map[string]any{"id": "1", "name": name, "type": chatInput}
	if c != nil {
		data["id"] = c.ID
		if c.GuildID != "" {
			data["guild_id"] = c.GuildID
		}
	}
	options := []any{}
	for _, field := range slices.Sorted(maps.Keys(in.Options)) {
		o := map[string]any{"name": field, "value": in.Options[field], "type": optionType(in.Options[field])}
		if field == in.Focused {
			o["focused"] = true
		}
		options = append(options, o)
	}
	if in.Subcommand != "" {
		options = []any{map[string]any{"name": in.Subcommand, "type": subcommand, "options": options}}
	}
	data["options"] = options
	return data
}

// optionType is the type of an option that takes a value.
func optionType(value any) int {
	switch value.(type) {
	case int:
		return integerOption
	case float64:
		return numberOption
	case bool:
		return boolOption
	}
	return stringOption
}
