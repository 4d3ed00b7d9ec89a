package fakediscord_test

import (
	"testing"

	"liveadmin/bot/bottest/fakediscord"
)

func TestPlain(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	for _, row := range []struct {
		name    string
		message fakediscord.Message
		want    string
	}{
		{"words", fakediscord.Message{Content: "a_b 3 > 2"}, "a_b 3 > 2"},
		{"people and places", fakediscord.Message{Content: "<@501> <@!599> <@&601> <#200> <#9>"}, "@alice @599 @hosts #general #9"},
		{"times", fakediscord.Message{Content: "<t:1795188600:t> <t:1795188600:d> <t:1795188600> <t:x>"}, "15:30 20 November 2026 20 November 2026 15:30 <t:x>"},
		{"a command", fakediscord.Message{Content: "</liveadmin add:77>"}, "/liveadmin add"},
		{"a link", fakediscord.Message{Content: "<https://x.test/a_b>"}, "https://x.test/a_b"},
		{"marks", fakediscord.Message{Content: "**Done** *so* __and__ ~~no~~ ||who||\n# Head\n> said"}, "Done so and no who\nHead\nsaid"},
		{"escaped", fakediscord.Message{Content: `\*\*a\*\* \<@501> \` + "`b\\`"}, "**a** <@501> `b`"},
		{"code", fakediscord.Message{Content: "`<@501> **a**` ``b`c``\n```\n<#200>\n```"}, "<@501> **a** b`c\n<#200>"},
		{"all parts", fakediscord.Message{
			Content: "root", Embeds: []fakediscord.Embed{{Title: "T", Description: "`@TGS#x`", Fields: []fakediscord.Field{{Name: "n", Value: "v"}},
				Footer: &fakediscord.Footer{Text: "#42"}, Author: &fakediscord.EmbedAuthor{Name: "who"}}},
			Components: []fakediscord.Row{{Buttons: []fakediscord.Button{{Label: "Undo"}, {Label: "Go", Emoji: &fakediscord.Emoji{Name: "✅"}}}}},
		}, "root\nwho\nT\n@TGS#x\nn\nv\n#42\n[Undo] [✅ Go]"},
		{"without embeds", fakediscord.Message{Content: "x", Flags: fakediscord.SuppressEmbeds, Embeds: []fakediscord.Embed{{Title: "T"}}}, "x"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := s.Plain(row.message); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
