package config

import (
	"slices"
	"strings"

	"liveadmin/commands/grammar"

	"github.com/goccy/go-yaml/ast"
)

// warnOfNames notes the names of people that mean something else where people type them
// without quotes: an older version took them for names.
func (r *reader) warnOfNames(people ast.Node) {
	mapping, ok := people.(*ast.MappingNode)
	if !ok {
		return
	}
	ambiguous := grammar.Ambiguous(r.names)
	for _, pair := range mapping.Values {
		key, isText := pair.Key.(ast.ScalarNode)
		if !isText || !slices.Contains(ambiguous, key.GetToken().Value) {
			continue
		}
		also := "the name of an option"
		if strings.EqualFold(key.GetToken().Value, grammar.Me) {
			also = "the word for the one who types it"
		}
		r.warn(at(key.GetToken()), "type it in quotes, or give these people another name",
			"%.80q is a name of people and %s", key.GetToken().Value, also)
	}
}
