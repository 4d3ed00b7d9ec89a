package commands_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// wider is the table with one more command for everyone, one more that a rule can give,
// and one more flag.
func wider() commands.Set {
	table := slices.Clone(commands.Table)
	i := slices.IndexFunc(table, func(r commands.Row) bool { return r.Verb == commands.Remove })
	table[i].Flags = append(slices.Clone(table[i].Flags), commands.Field{
		Name: "follow-up", Kind: commands.Text(func(c *commands.Command) *string { return &c.About }),
	})
	return append(table,
		commands.Row{Verb: "serenade", Synonyms: []string{"halloo"}, Everybody: true},
		commands.Row{Verb: "appraise", CallsAPI: true, Ruled: true, Args: []commands.Field{{Name: "group", Kind: commands.Group{}}}},
	)
}

// TestMoreCommands: what is a row of the table is read, suggested, explained and decided.
func TestMoreCommands(t *testing.T) {
	g := grammar.Of(wider())
	show := commands.Target{Groups: []imapi.GroupID{"@TGS#a1"}}
	removing := commands.Command{Verb: commands.Remove, Target: show, Users: []commands.Person{{ID: "user1"}}, About: "see the log", DryRun: true}
	for _, tt := range []struct {
		text string
		want commands.Command
	}{
		{"serenade", commands.Command{Verb: "serenade"}},
		{"HALLOO", commands.Command{Verb: "serenade"}},
		{"help serenade", commands.Command{Verb: commands.Help, Topic: "serenade"}},
		{"appraise @TGS#a1", commands.Command{Verb: "appraise", Target: show}},
		{"remove @TGS#a1 --follow-up see the log --dry-run user1", removing},
	} {
		got, m := g.Parse(tt.text, commands.Names{}, nil)
		if m != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q is read as %+v, %+v", tt.text, got, m)
			continue
		}
		again, m := g.Parse(g.Format(got), commands.Names{}, nil)
		if m != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%q is written as %q, and that is read as %+v, %+v", tt.text, g.Format(got), again, m)
		}
	}
	filled := grammar.Fields{Verb: "remove"}.With("group", "@TGS#a1").With("users", "user1").With("dry_run", "True").With("follow_up", "see the log")
	if got, m := g.New(filled, commands.Names{}, nil); m != nil || !reflect.DeepEqual(got, removing) {
		t.Errorf("filled in, it is read as %+v, %+v", got, m)
	}
	for _, tt := range []struct {
		text string
		want grammar.Mistake
	}{
		{"serenad", grammar.Mistake{Problem: grammar.UnknownVerb, Verb: "serenade", Word: "serenad", Nearest: "serenade"}},
		{"serenade pong", grammar.Mistake{Problem: grammar.TooManyWords, Verb: "serenade", Word: "pong"}},
		{"appraise", grammar.Mistake{Problem: grammar.GroupMissing, Verb: "appraise"}},
		{"remove @TGS#a1 user1 --folow-up x", grammar.Mistake{Problem: grammar.UnknownFlag, Verb: commands.Remove, Word: "--folow-up", Nearest: "--follow-up"}},
		{"remove @TGS#a1 user1 follow_up x", grammar.Mistake{Problem: grammar.OptionWord, Verb: commands.Remove, Word: "follow_up", Nearest: "--follow-up x"}},
		{"remove @TGS#a1 user1 --follow-up", grammar.Mistake{Problem: grammar.FlagValue, Verb: commands.Remove, Word: "--follow-up"}},
		{"add @TGS#a1 user1 --follow-up x", grammar.Mistake{Problem: grammar.FlagElsewhere, Verb: commands.Add, Word: "--follow-up"}},
	} {
		tt.want.Typed = tt.text
		if _, m := g.Parse(tt.text, commands.Names{}, nil); m == nil || *m != tt.want {
			t.Errorf("%q is %+v, want %+v", tt.text, m, tt.want)
		}
	}
	if _, m := grammar.Parse("serenade", commands.Names{}, nil); m == nil {
		t.Error("the bot's own table has changed")
	}
}

func TestMoreCommandsExplained(t *testing.T) {
	w := words.In(commands.English).Of(wider())
	says := *w.Sentences
	w.Sentences, says.Commands, says.Options = &says, maps.Clone(says.Commands), maps.Clone(says.Options)
	says.Commands["serenade"], says.Commands["appraise"], says.Options["follow_up"] = "answers pong", "shows who did what", "where to read more"
	shown := w.Help(0, "", policy.Rights{}).String()
	order := []string{"• /liveadmin add ", "• /liveadmin help ", "• /liveadmin serenade   answers pong\n", "• /liveadmin appraise GROUP   shows who did what\n"}
	for i, line := range order {
		at := strings.Index(shown, line)
		if at < 0 || i > 0 && at < strings.Index(shown, order[i-1]) {
			t.Errorf("%q has no place in the help:\n%s", line, shown)
		}
	}
	shown = w.Help(0, commands.Remove, policy.Rights{}).String()
	for _, line := range []string{" [--dry-run] [--follow-up TEXT]\n", "• --follow-up: where to read more\n"} {
		if !strings.Contains(shown, line) {
			t.Errorf("%q is not in the help:\n%s", line, shown)
		}
	}
	shown = w.Mistake(0, grammar.Mistake{Problem: grammar.UnknownVerb, Word: "xyz"}).String()
	if !strings.Contains(shown, ", serenade, appraise\n") {
		t.Errorf("a mistake lists\n%s", shown)
	}
	appraise := policy.Right{Commands: []commands.Verb{"appraise"}, Here: true}
	shown = w.Welcome(0, policy.Rights{Given: []policy.Right{appraise}}).String()
	if !strings.Contains(shown, "You can use appraise.\n") || !strings.Contains(shown, "Example: /liveadmin appraise @TGS#") {
		t.Errorf("who may use appraise is welcomed by\n%s", shown)
	}
	shown = w.Whoami(0, commands.Caller{}, commands.Person{}, policy.Rights{Given: []policy.Right{{Commands: []commands.Verb{commands.Add}}}}).String()
	if !strings.Contains(shown, "You are not allowed to use: remove, list, appraise\n") {
		t.Errorf("whoami says\n%s", shown)
	}
}

func TestMoreCommandsDecided(t *testing.T) {
	const alice, bob = "slack:user:UALICE", "slack:user:UBOB"
	p := policy.Policy{Rules: []policy.Rule{
		{Name: "appraises", Allow: []string{alice}, Commands: []commands.Verb{"appraise"}, Groups: []string{"g1"}},
	}, Table: wider()}
	on := func(v commands.Verb, groups ...imapi.GroupID) commands.Command {
		return commands.Command{Verb: v, Target: commands.Target{Groups: groups}}
	}
	for _, tt := range []struct {
		who  string
		cmd  commands.Command
		want bool
	}{
		{alice, on("appraise", "g1"), true},
		{alice, on("appraise", "g2"), false},
		{alice, on(commands.List, "g1"), false},
		{bob, on("appraise", "g1"), false},
		{bob, on("serenade"), true},
		{bob, on("unheard-of"), false},
		{alice, on("unheard-of"), false},
	} {
		if got := p.Decide(commands.Caller{Ref: tt.who}, commands.Place{}, tt.cmd).Allowed; got != tt.want {
			t.Errorf("%s may %s on %v: %v", tt.who, tt.cmd.Verb, tt.cmd.Target.Groups, got)
		}
	}
	if !p.SeesGroups(commands.Caller{Ref: alice}, "g1") || p.SeesGroups(commands.Caller{Ref: alice}, "g2") {
		t.Error("who may use a command on a group sees that group, and no other")
	}
	if got := wider().Ruled(); !slices.Contains(got, "appraise") || slices.Contains(got, "serenade") {
		t.Errorf("a rule can give %v", got)
	}
}

// TestTable: every word means one command, every field keeps its value in a place of its
// own, and what can be left out comes last.
func TestTable(t *testing.T) {
	words := make(map[string]bool)
	once := func(word string) {
		if words[word] || word != strings.ToLower(word) || word == "" {
			t.Errorf("%q is no word for one command", word)
		}
		words[word] = true
	}
	for _, row := range commands.Table {
		once(string(row.Verb))
		for _, word := range row.Synonyms {
			once(word)
		}
		optional, kept, names := false, make(map[any]bool), make(map[string]bool)
		var c commands.Command
		for _, f := range row.Fields() {
			place := placeOf(f.Kind, &c)
			if kept[place] || names[f.Option()] {
				t.Errorf("%s has two fields like %s", row.Verb, f.Name)
			}
			kept[place], names[f.Option()] = true, true
		}
		for _, f := range row.Args {
			if optional && !f.Optional {
				t.Errorf("%s needs %s after what can be left out", row.Verb, f.Name)
			}
			optional = f.Optional
		}
		for _, f := range row.Flags {
			if _, ok := placeOf(f.Kind, &c).(string); ok || f.Optional {
				t.Errorf("%s cannot be a flag of %s", f.Name, row.Verb)
			}
		}
	}
}

// placeOf is where a command keeps the value of a field; of a kind that can only be an
// argument, its name.
func placeOf(k commands.Kind, c *commands.Command) any {
	switch kind := k.(type) {
	case commands.Switch:
		return kind(c)
	case commands.Text:
		return kind(c)
	case commands.Users:
		return kind(c)
	case commands.Limit:
		return kind(c)
	case commands.Age:
		return kind(c)
	}
	return reflect.TypeOf(k).Name()
}

// TestEveryCommandIsCarriedOut: whatever people can type has its answer or its plan.
func TestEveryCommandIsCarriedOut(t *testing.T) {
	stage, chat := bottest.NewStage(t, nil), bottest.NewChat()
	stage.Run(t, chat)
	alice := bottest.Ref("alice")
	stage.Rules.Set(ruledBy(alice))
	says := words.In(commands.English)
	for _, v := range commands.Table.Verbs() {
		line := string(v)
		row, _ := commands.Table.Row(v)
		for _, f := range row.Args {
			switch f.Kind.(type) {
			case commands.Group:
				line += " @TGS#a1"
			case commands.Users:
				line += " user1"
			}
		}
		answer, err := chat.Ask("alice", line)
		for _, sentence := range []string{says.Notices.NotRead, says.Problems.Broken} {
			if err != nil || answer == "" || strings.Contains(answer, sentence) {
				t.Errorf("nothing carries out %q: %s %v", line, answer, err)
			}
		}
	}
}

// TestOneTable: no other file of the program lists commands.
func TestOneTable(t *testing.T) {
	typed := make(map[string]bool)
	for _, v := range commands.Table.Verbs() {
		typed[string(v)] = true
		typed["commands."+strings.ToUpper(string(v[:1]))+string(v[1:])] = true
	}
	look := func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "demo"):
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			list, ok := n.(*ast.CompositeLit)
			if ok && namedIn(list.Elts, typed) > 2 && !isSentences(list) {
				t.Errorf("%s lists commands; take them from commands.Table", path)
			}
			return true
		})
		return nil
	}
	// Not "..": what git does there would make the test run again.
	for _, folder := range []string{"../main.go", "../bot", "../commands", "../imapi"} {
		if err := filepath.WalkDir(folder, look); err != nil {
			t.Error(err)
		}
	}
}

// namedIn counts the elements that are a command, or whose key is one, or that begin with
// one.
func namedIn(elements []ast.Expr, typed map[string]bool) int {
	n := 0
	for _, e := range elements {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			e = pair.Key
		}
		if inner, ok := e.(*ast.CompositeLit); ok && len(inner.Elts) > 0 {
			e = inner.Elts[0]
		}
		if call, ok := e.(*ast.CallExpr); ok && len(call.Args) == 1 { // string(commands.Add)
			e = call.Args[0]
		}
		switch e := e.(type) {
		case *ast.SelectorExpr:
			if pkg, ok := e.X.(*ast.Ident); ok && typed[pkg.Name+"."+e.Sel.Name] {
				n++
			}
		case *ast.BasicLit:
			if e.Kind == token.STRING && typed[strings.Trim(e.Value, "`\"")] {
				n++
			}
		}
	}
	return n
}

// isSentences reports whether a list gives each command its sentence. The words are tested
// to have one for each.
func isSentences(list *ast.CompositeLit) bool {
	kind, ok := list.Type.(*ast.MapType)
	if !ok {
		return false
	}
	key, ok := kind.Key.(*ast.SelectorExpr)
	return ok && key.Sel.Name == "Verb"
}

func ruledBy(ref string) (rules bot.Rules) {
	rules.Policy.Rules = []policy.Rule{{Name: "all", Allow: []string{ref}, For: time.Hour}}
	return rules
}
