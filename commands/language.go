package commands

import (
	"strings"

	"golang.org/x/text/language"
)

// Language is a language in which the bot answers: "zh-Hant".
type Language string

// English is what every other language falls back to.
const English Language = "en"

// Languages are all of them. English is the first.
var Languages = []Language{English, "zh-Hans", "zh-Hant", "ja", "ko", "id"}

// LanguageNames are the languages in a sentence: "en, zh-Hans or ko".
func LanguageNames() string {
	var names []string
	for _, l := range Languages {
		names = append(names, string(l))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

var matcher = func() language.Matcher {
	var tags []language.Tag
	for _, l := range Languages {
		tags = append(tags, language.MustParse(string(l)))
	}
	return language.NewMatcher(tags)
}()

// Nearest returns the language that is nearest to a locale as platforms write it: zh-Hant
// for "zh-HK", and English for what has none near, or is no locale.
func Nearest(locale string) Language {
	_, i := language.MatchStrings(matcher, locale)
	return Languages[i]
}
