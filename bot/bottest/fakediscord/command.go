package fakediscord

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kinds of commands and options (docs: interactions/application-commands).
const (
	chatInput   = 1
	userMenu    = 2
	messageMenu = 3

	subcommand    = 1
	group         = 2
	stringOption  = 3
	integerOption = 4
	boolOption    = 5
	numberOption  = 10
	lastOption    = 11
)

// Limits of a command, in characters.
const (
	maxName                 = 32
	maxDescriptionOfCommand = 100
	maxOptions              = 25
	maxMinLength            = 6000
	maxWholeCommand         = 8000
)

// check finds what is wrong with a command.
func (c *Command) check() flaw {
	switch {
	case c.Type < chatInput || c.Type > messageMenu:
		return flawed("type", "Value must be one of {1, 2, 3}.")
	case c.Type != chatInput && (c.Description != "" || len(c.DescriptionLocalizations) > 0 || len(c.Options) > 0):
		return flawed("description", "Context menu commands cannot have a description or options")
	}
	if f := c.NameLocalizations.check("name_localizations", maxName); f.found() {
		return f
	}
	if p := c.DefaultMemberPermissions; p != nil && !isID(*p) {
		return flawed("default_member_permissions", "Value is not a permission bit set.")
	}
	if slices.ContainsFunc(c.Contexts, func(n int) bool { return n < 0 || n > 2 }) {
		return flawed("contexts", "Value must be one of {0, 1, 2}.")
	}
	if slices.ContainsFunc(c.IntegrationTypes, func(n int) bool { return n < 0 || n > 1 }) {
		return flawed("integration_types", "Value must be one of {0, 1}.")
	}
	if c.Type != chatInput {
		return length("name", c.Name, 1, maxName)
	}
	if f := checkName(c.Name); f.found() {
		return f
	}
	for _, name := range c.NameLocalizations {
		if f := checkName(name); f.found() {
			return f.in("name_localizations")
		}
	}
	if f := length("description", c.Description, 1, maxDescriptionOfCommand); f.found() {
		return f
	}
	if f := c.DescriptionLocalizations.check("description_localizations", maxDescriptionOfCommand); f.found() {
		return f
	}
	if f := checkOptions(c.Options, 0); f.found() {
		return f
	}
	if weight(c.Name, c.DescriptionLocalizations.longest(c.Description), nil, c.Options) > maxWholeCommand {
		return flawed("options", "Command exceeds maximum size of %d", maxWholeCommand)
	}
	return flaw{}
}

// checkName finds a name that is too long, or has other signs than letters, digits,
// - _ and '.
func checkName(name string) flaw {
	strange := func(r rune) bool {
		return !strings.ContainsRune("-_'", r) && !unicode.In(r, unicode.L, unicode.N, unicode.Devanagari, unicode.Thai)
	}
	if n := utf8.RuneCountInString(name); n < 1 || n > maxName || strings.ContainsFunc(name, strange) || strings.ToLower(name) != name {
		return flawed("name", "Command name is invalid")
	}
	return flaw{}
}

// checkOptions finds what is wrong with the options of one level: 0 is the command's
// own.
func checkOptions(options []Option, level int) flaw {
	if len(options) > maxOptions {
		return flawed("options", "Must be %d or fewer in length.", maxOptions)
	}
	seen := make(map[string]bool)
	optional, nested := false, 0
	for n, o := range options {
		f := o.check(level)
		switch {
		case f.found():
		case seen[o.Name]:
			f = flawed("name", "Option names must be unique")
		case o.Required && optional:
			f = flawed("required", "Required options must be placed before non-required options")
		}
		if f.found() {
			return f.in(fmt.Sprintf("options.%d", n))
		}
		seen[o.Name] = true
		optional = optional || !o.Required
		if o.Type <= group {
			nested++
		}
	}
	if nested > 0 && nested < len(options) {
		return flawed("options", "Sub-command and sub-command group option types are mutually exclusive to all other types")
	}
	return flaw{}
}

func (o Option) check(level int) flaw {
	if f := checkName(o.Name); f.found() {
		return f
	}
	if f := length("description", o.Description, 1, maxDescriptionOfCommand); f.found() {
		return f
	}
	if f := o.DescriptionLocalizations.check("description_localizations", maxDescriptionOfCommand); f.found() {
		return f
	}
	switch {
	case o.Type < subcommand || o.Type > lastOption:
		return flawed("type", "Value must be one of {1, …, 11}.")
	case o.Type == group && level > 0, o.Type == subcommand && level > 1:
		return flawed("type", "Sub-commands cannot be nested so deep")
	case o.Type <= group && (o.Required || o.Autocomplete || len(o.Choices) > 0):
		return flawed("type", "A sub-command is not filled in")
	case o.Type > group && len(o.Options) > 0:
		return flawed("options", "Only sub-commands have options")
	case o.Type == group:
		return checkOptions(o.Options, 1)
	case o.Type == subcommand:
		return checkOptions(o.Options, 2)
	}
	return o.checkValue()
}

// checkValue finds what is wrong with what an option says of its values.
func (o Option) checkValue() flaw {
	text := o.Type == stringOption
	number := o.Type == integerOption || o.Type == numberOption
	switch {
	case o.Autocomplete && !text && !number:
		return flawed("autocomplete", "Only strings and numbers have suggestions")
	case o.Autocomplete && len(o.Choices) > 0:
		return flawed("autocomplete", "Autocomplete and choices are mutually exclusive")
	case len(o.Choices) > 0 && !text && !number:
		return flawed("choices", "Only strings and numbers have choices")
	case !text && (o.MinLength != nil || o.MaxLength != nil):
		return flawed("max_length", "Only strings have a length")
	case !number && (o.MinValue != nil || o.MaxValue != nil):
		return flawed("max_value", "Only numbers have bounds")
	case o.MinLength != nil && (*o.MinLength < 0 || *o.MinLength > maxMinLength):
		return flawed("min_length", "int value should be between 0 and %d.", maxMinLength)
	case o.MaxLength != nil && (*o.MaxLength < 1 || *o.MaxLength > maxMinLength):
		return flawed("max_length", "int value should be between 1 and %d.", maxMinLength)
	}
	return checkChoices("choices", o.Choices)
}

// weight is how many characters count for the size of a whole command.
func weight(name string, description int, choices []Choice, options []Option) int {
	sum := size(name) + description
	for _, c := range choices {
		sum += size(c.Name) + size(fmt.Sprint(c.Value))
	}
	for _, o := range options {
		sum += weight(o.Name, o.DescriptionLocalizations.longest(o.Description), o.Choices, o.Options)
	}
	return sum
}

// takes is why no one can type something with the command, or "". Whether
// default_member_permissions hide the command is not looked at: the guild's
// administrators have opened it to everyone.
func (c *Command) takes(in CommandInput) string {
	if c == nil {
		return "the command is not registered where it is typed"
	}
	options := c.Options
	nested := slices.ContainsFunc(options, func(o Option) bool { return o.Type <= group })
	at := slices.IndexFunc(options, func(o Option) bool { return o.Type == subcommand && o.Name == in.Subcommand })
	switch {
	case nested && at < 0, !nested && in.Subcommand != "":
		return fmt.Sprintf("the command has no subcommand %q", in.Subcommand)
	case nested:
		options = options[at].Options
	}
	for name := range in.Options {
		if !slices.ContainsFunc(options, func(o Option) bool { return o.Name == name }) {
			return fmt.Sprintf("the command has no option %q", name)
		}
	}
	for _, o := range options {
		value, filled := in.Options[o.Name]
		wrong := ""
		switch {
		case o.Name == in.Focused && !o.Autocomplete:
			wrong = "has no suggestions"
		case in.Focused != "": // what is half typed may be anything
		case !filled && o.Required:
			wrong = "is required"
		case filled:
			wrong = o.takes(value)
		}
		if wrong != "" {
			return fmt.Sprintf("the option %q %s", o.Name, wrong)
		}
	}
	return ""
}

// takes is why a value cannot be filled in, or "".
func (o Option) takes(value any) string {
	text, isText := value.(string)
	switch {
	case optionType(value) != o.Type:
		return fmt.Sprintf("takes no %T", value)
	case isText && text == "":
		return "is empty"
	case isText && o.MinLength != nil && size(text) < *o.MinLength:
		return "is too short"
	case isText && o.MaxLength != nil && size(text) > *o.MaxLength, size(text) > maxMinLength:
		return "is too long"
	case len(o.Choices) > 0 && !slices.ContainsFunc(o.Choices, func(c Choice) bool { return fmt.Sprint(c.Value) == fmt.Sprint(value) }):
		return "has other choices"
	}
	return ""
}
