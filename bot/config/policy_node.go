package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// maxFlaws is how many of a file's flaws are reported at once.
const maxFlaws = 100

// reader takes a rules file apart and notes everything that is wrong with it. What
// it returns counts only if it has noted nothing.
type reader struct {
	flaws    []flaw
	warnings []flaw           // what the operator should look at, though the file can be used
	owners   map[string]owner // of chat accounts, by account
	persons  map[string]owner // the same by UserID
	blocked  []string

	// For the rules, from the same file.
	names    commands.Names
	aliases  []string        // of the names
	ids      map[string]bool // group IDs that some alias has
	groups   int             // that the rules so far are about
	compared int             // pairs of a word and an alias
}

func (r *reader) note(where mark, remedy, format string, values ...any) {
	r.flaws = append(r.flaws, flaw{where, fmt.Sprintf(format, values...), remedy})
}

// warn notes what the operator should look at. The file can be used all the same.
func (r *reader) warn(where mark, remedy, format string, values ...any) {
	r.warnings = append(r.warnings, flaw{where, fmt.Sprintf(format, values...), remedy})
}

// problemsIn gives each flaw its place in a file, in the order of the file.
func problemsIn(file string, flaws []flaw) bot.Problems {
	slices.SortStableFunc(flaws, func(a, b flaw) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var problems bot.Problems
	for _, f := range flaws[:min(len(flaws), maxFlaws)] {
		problems = append(problems, bot.Problem{Variable: fmt.Sprintf("%s:%d:%d", file, f.line, f.column), What: f.what, Remedy: f.remedy})
	}
	if len(flaws) > maxFlaws {
		problems = append(problems, bot.Problem{Variable: file, What: "there are more problems than these", Remedy: "mend these first"})
	}
	return problems
}

// text is a text of the file and its place.
type text struct {
	mark
	value  string
	quoted bool
}

// field is a key of a mapping and its value.
type field struct {
	key   text
	value ast.Node
}

// text takes a text, or notes what to write. Numbers and words like true are texts
// too, as they are written. A key that is not there has none.
func (r *reader) text(n ast.Node, what, remedy string) (text, bool) {
	if n == nil {
		return text{}, false
	}
	scalar, ok := n.(ast.ScalarNode)
	if !ok || nothing(n) {
		r.note(place(n), remedy, "%s is %s", what, kind(n))
		return text{}, false
	}
	t := scalar.GetToken()
	if strings.Contains(strings.TrimSpace(t.Origin), "\n") {
		r.note(at(t), "write it on one line, and a list as [a, b]", "%s goes over several lines", what)
		return text{}, false
	}
	return text{at(t), t.Value, t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType}, true
}

// texts takes a list of texts that is not empty. A key that is not there has none.
func (r *reader) texts(n ast.Node, what, remedy string) []text {
	if n == nil {
		return nil
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok || len(list.Values) == 0 {
		r.note(place(n), remedy, "%s is %s", what, kind(n))
		return nil
	}
	var all []text
	for _, one := range list.Values {
		if _, isMapping := one.(*ast.MappingNode); isMapping { // so YAML reads a:b inside braces
			r.note(place(one), "put a text that has a colon in quotes", "an entry of %s is a mapping", what)
		} else if t, ok := r.text(one, "an entry of "+what, remedy); ok {
			all = append(all, t)
		}
	}
	return all
}

// textOrTexts takes one text, or a list of texts that is not empty.
func (r *reader) textOrTexts(n ast.Node, what, remedy string) []text {
	if _, isList := n.(*ast.SequenceNode); isList {
		return r.texts(n, what, remedy)
	}
	if one, ok := r.text(n, what, remedy); ok {
		return []text{one}
	}
	return nil
}

// fields takes a mapping. A key that is there twice, as names
// compare, is noted.
func (r *reader) fields(n ast.Node, what, remedy string) []field {
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		r.note(place(n), remedy, "%s is %s", what, kind(n))
		return nil
	}
	first := make(map[string]text)
	var all []field
	for _, pair := range mapping.Values {
		key, ok := r.text(pair.Key, "a key", "write a word")
		if !ok {
			continue
		}
		same := commands.Fold(key.value)
		if before, twice := first[same]; twice {
			r.note(key.mark, "keep one of them", "%.80q is there twice, first as %.80q in line %d", key.value, before.value, before.line)
			continue
		}
		first[same] = key
		if pair.Value == nil { // an empty value is not the same as no key
			pair.Value = ast.Null(pair.Key.GetToken())
		}
		all = append(all, field{key, pair.Value})
	}
	return all
}

// known takes a mapping with given keys, and returns the values by key.
func (r *reader) known(n ast.Node, what, remedy string, keys ...string) map[string]ast.Node {
	all := make(map[string]ast.Node)
	for _, f := range r.fields(n, what, remedy) {
		if !slices.Contains(keys, f.key.value) {
			r.note(f.key.mark, rightWord(f.key.value, keys), "%.80q is no key of %s", f.key.value, what)
			continue
		}
		all[f.key.value] = f.value
	}
	return all
}

// rightWord says which of some words to write in place of another.
func rightWord[Word ~string](word Word, words []Word) string {
	var known []string
	for _, w := range words {
		known = append(known, string(w))
	}
	if near := grammar.Nearest(string(word), known); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	last := len(known) - 1
	return fmt.Sprintf("write %s or %s", strings.Join(known[:last], ", "), known[last])
}

// nothing reports whether a value is empty.
func nothing(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return null
}

// kind says what a node is, for a problem.
func kind(n ast.Node) string {
	switch n := n.(type) {
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		if len(n.Values) == 0 {
			return "an empty list"
		}
		return "a list"
	case ast.ScalarNode:
		if !nothing(n) {
			return fmt.Sprintf("the text %.80q", n.GetToken().Value)
		}
	}
	return "empty"
}

// place is where a node begins. The parser puts a mapping where its first colon is.
func place(n ast.Node) mark {
	if mapping, ok := n.(*ast.MappingNode); ok && len(mapping.Values) > 0 {
		return at(mapping.Values[0].Key.GetToken())
	}
	return at(n.GetToken())
}
