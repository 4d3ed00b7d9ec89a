package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of the policy file. The parser calls itself for each level, and for each
// key of a mapping it copies those before: the limits keep it within some
// hundred milliseconds.
const (
	maxPolicy = 1 << 20 // bytes
	maxKeys   = 10_000
	maxIndent = 200 // characters
	maxNested = 10  // brackets and braces
)

// mark is a place in the file: a line and a character in it, from 1.
type mark struct{ line, column int }

// flaw is one thing that is wrong with the file.
type flaw struct {
	mark
	what, remedy string
}

// parseYAML reads a text as the plain part of YAML: one document of mappings,
// lists and texts. The node is nil if the text says nothing.
func parseYAML(source string) (root ast.Node, flaws []flaw) {
	source = strings.ReplaceAll(strings.TrimPrefix(source, "\ufeff"), "\r\n", "\n")
	if flaws := checkText(source); len(flaws) > 0 {
		return nil, flaws
	}
	defer func() {
		if recover() != nil { // a text that the library has not thought of is a bad file, not the end of the bot
			root, flaws = nil, []flaw{syntaxFlaw(errors.New("the YAML library cannot read this"))}
		}
	}()
	tokens := lexer.Tokenize(source + "\n") // the tokenizer can lose a character at the very end
	if bad := tokens.InvalidToken(); bad != nil {
		return nil, []flaw{syntaxFlaw(&yaml.SyntaxError{Message: bad.Error, Token: bad})}
	}
	if flaws := checkTokens(tokens); len(flaws) > 0 {
		return nil, flaws
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, []flaw{syntaxFlaw(err)}
	}
	for _, document := range file.Docs {
		if document.Body != nil {
			return document.Body, nil
		}
	}
	return nil, nil
}

// checkText finds what is no text, once in a line. A tab is not taken either: it
// cannot indent, and the tokenizer loses count behind it.
func checkText(source string) []flaw {
	if len(source) > maxPolicy {
		return []flaw{{mark{1, 1}, fmt.Sprintf("the file has more than %d bytes", maxPolicy), "use patterns and roles in place of long lists"}}
	}
	var flaws []flaw
	for i, line := range strings.Split(source, "\n") {
		bad := strings.IndexFunc(line, func(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) })
		if bad >= 0 && len(flaws) <= maxFlaws {
			r, _ := utf8.DecodeRuneInString(line[bad:])
			here := mark{i + 1, utf8.RuneCountInString(line[:bad]) + 1}
			flaws = append(flaws, flaw{here, fmt.Sprintf("the character %q cannot be in this file", r), "use spaces instead, and save the file as UTF-8"})
		}
	}
	return flaws
}

// checkTokens finds the parts of YAML that this file does without, and what would
// take the parser too long.
func checkTokens(tokens token.Tokens) []flaw {
	var flaws []flaw
	keys, open, begun := 0, 0, false
	for _, t := range tokens {
		extra := false
		switch t.Type {
		case token.CommentType:
			continue
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open = max(open-1, 0) // the parser reports one too many
		case token.MappingValueType:
			keys++
		case token.DocumentHeaderType:
			extra = begun
		case token.AliasType, token.AnchorType, token.TagType, token.DirectiveType, token.MergeKeyType, token.MappingKeyType,
			token.LiteralType, token.FoldedType, token.DocumentEndType:
			extra = true
		}
		block := open == 0 && (t.Type == token.SequenceEntryType || t.Type == token.MappingValueType)
		switch {
		case open > maxNested, block && t.Position.Column > maxIndent:
			return append(flaws, flaw{at(t), "this is nested too deep", "write groups, people, contact, blocked, language and rules without more levels"})
		case keys > maxKeys:
			return append(flaws, flaw{at(t), fmt.Sprintf("the file has more than %d names and keys", maxKeys), "use patterns in place of names"})
		case extra && len(flaws) <= maxFlaws:
			flaws = append(flaws, flaw{at(t), fmt.Sprintf("%.80q is a part of YAML that this file does without", t.Value),
				`leave it out, or put the text in quotes, like "*-live"`})
		}
		begun = true
	}
	return flaws
}

// syntaxFlaw says where and why the library cannot read the file.
func syntaxFlaw(err error) flaw {
	f := flaw{mark{1, 1}, err.Error(), `check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`}
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		f.what = fmt.Sprintf("this is no YAML (%s)", syntax.GetMessage())
		if t := syntax.GetToken(); t != nil {
			f.mark = at(t)
		}
	}
	return f
}

func at(t *token.Token) mark { return mark{t.Position.Line, t.Position.Column} }
