package fakediscord

import (
	"maps"
	"slices"
	"strings"
)

// Localized is a name or description in other languages, by Discord's locales.
type Localized map[string]string

// locales are those that Discord knows (docs: reference, "Locales").
var locales = strings.Fields(`id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg
	ru uk hi th zh-CN ja zh-TW ko`)

// check finds a locale that Discord does not know, and a text of the wrong length.
func (l Localized) check(path string, most int) flaw {
	for _, locale := range slices.Sorted(maps.Keys(l)) {
		if !slices.Contains(locales, locale) {
			return flawed(path, "Value %q is not a locale.", locale)
		}
		if f := length(locale, l[locale], 1, most); f.found() {
			return f.in(path)
		}
	}
	return flaw{}
}

// longest is the size of the longest of a text and what it is in other languages: of those
// Discord counts one.
func (l Localized) longest(text string) int {
	most := size(text)
	for _, other := range l {
		most = max(most, size(other))
	}
	return most
}

// unlocalized is a command as a list has it for who did not ask for other languages.
func unlocalized(c Command) *Command {
	c.NameLocalizations = nil
	c.DescriptionLocalizations, c.Options = nil, unlocalizedOptions(c.Options)
	return &c
}

func unlocalizedOptions(options []Option) []Option {
	options = slices.Clone(options)
	for i := range options {
		o := &options[i]
		o.DescriptionLocalizations, o.Options = nil, unlocalizedOptions(o.Options)
	}
	return options
}
