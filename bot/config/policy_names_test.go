package config_test

import (
	"fmt"
	"testing"
)

// TestEarlierNames: names that the first edition accepted are accepted, also those that
// are words of the bot by now.
func TestEarlierNames(t *testing.T) {
	for _, name := range []string{
		"me", "done", "requests", "leave", "giveback", "undo", "show", "approve", "for", "until", "reason", "replace", "new", "dry-run", "since",
	} {
		for _, typed := range []string{name, name[:1], "DONE"} {
			names := parsePolicy(t, fmt.Sprintf("groups: {%q: g1}\npeople: {%q: u1}\n", typed, typed)).Names
			group, isGroup := names.Group(typed)
			people, isPeople := names.People(typed)
			if !isGroup || group.Groups[0] != "g1" || !isPeople || people[0].ID != "u1" {
				t.Errorf("%s means %v and %v", typed, group, people)
			}
		}
	}
}

func TestBrokenNames(t *testing.T) {
	testBroken(t, []broken{
		{"a name twice", `groups:
  a: x
  a: y
`, []string{
			`3:3: "a" is there twice, first as "a" in line 2: keep one of them`,
		}},
		{"a name twice, in another case", `groups:
  Friday: "@TGS#a1"
  friday: "@TGS#a2"
people:
  Minho: u1
  minho: u2
`, []string{
			`3:3: "friday" is there twice, first as "Friday" in line 2: keep one of them`,
			`6:3: "minho" is there twice, first as "Minho" in line 5: keep one of them`,
		}},
		{"a name of two words", `groups:
  fri day: x
`, []string{
			`2:3: "fri day" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
		}},
		{"a name like a flag", `groups:
  --for: x
`, []string{
			`2:3: "--for" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
		}},
		{"names like a person, a channel and a pattern", `groups:
  "@minho": x
  "#live": x
  show-*: x
`, []string{
			`2:3: "@minho" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
			`3:3: "#live" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
			`4:3: "show-*" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
		}},
		{"names like commands", `groups:
  list: x
people:
  WhoAmI: x
`, []string{
			`2:3: "list" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
			`4:3: "WhoAmI" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
		}},
		{"a name with a comma", `people:
  "a,b": x
`, []string{
			`2:3: "a,b" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
		}},
		{"a name with a character that nobody sees", `people:
  "min\u200bho": x
`, []string{
			`2:3: "min\u200bho" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
		}},
		{"an empty name", `people:
  "": x
`, []string{
			`2:3: "" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
		}},
		{"a name that is too long", `groups:
  nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: x
`, []string{
			`2:3: the name "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" has 49 characters: write 48 at most`,
		}},
		{"a Community group", `groups:
  a: "@TGS#_@TGS#c1"
`, []string{
			`2:6: "@TGS#_@TGS#c1" is no GroupID (the GroupID belongs to a Community group): write the ID of a live group, like "@TGS#a6I4ZUUGO": 48 letters, digits and signs (ASCII) at most`,
		}},
		{"a group of 49 bytes", `groups:
  a: ggggggggggggggggggggggggggggggggggggggggggggggggg
`, []string{
			`2:6: "ggggggggggggggggggggggggggggggggggggggggggggggggg" is no GroupID (the GroupID is too long): write the ID of a live group, like "@TGS#a6I4ZUUGO": 48 letters, digits and signs (ASCII) at most`,
		}},
		{"a group in other letters", `groups:
  a: grün
`, []string{
			`2:6: "grün" is no GroupID (the GroupID has a character outside printable ASCII): write the ID of a live group, like "@TGS#a6I4ZUUGO": 48 letters, digits and signs (ASCII) at most`,
		}},
		{"an empty group", `groups:
  a: ""
`, []string{
			`2:6: "" is no GroupID (the GroupID is empty): write the ID of a live group, like "@TGS#a6I4ZUUGO": 48 letters, digits and signs (ASCII) at most`,
		}},
		{"a group in the wrong case", `groups:
  a: "@tgs#a1"
`, []string{
			`2:6: "@tgs#a1" is no GroupID: did you mean "@TGS#a1"?`,
		}},
		{"a person for a group", `groups:
  a: "@minho"
`, []string{
			`2:6: "@minho" is a person in a chat, no GroupID: write the ID of a live group, like "@TGS#a6I4ZUUGO"`,
		}},
		{"a channel for a group", `groups:
  a: "#general"
`, []string{
			`2:6: "#general" is a channel in a chat, no GroupID: write the ID of a live group, like "@TGS#a6I4ZUUGO"`,
		}},
		{"a pattern for a group", `groups:
  a: "show-*"
`, []string{
			`2:6: "show-*" is a pattern, and only rules take one: write the ID of a live group, like "@TGS#a6I4ZUUGO"`,
		}},
		{"two groups in one text", `groups:
  a: g1 g2
  b: g1,g2
`, []string{
			`2:6: "g1 g2" is not one word: write several IDs as [a, b], and one that has a space or a comma in quotes`,
			`3:6: "g1,g2" is not one word: write several IDs as [a, b], and one that has a space or a comma in quotes`,
		}},
		{"a space too many", `groups:
  a: " g1"
people:
  b: "u1 "
`, []string{
			`2:6: " g1" has a space before or behind it: remove the space`,
			`4:6: "u1 " has a space before or behind it: remove the space`,
		}},
		{"nothing for a name", `groups:
  a:
  b: []
  c: [g, ~]
`, []string{
			`2:5: "a" is empty: write an alias with an ID, or with a list of IDs, like friday-show: "@TGS#a6I4ZUUGO"`,
			`3:6: "b" is an empty list: write an alias with an ID, or with a list of IDs, like friday-show: "@TGS#a6I4ZUUGO"`,
			`4:10: an entry of "c" is empty: write an alias with an ID, or with a list of IDs, like friday-show: "@TGS#a6I4ZUUGO"`,
		}},
		{"a wrong type for a name", `groups:
  a: {b: c}
  d: [[e]]
`, []string{
			`2:7: "a" is a mapping: write an alias with an ID, or with a list of IDs, like friday-show: "@TGS#a6I4ZUUGO"`,
			`3:7: an entry of "d" is a list: write an alias with an ID, or with a list of IDs, like friday-show: "@TGS#a6I4ZUUGO"`,
		}},
		{"a list without brackets", `people:
  night: u_8821
    u_9902
`, []string{
			`2:10: "night" goes over several lines: write it on one line, and a list as [a, b]`,
		}},
		{"an alias of an alias", `groups:
  friday: "@TGS#a1"
  weekend: [Friday, "@TGS#a2"]
`, []string{
			`3:13: "Friday" is a name in this file, but an ID belongs here: write the ID behind the name, or change the name`,
		}},
		{"a crew of a name", `people:
  minho: u_8821
  night: [minho, u_9902]
`, []string{
			`3:11: "minho" is a name in this file, but an ID belongs here: write the ID behind the name, or change the name`,
		}},
		{"a person for a UserID", `people:
  minho: "@minho"
`, []string{
			`2:10: "@minho" is a person in a chat, no UserID: write the UserID in Tencent Chat, like u_8821`,
		}},
		{"a UserID of 33 bytes", `people:
  minho: uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu
`, []string{
			`2:10: "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu" is no UserID (the UserID is too long): write the UserID in Tencent Chat, like u_8821: 32 letters, digits and signs (ASCII) at most`,
		}},
		{"a crew of six", `people:
  night: [a, b, c, d, e, f, a]
`, []string{
			`2:3: "night" has 6 IDs: write 5 at most, and the others under another name`,
		}},
	})
}
