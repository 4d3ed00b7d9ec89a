package words

import (
	"fmt"
	"go/ast"

	"liveadmin/commands"

	goparser "go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"liveadmin/imapi"
)

// eachSentence changes every sentence of a language, by its name: "Did.Add",
// "Mistakes[open quote]".
func eachSentence(w *Words, change func(name, sentence string) string) {
	s, err := load(commands.English)
	if err != nil {
		panic(err)
	}
	w.Sentences = s
	changeIn(reflect.ValueOf(s).Elem(), "", change)
}

func changeIn(v reflect.Value, name string, change func(name, sentence string) string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(change(name, v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				changeIn(v.Field(i), strings.TrimPrefix(name+"."+v.Type().Field(i).Name, "."), change)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			changeIn(v.Index(i), fmt.Sprintf("%s[%d]", name, i), change)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			changeIn(value, fmt.Sprintf("%s[%v]", name, key), change)
			v.SetMapIndex(key, value)
		}
	}
}

// constants reads the values of all constants of a type from this package.
func constants[T ~string](t *testing.T, file string) []T {
	t.Helper()
	parsed, err := goparser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []T
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == reflect.TypeFor[T]().Name() {
			for _, value := range spec.Values {
				text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, T(text))
			}
		}
		return true
	})
	if len(all) == 0 {
		t.Fatalf("%s has no constant of the type %s", file, reflect.TypeFor[T]().Name())
	}
	return all
}

// hard are words that readers whose second language it is may read wrongly.
func hard() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bmay not\b|dissolve|n't\b|\b(oops|sorry|whoops|gonna|hang on|heads[- ]up|good to go|all set|` +
		`out of luck|get rid|run out|up and running|in a row|kick|bail|asap|fyi|via|e\.g|i\.e|etc)\b`)
}

func TestPlainEnglish(t *testing.T) {
	idioms := hard()
	plainly := func(name, sentence string) string {
		switch word := idioms.FindString(strings.ReplaceAll(sentence, "may or may not", "")); {
		case strings.HasPrefix(name, "Joins.") || strings.HasPrefix(name, "Durations."):
		case strings.TrimSpace(sentence) == "":
			t.Errorf("%s is empty", name)
		case word != "":
			t.Errorf("%s says %q: %s", name, word, sentence)
		case strings.Contains(strings.Join(splitItems(sentence), "|"), "  "):
			t.Errorf("%s has two spaces: %q", name, sentence)
		}
		return sentence
	}
	w := In(commands.English)
	eachSentence(&w, plainly)
	kinds := []imapi.Kind{imapi.KindFull, imapi.KindPlan, imapi.KindInput, imapi.KindUnknown, imapi.KindTransient, imapi.KindRate}
	for _, code := range append(imapi.Codes(), 0, 99999) {
		for _, kind := range kinds {
			meaning, remedy := imapi.Explain("modify_admin", code, kind)
			plainly(fmt.Sprintf("the meaning of %d (%s)", code, kind), meaning)
			plainly(fmt.Sprintf("the remedy of %d (%s)", code, kind), remedy)
		}
	}
}

// splitItems splits a line of a list at the three spaces of its columns.
func splitItems(sentence string) []string { return strings.Split(sentence, "   ") }

var placed = regexp.MustCompile(`\{([^{}|]*)(\|[^{}]*)?\}`)

// TestPlacesAreFilled renders everything that can be said, and looks at the
// places of each sentence: the code knows each of them, and has a value for it.
func TestPlacesAreFilled(t *testing.T) {
	probe, want := In(commands.English), map[string]bool{}
	eachSentence(&probe, func(name, sentence string) string {
		if rest := placed.ReplaceAllString(sentence, ""); strings.ContainsAny(rest, "{}") {
			t.Errorf("%s has an open place: %s", name, sentence)
		}
		var marked strings.Builder
		for _, found := range placed.FindAllStringSubmatch(sentence, -1) {
			want[name+"."+found[1]] = true
			fmt.Fprintf(&marked, "‹%s.%s›[{%s}]", name, found[1], found[1])
		}
		return marked.String() + "."
	})
	filled := make(map[string]bool)
	for _, said := range everything(t, probe) {
		for _, marked := range strings.Split(said, "‹")[1:] {
			if name, value, _ := strings.Cut(marked, "›["); !strings.HasPrefix(value, "]") {
				filled[name] = true
			}
		}
		if strings.Contains(said, "{") {
			t.Fatalf("a sentence with places is shown as it is: %s", said)
		}
	}
	for name := range want {
		section, _, _ := strings.Cut(name, ".")
		byPlatforms := slices.Contains([]string{"Slack", "Discord", "Demo"}, section)
		if !filled[name] && !byPlatforms {
			t.Errorf("%s is never filled", name)
		}
	}
}

// Of what people read, no sentence has a place left, and none is cut off.
func TestNothingIsLeftOpen(t *testing.T) {
	for _, said := range everything(t, In(commands.English)) {
		if strings.ContainsAny(said, "{}|‹›") && !strings.Contains(said, "[GROUP | USER | CALLER | #NUMBER]") {
			t.Fatalf("a place is left open: %s", said)
		}
		if strings.Contains(said, "%!") {
			t.Fatalf("a value is written wrongly: %s", said)
		}
	}
}

// A count of one has its own word.
func TestCounts(t *testing.T) {
	w := In(commands.English)
	head := func(n int) string {
		cmd := commands.Command{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"a"}}}
		g := commands.GroupResult{Group: "a", Outcome: commands.Outcome{Status: commands.Done}}
		for range n {
			g.Plan.Users = append(g.Plan.Users, commands.Step{Person: commands.Person{ID: "u"}, Prior: commands.WasNot, Send: true})
		}
		return w.Report(commands.Result{Command: cmd, Groups: []commands.GroupResult{g}}).Lines[0].Text.String()
	}
	past := func(n int) string {
		return w.Trail(0, slices.Repeat([]Past{{}}, n), commands.Place{}).Lines[0].Text.String()
	}
	tests := []struct{ got, want string }{
		{head(1), "Added 1 of 1 administrator to a"},
		{head(2), "Added 2 of 2 administrators to a"},
		{past(1), "The newest entry:"},
		{past(2), "The newest entries:"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// TestTencentsWords: where what to do begins with reading Tencent's own words, they are
// there.
func TestTencentsWords(t *testing.T) {
	const theirs = "Tencent says: their words"
	for _, test := range []struct {
		code  int
		shown bool
	}{{10004, true}, {10010, false}, {10016, true}, {60022, true}, {61234, true}, {71234, true}, {99999, true}} {
		failed := func(g imapi.GroupID) commands.GroupResult {
			return commands.GroupResult{Group: g, Outcome: commands.Outcome{Status: commands.Failed, Failure: &commands.Failure{
				Op: "modify_admin", Code: test.code, Kind: imapi.KindPermission, Info: "their words",
			}}}
		}
		add := commands.Command{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"a", "b"}}}
		one := In(commands.English).Report(commands.Result{Command: add, Groups: []commands.GroupResult{failed("a")}}).String()
		all := In(commands.English).Report(commands.Result{Command: add, Groups: []commands.GroupResult{failed("a"), failed("b")}}).String()
		if strings.Contains(one, theirs+"\n") != test.shown || strings.Count(all, theirs+"\n") == 1 != test.shown {
			t.Errorf("%d: shown is to be %v:\n%s%s", test.code, test.shown, one, all)
		}
	}
}

// TestContact: a failure that the caller cannot mend, or an outcome that nobody knows, names whom to
// ask and the entry's number, in every language.
func TestContact(t *testing.T) {
	for _, l := range commands.Languages {
		w := In(l).Naming(commands.Names{}, "Sam")
		for _, f := range []commands.Failure{
			{Code: 10001, Kind: imapi.KindAuth}, {Code: 10002, Kind: imapi.KindUnknown}, {Code: 10002, Kind: imapi.KindTransient}, {Code: 10003, Kind: imapi.KindPermission},
			{Code: 10006, Kind: imapi.KindRate}, {Code: 10008, Kind: imapi.KindPlan}, {Code: 10008, Kind: imapi.KindFullOrPlan}, {Code: 60020, Kind: imapi.KindPlan},
			{Code: 70169, Kind: imapi.KindTransient}, {Code: 99999, Kind: imapi.KindPermission}, {Kind: imapi.KindUnknown}, {Kind: imapi.KindTransient}, {Kind: imapi.KindClock},
		} {
			f.Op = imapi.OpChange
			for _, status := range []commands.Status{commands.Failed, commands.Unknown} {
				g := commands.GroupResult{Group: "g", Plan: commands.Plan{Known: true}, Outcome: commands.Outcome{Status: status, Failure: &f}}
				for _, groups := range [][]commands.GroupResult{{g}, {g, g}} {
					says := w.Report(commands.Result{Entry: 42, Command: commands.Command{Verb: commands.Add, Target: commands.Target{Alias: "all"}}, Groups: groups}).Lines
					if last := says[len(says)-1].Text.String(); !strings.Contains(last, "Sam") || !strings.Contains(last, "42") {
						t.Errorf("%s: %d %s, %s: %s", l, f.Code, f.Kind, status, last)
					}
				}
			}
		}
	}
}
