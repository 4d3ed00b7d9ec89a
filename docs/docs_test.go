package docs

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/cli"
	"liveadmin/bot/config"
	"liveadmin/commands"
)

// top is the top of the repository, from which the documents name files. Each test changes
// to it: go test then knows which files it reads, and runs it again when they change.
const top = ".."

func fileText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestArchitecture: every file, folder, and every public name of a package that
// docs/architecture.md names is there.
func TestArchitecture(t *testing.T) {
	t.Chdir(top)
	public := publicNames(t)
	names, paths := 0, 0
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(fileText(t, "docs/architecture.md"), -1) {
		word := m[1]
		pkg, name, _ := strings.Cut(word, ".")
		switch {
		case strings.HasSuffix(word, ".go") || regexp.MustCompile(`^(bot|commands|imapi)(/\w+)*$`).MatchString(word):
			paths++
			if _, err := os.Stat(word); err != nil {
				t.Errorf("there is no %s", word)
			}
		case public[pkg] != nil && ast.IsExported(name):
			names++
			if !public[pkg][name] {
				t.Errorf("there is no %s", word)
			}
		}
	}
	if names < 30 || paths < 30 {
		t.Errorf("only %d names and %d paths were looked up", names, paths)
	}
}

// TestDependencies: docs/architecture.md says of every module that is used directly why
// it is there, and of no other.
func TestDependencies(t *testing.T) {
	t.Chdir(top)
	modules, document := fileText(t, "go.mod"), fileText(t, "docs/architecture.md")
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(modules, -1) {
		if !strings.Contains(document, "| `"+m[1]+"` |") {
			t.Errorf("nothing is said of %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z.]+/[^`]+)` \\|").FindAllStringSubmatch(document, -1) {
		if strings.Contains(m[1], ".") && !strings.Contains(modules, m[1]+" v") {
			t.Errorf("%s is not used", m[1])
		}
	}
}

// TestLinks: what the documents link to in this repository is there, headings too.
func TestLinks(t *testing.T) {
	t.Chdir(top)
	documents := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(found, err)
		}
		documents = append(documents, found...)
	}
	for _, file := range documents {
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(fileText(t, file), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			name, anchor, _ := strings.Cut(m[1], "#")
			linked := file
			if name != "" {
				linked = filepath.Join(filepath.Dir(file), name)
			}
			if _, err := os.Stat(linked); err != nil {
				t.Errorf("%s links to %s, which is not there", file, m[1])
			} else if anchor != "" && !slices.Contains(anchors(fileText(t, linked)), anchor) {
				t.Errorf("%s links to %s: there is no such heading", file, m[1])
			}
		}
	}
}

// anchors are the names that links to the headings of a document have, as GitHub makes them.
func anchors(document string) (names []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(document, -1) {
		name := regexp.MustCompile(`[^\p{L}\d _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// publicNames are the public names of each package, a method as Type.Method.
func publicNames(t *testing.T) map[string]map[string]bool {
	t.Helper()
	public := make(map[string]map[string]bool)
	look := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		of := public[file.Name.Name]
		if of == nil {
			of = make(map[string]bool)
			public[file.Name.Name] = of
		}
		for _, d := range file.Decls {
			for _, name := range declared(d) {
				of[name] = true
			}
		}
		return nil
	}
	// Not ".": what git does there would make the test run again.
	for _, folder := range []string{"bot", "commands", "imapi"} {
		if err := filepath.WalkDir(folder, look); err != nil {
			t.Fatal(err)
		}
	}
	return public
}

// declared are the names that a declaration gives, with those of an interface's methods.
func declared(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return []string{receiver(d) + d.Name.Name}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
				if i, ok := s.Type.(*ast.InterfaceType); ok {
					for _, method := range i.Methods.List {
						for _, n := range method.Names {
							names = append(names, s.Name.Name+"."+n.Name)
						}
					}
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// receiver is the type of a method with a dot behind it.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	kind := f.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	if name, ok := kind.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

// TestExitCodes: docs/operations.md has a row for each way in which the program ends.
func TestExitCodes(t *testing.T) {
	t.Chdir(top)
	text := fileText(t, "docs/operations.md")
	crashed := fmt.Sprintf("%d (SIGABRT)", 128+syscall.SIGABRT)
	for _, code := range []string{strconv.Itoa(cli.ExitOK), strconv.Itoa(cli.ExitFailed), strconv.Itoa(cli.ExitUsage), strconv.Itoa(cli.ExitRevoked), crashed} {
		if !strings.Contains(text, "\n| "+code+" | ") {
			t.Errorf("there is no row for exit code %s", code)
		}
	}
}

func TestDocumentedSettings(t *testing.T) {
	t.Chdir(top)
	row := regexp.MustCompile("(?m)^\\| `([A-Z_]+)`( ¹)? \\| (.*) \\| (.*) \\|$")
	var got []config.Variable
	for _, cells := range row.FindAllStringSubmatch(fileText(t, "docs/operations.md"), -1) {
		got = append(got, config.Variable{Name: cells[1], Secret: cells[2] != "", Doc: cells[3], Default: strings.Trim(cells[4], "`")})
	}
	if want := config.Variables(); !slices.Equal(got, want) {
		t.Errorf("docs/operations.md has\n%+v\nwant\n%+v", got, want)
	}
}

// TestDocumentedRules: docs/operations.md says what each key of the config file is, and what
// the documents show of such a file can be used.
func TestDocumentedRules(t *testing.T) {
	t.Chdir(top)
	type mapping struct{ Properties map[string]any }
	var schema struct {
		mapping
		Definitions map[string]mapping
	}
	if err := json.Unmarshal([]byte(fileText(t, "docs/liveadmin.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(fileText(t, "docs/operations.md"), "\n## Rules\n")
	section, _, _ = strings.Cut(section, "\n## ")
	file, rule, _ := strings.Cut(section, "| key of a rule |")
	for key := range schema.Properties {
		if !strings.Contains(file, "\n| `"+key+"` | ") {
			t.Errorf("docs/operations.md does not say what %s is", key)
		}
	}
	for key := range schema.Definitions["rule"].Properties {
		if !strings.Contains(rule, "\n| `"+key+"` | ") {
			t.Errorf("docs/operations.md does not say what %s is in a rule", key)
		}
	}
	people := regexp.MustCompile("(?m)^\\| `people` .*$").FindString(file)
	for _, v := range commands.Table.Verbs() {
		row, _ := commands.Table.Row(v)
		for _, f := range row.Flags {
			if !strings.Contains(people, "`"+f.Name+"`") {
				t.Errorf("docs/operations.md does not say that a person called %s must be typed in quotes", f.Name)
			}
		}
	}
	for _, document := range []string{"README.md", "docs/operations.md"} {
		shown := 0
		for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(fileText(t, document), -1) {
			if strings.HasPrefix(m[1], "scrape_configs:") { // of Prometheus
				continue
			}
			shown++
			rules, err := config.ParsePolicy(document, []byte(m[1]), nil)
			others := slices.DeleteFunc(rules.Warnings, func(w bot.Problem) bool { return strings.HasSuffix(w.What, "the documentation's examples") })
			if err != nil || len(others) > 0 {
				t.Errorf("%v, %v in\n%s", err, others, m[1])
			}
		}
		if shown == 0 {
			t.Errorf("%s shows no config file", document)
		}
	}
}

// TestWhoSees: the pages of the platforms name every command whose result everybody sees,
// and no other.
func TestWhoSees(t *testing.T) {
	t.Chdir(top)
	for _, page := range []string{"docs/slack.md", "docs/discord.md"} {
		_, table, _ := strings.Cut(fileText(t, page), "| | who sees it |\n| --- | --- |\n")
		table, _, _ = strings.Cut(table, "\n\n")
		for _, v := range commands.Table.Verbs() {
			if named := strings.Contains(table, "`"+string(v)+"`"); named != v.CallsAPI() {
				t.Errorf("%s names %s where it says what everybody sees: %v", page, v, named)
			}
		}
	}
}

func TestReadmeCommands(t *testing.T) {
	t.Chdir(top)
	text := fileText(t, "README.md")
	for _, want := range []string{"$ go run . demo", "\n```console\n$ go test ./...\n```\n", "$ " + pace.Variable + "=10m go test "} {
		if !strings.Contains(text, want) {
			t.Errorf("the README does not have %q", want)
		}
	}
}

// TestExamples: the bot warns of the IDs of these documents where they are left in the settings.
func TestExamples(t *testing.T) {
	t.Chdir(top)
	documents := []string{"README.md", ".env.example"}
	for _, pattern := range []string{"docs/*.md", "deploy/*.yaml", "deploy/config/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, found...)
	}
	id := regexp.MustCompile(`\b(?:[UWS]0\w{3,}|\d{17,19})\b`)
	for _, document := range documents {
		for _, found := range id.FindAllString(fileText(t, document), -1) {
			cfg := config.Config{Allowlist: []string{"slack:user:" + found}}
			if len(cfg.Doubts(bot.Rules{})) == 0 {
				t.Errorf("%s has %s, which nobody is warned of: add it to bot/config/doubts.go", document, found)
			}
		}
	}
}

// TestTypedSecrets: no document has a secret typed where the history of a shell keeps it.
func TestTypedSecrets(t *testing.T) {
	t.Chdir(top)
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	typed := regexp.MustCompile(`(?i)(\b(printf|echo|export)| -e|--env|--from-literal)\b.*(xoxb-|xapp-|(secret|token|password|key)\w*=[^$"]|the key of)`)
	for _, document := range append(documents, "README.md") {
		for line := range strings.Lines(fileText(t, document)) {
			if typed.MatchString(line) {
				t.Errorf("%s: %s", document, line)
			}
		}
	}
	if !strings.Contains(fileText(t, "docs/operations.md"), "read -rs") {
		t.Error("docs/operations.md does not say how to type secrets")
	}
}
