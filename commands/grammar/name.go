package grammar

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// IsName reports whether a word can be a name: what people type for it is read
// as it, and cannot be meant as a command, a flag, a person or a channel of the
// chat, nor as a pattern. Synonyms of commands can be names: a group may well be
// called show.
func IsName(word string) bool {
	isVerb := slices.ContainsFunc(commands.Table.Verbs(), func(v commands.Verb) bool { return strings.EqualFold(word, string(v)) })
	hidden := strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsGraphic(r) })
	if isVerb || hidden || !utf8.ValidString(word) || strings.HasPrefix(word, "@") || strings.HasPrefix(word, "#") || strings.Contains(word, "*") {
		return false
	}
	names := commands.NewNames(nil, map[string][]imapi.UserID{word: {"user"}})
	typed := word
	if _, option := Of(commands.Table).optionOf(word); option {
		typed = quote(word)
	}
	cmd, m := Parse(string(commands.Remove)+" group "+typed, names, nil)
	return m == nil && len(cmd.Users) == 1 && cmd.Users[0].Name == word
}

// Ambiguous returns the names of people, sorted, that are an option's name as well. They
// mean the person only in quotes.
func Ambiguous(n commands.Names) []string {
	return slices.DeleteFunc(n.Everybody(), func(name string) bool {
		_, option := Of(commands.Table).optionOf(name)
		return !option
	})
}
