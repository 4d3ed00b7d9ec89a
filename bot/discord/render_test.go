package discord_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

func TestLine(t *testing.T) {
	moment := time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name string
		text words.Text
		want string
	}{
		{"plain", words.Text{{Text: "2 of 5 (done): yes - no."}}, "2 of 5 (done): yes - no."},
		{"markdown", words.Text{{Text: "**a** __b__ ~~c~~ ||d|| > e [f](g)"}}, `\*\*a\*\* \_\_b\_\_ \~\~c\~\~ \|\|d\|\| \> e \[f\](g)`},
		{"mentions", words.Text{{Text: "@everyone <@1> <#2> </x:3> <t:4>"}}, `\@everyone \<\@1\> \<\#2\> \<\/x:3\> \<t:4\>`},
		{"a link", words.Text{{Text: "https://evil.example"}}, `https:\/\/evil.example`},
		{"code", words.Text{{Kind: words.Code, Text: "@TGS#a_b*"}}, "`@TGS#a_b*`"},
		{"a backtick in code", words.Text{{Kind: words.Code, Text: "a`b"}}, "`a'b`"},
		{"nothing in code", words.Text{{Kind: words.Code}}, `""`},
		{"quoted", words.Text{{Kind: words.Quoted, Text: "<@1>"}}, "`<@1>`"},
		{"the caller", words.Text{{Kind: words.Account, Text: "discord:user:501"}}, "<@501>"},
		{"a caller from elsewhere", words.Text{{Kind: words.Account, Text: "slack:user:U1"}}, "`U1`"},
		{"somebody known from elsewhere", words.Text{{Kind: words.Account, Text: "slack:user:U1", Name: "yuna*"}}, `yuna\*`},
		{"a caller with a name", words.Text{{Kind: words.Account, Text: "discord:user:1> @here"}}, "`1> @here`"},
		{"a moment", words.Text{{Kind: words.Moment, Time: moment}}, "<t:1795197600:t>, <t:1795197600:R>"},
		{"a flag", words.Text{{Kind: words.Flag, Text: "--dry-run"}}, "`dry_run`"},
		{"a form", words.Text{{Kind: words.Code, Text: "/liveadmin list GROUP", Verb: commands.List}}, "</liveadmin list:77> `group`"},
		{"a form with a choice", words.Text{{Kind: words.Code, Verb: commands.Help}}, "</liveadmin help:77> \\[`command`\\]"},
		{"what cannot be seen", words.Text{{Text: "a\u202eb\x00\nc"}}, `a\u202eb\x00 c`},
		{"an emoji", words.Text{{Text: "👩\u200d🚀 ⚠️"}}, "👩\u200d🚀 ⚠️"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := discord.Line(tc.text); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestCutLine: code that is cut ends, and after code that had ended there is no mark,
// also behind a backslash.
func TestCutLine(t *testing.T) {
	long := strings.Repeat("x", 2500)
	for _, tc := range []struct {
		name       string
		text       words.Text
		begin, end string
	}{
		{"code", words.Text{{Kind: words.Code, Text: long}}, "`x", "x…`"},
		{"after code", words.Text{{Kind: words.Code, Text: "a"}, {Text: long}}, "`a`x", "x…"},
		{"code behind a backslash", words.Text{{Text: `\`}, {Kind: words.Code, Text: long}}, "\\\\`x", "x…`"},
		{"after code behind a backslash", words.Text{{Text: `\`}, {Kind: words.Code, Text: "a"}, {Text: long}}, "\\\\`a`x", "x…"},
		{"after code that ends with a backslash", words.Text{{Kind: words.Code, Text: `a\`}, {Text: long}}, "`a\\`x", "x…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := discord.Line(tc.text); !strings.HasPrefix(got, tc.begin) || !strings.HasSuffix(got, tc.end) || len(got) > 1900 {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestThreadName: what a thread is called, in a hundred characters at most.
func TestThreadName(t *testing.T) {
	for _, tc := range []struct {
		name string
		c    commands.Command
		want string
	}{
		{"a group", commands.Command{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"@TGS#a"}}}, "add @TGS#a"},
		{"an alias", commands.Command{Verb: commands.Remove, Target: commands.Target{Alias: "weekend", Groups: []imapi.GroupID{"@TGS#a", "@TGS#b"}}}, "remove weekend"},
		{"a long alias", commands.Command{Verb: commands.Add, Target: commands.Target{Alias: strings.Repeat("é", 200)}}, "add " + strings.Repeat("é", 95) + "…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := discord.ThreadName(tc.c); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestBlock(t *testing.T) {
	m := words.Message{Lines: []words.Line{
		{Text: words.Text{{Text: "No."}}},
		{Style: words.Block, Text: words.Text{{Text: "You typed: "}, {Kind: words.Code, Text: "add group:a```b"}}},
	}}
	if got := discord.Pages(m); len(got) != 1 || len(got[0]) != 1 || got[0][0] != "No.\nYou typed: \n```\nadd group:a'''b\n```" {
		t.Errorf("got %q", got)
	}
}

// FuzzMessage: whatever is said, every embed and every message is within Discord's
// limits, nothing is lost, and nothing can mention, link or run out of its code span.
func FuzzMessage(f *testing.F) {
	f.Add("user1", "**bold** <@1> https://x.example `")
	f.Add(strings.Repeat("`", 5000), strings.Repeat("é", 7000))
	f.Add("\\", "\\`\\")
	f.Add("", strings.Repeat("\x16", 700))
	f.Add("0", strings.Repeat("x", 1000)+"\\")
	f.Fuzz(func(t *testing.T, code, plain string) {
		m := words.Message{Entry: 42, Outcome: commands.Done, Title: words.Text{{Text: plain}}, Lines: []words.Line{
			{Text: words.Text{{Text: plain}, {Kind: words.Code, Text: code}, {Text: plain}}},
			{Style: words.Item, Text: words.Text{{Kind: words.Quoted, Text: code}}},
			{Style: words.Block, Text: words.Text{{Text: plain}, {Kind: words.Code, Text: code}}},
			{Style: words.Fact, Value: 1, Text: words.Text{{Text: plain + ": "}, {Kind: words.Code, Text: code}}},
			{Style: words.Fact, Value: 1, Text: words.Text{{Text: "Now: "}, {Text: plain}}},
		}}
		for _, page := range append(discord.Pages(m), discord.Single(m)) {
			sum := len("#42")
			for _, e := range page {
				sum += len(e)
				if len(e) > 4096 {
					t.Errorf("an embed has %d bytes", len(e))
				}
				harmless(t, e)
			}
			if sum > 6000 {
				t.Errorf("a message has %d bytes", sum)
			}
		}
		harmless(t, discord.Line(m.Lines[0].Text))
	})
}

// harmless looks for marks outside of code that are not escaped.
func harmless(t *testing.T, text string) {
	t.Helper()
	outside := regexp.MustCompile("(?s)\\\\[^0-9A-Za-z\\s]|```\n.*?\n?```|`[^`]*`").ReplaceAllString(text, "")
	if strings.ContainsAny(outside, "`*_~|<>[]@#/\\") && !strings.HasSuffix(text, "…```") {
		// A number may be cut off: Discord shows a backslash before a letter.
		unicoded := regexp.MustCompile(`\\[xuU][0-9a-f]*|\\[abfv]`).ReplaceAllString(outside, "")
		if strings.ContainsAny(unicoded, "`*_~|<>[]@#/\\") {
			t.Errorf("%q is left of %q", unicoded, text)
		}
	}
}
