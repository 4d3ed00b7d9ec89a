package fakediscord_test

import (
	"fmt"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakediscord"
)

// modal is a callback with one input, or with other parts.
func modal(input string) string {
	return modalOf(`{"type":18,"label":"x","component":{` + input + `}}`)
}

func modalOf(parts string) string {
	return `{"type":9,"data":{"custom_id":"x","title":"x","components":[` + parts + `]}}`
}

// TestModals: what Discord takes of a modal, and what it refuses.
func TestModals(t *testing.T) {
	long := strings.Repeat("x", 101)
	input := func(id int) string {
		return fmt.Sprintf(`{"type":18,"label":"x","component":{"type":4,"custom_id":"%d","style":1}}`, id)
	}
	const option = `{"label":"x","value":"x"}`
	options := repeated(26, func(n int) string { return fmt.Sprintf(`{"label":"x","value":"%d"}`, n) })
	for _, row := range []struct {
		name, body string
		fine       bool
	}{
		{"a text input", modal(`"type":4,"custom_id":"a","style":1,"required":false,"value":"2h","max_length":10,"placeholder":"x"`), true},
		{"a select", modal(`"type":3,"custom_id":"a","required":false,"min_values":0,"options":[{"label":"x","value":"x","default":true}]`), true},
		{"five", modalOf(repeated(5, input)), true},
		{"six", modalOf(repeated(6, input)), false},
		{"one ID twice", modalOf(input(1) + "," + input(1)), false},
		{"a text", modalOf(`{"type":10,"content":"x"},` + input(1)), true},
		{"a text without content", modalOf(`{"type":10}`), false},
		{"a long title", strings.Replace(modalOf(input(1)), `"title":"x"`, `"title":"`+long+`"`, 1), false},
		{"a long ID", strings.Replace(modalOf(input(1)), `"custom_id":"x"`, `"custom_id":"`+long+`"`, 1), false},
		{"a row with an input", modalOf(`{"type":1,"components":[{"type":4,"custom_id":"a","style":1}]}`), false},
		{"a label without an input", modalOf(`{"type":18,"label":"x"}`), false},
		{"a label without a text", modalOf(`{"type":18,"component":{"type":4,"custom_id":"a","style":1}}`), false},
		{"a long label", modalOf(`{"type":18,"label":"` + long + `","component":{"type":4,"custom_id":"a","style":1}}`), false},
		{"a long description", modalOf(`{"type":18,"label":"x","description":"` + long + `","component":{"type":4,"custom_id":"a","style":1}}`), false},
		{"an input without an ID", modal(`"type":4,"style":1`), false},
		{"an input without a style", modal(`"type":4,"custom_id":"a"`), false},
		{"an input with a label of its own", modal(`"type":4,"custom_id":"a","style":1,"label":"x"`), false},
		{"a value that is too long", modal(`"type":4,"custom_id":"a","style":1,"value":"2h30m","max_length":4`), false},
		{"a long placeholder", modal(`"type":4,"custom_id":"a","style":1,"placeholder":"` + long + `"`), false},
		{"no length", modal(`"type":4,"custom_id":"a","style":1,"max_length":0`), false},
		{"a button", modal(`"type":2,"custom_id":"a","style":1`), false},
		{"a select without options", modal(`"type":3,"custom_id":"a"`), false},
		{"26 options", modal(`"type":3,"custom_id":"a","options":[` + options + `]`), false},
		{"an option twice", modal(`"type":3,"custom_id":"a","options":[` + option + `,` + option + `]`), false},
		{"a long option", modal(`"type":3,"custom_id":"a","options":[{"label":"` + long + `","value":"x"}]`), false},
		{"none of a select that is required", modal(`"type":3,"custom_id":"a","min_values":0,"options":[` + option + `]`), false},
		{"a select that is disabled", modal(`"type":3,"custom_id":"a","disabled":true,"options":[` + option + `]`), false},
		{"two defaults", modal(`"type":3,"custom_id":"a","options":[{"label":"x","value":"x","default":true},{"label":"y","value":"y","default":true}]`), false},
		{"another type of value", modal(`"type":4,"custom_id":"a","style":"1"`), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			i := typed(s, general)
			_, body := call(t, s, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", row.body)
			if _, open := i.Modal(); open != row.fine || !row.fine && codeOf(body) != fakediscord.InvalidForm {
				t.Errorf("answered %s, and it is open: %v", body, open)
			}
		})
	}
}

// TestMenusAndForms: a member's menu opens a modal, which is sent once more as an interaction,
// and that is answered by no other modal.
func TestMenusAndForms(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	path := "/applications/" + s.Config().AppID + "/guilds/" + server + "/commands"
	for _, row := range []struct {
		name, body string
		fine       bool
	}{
		{"with a description", `{"type":2,"name":"Make it so","description":"x"}`, false},
		{"with an option", `{"type":2,"name":"Make it so","options":[{"type":3,"name":"a","description":"x"}]}`, false},
		{"with a long name", `{"type":2,"name":"` + strings.Repeat("x", 33) + `"}`, false},
		{"with a long name in Japanese", `{"type":2,"name":"Make it so","name_localizations":{"ja":"` + strings.Repeat("x", 33) + `"}}`, false},
		{"with a language that Discord does not know", `{"type":2,"name":"Make it so","name_localizations":{"tlh":"x"}}`, false},
		{"as it should be", `{"type":2,"name":"Make it so","name_localizations":{"ja":"そうする"}}`, true},
	} {
		if status, body := call(t, s, "POST", path, row.body); status < 300 != row.fine {
			t.Errorf("a menu %s is answered %s", row.name, body)
		}
	}
	if c := s.Commands(server)[0]; c.NameLocalizations["ja"] != "そうする" {
		t.Errorf("registered is %+v", c)
	}
	for n := range 15 {
		status, body := call(t, s, "POST", path, fmt.Sprintf(`{"type":2,"name":"menu %d"}`, n))
		if full := n == 14; (status >= 300) != full || full && codeOf(body) != fakediscord.TooManyCommands {
			t.Errorf("menu %d is answered %s", n, body)
		}
	}
	i := s.SendMenu(fakediscord.MenuInput{User: alice, Channel: general, Name: "Make it so", Target: mallory})
	call(t, s, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", modalOf(
		`{"type":18,"label":"x","component":{"type":3,"custom_id":"group","required":false,"min_values":0,"options":[{"label":"x","value":"friday","default":true}]}},`+
			`{"type":18,"label":"x","component":{"type":4,"custom_id":"for","style":1,"value":"2h","required":false}}`))
	m, open := i.Modal()
	if in, ok := m.Input("for"); !open || !ok || in.Value != "2h" {
		t.Fatalf("the modal is %+v", m)
	}
	sent := s.Submit(i, fakediscord.Filled{"for": "3h"})
	again := "/interactions/" + sent.ID + "/" + sent.Token + "/callback"
	if _, body := call(t, s, "POST", again, modal(`"type":4,"custom_id":"a","style":1`)); codeOf(body) != fakediscord.InvalidForm {
		t.Errorf("a modal in answer to one is answered %s", body)
	}
	if _, body := call(t, s, "POST", again, `{"type":4,"data":{"content":"done"}}`); codeOf(body) != 0 {
		t.Errorf("a message is answered %s", body)
	}
	if m, ok := sent.Original(); !ok || m.Content != "done" {
		t.Errorf("the answer is %+v", m)
	}
}
