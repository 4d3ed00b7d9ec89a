package slack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

func plainSpan(s string) words.Span { return words.Span{Text: s} }
func codeSpan(s string) words.Span  { return words.Span{Kind: words.Code, Text: s} }

func spans(all ...words.Span) words.Text { return all }

// TestPieces: how each kind of text is written.
func TestPieces(t *testing.T) {
	at := time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)
	for _, tc := range []struct {
		name    string
		text    words.Text
		mention bool
		want    string
	}{
		{"plain", spans(words.Span{Text: "a & b < c > `d`"}), false, "a &amp; b &lt; c &gt; 'd'"},
		{"an emoji with its colour", spans(words.Span{Text: "⚠️ 👩‍👧"}), false, "⚠️ 👩‍👧"},
		{"code", spans(words.Span{Kind: words.Code, Text: "@TGS#a`<b>"}), false, "`@TGS#a'&lt;b&gt;`"},
		{"quoted", spans(words.Span{Kind: words.Quoted, Text: "a\nb\tc"}), false, "`a b c`"},
		{"code beside letters", spans(plainSpan("群组"), codeSpan("a&b"), plainSpan("中 "), codeSpan("c"), plainSpan("：无 ("), codeSpan("d"), plainSpan("), ")), false, "群组a&amp;b中 c：无 (`d`), "},
		{"marks beside letters", spans(plainSpan("群组"), codeSpan("_a"), plainSpan("中 "), codeSpan("*"), plainSpan("：无")), false, "群组 `_a` 中 `*` ：无"},
		{"code beside code", spans(codeSpan("a"), plainSpan(""), codeSpan("b"), codeSpan("c")), false, "`a` `b` `c`"},
		{"nothing", spans(words.Span{Kind: words.Quoted}), false, `""`},
		{"unseen", spans(words.Span{Kind: words.Code, Text: "a\u200b\u202e\u00a0\x00\ufe0fb"}), false, "`a\\u200b\\u202e\\u00a0\\x00\\ufe0fb`"},
		{"not UTF-8", spans(words.Span{Kind: words.Code, Text: "a\xff"}), false, "`a\ufffd`"},
		{"the caller", spans(words.Span{Kind: words.Account, Text: "slack:user:U024BE7LH"}), true, "<@U024BE7LH>"},
		{"the caller without a mention", spans(words.Span{Kind: words.Account, Text: "slack:user:U024BE7LH"}), false, "`U024BE7LH`"},
		{"a caller of another platform", spans(words.Span{Kind: words.Account, Text: "discord:user:1"}), true, "`1`"},
		{"somebody known of another platform", spans(words.Span{Kind: words.Account, Text: "discord:user:1", Name: "yuna"}), true, "yuna"},
		{"a caller who is a command", spans(words.Span{Kind: words.Account, Text: "slack:user:U1> <!channel"}), true, "`U1&gt; &lt;!channel`"},
		{"a channel", spans(words.Span{Kind: words.Channel, Text: "slack:C024BE91L"}), false, "<#C024BE91L>"},
		{"a channel of another platform", spans(words.Span{Kind: words.Channel, Text: "discord:1"}), true, "`1`"},
		{"a channel that is a command", spans(words.Span{Kind: words.Channel, Text: "slack:C1> <!channel"}), true, "`C1&gt; &lt;!channel`"},
		{"a moment", spans(words.Span{Kind: words.Moment, Time: at}), false, "<!date^1795188600^{date_short_pretty} {time}|2026-11-20 15:30 UTC>"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := strings.Join(pieces(idiom(tc.text, tc.mention), codeMark), ""); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestPages: lists, blocks for copying, the number and buttons are where they
// belong.
func TestPages(t *testing.T) {
	m := words.Message{
		Entry: 42,
		Lines: []words.Line{
			{Style: words.Head, Text: spans(words.Span{Text: "Head"})},
			{Style: words.Item, Text: spans(codeSpan("user1"))},
			{Style: words.Item, Text: spans(codeSpan("user2"), plainSpan(": 1 of 5"))},
			{Style: words.Body, Text: spans(plainSpan("Body"))},
			{Style: words.Block, Text: spans(words.Span{Text: "You typed: "}, words.Span{Kind: words.Code, Text: "ad &lt;x"})},
		},
		Actions: []words.Action{
			{Name: "undo", Label: "Undo", Entry: 42, Confirm: words.Text{{Text: "Undo this?"}}},
			{Name: "replace-0", Label: strings.Repeat("é", 60), Entry: 42},
			{Name: "replace-0", Label: "Replace bob", Entry: 42},
		},
	}
	all := pages(m, false)
	if len(all) != 1 {
		t.Fatalf("%d pages", len(all))
	}
	p := all[0]
	if p.text != "Head\n• `user1`\n• `user2`: 1 of 5\nBody\nYou typed:\n```ad &lt;x```\n#42" || p.spoken != strings.ReplaceAll(p.text, "`", "") {
		t.Errorf("the texts are %q and %q", p.text, p.spoken)
	}
	const below = `{"type":"context","elements":[{"type":"plain_text","text":"#42","emoji":false}]},`
	for _, row := range []struct {
		name string
		form form
		want string // up to the buttons
	}{
		{"rich_text", p.asRichText(), `[{"type":"rich_text","elements":[` +
			`{"type":"rich_text_section","elements":[{"type":"text","text":"Head"}]},` +
			`{"type":"rich_text_list","elements":[` +
			`{"type":"rich_text_section","elements":[{"type":"text","text":"user1","style":{"code":true}}]},` +
			`{"type":"rich_text_section","elements":[{"type":"text","text":"user2","style":{"code":true}},{"type":"text","text":": 1 of 5"}]}` +
			`],"style":"bullet","indent":0,"border":0,"offset":0},` +
			`{"type":"rich_text_section","elements":[{"type":"text","text":"Body\nYou typed: "}]},` +
			`{"type":"rich_text_preformatted","elements":[{"type":"text","text":"ad \u003cx"}],"border":0}]},` + below},
		{"sections", p.asSections(), `[{"type":"section","text":{"type":"mrkdwn","text":"Head\n• ` + "`user1`\\n• `user2`: 1 of 5\\nBody\\nYou typed:\\n```ad \\u0026lt;x```" + `","verbatim":true}},` + below},
	} {
		blocks, err := json.Marshal(row.form.blocks)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, _ := strings.Cut(string(blocks), `{"type":"actions"`); got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", row.name, got, row.want)
		}
		if row.form.text != p.spoken {
			t.Errorf("%s: the text is %q", row.name, row.form.text)
		}
	}
	if f := p.asText(); f.text != p.text || len(f.blocks) > 0 {
		t.Errorf("without blocks it is %q with %d", f.text, len(f.blocks))
	}
	buttonsOf := func(m words.Message) []slackgo.BlockElement {
		return buttons(m).(*slackgo.ActionBlock).Elements.ElementSet
	}
	buttons := p.below[1].(*slackgo.ActionBlock).Elements.ElementSet
	button := func(i int) *slackgo.ButtonBlockElement { return buttons[i].(*slackgo.ButtonBlockElement) }
	if b := button(0); b.ActionID != "undo.0" || b.Value != "42" || b.Confirm == nil || b.Style != "" {
		t.Errorf("the first button is %+v", b)
	}
	m.Actions[0].Confirm = spans(words.Span{Kind: words.Account, Text: "slack:user:U1", Name: "rob"}, plainSpan(" and "), words.Span{Kind: words.Account, Text: "slack:user:U2"}) // no mention is shown there
	if got := buttonsOf(m)[0].(*slackgo.ButtonBlockElement).Confirm.Text.Text; got != "rob (@U1) and @U2" {
		t.Errorf("the question is %q", got)
	}
	for i := range 2 {
		if b := button(i + 1); b.Confirm != nil || b.Style != slackgo.StyleDanger || b.ActionID == button(0).ActionID {
			t.Errorf("button %d is %+v", i+1, b)
		}
	}
	if button(1).ActionID == button(2).ActionID {
		t.Error("two buttons cannot be distinguished")
	}
}

// TestRichText: how each kind of text is written, so that only what is meant as one mentions.
func TestRichText(t *testing.T) {
	at := time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)
	text := func(s string) string { return `{"type":"text","text":` + s + `}` }
	code := func(s string) string { return `{"type":"text","text":` + s + `,"style":{"code":true}}` }
	for _, tc := range []struct {
		name    string
		text    words.Text
		mention bool
		want    string // the elements of the section
	}{
		{"plain", spans(plainSpan("a & b < c > `d` *e* :f: ")), false, text(`"a \u0026 b \u003c c \u003e ` + "`d`" + ` *e* :f: "`)},
		{"an emoji with its colour", spans(plainSpan("⚠️ 👩‍👧")), false, text(`"⚠️ 👩‍👧"`)},
		{"in pieces", spans(plainSpan("a"), plainSpan(""), plainSpan("b"), codeSpan("c"), words.Span{Kind: words.Flag, Text: "d"}), false, text(`"ab"`) + "," + code(`"cd"`)},
		{"code between letters", spans(plainSpan("群组"), codeSpan("a"), plainSpan("中")), false, text(`"群组"`) + "," + code(`"a"`) + "," + text(`"中"`)},
		{"what mentions in markup", spans(plainSpan("<!here> <@U1> @channel <https://x|y>")), true, text(`"\u003c!here\u003e \u003c@U1\u003e @channel \u003chttps://x|y\u003e"`)},
		{"nothing", spans(words.Span{Kind: words.Quoted}), false, text(`"\"\""`)},
		{"unseen", spans(codeSpan("a\u200b\u202e\x00\ufe0fb\nc")), false, code(`"a\\u200b\\u202e\\x00\\ufe0fb c"`)},
		{"not UTF-8", spans(codeSpan("a\xff")), false, code("\"a\ufffd\"")},
		{"the caller", spans(words.Span{Kind: words.Account, Text: "slack:user:U024BE7LH"}), true, `{"type":"user","user_id":"U024BE7LH"}`},
		{"the caller without a mention", spans(words.Span{Kind: words.Account, Text: "slack:user:U024BE7LH"}), false, code(`"U024BE7LH"`)},
		{"a caller of another platform", spans(words.Span{Kind: words.Account, Text: "discord:user:1"}), true, code(`"1"`)},
		{"a channel", spans(words.Span{Kind: words.Channel, Text: "slack:C024BE91L"}), false, `{"type":"channel","channel_id":"C024BE91L"}`},
		{"a channel of another platform", spans(words.Span{Kind: words.Channel, Text: "discord:1"}), true, code(`"1"`)},
		{"a moment", spans(words.Span{Kind: words.Moment, Time: at}), false,
			`{"type":"date","timestamp":1795188600,"format":"{date_short_pretty} {time}","fallback":"2026-11-20 15:30 UTC"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := json.Marshal(richText([]words.Line{{Text: idiom(tc.text, tc.mention)}})[0])
			if err != nil {
				t.Fatal(err)
			}
			want := `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + tc.want + `]}]}`
			if string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestLongLines: what goes on in the next page loses nothing, and an item has one bullet.
func TestLongLines(t *testing.T) {
	long := strings.Repeat("0123456789", 2500)
	for _, style := range []words.LineStyle{words.Head, words.Item, words.Block} {
		all := pages(words.Message{Entry: 7, Lines: []words.Line{{Style: style, Text: spans(plainSpan("typed "), codeSpan(long))}}}, false)
		if len(all) < 2 {
			t.Errorf("style %d: %d pages", style, len(all))
		}
		said, rich := "", ""
		for _, p := range all {
			said += p.text
			blocks, err := json.Marshal(p.rich)
			if err != nil {
				t.Fatal(err)
			}
			rich += string(blocks)
		}
		digits := func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}
		if strings.Map(digits, said) != long+"7" || strings.Count(said, "•") > 1 {
			t.Errorf("style %d: it says %d digits", style, len(strings.Map(digits, said)))
		}
		if strings.Count(rich, "rich_text_list") > 1 || (strings.Count(rich, "rich_text_preformatted") == len(all)) != (style == words.Block) {
			t.Errorf("style %d: the blocks are\n%.200s", style, rich)
		}
	}
}

// TestRootPage: a root is one line that both calls take, whole as long as it can be.
func TestRootPage(t *testing.T) {
	moment := words.Span{Kind: words.Moment, Time: time.Unix(0, 0)}
	for _, tc := range []struct {
		name string
		root words.Text
		cut  bool
	}{
		{"short", spans(plainSpan("Done"), codeSpan("x"), moment), false},
		{"long", spans(plainSpan("Done "), codeSpan(strings.Repeat("&", 3000)), moment), true},
		{"many pieces", slices.Repeat(spans(moment), 100), true},
	} {
		p := rootPage(tc.root)
		if len(p.text) > longestSection || len(p.plain) != 1 || len(p.rich) != 1 || strings.HasSuffix(p.spoken, "…") != tc.cut || strings.Count(p.text, "`")%2 != 0 {
			t.Errorf("%s: %d bytes, %d sections, ends in %q", tc.name, len(p.text), len(p.plain), p.spoken[max(0, len(p.spoken)-20):])
		}
	}
}

// tokens are all that are between < and > in what the bot writes.
var tokens = regexp.MustCompile(`<@[UW][A-Z0-9]+>|<!date\^-?\d+\^\{date_short_pretty\} \{time\}\|[-0-9: UTC]+>`)

// FuzzPages: whatever the text, Slack's limits are kept and nothing but the bot's
// own tokens is in it.
func FuzzPages(f *testing.F) {
	for _, seed := range []string{"", "add", "<!channel>", "`", "```", "&lt;", "\u202e", "a\nb", "\xff", strings.Repeat("&", 4000), strings.Repeat("👍", 4000)} {
		f.Add(seed, seed, 3, int64(1))
	}
	f.Fuzz(func(t *testing.T, plain, code string, times int, entry int64) {
		m := words.Message{Entry: entry}
		for range min(max(times, 1), 40) {
			m.Lines = append(m.Lines,
				words.Line{Style: words.Item, Text: spans(words.Span{Text: plain}, words.Span{Kind: words.Code, Text: code})},
				words.Line{Style: words.Block, Text: spans(words.Span{Text: plain}, words.Span{Kind: words.Code, Text: code})},
				words.Line{Text: spans(words.Span{Kind: words.Account, Text: code}, words.Span{Kind: words.Moment, Time: time.Unix(entry%1e12, 0)})})
		}
		for _, p := range pages(m, true) {
			if n := chat.Length(p.spoken); n > 4000 || !utf8.ValidString(p.text) || !utf8.ValidString(p.spoken) {
				t.Errorf("a page says %d characters", n)
			}
			all := p.spoken
			for _, b := range p.plain {
				said := b.(*slackgo.SectionBlock).Text.Text
				if len(said) > 3000 {
					t.Errorf("a section has %d bytes", len(said))
				}
				all += said
			}
			if rest := tokens.ReplaceAllString(all, ""); strings.ContainsAny(rest, "<>") {
				t.Errorf("more than tokens: %q", rest)
			}
			for _, f := range []form{p.asRichText(), p.asSections()} {
				raw, err := json.Marshal(f.blocks)
				if err != nil {
					t.Fatal(err)
				}
				if problem := fakeslack.CheckBlocks(raw); problem != "" {
					t.Errorf("Slack would refuse it: %s\n%s", problem, raw)
				}
			}
		}
	})
}

// TestShorten: a cut text breaks no character, entity or token.
func TestShorten(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		most       int
		want       string
	}{
		{"short", "abc", 10, "abc"},
		{"Chinese that fits", "周五晚间", 4, "周五晚间"},
		{"Chinese that does not", "周五晚间节目", 4, "周五晚…"},
		{"an entity", "abcd&amp;efgh", 8, "abcd…"},
		{"a token", "ab<@U024BE7LH>", 10, "ab…"},
		{"a line", "aaaaaaaa\nbbbbbbbbb", 13, "aaaaaaaa\n…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := shorten(tc.text, tc.most); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestLongestConfirm: before a request is approved, Slack asks who, where and for how long, also if
// their IDs are as long as can be.
func TestLongestConfirm(t *testing.T) {
	for _, l := range commands.Languages {
		for _, target := range []commands.Target{
			{Alias: "weekend", Groups: []imapi.GroupID{"@TGS#a6I4ZUUGO", "@TGS#a6I4ZUUGP"}}, {Groups: []imapi.GroupID{imapi.GroupID(strings.Repeat("g", imapi.MaxGroupIDBytes))}},
		} {
			for _, named := range []bool{true, false} {
				q := words.Request{Number: 44, Caller: "slack:user:U0123456789", Platform: Name, Command: commands.Command{Verb: commands.Add, For: 30 * time.Hour, Target: target}}
				for i := range commands.MaxUsers {
					p := commands.Person{ID: imapi.UserID(fmt.Sprintf("%032d", i))}
					if named {
						p.Name = fmt.Sprintf("minho%d", i)
					}
					q.Command.Users = append(q.Command.Users, p)
				}
				asks := buttons(words.In(l).Ask(q)).(*slackgo.ActionBlock).Elements.ElementSet[0].(*slackgo.ButtonBlockElement).Confirm.Text.Text
				last, length := q.Command.Users[4], words.Fill(words.In(l).Durations.Hours, words.Slots{"n": {{Text: "6"}}}).String()
				for _, want := range []string{cmp.Or(last.Name, string(last.ID)), cmp.Or(target.Alias, string(target.Groups[0])), length} {
					if !strings.Contains(asks, want) {
						t.Errorf("%s: no %q in %q", l, want, asks)
					}
				}
			}
		}
	}
}
