package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// registered is a command as Discord has it.
type registered struct {
	ID string `json:"id"`
	definition
}

// is compares what Discord keeps of a command: not how an empty list is written, nor,
// for one server, where it can be used.
func (r registered) is(want definition) bool {
	have := r.definition
	if want.Contexts == nil {
		have.Contexts, have.Integrations = nil, nil
	}
	a, err1 := json.Marshal(have)
	b, err2 := json.Marshal(want)
	return err1 == nil && err2 == nil && bytes.Equal(a, b)
}

// keepRegistered registers the command, once, as soon as Discord lets it.
func (d *Discord) keepRegistered(ctx context.Context) {
	var pause chat.Backoff
	for {
		err := d.register(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			return
		case isRefusal(err):
			d.log.Error("the command could not be registered; invite the bot with the scopes bot and applications.commands", "err", err)
			return
		}
		d.log.Warn("the command is not registered yet, or not deleted where it was", "err", err)
		if !pause.Wait(ctx, 0) {
			return
		}
	}
}

// register makes Discord have the command as it is now, in the server that is
// configured or everywhere, and no longer where it was registered before. Other
// commands are left alone.
func (d *Discord) register(ctx context.Context) error {
	app := d.whoami.Load().app
	scope := scopeOf(app, d.config.GuildID)
	there, err := d.registeredIn(ctx, scope)
	if err != nil {
		return err
	}
	want := newDefinition(d.config.GuildID == "")
	if there == nil || !there.is(want) {
		there = &registered{}
		// Creating a command that is there changes it.
		err := d.rest.do(ctx, call{name: "registering the command", method: http.MethodPost, path: scope, body: want, into: there})
		if err != nil {
			return err
		}
		d.log.Info("command registered", "guild", d.config.GuildID)
	}
	d.command.Store(there.ID)
	return d.settle(ctx, app, scope, there.ID)
}

// scopeOf is the path of the commands of a server, or of those for all.
func scopeOf(app, guild string) string {
	if guild == "" {
		return applicationPath(app) + "commands"
	}
	return applicationPath(app) + "guilds/" + guild + "/commands"
}

func applicationPath(app string) string { return "/applications/" + app + "/" }

// registeredIn is the bot's command in a scope, or nil.
func (d *Discord) registeredIn(ctx context.Context, scope string) (*registered, error) {
	var all []registered
	if err := d.rest.do(ctx, call{name: "reading the commands", method: http.MethodGet, path: scope + "?with_localizations=true", into: &all}); err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Name == commandName && c.Kind == discordgo.ChatApplicationCommand {
			return &c, nil
		}
	}
	return nil, nil
}

// Memory keeps values by name across restarts. A name that has none has "".
type Memory interface {
	Recall(ctx context.Context, name string) (value string, err error)
	Remember(ctx context.Context, name, value string) error
}

// registeredAt is the name under which the scope of the command is remembered.
const registeredAt = "discord.command"

// settle deletes the command where an earlier setting of the server registered it, since
// people would see it twice, and remembers where it is now. The command with the ID to
// keep stays, wherever a server lists it.
func (d *Discord) settle(ctx context.Context, app, scope, keep string) error {
	before, err := d.options.Memory.Recall(ctx, registeredAt)
	if err != nil || before == scope {
		return err
	}
	if strings.HasPrefix(before, applicationPath(app)) { // another application's is not ours to delete
		old, err := d.registeredIn(ctx, before)
		if err == nil && old != nil && old.ID != keep {
			err = d.rest.do(ctx, call{name: "deleting the old command", method: http.MethodDelete, path: before + "/" + old.ID})
		}
		switch {
		case isRefusal(err): // as where the bot is no longer in the server
			d.log.Warn("the old command may be left", "path", before, "err", err)
		case err != nil:
			return err
		case old != nil && old.ID != keep:
			d.log.Info("old command deleted", "path", before)
		}
	}
	return d.options.Memory.Remember(ctx, registeredAt, scope)
}

// commandName is the one command of the bot.
const commandName = "liveadmin"

// manageMessages is the permission that people need to see the command, unless the
// server's admins open it to others. It authorises nothing.
const manageMessages = "8192"

// definition is the command as it is registered. What Discord adds to it is not in it,
// so that two can be compared.
type definition struct {
	Kind         discordgo.ApplicationCommandType `json:"type"`
	Name         string                           `json:"name"`
	Description  string                           `json:"description"`
	Localized    localized                        `json:"description_localizations,omitempty"`
	Permissions  string                           `json:"default_member_permissions"`
	Contexts     []int                            `json:"contexts,omitempty"`          // where it can be used, if it is registered globally
	Integrations []int                            `json:"integration_types,omitempty"` // and how it is installed
	Options      []field                          `json:"options"`
}

// field is a subcommand, or a field of one.
type field struct {
	Kind         discordgo.ApplicationCommandOptionType `json:"type"`
	Name         string                                 `json:"name"`
	Description  string                                 `json:"description"`
	Localized    localized                              `json:"description_localizations,omitempty"`
	Required     bool                                   `json:"required,omitempty"`
	Autocomplete bool                                   `json:"autocomplete,omitempty"`
	Longest      int                                    `json:"max_length,omitempty"`
	Choices      []choice                               `json:"choices,omitempty"`
	Options      []field                                `json:"options,omitempty"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// newDefinition is the command for one server, or for all: there for servers only,
// and not for people to install for themselves.
func newDefinition(everywhere bool) definition {
	return definitionOf(commands.Table, words.In, everywhere)
}

// definitionOf has a subcommand for each command of the table, in its order.
func definitionOf(table commands.Set, in func(commands.Language) words.Words, everywhere bool) definition {
	d := definition{
		Kind: discordgo.ChatApplicationCommand, Name: commandName, Permissions: manageMessages,
	}
	d.Description, d.Localized = described(in, func(w words.Words) string { return w.Discord.About })
	if everywhere {
		d.Contexts, d.Integrations = []int{0}, []int{0}
	}
	for _, v := range table.Verbs() {
		sub := field{Kind: discordgo.ApplicationCommandOptionSubCommand, Name: string(v)}
		sub.Description, sub.Localized = described(in, func(w words.Words) string { return w.Commands[v] })
		row, _ := table.Row(v)
		for _, f := range row.Args {
			sub.Options = append(sub.Options, newField(f, !f.Optional, table, in))
		}
		for _, f := range row.Flags {
			sub.Options = append(sub.Options, newField(f, false, table, in))
		}
		d.Options = append(d.Options, sub)
	}
	return d
}

func newField(f commands.Field, required bool, table commands.Set, in func(commands.Language) words.Words) field {
	registered := field{
		Kind: discordgo.ApplicationCommandOptionString, Name: f.Option(), Required: required, Autocomplete: f.Suggest,
	}
	registered.Description, registered.Localized = described(in, func(w words.Words) string { return w.Options[f.Option()] })
	switch f.Kind.(type) {
	case commands.Switch:
		registered.Kind = discordgo.ApplicationCommandOptionBoolean
	case commands.Text:
		registered.Longest = 2 * commands.MaxReason // clients count other characters; what is too long is said
	case commands.Topic:
		for _, v := range table.Verbs() {
			registered.Choices = append(registered.Choices, choice{string(v), string(v)})
		}
	}
	return registered
}

// localized are a description in other languages, by Discord's locales.
type localized map[discordgo.Locale]string

// localeOf is Discord's locale for a language, which Discord refuses if it does not know it.
func localeOf(l commands.Language) (_ discordgo.Locale, known bool) {
	switch locale := discordgo.Locale(l); l {
	case "zh-Hans":
		return discordgo.ChineseCN, true
	case "zh-Hant":
		return discordgo.ChineseTW, true
	case "id": // newer than the list of the library
		return locale, true
	default:
		_, known := discordgo.Locales[locale]
		return locale, known
	}
}

// described returns a sentence as a description, in English and in the other languages.
func described(in func(commands.Language) words.Words, sentence func(words.Words) string) (string, localized) {
	others := make(localized)
	for _, l := range commands.Languages {
		if locale, known := localeOf(l); known && l != commands.English {
			others[locale] = words.Capitalized(sentence(in(l)))
		}
	}
	return words.Capitalized(sentence(in(commands.English))), others
}
