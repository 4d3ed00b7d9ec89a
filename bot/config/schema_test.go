package config_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/commands"
)

// TestSchemaKeys: at every place where the rules file has keys of its own, the schema knows
// the keys that the parser knows, and no others. The parser lists its keys when it meets
// one that it does not know.
func TestSchemaKeys(t *testing.T) {
	s := whole(t)
	for _, place := range []struct {
		name, file string
		schema     *schema
	}{
		{"the file", "qqqqqqqq: x", s},
		{"a rule", "rules: [{qqqqqqqq: x}]", s.Properties["rules"].Items},
		{"an alias", "groups: {a: {qqqqqqqq: x}}", s.Properties["groups"].Others.schema},
		{"a person", "people: {a: {qqqqqqqq: x}}", s.Properties["people"].Others.schema},
		{"one of a crew", "people: {a: [{qqqqqqqq: x}]}", s.Definitions["userID"]},
		{"somebody who is blocked", "blocked: [{qqqqqqqq: x}]", s.Properties["blocked"].Items},
		{"a language", "language: {\"slack:C1\": {qqqqqqqq: x}}", s.Properties["language"].Others.schema},
	} {
		if parsed, written := parserKeys(t, place.file), place.schema.keys(s); !slices.Equal(parsed, written) {
			t.Errorf("%s: the parser knows %q, %s has %q", place.name, parsed, schemaFile, written)
		}
	}
}

// parserKeys returns the keys that the parser knows where a file has the key qqqqqqqq,
// sorted.
func parserKeys(t *testing.T, file string) []string {
	t.Helper()
	_, err := config.ParsePolicy("liveadmin.yaml", []byte(file), nil)
	problems, _ := errors.AsType[bot.Problems](err)
	for _, p := range problems {
		if strings.HasPrefix(p.What, `"qqqqqqqq" is no key of `) {
			keys := regexp.MustCompile(`, | or `).Split(strings.TrimPrefix(p.Remedy, "write "), -1)
			return slices.Sorted(slices.Values(keys))
		}
	}
	return nil
}

// keys returns the keys of a mapping that a schema takes, sorted.
func (s *schema) keys(root *schema) []string {
	s = s.resolved(root)
	keys := slices.Collect(maps.Keys(s.Properties))
	for _, a := range s.AnyOf {
		keys = append(keys, a.keys(root)...)
	}
	slices.Sort(keys)
	return keys
}

// TestSchemaWords: the schema offers the commands that a rule can give, and every language.
func TestSchemaWords(t *testing.T) {
	s := whole(t)
	var ruled, languages []string
	for _, v := range commands.Table.Ruled() {
		ruled = append(ruled, string(v))
	}
	for _, l := range commands.Languages {
		languages = append(languages, string(l))
	}
	if got := s.Definitions["rule"].Properties["commands"].Items.Enum; !slices.Equal(got, ruled) {
		t.Errorf("the commands are %q, want %q", got, ruled)
	}
	if got := s.Definitions["language"].AnyOf[0].Enum; !slices.Equal(got, languages) {
		t.Errorf("the languages are %q, want %q", got, languages)
	}
}

// TestSchemaDescribes: an editor can say what each key is for.
func TestSchemaDescribes(t *testing.T) {
	s := whole(t)
	for _, of := range append(slices.Collect(maps.Values(s.Definitions)), s) {
		for key, property := range of.Properties {
			if property.Description == "" {
				t.Errorf("%s is not described", key)
			}
		}
	}
}

// TestSchemaExamples: the example of each key is one.
func TestSchemaExamples(t *testing.T) {
	s := whole(t)
	for _, of := range append(slices.Collect(maps.Values(s.Definitions)), s) {
		for key, property := range of.Properties {
			for _, example := range property.Examples {
				if wrong := property.check(s, example, key); wrong != "" {
					t.Error(wrong)
				}
			}
		}
	}
}

// TestSchemaJudges: a table of files, which the schema and the parser judge alike. What the
// parser takes in any other test of this package is held against the schema, too
// (parsePolicy).
func TestSchemaJudges(t *testing.T) {
	const rule = "rules:\n  - allow: [slack:user:U1]\n    "
	for _, tt := range []struct {
		name string
		file string
		good bool
	}{
		{"nothing", "", true},
		{"the documented file", documented, true},
		{"keys with nothing behind them", "groups:\npeople:\ncontact:\nblocked:\nlanguage:\nrules:\n", true},
		{"empty lists", "groups: []\npeople: []\ncontact: []\nblocked: []\nlanguage: []\nrules: []\n", true},
		{"no mapping", "just text", false},
		{"a list", "- groups", false},
		{"an unknown key", "group: {}", false},
		{"a key in another case", "Groups: {}", false},

		{"an alias", `groups: {a: "@TGS#a1"}`, true},
		{"an alias of several groups", "groups: {a: [g1, g2]}", true},
		{"an alias of a number", "groups: {a: 12}", true},
		{"aliases that are a text", "groups: a", false},
		{"aliases that are a list", "groups: [a]", false},
		{"an alias without a group", "groups: {a: }", false},
		{"an alias of an empty list", "groups: {a: []}", false},
		{"an alias of an empty text", `groups: {a: ""}`, false},
		{"an alias of a mapping", "groups: {a: {b: c}}", false},
		{"an alias of a person", `groups: {a: "@minho"}`, false},
		{"an alias of a channel", `groups: {a: "#general"}`, false},
		{"an alias of a pattern", "groups: {a: show-*}", false},
		{"an alias of a Community group", `groups: {a: "@TGS#_x"}`, false},
		{"an alias of the shortest Community group", `groups: {a: "@TGS#_"}`, false},
		{"an alias in the wrong case", `groups: {a: "@tgs#a1"}`, false},
		{"an alias with a space behind", `groups: {a: "g1 "}`, false},
		{"an alias of 49 bytes", "groups: {a: " + strings.Repeat("g", 49) + "}", false},
		{"a name of 49 characters", "groups: {" + strings.Repeat("n", 49) + ": g}", false},
		{"a name of two words", "groups: {a b: g}", false},
		{"a name with a comma", `groups: {"a,b": g}`, false},
		{"a name like a flag", "groups: {--for: g}", false},
		{"a name like a person", `people: {"@minho": u1}`, false},
		{"a name like a channel", `people: {"#minho": u1}`, false},
		{"a name like a pattern", "groups: {show-*: g}", false},
		{"an empty name", `people: {"": u1}`, false},

		{"a person", "people: {minho: u_8821}", true},
		{"a person with accounts", `people: {yuna: {id: u_1, slack: U0YUNA, discord: "80351110224678912"}}`, true},
		{"an account that is a number", "people: {yuna: {id: 12, discord: 80351110224678912}}", true},
		{"a person without accounts, in braces", "people: {yuna: {id: u_1}}", true},
		{"an account without a UserID", "people: {yuna: {slack: U0YUNA}}", false},
		{"an account of another platform", "people: {yuna: {id: u_1, irc: yuna}}", false},
		{"an account by name", "people: {yuna: {id: u_1, slack: yuna}}", false},
		{"an account as callers are written", "people: {yuna: {id: u_1, slack: slack:user:U1}}", false},
		{"an account of Discord by name", `people: {yuna: {id: u_1, discord: "@yuna"}}`, false},
		{"an account of Discord of 19 digits", `people: {yuna: {id: u_1, discord: "9999999999999999999"}}`, true},
		{"an account of Discord of 20 digits", `people: {yuna: {id: u_1, discord: "10000000000000000000"}}`, false},
		{"two accounts of one platform", "people: {yuna: {id: u_1, slack: [U1, U2]}}", false},
		{"nothing behind a platform", "people: {yuna: {id: u_1, slack: }}", false},
		{"a crew with an account", "people: {night: {id: [u_1, u_2], slack: U0YUNA}}", false},
		{"a person in a crew", "people: {night: [{id: u_1}]}", false},
		{"a person with a number", "people: {minho: 0012}", true},
		{"a crew of five", "people: {night: [a, b, c, d, e]}", true},
		{"a crew of six", "people: {night: [a, b, c, d, e, f]}", false},
		{"a person for a UserID", `people: {minho: "@minho"}`, false},
		{"a UserID in other letters", "people: {minho: 민호}", false},
		{"a UserID of 33 bytes", "people: {minho: " + strings.Repeat("u", 33) + "}", false},

		{"a contact", `contact: "Sam, #stream-ops"`, true},
		{"an empty contact", `contact: ""`, false},
		{"a contact of spaces", `contact: "  "`, false},
		{"a contact that is a list", "contact: [Sam]", false},
		{"a contact of 201 characters", "contact: " + strings.Repeat("é", 201), false},

		{"every kind of caller", "blocked: [slack:user:W1, slack:usergroup:S1, discord:user:1, discord:role:2]", true},
		{"blocked by name", "blocked: [bob]", false},
		{"blocked in small letters", "blocked: [slack:user:u1]", false},
		{"blocked without brackets", "blocked: slack:user:U1", false},
		{"blocked by a role without a number", "blocked: [discord:role:mods]", false},

		{"languages", `language: {"slack:C1": ko, "discord:1": ZH-hans}`, true},
		{"a language that is none", `language: {"slack:C1": klingon}`, false},
		{"a language of a channel by name", "language: {general: ko}", false},
		{"a language for everything", "language: ko", false},

		{"a rule", rule + "commands: [add]\n    groups: [a, \"@TGS#a1\", show-*]\n    channels: [slack:C1, discord:1]\n    for: 8h\n", true},
		{"a rule that is a text", "rules: [allow]", false},
		{"an empty rule", "rules: [~]", false},
		{"a rule without allow", "rules: [{commands: [add]}]", false},
		{"a rule that allows nobody", "rules: [{allow: []}]", false},
		{"a rule with an unknown key", rule + "users: [a]", false},
		{"a rule with no commands", rule + "commands: []", false},
		{"a rule with nothing behind commands", rule + "commands:", false},
		{"a rule with a command of everybody", rule + "commands: [whoami]", false},
		{"a rule with a synonym", rule + "commands: [set]", false},
		{"a rule with no groups", rule + "groups: []", false},
		{"a rule with two stars", rule + `groups: ["show-**"]`, false},
		{"a rule with a person for a group", rule + `groups: ["@minho"]`, false},
		{"a rule with a channel for a group", rule + `groups: ["#live"]`, false},
		{"a rule with Community groups", rule + `groups: ["@TGS#_*"]`, false},
		{"a rule with a channel by name", rule + "channels: [general]", false},
		{"a rule with a person for a channel", rule + "channels: [slack:U1]", false},
		{"every unit of time", rule + "for: 1w2d3h4m5s", true},
		{"the longest time", rule + "for: 30d", true},
		{"the longest time in hours", rule + "for: 720h", true},
		{"the longest time in seconds", rule + "for: 2592000s", true},
		{"a time in capitals", rule + "for: 2H30M", true},
		{"a longer time", rule + "for: 31d", false},
		{"a longer time in hours", rule + "for: 721h", false},
		{"no time at all", rule + "for: 0s", false},
		{"a time without a unit", rule + "for: 8", false},
		{"a time with an unknown unit", rule + "for: 1y", false},
		{"units in the wrong order", rule + "for: 30m2h", false},
		{"a list of times", rule + "for: [8h]", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.ParsePolicy("liveadmin.yaml", []byte(tt.file), nil)
			refusal := whole(t).refusal(tt.file)
			if (err == nil) != tt.good || (refusal == "") != tt.good {
				t.Errorf("the parser: %v; the schema: %s", err, refusal)
			}
		})
	}
}

// TestSchemaIsNamed: the example names the schema, for editors, by a path that is right
// where the example is.
func TestSchemaIsNamed(t *testing.T) {
	const example = "../../deploy/config/liveadmin.yaml"
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^# yaml-language-server: \$schema=(\S+)$`).FindSubmatch(text)
	if m == nil {
		t.Fatalf("%s names no schema", example)
	}
	if named := filepath.Join(filepath.Dir(example), string(m[1])); named != filepath.Clean(schemaFile) {
		t.Errorf("%s names %s", example, named)
	}
	if refusal := whole(t).refusal(string(text)); refusal != "" {
		t.Error(refusal)
	}
}
