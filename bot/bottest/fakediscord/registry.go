package fakediscord

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
)

const (
	maxCommands = 100 // of a scope
	maxMenus    = 15  // of a kind, in a scope (docs: change log of 2026-03)
	maxCreates  = 200 // a day, in a guild and globally
	botDM       = 1   // the context of a DM with the bot
)

// Command is a registered command, as Discord's JSON has it. What was left out has
// Discord's defaults.
type Command struct {
	ID            string   `json:"id"`
	ApplicationID string   `json:"application_id"`
	GuildID       string   `json:"guild_id,omitempty"`
	Version       string   `json:"version"`
	Type          int      `json:"type"`
	Name          string   `json:"name"`
	Description   string   `json:"description"`
	Options       []Option `json:"options,omitempty"`

	NameLocalizations        Localized `json:"name_localizations,omitempty"`
	DescriptionLocalizations Localized `json:"description_localizations,omitempty"`

	DefaultMemberPermissions *string `json:"default_member_permissions"`
	DMPermission             *bool   `json:"dm_permission,omitempty"`
	NSFW                     bool    `json:"nsfw"`
	Contexts                 []int   `json:"contexts"`                    // nil of a guild's command
	IntegrationTypes         []int   `json:"integration_types,omitempty"` // nil of a guild's command
}

// Option is a field, or a subcommand, of a command.
type Option struct {
	Type         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required,omitempty"`
	Autocomplete bool     `json:"autocomplete,omitempty"`
	MinLength    *int     `json:"min_length,omitempty"`
	MaxLength    *int     `json:"max_length,omitempty"`
	MinValue     *float64 `json:"min_value,omitempty"`
	MaxValue     *float64 `json:"max_value,omitempty"`
	ChannelTypes []int    `json:"channel_types,omitempty"`
	Choices      []Choice `json:"choices,omitempty"`
	Options      []Option `json:"options,omitempty"`

	DescriptionLocalizations Localized `json:"description_localizations,omitempty"`
}

// registry is what is registered. The Server's lock guards it.
type registry struct {
	scopes  map[string][]*Command // by guild; "" is global
	creates map[string]int        // by guild
}

func newRegistry() registry {
	return registry{scopes: make(map[string][]*Command), creates: make(map[string]int)}
}

// Commands are the commands that are registered in a guild, or globally with "".
func (s *Server) Commands(guild string) []Command {
	s.host.Lock()
	defer s.host.Unlock()
	var list []Command
	for _, c := range s.registry.scopes[guild] {
		list = append(list, *c)
	}
	return list
}

// Creates is how many commands were created in a guild, or globally with "": Discord
// allows 200 a day.
func (s *Server) Creates(guild string) int {
	s.host.Lock()
	defer s.host.Unlock()
	return s.registry.creates[guild]
}

// WaitCommand waits until the command that people type is registered in a guild, or
// globally with "".
func (s *Server) WaitCommand(ctx context.Context, guild string) error {
	return s.Wait(ctx, func() bool {
		return slices.ContainsFunc(s.Commands(guild), func(c Command) bool {
			return c.Name == s.config.Command && c.Type == chatInput
		})
	})
}

// typed is the command that someone types in a guild, or a DM with "", or nil.
func (g *registry) typed(guild, name string) *Command { return g.registered(guild, name, chatInput) }

// registered is a command of a kind that someone sees in a guild, or a DM with "", or nil.
func (g *registry) registered(guild, name string, kind int) *Command {
	for _, c := range append(slices.Clone(g.scopes[guild]), g.scopes[""]...) {
		here := guild != "" || c.Contexts == nil || slices.Contains(c.Contexts, botDM)
		if c.Name == name && c.Type == kind && here {
			return c
		}
	}
	return nil
}

// scope checks a call about commands, and returns its guild.
func (s *Server) scope(q *query) (string, answer) {
	guild := q.PathValue("guild")
	switch {
	case q.PathValue("app") != s.config.AppID:
		return "", notFound(UnknownApplication, "Application")
	case guild != "" && s.world.guilds[guild].ID == "":
		return "", forbidden(MissingAccess, "Missing Access")
	}
	return guild, answer{}
}

func (s *Server) listCommands(q *query) answer {
	guild, refused := s.scope(q)
	if refused.refused() {
		return refused
	}
	list := append([]*Command{}, s.registry.scopes[guild]...)
	if q.URL.Query().Get("with_localizations") != "true" {
		for i, c := range list {
			list[i] = unlocalized(*c)
		}
	}
	return ok(list)
}

// parseCommand reads a command.
func parseCommand(raw []byte) (Command, answer) {
	var c Command
	if !json.Valid(raw) {
		return Command{}, bad(InvalidJSON, "The request body contains invalid JSON.")
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return Command{}, flawed("body", "%v", err).answer()
	}
	c.Type = cmp.Or(c.Type, chatInput)
	if f := c.check(); f.found() {
		return Command{}, f.answer()
	}
	return c, answer{}
}

// place registers a command in place of the one with its name and type, or beside
// them, and reports whether it is new. The state is locked.
func (s *Server) place(guild string, c Command) (placed *Command, isNew bool, refused answer) {
	list := s.registry.scopes[guild]
	at := slices.IndexFunc(list, func(o *Command) bool { return o.Name == c.Name && o.Type == c.Type })
	isNew = at < 0
	switch {
	case isNew && len(list) >= maxCommands:
		return nil, false, bad(TooManyCommands, "Maximum number of application commands reached (100)")
	case isNew && c.Type != chatInput && count(list, c.Type) >= maxMenus:
		return nil, false, bad(TooManyCommands, "Maximum number of application commands reached (15)")
	case isNew && s.registry.creates[guild] >= maxCreates:
		return nil, false, bad(TooManyCreates, "Max number of daily application command creates has been reached (200)")
	case isNew:
		c.ID = s.nextID()
		s.registry.creates[guild]++
		s.registry.scopes[guild] = append(list, &c)
	default:
		c.ID = list[at].ID
		list[at] = &c
	}
	s.complete(guild, &c)
	return &c, isNew, answer{}
}

// complete fills in what Discord fills in. What only global commands have is dropped
// from a guild's.
func (s *Server) complete(guild string, c *Command) {
	c.ApplicationID, c.GuildID, c.Version = s.config.AppID, guild, s.nextID()
	if guild != "" {
		c.Contexts, c.IntegrationTypes, c.DMPermission = nil, nil, nil
		return
	}
	if c.IntegrationTypes == nil {
		c.IntegrationTypes = []int{0}
	}
	if c.Contexts == nil && c.DMPermission != nil && !*c.DMPermission {
		c.Contexts = []int{0} // the older way to say so
	}
	inDMs := c.Contexts == nil || slices.Contains(c.Contexts, botDM)
	c.DMPermission = &inDMs
}

func (s *Server) createCommand(q *query) answer {
	guild, refused := s.scope(q)
	if refused.refused() {
		return refused
	}
	c, refused := parseCommand(q.body)
	if refused.refused() {
		return refused
	}
	placed, isNew, refused := s.place(guild, c)
	switch {
	case refused.refused():
		return refused
	case isNew:
		return created(placed)
	}
	return ok(placed)
}

func (s *Server) deleteCommand(q *query) answer {
	guild, refused := s.scope(q)
	if refused.refused() {
		return refused
	}
	list := s.registry.scopes[guild]
	at := slices.IndexFunc(list, func(c *Command) bool { return c.ID == q.PathValue("command") })
	if at < 0 {
		return notFound(UnknownCommand, "application command")
	}
	s.registry.scopes[guild] = slices.Delete(list, at, at+1)
	return noContent()
}
