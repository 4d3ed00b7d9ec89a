package config_test

import (
	"errors"
	"fmt"
	"liveadmin/bot"
	"liveadmin/bot/config"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestPolicyThatIsNoYAML(t *testing.T) {
	testBroken(t, []broken{
		{"an ID without quotes", `groups:
  friday: @TGS#a1
`, []string{
			`2:11: this is no YAML ('@' is a reserved character): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"a pattern without quotes", `rules:
  - allow: [slack:user:U1]
    groups: [*-live]
`, []string{
			`3:14: "*" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"an anchor, an alias, a merge and a tag", `a: &x y
b: *x
<<: *x
c: !!str z
`, []string{
			`1:4: "&" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
			`2:4: "*" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
			`3:1: "<<" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
			`3:5: "*" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
			`4:4: "!!str" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"a tag at the very end", `contact: Sam
blocked: !!!`, []string{
			`2:10: "!!!" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"two documents", `contact: Sam
---
contact: Bob
`, []string{
			`2:1: "---" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"a document that ends", `---
contact: Sam
...
`, []string{
			`3:1: "..." is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"a directive", `%YAML 1.2
---
contact: Sam
`, []string{
			`1:1: "%" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
			`2:1: "---" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"a key of several lines", `? contact
: Sam
`, []string{
			`1:1: "?" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"a text of several lines", `contact: |
  Sam
`, []string{
			`1:10: "|" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"a folded text", `contact: >-
  Sam
`, []string{
			`1:10: ">-" is a part of YAML that this file does without: leave it out, or put the text in quotes, like "*-live"`,
		}},
		{"a tab", "groups:\n\tfriday: \"@TGS#a1\"\ncontact:\tSam\n", []string{
			`2:1: the character '\t' cannot be in this file: use spaces instead, and save the file as UTF-8`,
			`3:9: the character '\t' cannot be in this file: use spaces instead, and save the file as UTF-8`,
		}},
		{"a control character", "contact: Sam\a\n", []string{
			`1:13: the character '\a' cannot be in this file: use spaces instead, and save the file as UTF-8`,
		}},
		{"another encoding", "contact: Sam\n# gr\xfcn\n", []string{
			`2:5: the character '�' cannot be in this file: use spaces instead, and save the file as UTF-8`,
		}},
		{"an open quote", `groups:
  friday: "@TGS#a1
`, []string{
			`2:11: this is no YAML (could not find end character of double-quoted text): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"an open bracket", "blocked: [slack:user:U1\n", []string{
			`1:10: this is no YAML (sequence end token ']' not found): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"an open brace", "groups: {friday: \"@TGS#a1\"\n", []string{
			`1:9: this is no YAML (could not find flow mapping end token '}'): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"a bracket too many", `blocked: slack:user:U1]
rules: ]
`, []string{
			`2:8: this is no YAML (could not find '[' character corresponding to ']'): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"a comma too many", "blocked: [slack:user:U1,,slack:user:U2]\n", []string{
			`1:25: this is no YAML (unexpected scalar value type): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"text behind a quote", "contact: \"Sam\" Bob\n", []string{
			`1:16: this is no YAML (value is not allowed in this context. map key-value is pre-defined): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"two colons", "contact: a: b\n", []string{
			`1:10: this is no YAML (mapping value is not allowed in this context): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"another indentation", `groups:
  a: x
 b: y
`, []string{
			`3:2: this is no YAML (value is not allowed in this context): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"a list that goes on elsewhere", `rules:
  - allow: [slack:user:U1]
 - allow: [slack:user:U2]
`, []string{
			`3:2: this is no YAML (value is not allowed in this context): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"a line without a colon", `contact: Sam
blocked
`, []string{
			`2:1: this is no YAML (non-map value is specified): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"an unknown escape", "contact: \"\\q\"\n", []string{
			`1:12: this is no YAML (found unknown escape character 'q'): check the brackets, the quotes and the indentation; an ID like "@TGS#a6I4ZUUGO" needs quotes`,
		}},
		{"an escape that nobody sees", "contact: \"\\\u200b\"\n", []string{
			"1:12: this is no YAML (found unknown escape character '\\u200b'): check the brackets, the quotes and the indentation; an ID like \"@TGS#a6I4ZUUGO\" needs quotes",
		}},
		{"many dashes behind a bracket too many", "]" + strings.Repeat(" -", 200) + " x\n", []string{
			`1:201: this is nested too deep: write groups, people, contact, blocked, language and rules without more levels`,
		}},
		{"many indentations", "a:\n" + strings.Repeat(" ", 200) + "b: x\n", []string{
			`2:202: this is nested too deep: write groups, people, contact, blocked, language and rules without more levels`,
		}},
		{"many brackets", "groups: [[[[[[[[[[[[x\n", []string{
			`1:19: this is nested too deep: write groups, people, contact, blocked, language and rules without more levels`,
		}},
	})
}

// broken is a file that cannot be used, and what is said about it behind
// "liveadmin.yaml:".
type broken struct {
	name, file string
	want       []string
}

func testBroken(t *testing.T, rows []broken) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			rules, err := parseTwice(t, row.file)
			var got []string
			for _, p := range checkRefusal(t, rules, err) {
				got = append(got, strings.TrimPrefix(p.String(), "liveadmin.yaml:"))
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(row.want, "\n"))
			}
		})
	}
}

// parseTwice reads a file twice, which must be the same as once.
func parseTwice(t *testing.T, file string) (bot.Rules, error) {
	t.Helper()
	rules, err := config.ParsePolicy("liveadmin.yaml", []byte(file), nil)
	again, errAgain := config.ParsePolicy("liveadmin.yaml", []byte(file), nil)
	if !reflect.DeepEqual(rules, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
		t.Errorf("got %+v, %v\nthen %+v, %v", rules, err, again, errAgain)
	}
	return rules, err
}

// checkRefusal: a file that cannot be used gives nothing, and a whole line for each
// problem.
func checkRefusal(t *testing.T, rules bot.Rules, err error) bot.Problems {
	t.Helper()
	problems, ok := errors.AsType[bot.Problems](err)
	if !ok || len(problems) == 0 {
		t.Fatalf("got %+v and error %v, want Problems", rules, err)
	}
	if !reflect.DeepEqual(rules, bot.Rules{}) {
		t.Errorf("a broken file gave %+v", rules)
	}
	hidden := func(r rune) bool { return !unicode.IsPrint(r) }
	for _, p := range problems {
		if p.Variable == "" || p.What == "" || p.Remedy == "" || strings.ContainsFunc(p.String(), hidden) {
			t.Errorf("%q has a gap, or a character that nobody sees", p)
		}
	}
	return problems
}

func TestBrokenShape(t *testing.T) {
	testBroken(t, []broken{
		{"no mapping", "just text\n", []string{
			`1:1: the file is the text "just text": write keys and values, like contact: Sam`,
		}},
		{"a list", "- contact: Sam\n", []string{
			`1:1: the file is a list: write keys and values, like contact: Sam`,
		}},
		{"a key with a slip", `group:
  a: x
`, []string{
			`1:1: "group" is no key of the file: did you mean groups?`,
		}},
		{"a key that is not near", "users: [a]\n", []string{
			`1:1: "users" is no key of the file: write groups, people, contact, blocked, requests_expire, language or rules`,
		}},
		{"a key in another case", "Groups: {}\n", []string{
			`1:1: "Groups" is no key of the file: did you mean groups?`,
		}},
		{"a key twice", `groups: {a: x}
groups: {b: y}
`, []string{
			`2:1: "groups" is there twice, first as "groups" in line 1: keep one of them`,
		}},
		{"a key that is nothing", "~: x\n", []string{
			`1:1: a key is empty: write a word`,
		}},
		{"a wrong type each", `groups: [a]
people: x
contact: [Sam]
blocked: slack:user:U1
rules: {allow: x}
`, []string{
			`1:9: groups is a list: write an alias with an ID, or with a list of IDs, like friday-show: "@TGS#a6I4ZUUGO"`,
			`2:9: people is the text "x": write a name with a UserID, or with a list of UserIDs, like minho: u_8821`,
			`3:10: contact is a list: write whom people ask, like "Sam, #stream-ops"`,
			`4:10: blocked is the text "slack:user:U1": write a list like [slack:user:U024BE7LH]`,
			`5:9: rules is a mapping: write a list of rules, like - allow: [slack:user:U024BE7LH]`,
		}},
		{"an empty contact", "contact: \"\"\n", []string{
			`1:10: contact is empty: write whom people ask, like "Sam, #stream-ops"`,
		}},
		{"a contact of two lines", "contact: \"Sam\\nBob\"\n", []string{
			`1:10: contact is "Sam\nBob": write it on one line, without characters that nobody sees`,
		}},
		{"a contact that is cut off by a comment", "contact: Sam, #stream-ops\n", []string{
			`1:10: contact ends with a comma: put it in quotes, like "Sam, #stream-ops": without them, # begins a comment`,
		}},
		{"a contact that is too long", "contact: " + strings.Repeat("x", 201), []string{
			`1:10: contact has more than 200 characters: write a name and a channel`,
		}},
		{"everything at once, in the order of the file", `rules:
  - commands: [ad]
blocked: [bob]
group: {}
people:
  add: "@x"
`, []string{
			`2:5: the rule has no allow: write whom it allows, like allow: [slack:user:U024BE7LH]`,
			`2:16: "ad" is no command that a rule can give: did you mean add?`,
			`3:11: "bob" names nobody: write it like slack:user:U024BE7LH or slack:usergroup:S0614TZR7 or discord:user:80351110224678912 or discord:role:165511591545143296`,
			`4:1: "group" is no key of the file: did you mean groups?`,
			`6:3: "add" cannot be typed as a name: write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it`,
			`6:8: "@x" is a person in a chat, no UserID: write the UserID in Tencent Chat, like u_8821`,
		}},
		{"letters of several bytes before the place", "people: {\"小明\": \"小明\"}\n", []string{
			`1:16: "小明" is no UserID (the UserID has a character outside printable ASCII): write the UserID in Tencent Chat, like u_8821: 32 letters, digits and signs (ASCII) at most`,
		}},
		{"lines that end as in Windows", "people:\r\n  a: \"@x\"\r\n", []string{
			`2:6: "@x" is a person in a chat, no UserID: write the UserID in Tencent Chat, like u_8821`,
		}},
	})
}
