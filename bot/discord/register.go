package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

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

// in finds the command with the name and kind of another; nil: there is none.
func (d definition) in(all []registered) *registered {
	for _, c := range all {
		if c.Name == d.Name && c.Kind == d.Kind {
			return &c
		}
	}
	return nil
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

// keepRegistered registers the commands, once, as soon as Discord lets it: a server may invite
// the bot while it runs.
func (d *Discord) keepRegistered(ctx context.Context) {
	var pause chat.Backoff
	for {
		err := d.register(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		least := time.Duration(0)
		if isRefusal(err) {
			least = d.options.Refresh
			d.log.Error("the command could not be registered; invite the bot with the scopes bot and applications.commands", "err", err)
		} else {
			d.log.Warn("the command is not registered yet, or not deleted where it was", "err", err)
		}
		if !pause.Wait(ctx, least) {
			return
		}
	}
}

// register makes Discord have the command and the menu as they are now, in the server that is
// configured or everywhere, and no longer where they were registered before. Other
// commands are left alone. Without the menu, the command works.
func (d *Discord) register(ctx context.Context) error {
	app := d.whoami.Load().app
	scope := scopeOf(app, d.config.GuildID)
	there, err := d.registeredIn(ctx, scope)
	if err != nil {
		return err
	}
	var keep []string
	for _, want := range newDefinitions(d.config.GuildID == "") {
		have := want.in(there)
		if have == nil || !have.is(want) {
			have = &registered{}
			// Creating a command that is there changes it.
			err := d.rest.do(ctx, call{name: "registering the command", method: http.MethodPost, path: scope, body: want, into: have})
			if isRefusal(err) && want.Kind == discordgo.UserApplicationCommand {
				d.log.Error("the menu of members could not be registered", "err", err)
				continue
			}
			if err != nil {
				return err
			}
			d.log.Info("command registered", "name", want.Name, "guild", d.config.GuildID)
		}
		keep = append(keep, have.ID)
		if want.Kind == discordgo.ChatApplicationCommand {
			d.command.Store(have.ID)
		}
	}
	return d.settle(ctx, app, scope, keep)
}

// scopeOf is the path of the commands of a server, or of those for all.
func scopeOf(app, guild string) string {
	if guild == "" {
		return applicationPath(app) + "commands"
	}
	return applicationPath(app) + "guilds/" + guild + "/commands"
}

func applicationPath(app string) string { return "/applications/" + app + "/" }

// registeredIn returns the command and the menu of the bot in a scope, as far as they are there.
func (d *Discord) registeredIn(ctx context.Context, scope string) ([]registered, error) {
	var all []registered
	if err := d.rest.do(ctx, call{name: "reading the commands", method: http.MethodGet, path: scope + "?with_localizations=true", into: &all}); err != nil {
		return nil, err
	}
	var own []registered
	for _, want := range newDefinitions(false) {
		if have := want.in(all); have != nil {
			own = append(own, *have)
		}
	}
	return own, nil
}

// Memory keeps values by name across restarts. A name that has none has "".
type Memory interface {
	Recall(ctx context.Context, name string) (value string, err error)
	Remember(ctx context.Context, name, value string) error
}

// registeredAt is the name under which the scope of the commands is remembered.
const registeredAt = "discord.command"

// settle deletes the commands where an earlier setting of the server registered them, since
// people would see them twice, and remembers where they are now. Those with the IDs to
// keep stay, wherever a server lists them.
func (d *Discord) settle(ctx context.Context, app, scope string, keep []string) error {
	before, err := d.options.Memory.Recall(ctx, registeredAt)
	if err != nil || before == scope {
		return err
	}
	if strings.HasPrefix(before, applicationPath(app)) { // another application's is not ours to delete
		old, err := d.registeredIn(ctx, before)
		for _, c := range old {
			if err == nil && !slices.Contains(keep, c.ID) {
				err = d.rest.do(ctx, call{name: "deleting the old command", method: http.MethodDelete, path: before + "/" + c.ID})
			}
		}
		switch {
		case isRefusal(err): // as where the bot is no longer in the server
			d.log.Warn("the old commands may be left", "path", before, "err", err)
		case err != nil:
			return err
		default:
			d.log.Info("no old command is left", "path", before)
		}
	}
	return d.options.Memory.Remember(ctx, registeredAt, scope)
}

// commandName is the one command of the bot that people type.
const commandName = "liveadmin"

// menuName is the command in the menu of a member, as Discord sends it whatever the language.
func menuName() string { return words.In(commands.English).Discord.Menu }

// manageMessages is the permission that people need to see the command, unless the
// server's admins open it to others. It authorises nothing.
const manageMessages = "8192"

// definition is the command as it is registered. What Discord adds to it is not in it,
// so that two can be compared.
type definition struct {
	Kind         discordgo.ApplicationCommandType `json:"type"`
	Name         string                           `json:"name"`
	Names        localized                        `json:"name_localizations,omitempty"`
	Description  string                           `json:"description,omitempty"` // none of a menu
	Localized    localized                        `json:"description_localizations,omitempty"`
	Permissions  string                           `json:"default_member_permissions"`
	Contexts     []int                            `json:"contexts,omitempty"`          // where it can be used, if it is registered globally
	Integrations []int                            `json:"integration_types,omitempty"` // and how it is installed
	Options      []field                          `json:"options,omitempty"`
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

// newDefinitions are the command and the menu for one server, or for all: there for servers
// only, and not for people to install for themselves.
func newDefinitions(everywhere bool) []definition {
	menu := definition{Kind: discordgo.UserApplicationCommand, Permissions: manageMessages}
	menu.Name, menu.Names = described(words.In, func(w words.Words) string { return w.Discord.Menu })
	all := []definition{definitionOf(commands.Table, words.In), menu}
	for i := range all {
		if everywhere {
			all[i].Contexts, all[i].Integrations = []int{0}, []int{0}
		}
	}
	return all
}

// definitionOf has a subcommand for each command of the table, in its order.
func definitionOf(table commands.Set, in func(commands.Language) words.Words) definition {
	d := definition{
		Kind: discordgo.ChatApplicationCommand, Name: commandName, Permissions: manageMessages,
	}
	d.Description, d.Localized = described(in, func(w words.Words) string { return w.Discord.About })
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

// localized are a name or description in other languages, by Discord's locales.
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
