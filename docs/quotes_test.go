package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestQuotedMessages: what the documents quote as words of the bot is something that it says:
// in quotation marks a sentence of the English catalogue, in code a text in the program. An
// ellipsis is anything.
func TestQuotedMessages(t *testing.T) {
	t.Chdir(top)
	said, written := catalogue(t), literals(t)
	quotes := 0
	check := func(file, quoted string, in []string) {
		t.Helper()
		quotes++
		var parts []string
		for part := range strings.SplitSeq(quoted, "…") {
			parts = append(parts, regexp.QuoteMeta(part))
		}
		pattern := regexp.MustCompile(strings.Join(parts, ".*"))
		if !slices.ContainsFunc(in, pattern.MatchString) {
			t.Errorf("%s quotes %q, which the bot never says", file, quoted)
		}
	}
	for heading, rows := range tables(fileText(t, "docs/troubleshooting.md")) {
		for _, cell := range rows {
			switch quoted := strings.Trim(cell, "\"`"); {
			case strings.HasPrefix(heading, "What the bot says in the chat"):
				check("docs/troubleshooting.md", quoted, said)
			case strings.HasPrefix(heading, "What the bot says at its start"):
				check("docs/troubleshooting.md", quoted, written)
			}
		}
	}
	for _, cell := range tables(fileText(t, "docs/using.md"))["When something is in the way"] {
		check("docs/using.md", strings.Trim(cell, "\"`"), said)
	}
	if quotes < 40 {
		t.Errorf("only %d messages are quoted", quotes)
	}
}

// tables are the first cells of the rows under each heading of a document, without the header.
func tables(document string) map[string][]string {
	cells, heading := make(map[string][]string), ""
	for line := range strings.Lines(document) {
		if text, ok := strings.CutPrefix(line, "## "); ok {
			heading = strings.TrimSpace(text)
		}
		if cell, _, found := strings.Cut(strings.TrimPrefix(line, "| "), " | "); found && strings.HasPrefix(line, "| ") {
			cells[heading] = append(cells[heading], cell)
		}
	}
	for heading, rows := range cells {
		cells[heading] = rows[2:]
	}
	return cells
}

// catalogue is every sentence of the English catalogue, and what an error of Tencent Chat
// says with its code.
func catalogue(t *testing.T) (sentences []string) {
	t.Helper()
	var file map[string]any
	if err := yaml.Unmarshal([]byte(fileText(t, "commands/words/catalog/en.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	said := make(map[string]string)
	flatten("", file, said)
	for key, sentence := range said {
		if code, ok := strings.CutPrefix(key, ".codes."); ok {
			sentence = strings.NewReplacer("{code}", code, "{meaning}", sentence).Replace(said[".problems.code_says"])
		}
		sentences = append(sentences, sentence)
	}
	return append(sentences, slices.Collect(maps.Values(said))...)
}

// flatten puts every text of a tree into a map, by its keys with dots between.
func flatten(key string, tree any, into map[string]string) {
	switch tree := tree.(type) {
	case map[string]any:
		for name, below := range tree {
			flatten(key+"."+name, below, into)
		}
	default:
		into[key] = fmt.Sprint(tree)
	}
}

// literals is every text in the program.
func literals(t *testing.T) (texts []string) {
	t.Helper()
	for _, folder := range []string{"bot", "commands", "imapi"} {
		if err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					if text, err := strconv.Unquote(literal.Value); err == nil {
						texts = append(texts, text)
					}
				}
				return true
			})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return texts
}
