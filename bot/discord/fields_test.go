package discord_test

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// registeredField is a subcommand or a field, as Discord reads it.
type registeredField struct {
	Type         int
	Name         string
	Description  string
	Required     bool
	Autocomplete bool
	Choices      []struct{ Name, Value string }
	Options      []registeredField
}

func registered(t *testing.T, table commands.Set, says words.Words) []registeredField {
	t.Helper()
	object, err := discord.Definition(table, says)
	var command registeredField
	if err == nil {
		err = json.Unmarshal(object, &command)
	}
	if err != nil {
		t.Fatal(err)
	}
	return command.Options
}

// TestDefinition: Discord gets what the table has, with descriptions of the length that it
// takes, and fields that must be filled in before others.
func TestDefinition(t *testing.T) {
	subs := registered(t, commands.Table, words.English())
	var names []commands.Verb
	var check func(path string, all []registeredField)
	check = func(path string, all []registeredField) {
		optional := false
		for _, f := range all {
			if n := utf8.RuneCountInString(f.Description); n < 1 || n > 100 {
				t.Errorf("%s%s is described in %d characters", path, f.Name, n)
			}
			if f.Required && optional {
				t.Errorf("%s%s must come before what can be left out", path, f.Name)
			}
			optional = !f.Required
			check(path+f.Name+" ", f.Options)
		}
	}
	check("", subs)
	for _, sub := range subs {
		names = append(names, commands.Verb(sub.Name))
		row, _ := commands.Table.Row(commands.Verb(sub.Name))
		var want, got []string
		for _, f := range row.Fields() {
			want = append(want, f.Option())
		}
		for _, f := range sub.Options {
			got = append(got, f.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has the fields %v, want %v", sub.Name, got, want)
		}
	}
	if !slices.Equal(names, commands.Table.Verbs()) {
		t.Errorf("registered are %v", names)
	}
}

// TestMoreCommands: a command and a flag more in the table are registered.
func TestMoreCommands(t *testing.T) {
	table := append(slices.Clone(commands.Table), commands.Row{Verb: "serenade", Everybody: true, Flags: []commands.Field{
		{Name: "how-often", Kind: commands.Text(func(c *commands.Command) *string { return &c.Reason })},
		{Name: "loud", Kind: commands.Switch(func(c *commands.Command) *bool { return &c.New })},
	}})
	says := words.English().Of(table)
	says.About["serenade"], says.Options["how_often"], says.Options["loud"] = "answers pong", "a number", "be heard"
	subs := registered(t, table, says)
	serenade := subs[len(subs)-1]
	if serenade.Name != "serenade" || serenade.Description != "Answers pong" || len(serenade.Options) != 2 {
		t.Fatalf("registered last is %+v", serenade)
	}
	if f := serenade.Options[0]; f.Name != "how_often" || f.Type != 3 || f.Description != "A number" || f.Required {
		t.Errorf("the flag with a value is %+v", f)
	}
	if f := serenade.Options[1]; f.Name != "loud" || f.Type != 5 || f.Description != "Be heard" || f.Required {
		t.Errorf("the flag without a value is %+v", f)
	}
	help := subs[slices.IndexFunc(subs, func(s registeredField) bool { return s.Name == "help" })]
	if all := help.Options[0].Choices; len(all) != len(table.Verbs()) || all[len(all)-1].Value != "serenade" {
		t.Errorf("help can be asked about %v", all)
	}
}
