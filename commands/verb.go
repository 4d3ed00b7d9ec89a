package commands

import "strings"

// VerbOf finds which verb a word means, as itself or as a synonym, in any case.
// Otherwise ok is false, and the verb is the nearest one, if one is near.
func VerbOf(word string) (_ Verb, ok bool) {
	f, ok := formOf(word)
	return f.verb, ok
}

// formOf finds what a word means as a verb. Otherwise ok is false, and the form
// is of the nearest verb, if one is near.
func formOf(word string) (_ form, ok bool) {
	var all []string
	meant := make(map[string]form)
	for _, f := range forms() {
		for _, name := range append([]string{string(f.verb)}, f.synonyms...) {
			all = append(all, name)
			meant[name] = f
		}
	}
	if f, ok := meant[strings.ToLower(word)]; ok {
		return f, true
	}
	return meant[nearestOrPrefix(strings.TrimLeftFunc(word, isDash), all)], false
}
