package config_test

import (
	"strings"
	"testing"
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
			`1:201: this is nested too deep: write groups, people, contact, blocked and rules without more levels`,
		}},
		{"many indentations", "a:\n" + strings.Repeat(" ", 200) + "b: x\n", []string{
			`2:202: this is nested too deep: write groups, people, contact, blocked and rules without more levels`,
		}},
		{"many brackets", "groups: [[[[[[[[[[[[x\n", []string{
			`1:19: this is nested too deep: write groups, people, contact, blocked and rules without more levels`,
		}},
	})
}
