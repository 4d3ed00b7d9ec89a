package grammar

import (
	"strings"

	"liveadmin/commands"
)

// VerbOf finds which verb a word means, as itself or as a synonym, in any case.
// Otherwise ok is false, and the verb is the nearest one, if one is near.
func VerbOf(word string) (_ commands.Verb, ok bool) {
	f, ok := formOf(word)
	return f.Verb, ok
}

// formOf finds what a word means as a verb. Otherwise ok is false, and the form
// is of the nearest verb, if one is near.
func formOf(word string) (_ commands.Form, ok bool) {
	var all []string
	meant := make(map[string]commands.Form)
	for _, f := range commands.Forms() {
		for _, name := range append([]string{string(f.Verb)}, f.Synonyms...) {
			all = append(all, name)
			meant[name] = f
		}
	}
	if f, ok := meant[strings.ToLower(word)]; ok {
		return f, true
	}
	return meant[nearestOrPrefix(strings.TrimLeftFunc(word, isDash), all)], false
}
