package fakeslack_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakeslack"
)

func TestPlain(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	for _, row := range []struct{ text, want string }{
		{"a &amp; b &lt;c&gt;", "a & b <c>"},
		{"&amp;lt;", "&lt;"},
		{"<@U0ALICE> in <#C0GENERAL>", "@alice in #general"},
		{"<@U0WHO|who>", "@U0WHO"},
		{"<!channel> <!subteam^S1> <!subteam^S1|mods>", "@channel @S1 mods"},
		{"<https://x.y|there> <https://x.y>", "there https://x.y"},
		{"until <!date^1700000000^{date_short_pretty} {time}|22:13 UTC>", "until 22:13 UTC"},
		{"`u_1_` and `@TGS#a&amp;b`", "u_1_ and @TGS#a&b"},
		{"(`a`), `b`: <@U0ALICE> `c`", "(a), b: @alice c"},
		{"群组`a`中 `b`中 群`c` `d` 。", "群组`a`中 `b`中 群`c` d 。"},
		{"```\na  b\n*c*\n```", "a  b\n*c*"},
		{"*bold* _slanted_ ~gone~ (*so*)", "bold slanted gone (so)"},
		{"*a* *b* *c*", "a b c"},
		{"u_8821_x 2*3*4 * no * _ no _", "u_8821_x 2*3*4 * no * _ no _"},
		{"_u_ eats _these", "u eats _these"},
		{"one\ntwo", "one\ntwo"},
	} {
		if got := s.Plain(fakeslack.Message{Text: row.text}); got != row.want {
			t.Errorf("%q reads %q, want %q", row.text, got, row.want)
		}
	}
}

func TestPlainBlocks(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	m := fakeslack.Message{Text: "fallback", Blocks: json.RawMessage(`[
		{"type":"header","text":{"type":"plain_text","text":"*Head* &amp;"}},
		{"type":"section","text":{"type":"mrkdwn","text":"*bold*"},"fields":[{"type":"mrkdwn","text":"one"},{"type":"plain_text","text":"two"}],
		 "accessory":{"type":"button","text":{"type":"plain_text","text":"More"}}},
		{"type":"divider"},
		{"type":"context","elements":[{"type":"mrkdwn","text":"#42"},{"type":"plain_text","text":"_x_"}]},
		{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Undo"}},{"type":"button","text":{"type":"plain_text","text":"1 h"}}]}]`)}
	want := "*Head* &amp;\nbold\none\ntwo\n[More]\n#42 _x_\n[Undo] [1 h]"
	if got := s.Plain(m); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlainRichText(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	m := fakeslack.Message{Text: "fallback", Blocks: json.RawMessage(`[
		{"type":"rich_text","elements":[
			{"type":"rich_text_section","elements":[{"type":"text","text":"*a* &amp; ` + "`b`" + ` <@U1>\n"},{"type":"text","text":"code","style":{"code":true}},
				{"type":"text","text":" "},{"type":"user","user_id":"U0ALICE"},{"type":"channel","channel_id":"C0GENERAL"},{"type":"usergroup","usergroup_id":"S1"},
				{"type":"broadcast","range":"here"},{"type":"emoji","name":"wave"},{"type":"color","value":"#000000"},{"type":"link","url":"https://x"},{"type":"link","url":"https://x","text":"y"}]},
			{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},
				{"type":"rich_text_section","elements":[{"type":"date","timestamp":1,"format":"{time}","fallback":"12:00 UTC"}]}]},
			{"type":"rich_text_quote","elements":[{"type":"text","text":"quoted"}]},
			{"type":"rich_text_preformatted","elements":[{"type":"text","text":"a  b"}]}]},
		{"type":"context","elements":[{"type":"plain_text","text":"#42"}]}]`)}
	want := "*a* &amp; `b` <@U1>\ncode @alice#general@S1@here:wave:#000000https://xy\n• one\n• 12:00 UTC\n> quoted\na  b\n#42"
	if got := s.Plain(m); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := strings.Join(s.Pings(m), " "); got != "S1 U0ALICE here" {
		t.Errorf("it pings %q", got)
	}
}

func TestWhomAMessagePings(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	for _, row := range []struct {
		name string
		m    fakeslack.Message
		want string
	}{
		{"nobody", fakeslack.Message{Text: "@channel &lt;!here&gt; <!date^1^{date}|x> <https://x.y|@here> <#C1>"}, ""},
		{"people and groups", fakeslack.Message{Text: "<@U1> <@U2|two> <@U1> <!subteam^S1|mods>"}, "S1 U1 U2"},
		{"everybody", fakeslack.Message{Text: "<!channel> <!here|here> `<!everyone>`"}, "channel everyone here"},
		{"names become links", fakeslack.Message{Text: "@here @alice <@U1>", LinkNames: true}, "U1 alice here"},
		{"in blocks", fakeslack.Message{Blocks: json.RawMessage(`[
			{"type":"section","text":{"type":"mrkdwn","text":"<@U1>"},"fields":[{"type":"mrkdwn","text":"<@U2>"}]},
			{"type":"context","elements":[{"type":"mrkdwn","text":"<@U3>"},{"type":"plain_text","text":"<@U4>"}]}]`)}, "U1 U2 U3"},
	} {
		if got := strings.Join(s.Pings(row.m), " "); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// FuzzPlain: whatever a person types reads as it was typed, styles aside, and pings
// no one.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{"<!channel>", "&lt;@U1&gt;", "<@U1|a>", "a & b", "<#C1|>", "<https://x|y>", "&amp;lt;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		s := fakeslack.New(t, fakeslack.Config{})
		s.AddChannel(fakeslack.Channel{ID: general})
		m := s.Say(alice, general, "", typed)
		if pinged := s.Pings(m); len(pinged) > 0 {
			t.Errorf("%q pings %v", typed, pinged)
		}
		if !strings.ContainsFunc(typed, func(r rune) bool { return slices.Contains([]rune("*_~`"), r) }) {
			if got := s.Plain(m); got != typed {
				t.Errorf("%q reads %q", typed, got)
			}
		}
	})
}
