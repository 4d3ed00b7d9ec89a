package fakediscord_test

import (
	"fmt"
	"slices"
	"testing"

	"liveadmin/bot/bottest/fakediscord"
)

func TestPings(t *testing.T) {
	const text = "<@501> <@!502> <@&601> @everyone @here `<@503>` <#200>"
	all := []string{alice, mallory, "503", hosts, "everyone", "here"}
	people := []string{alice, mallory, "503"}
	for _, row := range []struct {
		name, mentions string
		posted         []string // by the bot
		answered       []string // by an interaction
	}{
		{"left out", ``, all, people},
		{"null", `null`, all, people},
		{"none", `{"parse":[]}`, nil, nil},
		{"an empty object", `{}`, nil, nil},
		{"parse is null", `{"parse":null}`, all, people},
		{"parse is null beside a list", `{"parse":null,"users":["501"]}`, []string{alice}, []string{alice}},
		{"one", `{"parse":[],"users":["501"]}`, []string{alice}, []string{alice}},
		{"one, without parse", `{"users":["501"]}`, []string{alice}, []string{alice}},
		{"one who is not mentioned", `{"parse":[],"users":["599"]}`, nil, nil},
		{"a role", `{"parse":[],"roles":["601"]}`, []string{hosts}, []string{hosts}},
		{"users", `{"parse":["users"]}`, people, people},
		{"everyone", `{"parse":["everyone"]}`, []string{"everyone", "here"}, []string{"everyone", "here"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			body := fmt.Sprintf(`{"content":%q,"embeds":[{"title":"<@599>"}]`, text)
			if row.mentions != "" {
				body += `,"allowed_mentions":` + row.mentions
			}
			body += "}"
			status, answer := call(t, s, "POST", "/channels/"+general+"/messages", body)
			if status != 200 {
				t.Fatalf("got %v", answer)
			}
			posted := s.Messages(general)[0]
			slices.Sort(row.posted)
			if !slices.Equal(posted.Pings, row.posted) {
				t.Errorf("posted: %v", posted.Pings)
			}
			i := answered(t, s, thread, deferral())
			status, answer = call(t, s, "PATCH", "/webhooks/"+s.Config().AppID+"/"+i.Token+"/messages/@original", body)
			if status != 200 {
				t.Fatalf("got %v", answer)
			}
			if m, _ := i.Original(); !slices.Equal(m.Pings, row.answered) {
				t.Errorf("answered: %v", m.Pings)
			}
			c, _ := s.Channel(thread)
			if joined := slices.Contains(c.Members, alice); joined != slices.Contains(row.answered, alice) {
				t.Errorf("in the thread: %v", c.Members)
			}
		})
	}
}

func TestPingsThatCannotBe(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	for _, row := range []struct{ name, mentions string }{
		{"a list and the kind", `{"parse":["users"],"users":["501"]}`},
		{"an unknown kind", `{"parse":["people"]}`},
		{"no ID", `{"users":["alice"]}`},
		{"parse is a text", `{"parse":"users"}`},
		{"101 users", `{"users":[` + repeated(101, func(i int) string { return fmt.Sprintf(`"%d"`, i) }) + `]}`},
		{"a list", `[]`},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, body := call(t, s, "POST", "/channels/"+general+"/messages", `{"content":"x","allowed_mentions":`+row.mentions+`}`)
			if status != 400 || codeOf(body) != fakediscord.InvalidForm {
				t.Errorf("got %d %v", status, body)
			}
		})
	}
}

func TestWhoPingsNobody(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.EditChannel(general, deny(fakediscord.MentionEveryone))
	c := client(t, s)
	m := must(c.ChannelMessageSend(general, "@everyone"))
	must(c.ChannelMessageEdit(general, m.ID, "<@501>"))
	if got := s.Messages(general)[0]; len(got.Pings) != 0 || got.Content != "<@501>" {
		t.Errorf("got %+v", got)
	}
}
