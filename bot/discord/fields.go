package discord

import "liveadmin/commands"

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
	d := definition{
		Kind: 1, Name: commandName, Description: "Administrators of live streaming groups in Tencent Cloud Chat",
		Permissions: manageMessages,
	}
	if everywhere {
		d.Contexts, d.Integrations = []int{0}, []int{0}
	}
	for _, s := range subcommands() {
		d.Options = append(d.Options, field{
			Kind: subcommand, Name: string(s.verb), Description: s.says, Options: s.fields,
		})
	}
	return d
}

type sub struct {
	verb   commands.Verb
	says   string
	fields []field
}

func subcommands() []sub {
	group := textField("group", "An ID from the Chat console (@TGS#…), a custom ID or a short name")
	group.Required, group.Autocomplete = true, true
	users := textField("users", "1 to 5 UserIDs or names, with spaces or commas between")
	users.Required = true
	current := users
	current.Autocomplete = true
	reason := textField("reason", "Stands in the answer and in the history")
	reason.Longest = 2 * commands.MaxReason // clients count other characters; what is too long is told
	dryRun := field{Kind: switchable, Name: "dry_run", Description: "Only say what would change"}
	topic := textField("command", "The command to explain")
	for _, v := range []commands.Verb{
		commands.Add, commands.Remove, commands.List, commands.History, commands.Groups, commands.Whoami, commands.Help,
	} {
		topic.Choices = append(topic.Choices, choice{string(v), string(v)})
	}
	return []sub{
		{commands.Add, "Set administrators of a group", []field{
			group, users,
			textField("for", "The right ends by itself after this time: 2h30m, 90m, 3d"),
			textField("replace", "UserIDs or names that are removed first"),
			reason,
			{Kind: switchable, Name: "new", Description: "Also for a UserID that no account has yet"},
			dryRun,
		}},
		{commands.Remove, "Cancel administrators of a group", []field{group, current, reason, dryRun}},
		{commands.List, "Show the administrators of a group", []field{group}},
		{commands.History, "Show what was done, by whom and when", []field{
			textField("about", "A group, a user, a caller, or an entry like #42"),
			textField("since", "Only what is newer: 2d, 12h"),
		}},
		{commands.Groups, "Show the groups that have a short name, and the ends to come", nil},
		{commands.Whoami, "Show what you are allowed, and your entry for the allowlist", nil},
		{commands.Help, "Show the commands, or explain one", []field{topic}},
	}
}

func textField(name, says string) field {
	return field{Kind: textOption, Name: name, Description: says}
}

// fieldsOf returns the fields of a command.
func fieldsOf(v commands.Verb) []field {
	for _, s := range subcommands() {
		if s.verb == v {
			return s.fields
		}
	}
	return nil
}
