package config_test

import (
	"fmt"
	"slices"
	"testing"

	"liveadmin/bot/config"
	"liveadmin/commands"
)

func TestBrokenRules(t *testing.T) {
	testBroken(t, []broken{
		{"blocked by name", "blocked: [alice, slack:user:u1, \"discord:user:1 \"]\n", []string{
			`1:11: "alice" names nobody: write it like slack:user:U024BE7LH or slack:usergroup:S0614TZR7 or discord:user:80351110224678912 or discord:role:165511591545143296`,
			`1:18: "slack:user:u1" names nobody: write it like slack:user:U024BE7LH`,
			`1:33: "discord:user:1 " names nobody: write it like discord:user:80351110224678912`,
		}},
		{"a rule that is a text", `rules:
  - allow
`, []string{
			`2:5: a rule is the text "allow": write it like - allow: [slack:user:U024BE7LH]`,
		}},
		{"an empty rule", `rules:
  -
`, []string{
			`2:5: a rule is empty: write it like - allow: [slack:user:U024BE7LH]`,
		}},
		{"a rule without allow", `rules:
  - commands: [add]
`, []string{
			`2:5: the rule has no allow: write whom it allows, like allow: [slack:user:U024BE7LH]`,
		}},
		{"a rule that allows nobody", `rules:
  - allow: []
  - allow:
`, []string{
			`2:12: allow is an empty list: write a list like [slack:user:U024BE7LH]`,
			`3:12: allow is empty: write a list like [slack:user:U024BE7LH]`,
		}},
		{"a rule that allows a name", `rules:
  - allow: [bob, slack:channel:C1]
`, []string{
			`2:13: "bob" names nobody: write it like slack:user:U024BE7LH or slack:usergroup:S0614TZR7 or discord:user:80351110224678912 or discord:role:165511591545143296`,
			`2:18: "slack:channel:C1" names nobody: write it like slack:user:U024BE7LH or slack:usergroup:S0614TZR7 or discord:user:80351110224678912 or discord:role:165511591545143296`,
		}},
		{"allow without brackets", `rules:
  - allow: slack:user:U1
`, []string{
			`2:12: allow is the text "slack:user:U1": write a list like [slack:user:U024BE7LH]`,
		}},
		{"a rule in braces, with colons that YAML takes for its own", "rules: [{allow: [slack:user:U1]}]\n", []string{
			`1:18: an entry of allow is a mapping: put a text that has a colon in quotes`,
		}},
		{"keys of a rule with slips", `rules:
  - allow: [slack:user:U1]
    comands: [add]
    group: [x]
    users: [y]
`, []string{
			`3:5: "comands" is no key of a rule: did you mean commands?`,
			`4:5: "group" is no key of a rule: did you mean groups?`,
			`5:5: "users" is no key of a rule: write allow, commands, groups, channels, for or approval`,
		}},
		{"a key of a rule twice", `rules:
  - allow: [slack:user:U1]
    allow: [slack:user:U2]
`, []string{
			`3:5: "allow" is there twice, first as "allow" in line 2: keep one of them`,
		}},
		{"what is left out holds for all, what is empty does not", `rules:
  - allow: [slack:user:U1]
    commands:
    groups: []
    channels: ~
    for:
`, []string{
			`3:14: commands is empty: write a list like [add, remove, list]`,
			`4:13: groups is an empty list: write a list like [friday-show, "show-2026-*"]`,
			`5:15: channels is empty: write a list like [slack:C024BE91L]`,
			`6:10: for is empty: write a time like 8h, 2h30m or 3d`,
		}},
		{"and neither does a key without a colon", `rules:
  - {allow: ["slack:user:U1"], commands, groups: }
`, []string{
			`2:33: commands is empty: write a list like [add, remove, list]`,
			`2:49: groups is empty: write a list like [friday-show, "show-2026-*"]`,
		}},
		{"commands that are none", `rules:
  - allow: [slack:user:U1]
    commands: [set, Add, remov, whoami, undo]
`, []string{
			`3:16: "set" is no command that a rule can give: did you mean add?`,
			`3:21: "Add" is no command that a rule can give: did you mean add?`,
			`3:26: "remov" is no command that a rule can give: did you mean remove?`,
			`3:33: "whoami" is no command that a rule can give: write add, remove, list, history or groups`,
			`3:41: "undo" is no command that a rule can give: write add, remove, list, history or groups`,
		}},
		{"an alias with a slip", `groups:
  friday-show: "@TGS#a1"
rules:
  - allow: [slack:user:U1]
    groups: [friday-shwo]
`, []string{
			`5:14: "friday-shwo" is no alias under groups: did you mean friday-show? If it is an ID, give it an alias under groups`,
		}},
		{"bad patterns", `rules:
  - allow: [slack:user:U1]
    groups: ["show-**", "@TGS#_*", grün*, my show*]
`, []string{
			`3:14: the pattern "show-**" has stars side by side: write one star`,
			`3:25: no group fits the pattern "@TGS#_*" (the GroupID belongs to a Community group): write it like "show-2026-*"`,
			`3:36: no group fits the pattern "grün*" (the GroupID has a character outside printable ASCII): write it like "show-2026-*"`,
			`3:43: "my show*" is not one word: write several IDs as [a, b], and one that has a space or a comma in quotes`,
		}},
		{"bad groups of a rule", `rules:
  - allow: [slack:user:U1]
    groups: ["@minho", "@TGS#_x", a b]
`, []string{
			`3:14: "@minho" is a person in a chat, no GroupID: write the ID of a live group, like "@TGS#a6I4ZUUGO"`,
			`3:24: "@TGS#_x" is no GroupID (the GroupID belongs to a Community group): write the ID of a live group, like "@TGS#a6I4ZUUGO": 48 letters, digits and signs (ASCII) at most`,
			`3:35: "a b" is not one word: write several IDs as [a, b], and one that has a space or a comma in quotes`,
		}},
		{"bad languages", `language:
  general: ko
  "slack:C1": klingon
`, []string{
			`2:3: "general" is no channel: write it like slack:C024BE91L or discord:165511591545143296`,
			`3:15: "klingon" is no language of liveadmin: write en, zh-Hans, zh-Hant, ja, ko or id`,
		}},
		{"bad channels", `rules:
  - allow: [slack:user:U1]
    channels: [general, slack:U1, discord:general]
`, []string{
			`3:16: "general" is no channel: write it like slack:C024BE91L or discord:165511591545143296`,
			`3:25: "slack:U1" is no channel: write it like slack:C024BE91L`,
			`3:35: "discord:general" is no channel: write it like discord:165511591545143296`,
		}},
		{"times out of range", `rules:
  - allow: [slack:user:U1]
    for: 31d
  - allow: [slack:user:U1]
    for: 0s
`, []string{
			`3:10: "31d" is not between 1 second and 30 days: write a time like 8h, 2h30m or 3d`,
			`5:10: "0s" is not between 1 second and 30 days: write a time like 8h, 2h30m or 3d`,
		}},
		{"no times", `rules:
  - allow: [slack:user:U1]
    for: 8
  - allow: [slack:user:U1]
    for: 1y
  - allow: [slack:user:U1]
    for: [8h]
`, []string{
			`3:10: "8" is no time: write a time like 8h, 2h30m or 3d`,
			`5:10: "1y" is no time: write a time like 8h, 2h30m or 3d`,
			`7:10: for is a list: write a time like 8h, 2h30m or 3d`,
		}},
	})
}

// TestRuledCommands: a rule can give what the table of commands says, and nothing else.
func TestRuledCommands(t *testing.T) {
	for _, row := range commands.Table {
		file := fmt.Sprintf("rules:\n  - allow: [slack:user:U1]\n    commands: [%s]\n", row.Verb)
		rules, err := config.ParsePolicy("liveadmin.yaml", []byte(file), nil)
		if (err == nil) != row.Ruled {
			t.Errorf("a rule that gives %s: %v", row.Verb, err)
		}
		if err == nil && !slices.Equal(rules.Policy.Rules[0].Commands, []commands.Verb{row.Verb}) {
			t.Errorf("a rule that gives %s gives %v", row.Verb, rules.Policy.Rules[0].Commands)
		}
	}
}
