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
func parseYAML(source string) (ast.Node, []flaw) {
	source = strings.ReplaceAll(strings.TrimPrefix(source, "\ufeff"), "\r\n", "\n")
	if flaws := checkText(source); len(flaws) > 0 {
		return nil, flaws
	}
	tokens, err := tokenize(source + "\n") // the tokenizer can lose a character at the very end
	if err != nil {
		return nil, []flaw{syntaxFlaw(err)}
	}
	if flaws := checkTokens(tokens); len(flaws) > 0 {
		return nil, flaws
	}
	file, err := parse(tokens)
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
		if bad < 0 {
			continue
		}
		here := mark{i + 1, utf8.RuneCountInString(line[:bad]) + 1}
		switch r, _ := utf8.DecodeRuneInString(line[bad:]); r {
		case utf8.RuneError:
			return append(flaws, flaw{here, "this is not text in UTF-8", "save the file as UTF-8"})
		case '\t':
			flaws = append(flaws, flaw{here, "there is a tab", "use spaces"})
		default:
			flaws = append(flaws, flaw{here, fmt.Sprintf("there is the control character %U", r), "remove it"})
		}
		if len(flaws) > maxFlaws {
			break
		}
	}
	return flaws
}

// checkTokens finds the parts of YAML that this file does without, and what would
// take the parser too long.
func checkTokens(tokens token.Tokens) []flaw {
	var flaws []flaw
	var before *token.Token
	keys, open := 0, 0
	for _, t := range tokens {
		start := t
		switch t.Type {
		case token.CommentType:
			continue
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open = max(open-1, 0) // one too many is for the parser to tell
		case token.MappingValueType:
			keys++
			if before != nil {
				start = before
			}
		}
		block := open == 0 && (t.Type == token.SequenceEntryType || t.Type == token.MappingValueType)
		switch what, remedy := unwanted(t, before == nil); {
		case open > maxNested, block && start.Position.Column > maxIndent:
			return append(flaws, flaw{at(t), "this is nested too deep", "write groups, people, contact, blocked and rules without more levels"})
		case keys > maxKeys:
			return append(flaws, flaw{at(t), fmt.Sprintf("the file has more than %d names and keys", maxKeys), "use patterns in place of names"})
		case what != "":
			flaws = append(flaws, flaw{at(t), fmt.Sprintf("%.80q %s", t.Value, what), remedy})
		}
		if len(flaws) > maxFlaws {
			break
		}
		before = t
	}
	return flaws
}

// unwanted says what a token does, and what to write instead, if the file does
// without it.
func unwanted(t *token.Token, first bool) (what, remedy string) {
	const quote = "write it out, or put a text that begins with it in quotes"
	switch t.Type {
	case token.AliasType:
		return "begins a YAML alias", `put a pattern in quotes, like "*-live"`
	case token.AnchorType:
		return "begins a YAML anchor", quote
	case token.TagType:
		return "begins a YAML tag", quote
	case token.DirectiveType:
		return "begins a YAML directive", quote
	case token.MergeKeyType:
		return "begins a YAML merge", quote
	case token.MappingKeyType:
		return "begins a YAML key of several lines", `write it like "name: value"`
	case token.LiteralType, token.FoldedType:
		return "begins a text of several lines", "write it on one line, in quotes"
	case token.DocumentHeaderType:
		if first {
			return "", ""
		}
		return "begins another document", "write everything in one"
	case token.DocumentEndType:
		return "ends the document", "remove it"
	}
	return "", ""
}

// errLibrary is what becomes of a text that the YAML library has not thought of: a bad
// file, not the end of the bot.
var errLibrary = errors.New("the YAML library cannot read this")

func tokenize(source string) (tokens token.Tokens, err error) {
	defer recovered(&err)
	tokens = lexer.Tokenize(source)
	if bad := tokens.InvalidToken(); bad != nil {
		return nil, &yaml.SyntaxError{Message: bad.Error, Token: bad}
	}
	return tokens, nil
}

func parse(tokens token.Tokens) (file *ast.File, err error) {
	defer recovered(&err)
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

func recovered(err *error) {
	if recover() != nil {
		*err = errLibrary
	}
}

// syntaxFlaw says where and why the library cannot read the file.
func syntaxFlaw(err error) flaw {
	f := flaw{mark{1, 1}, err.Error(), "check the brackets, the quotes and the indentation"}
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return f
	}
	if t := syntax.GetToken(); t != nil {
		f.mark = at(t)
	}
	message := syntax.GetMessage()
	f.what = fmt.Sprintf("this is no YAML (%s)", message)
	switch {
	case strings.Contains(message, "reserved character"):
		f.remedy = `put the text in quotes, like "@TGS#a6I4ZUUGO"`
	case strings.Contains(message, "end character"):
		f.remedy = "close the quote"
	}
	return f
}

func at(t *token.Token) mark { return mark{t.Position.Line, t.Position.Column} }
