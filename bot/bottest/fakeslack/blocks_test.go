package fakeslack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestBlocks(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	mrkdwn := func(n int) string { return `{"type":"mrkdwn","text":"` + x(n) + `"}` }
	plain := func(n int) string { return `{"type":"plain_text","text":"` + x(n) + `"}` }
	section := func(inner string) string { return `{"type":"section",` + inner + `}` }
	list := func(one string, n int) string { return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]" }
	actions := func(elements string) string { return `{"type":"actions","elements":` + elements + `}` }
	button := func(inner string) string { return `{"type":"button","text":` + plain(1) + inner + `}` }
	one := func(inner string) string { return actions("[" + button(inner) + "]") }
	asking := func(title, text, yes, no int) string {
		return one(fmt.Sprintf(`,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`, plain(title), mrkdwn(text), plain(yes), plain(no)))
	}
	for _, row := range []struct {
		name   string
		blocks string // without the brackets
		want   string
	}{
		{"50 blocks", strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, 50), ","), ""},
		{"51 blocks", strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, 51), ","), "invalid_blocks"},
		{"no type", `{}`, "invalid_blocks"},
		{"unknown type", `{"type":"marquee"}`, "invalid_blocks"},
		{"unknown field", `{"type":"divider","colour":"red"}`, "invalid_blocks"},
		{"field of another block", `{"type":"divider","text":` + plain(1) + `}`, "invalid_blocks"},
		{"no object", `"divider"`, "invalid_blocks_format"},
		{"block_id of 255", `{"type":"divider","block_id":"` + x(255) + `"}`, ""},
		{"block_id of 256", `{"type":"divider","block_id":"` + x(256) + `"}`, "invalid_blocks"},
		{"block_id twice", `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`, "invalid_blocks"},
		{"section of 3000", section(`"text":` + mrkdwn(3000)), ""},
		{"section of 3001", section(`"text":` + mrkdwn(3001)), "invalid_blocks"},
		{"section of 1501 emoji", section(`"text":{"type":"mrkdwn","text":"` + strings.Repeat("😀", 1501) + `"}`), "invalid_blocks"},
		{"empty section", section(`"text":` + mrkdwn(0)), "invalid_blocks"},
		{"section of nothing", `{"type":"section"}`, "invalid_blocks"},
		{"text of no type", section(`"text":{"text":"x"}`), "invalid_blocks"},
		{"emoji in mrkdwn", section(`"text":{"type":"mrkdwn","text":"x","emoji":true}`), "invalid_blocks"},
		{"verbatim plain text", section(`"text":{"type":"plain_text","text":"x","verbatim":true}`), "invalid_blocks"},
		{"10 fields", section(`"fields":` + list(mrkdwn(1200), 10)), ""},
		{"field of 2000", section(`"fields":` + list(mrkdwn(2000), 1)), ""},
		{"11 fields", section(`"fields":` + list(mrkdwn(1), 11)), "invalid_blocks"},
		{"field of 2001", section(`"fields":` + list(mrkdwn(2001), 1)), "invalid_blocks"},
		{"button beside", section(`"text":` + mrkdwn(1) + `,"accessory":` + button("")), ""},
		{"no button beside", section(`"text":` + mrkdwn(1) + `,"accessory":{"type":"image"}`), "invalid_blocks"},
		{"header of 150", `{"type":"header","text":` + plain(150) + `}`, ""},
		{"header of 151", `{"type":"header","text":` + plain(151) + `}`, "invalid_blocks"},
		{"marked header", `{"type":"header","text":` + mrkdwn(1) + `}`, "invalid_blocks"},
		{"header of nothing", `{"type":"header"}`, "invalid_blocks"},
		{"context of 10", `{"type":"context","elements":` + list(mrkdwn(1), 10) + `}`, ""},
		{"context of 11", `{"type":"context","elements":` + list(mrkdwn(1), 11) + `}`, "invalid_blocks"},
		{"context of none", `{"type":"context","elements":[]}`, "invalid_blocks"},
		{"25 buttons", actions(list(button(""), 25)), ""},
		{"26 buttons", actions(list(button(""), 26)), "invalid_blocks"},
		{"no buttons", actions("[]"), "invalid_blocks"},
		{"no such element", actions(`[{"type":"dial","text":` + plain(1) + `}]`), "invalid_blocks"},
		{"label of 75", actions(`[{"type":"button","text":` + plain(75) + `}]`), ""},
		{"label of 76", actions(`[{"type":"button","text":` + plain(76) + `}]`), "invalid_blocks"},
		{"marked label", actions(`[{"type":"button","text":` + mrkdwn(1) + `}]`), "invalid_blocks"},
		{"value of 2000", one(`,"value":"` + x(2000) + `"`), ""},
		{"value of 2001", one(`,"value":"` + x(2001) + `"`), "invalid_blocks"},
		{"action_id of 255", one(`,"action_id":"` + x(255) + `"`), ""},
		{"action_id of 256", one(`,"action_id":"` + x(256) + `"`), "invalid_blocks"},
		{"action_id twice", actions("[" + button(`,"action_id":"a"`) + "," + button(`,"action_id":"a"`) + "]"), "invalid_blocks"},
		{"url of 3001", one(`,"url":"` + x(3001) + `"`), "invalid_blocks"},
		{"spoken label of 76", one(`,"accessibility_label":"` + x(76) + `"`), "invalid_blocks"},
		{"dangerous", one(`,"style":"danger"`), ""},
		{"funny", one(`,"style":"funny"`), "invalid_blocks"},
		{"asking at the limits", asking(100, 300, 30, 30), ""},
		{"asking, long title", asking(101, 300, 30, 30), "invalid_blocks"},
		{"asking, long text", asking(100, 301, 30, 30), "invalid_blocks"},
		{"asking, long yes", asking(100, 300, 31, 30), "invalid_blocks"},
		{"asking, long no", asking(100, 300, 30, 31), "invalid_blocks"},
		{"asking funnily", one(`,"confirm":{"style":"funny"}`), "invalid_blocks"},
		{"asking without words", one(`,"confirm":{}`), "invalid_blocks"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, refused := parseBlocks([]byte("[" + row.blocks + "]"))
			if got := refused.code(); got != row.want {
				t.Errorf("got %q, want %q: %v", got, row.want, refused)
			}
		})
	}
}

func TestBlocksGetIDs(t *testing.T) {
	raw, refused := parseBlocks([]byte(`[{"type":"divider"},{"type":"divider","block_id":"mine"},{"type":"divider"}]`))
	if refused != nil {
		t.Fatal(refused)
	}
	var list []block
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	if list[0].BlockID == "" || list[1].BlockID != "mine" || list[2].BlockID == list[0].BlockID {
		t.Errorf("got %+v", list)
	}
}

func TestMetadata(t *testing.T) {
	for _, row := range []struct{ raw, want string }{
		{`{"event_type":"entry","event_payload":{"n":1}}`, ""},
		{`{}`, ""},
		{`{"event_type":"","event_payload":null}`, ""},
		{`{"event_payload":{"n":1}}`, "invalid_metadata_schema"},
		{`{"event_type":"entry"}`, "invalid_metadata_schema"},
		{`{"event_type":"entry","event_payload":[1]}`, "invalid_metadata_schema"},
		{`entry`, "invalid_metadata_format"},
	} {
		_, refused := parseMetadata([]byte(row.raw))
		if got := refused.code(); got != row.want {
			t.Errorf("%s: got %q, want %q", row.raw, got, row.want)
		}
	}
}

// FuzzBlocks: whatever comes as blocks is refused, or can be read again and shown.
func FuzzBlocks(f *testing.F) {
	f.Add(`[{"type":"section","text":{"type":"mrkdwn","text":"*a* <@U1> <!date^1^{date}|x> ` + "`b`" + `"}}]`)
	f.Add(`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"},"action_id":"a"}]}]`)
	f.Add(`[{"type":"context","elements":[{"type":"plain_text","text":"x"}]}]`)
	f.Add(`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"},{"type":"date","timestamp":1,"format":"{time}"}]}]}]}]`)
	f.Add(`[]`)
	f.Add(`null`)
	s := New(f, Config{})
	f.Fuzz(func(t *testing.T, raw string) {
		kept, refused := parseBlocks([]byte(raw))
		if refused != nil || kept == nil {
			return
		}
		if again, refused := parseBlocks(kept); refused != nil || string(again) != string(kept) {
			t.Errorf("kept %s, and then %s, %v", kept, again, refused)
		}
		m := Message{Blocks: kept}
		s.Plain(m)
		s.Pings(m)
		findButton(kept, "a", "")
	})
}

func TestRichTextBlocks(t *testing.T) {
	block := func(elements string) string { return `{"type":"rich_text","elements":[` + elements + `]}` }
	part := func(kind, inner, elements string) string {
		return `{"type":"rich_text_` + kind + `"` + inner + `,"elements":[` + elements + `]}`
	}
	text := func(n int) string { return `{"type":"text","text":"` + strings.Repeat("x", n) + `"}` }
	one := func(element string) string { return block(part("section", "", element)) }
	list := func(inner string) string { return block(part("list", inner, part("section", "", text(1)))) }
	date := func(inner string) string { return one(`{"type":"date"` + inner + `}`) }
	for _, row := range []struct{ name, block, want string }{
		{"nothing", block(""), "invalid_blocks"},
		{"text without a part", block(text(1)), "invalid_blocks"},
		{"an unknown part", block(part("marquee", "", text(1))), "invalid_blocks"},
		{"a field of another block", `{"type":"rich_text","text":"x","elements":[` + part("section", "", text(1)) + `]}`, "invalid_blocks"},
		{"a section", one(text(1)), ""},
		{"an empty section", one(""), "invalid_blocks"},
		{"a section with a style", block(part("section", `,"style":"bullet"`, text(1))), "invalid_blocks"},
		{"12,000 characters", one(text(12_000)), ""},
		{"more of them", one(text(6_001)) + `,{"type":"section","text":{"type":"plain_text","text":"` + strings.Repeat("x", 3000) + `"}},` + one(text(3_000)), "msg_blocks_too_long"},
		{"no text", one(`{"type":"text"}`), "invalid_blocks"},
		{"empty text", one(text(0)), "invalid_blocks"},
		{"styled text", one(`{"type":"text","text":"x","style":{"bold":true,"italic":true,"strike":true,"underline":true,"code":true}}`), ""},
		{"text with an unknown style", one(`{"type":"text","text":"x","style":{"blink":true}}`), "invalid_blocks"},
		{"text with a style that is no object", one(`{"type":"text","text":"x","style":"code"}`), "invalid_blocks"},
		{"text with a link", one(`{"type":"text","text":"x","url":"https://x"}`), "invalid_blocks"},
		{"a link", one(`{"type":"link","url":"https://x","text":"y"}`), ""},
		{"a link to nothing", one(`{"type":"link","text":"y"}`), "invalid_blocks"},
		{"a user", one(`{"type":"user","user_id":"U1"}`), ""},
		{"a user in code", one(`{"type":"user","user_id":"U1","style":{"code":true}}`), "invalid_blocks"},
		{"nobody", one(`{"type":"user","user_id":"me"}`), "invalid_blocks"},
		{"a group", one(`{"type":"usergroup","usergroup_id":"S1"}`), ""},
		{"no group", one(`{"type":"usergroup","usergroup_id":"U1"}`), "invalid_blocks"},
		{"a channel", one(`{"type":"channel","channel_id":"C1"}`), ""},
		{"no channel", one(`{"type":"channel","channel_id":"#general"}`), "invalid_blocks"},
		{"a broadcast", one(`{"type":"broadcast","range":"here"}`), ""},
		{"another broadcast", one(`{"type":"broadcast","range":"all"}`), "invalid_blocks"},
		{"an emoji", one(`{"type":"emoji","name":"wave","skin_tone":2}`), ""},
		{"a nameless emoji", one(`{"type":"emoji"}`), "invalid_blocks"},
		{"a color", one(`{"type":"color","value":"#00ff00"}`), ""},
		{"no color", one(`{"type":"color","value":"green"}`), "invalid_blocks"},
		{"an unknown element", one(`{"type":"button","text":"x"}`), "invalid_blocks"},
		{"a date", date(`,"timestamp":1,"format":"{date_short_pretty} {time}","fallback":"x"`), ""},
		{"a date without a fallback", date(`,"timestamp":1,"format":"{time}"`), ""},
		{"a date without a time", date(`,"format":"{time}"`), "invalid_blocks"},
		{"a date with half a second", date(`,"timestamp":1.5,"format":"{time}"`), "invalid_blocks"},
		{"a date with a text as time", date(`,"timestamp":"1","format":"{time}"`), "invalid_blocks"},
		{"a date without a format", date(`,"timestamp":1`), "invalid_blocks"},
		{"a date without a token", date(`,"timestamp":1,"format":"today"`), "invalid_blocks"},
		{"a date with an unknown token", date(`,"timestamp":1,"format":"{time} {moon}"`), "invalid_blocks"},
		{"a list", list(`,"style":"bullet","indent":1,"border":0,"offset":2`), ""},
		{"a list without a style", list(""), "invalid_blocks"},
		{"a list with another style", list(`,"style":"stars"`), "invalid_blocks"},
		{"a list with a style that is an object", list(`,"style":{"bold":true}`), "invalid_blocks"},
		{"a list too deep", list(`,"style":"bullet","indent":9`), "invalid_blocks"},
		{"a list with a wide border", list(`,"style":"bullet","border":2`), "invalid_blocks"},
		{"a list of text", block(part("list", `,"style":"bullet"`, text(1))), "invalid_blocks"},
		{"a list in a list", block(part("list", `,"style":"bullet"`, part("list", `,"style":"bullet"`, text(1)))), "invalid_blocks"},
		{"an empty list", block(part("list", `,"style":"bullet"`, "")), "invalid_blocks"},
		{"a quotation", block(part("quote", "", text(1))), ""},
		{"preformatted", block(part("preformatted", `,"border":0`, text(1))), ""},
		{"preformatted with a user", block(part("preformatted", "", `{"type":"user","user_id":"U1"}`)), "invalid_blocks"},
		{"preformatted of nothing", block(part("preformatted", "", "")), "invalid_blocks"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, refused := parseBlocks([]byte("[" + row.block + "]"))
			if got := refused.code(); got != row.want {
				t.Errorf("got %q, want %q: %v", got, row.want, refused)
			}
			if (CheckBlocks([]byte("["+row.block+"]")) == "") != (row.want == "") {
				t.Error("CheckBlocks says something else")
			}
		})
	}
}
