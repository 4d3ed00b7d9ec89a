package discord

import (
	"unicode"
	"unicode/utf8"

	"liveadmin/commands"
	"liveadmin/commands/words"
)

// commandName is the one command of the bot.
const commandName = "liveadmin"

// manageMessages is the permission that people need to see the command, unless the
// server's admins open it to others. It authorises nothing.
const manageMessages = "8192"

// Types of options (docs: interactions/application-commands).
const (
	subcommand = 1
	textOption = 3
	switchable = 5
)

// definition is the command as it is registered. What Discord adds to it is not in it,
// so that two can be compared.
type definition struct {
	Kind         int     `json:"type"`
	Name         string  `json:"name"`
	Description  string  `json:"description"`
	Permissions  string  `json:"default_member_permissions"`
	Contexts     []int   `json:"contexts,omitempty"`          // where it can be used, if it is registered globally
	Integrations []int   `json:"integration_types,omitempty"` // and how it is installed
	Options      []field `json:"options"`
}

// field is a subcommand, or a field of one.
type field struct {
	Kind         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required,omitempty"`
	Autocomplete bool     `json:"autocomplete,omitempty"`
	Longest      int      `json:"max_length,omitempty"`
	Choices      []choice `json:"choices,omitempty"`
	Options      []field  `json:"options,omitempty"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// newDefinition is the command for one server, or for all: there for servers only,
// and not for people to install for themselves.
func newDefinition(everywhere bool) definition {
	return definitionOf(commands.Table, words.English(), everywhere)
}

// definitionOf has a subcommand for each command of the table, in its order.
func definitionOf(table commands.Set, says words.Words, everywhere bool) definition {
	d := definition{
		Kind: 1, Name: commandName, Description: "Administrators of live streaming groups in Tencent Cloud Chat",
		Permissions: manageMessages,
	}
	if everywhere {
		d.Contexts, d.Integrations = []int{0}, []int{0}
	}
	for _, v := range table.Verbs() {
		sub := field{Kind: subcommand, Name: string(v), Description: capitalized(says.About[v])}
		row, _ := table.Row(v)
		for _, f := range row.Args {
			sub.Options = append(sub.Options, newField(f, !f.Optional, table, says))
		}
		for _, f := range row.Flags {
			sub.Options = append(sub.Options, newField(f, false, table, says))
		}
		d.Options = append(d.Options, sub)
	}
	return d
}

func newField(f commands.Field, required bool, table commands.Set, says words.Words) field {
	registered := field{
		Kind: textOption, Name: f.Option(), Description: capitalized(says.Options[f.Option()]),
		Required: required, Autocomplete: f.Suggest,
	}
	switch f.Kind.(type) {
	case commands.Switch:
		registered.Kind = switchable
	case commands.Text:
		registered.Longest = 2 * commands.MaxReason // clients count other characters; what is too long is said
	case commands.Topic:
		for _, v := range table.Verbs() {
			registered.Choices = append(registered.Choices, choice{string(v), string(v)})
		}
	}
	return registered
}

// capitalized begins a sentence.
func capitalized(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
