package slack

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"liveadmin/commands/words"
)

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
		{"nothing", spans(words.Span{Kind: words.Quoted}), false, `""`},
		{"unseen", spans(words.Span{Kind: words.Code, Text: "a\u200b\u202e\u00a0\x00\ufe0fb"}), false, "`a\\u200b\\u202e\\u00a0\\x00\\ufe0fb`"},
		{"not UTF-8", spans(words.Span{Kind: words.Code, Text: "a\xff"}), false, "`a\ufffd`"},
		{"the caller", spans(words.Span{Kind: words.Account, Text: "slack:user:U024BE7LH"}), true, "<@U024BE7LH>"},
		{"the caller without a mention", spans(words.Span{Kind: words.Account, Text: "slack:user:U024BE7LH"}), false, "`U024BE7LH`"},
		{"a caller of another platform", spans(words.Span{Kind: words.Account, Text: "discord:user:1"}), true, "`1`"},
		{"a caller who is a command", spans(words.Span{Kind: words.Account, Text: "slack:user:U1> <!channel"}), true, "`U1&gt; &lt;!channel`"},
		{"a channel", spans(words.Span{Kind: words.Channel, Text: "slack:C024BE91L"}), false, "<#C024BE91L>"},
		{"a channel of another platform", spans(words.Span{Kind: words.Channel, Text: "discord:1"}), true, "`1`"},
		{"a channel that is a command", spans(words.Span{Kind: words.Channel, Text: "slack:C1> <!channel"}), true, "`C1&gt; &lt;!channel`"},
		{"a moment", spans(words.Span{Kind: words.Moment, Time: at}), false, "<!date^1795188600^{date_short_pretty} {time}|2026-11-20 15:30 UTC>"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := strings.Join(pieces(tc.text, tc.mention), ""); got != tc.want {
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
			{Style: words.Item, Text: spans(words.Span{Kind: words.Code, Text: "user1"})},
			{Style: words.Block, Text: spans(words.Span{Text: "You typed: "}, words.Span{Kind: words.Code, Text: "ad &lt;x"})},
		},
		Actions: []words.Action{
			{Name: "undo", Label: "Undo", Entry: 42, Confirm: "Undo this?"},
			{Name: "replace", Label: strings.Repeat("é", 60), Entry: 42},
			{Name: "replace", Label: "Replace bob", Entry: 42},
		},
	}
	all := pages(m, false)
	if len(all) != 1 || all[0].text != "Head\n• `user1`\nYou typed:\n```ad &lt;x```\n#42" {
		t.Fatalf("%d pages, %q", len(all), all[0].text)
	}
	blocks, err := json.Marshal(all[0].blocks)
	if err != nil {
		t.Fatal(err)
	}
	var got []struct {
		Type     string `json:"type"`
		Elements []struct {
			ID      string         `json:"action_id"`
			Value   string         `json:"value"`
			Text    any            `json:"text"`
			Confirm map[string]any `json:"confirm"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(blocks, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Type != "section" || got[1].Type != "context" || got[2].Type != "actions" {
		t.Fatalf("blocks are %s", blocks)
	}
	buttons := got[2].Elements
	if buttons[0].ID != "undo.0" || buttons[0].Value != "42" || buttons[0].Confirm == nil || buttons[1].Confirm != nil || buttons[1].ID == buttons[2].ID {
		t.Errorf("buttons are %+v", buttons)
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
			if len(p.shown()) > 4000 || len(p.blocks) > 50 || !utf8.ValidString(p.shown()) {
				t.Errorf("a page has %d bytes and %d blocks", len(p.shown()), len(p.blocks))
			}
			all := p.shown()
			blocks, err := json.Marshal(p.blocks)
			if err != nil {
				t.Fatal(err)
			}
			var sections []struct {
				Text struct{ Text string }
			}
			_ = json.Unmarshal(blocks, &sections)
			for _, s := range sections {
				if len(s.Text.Text) > 3000 {
					t.Errorf("a section has %d bytes", len(s.Text.Text))
				}
				all += s.Text.Text
			}
			if rest := tokens.ReplaceAllString(all, ""); strings.ContainsAny(rest, "<>") {
				t.Errorf("more than tokens: %q", rest)
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
		{"a character", "ééééé", 8, "éé…"},
		{"an entity", "abcd&amp;efgh", 10, "abcd…"},
		{"a token", "ab<@U024BE7LH>", 10, "ab…"},
		{"a line", "aaaaaaaa\nbbbbbbbbb", 15, "aaaaaaaa\n…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := shorten(tc.text, tc.most); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
