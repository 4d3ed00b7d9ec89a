package fakediscord_test

import (
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakediscord"
)

// TestPublishedBodies: a body that the server takes, but that is not as Discord's own description
// has it, fails the test that sent it.
func TestPublishedBodies(t *testing.T) {
	const embed = `"embeds":[{"title":"x","description":"y","color":255,"fields":[{"name":"n","value":"v","inline":true}],"footer":{"text":"#1"}}]`
	for _, row := range []struct{ name, body, want string }{
		{"a message", `{"content":"x",` + embed + `,"allowed_mentions":{"parse":[],"users":["501"],"roles":["601"]},"nonce":"1","enforce_nonce":true}`, ""},
		{"a button", `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":4,"label":"Deny","custom_id":"x"}]}]}`, ""},
		{"a slip in a name", `{"content":"x","allowed_mention":{"parse":[]}}`, `body: there is no field "allowed_mention"`},
		{"a slip further inside", `{"embeds":[{"description":"x","colour":255}]}`, `body.embeds.0: there is no field "colour"`},
		{"a user that is no ID", `{"content":"x","allowed_mentions":{"users":["007"]}}`, `"007" does not fit`},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := &watched{TB: t}
			t.Run("sent", func(inner *testing.T) {
				w.TB = inner
				s := fakediscord.New(w, fakediscord.Config{})
				s.AddGuild(fakediscord.Guild{ID: server, Name: "Fake"})
				s.AddChannel(fakediscord.Channel{ID: general, Guild: server})
				if status, body := call(inner, s, "POST", "/channels/"+general+"/messages", row.body); status != 200 {
					inner.Errorf("it was refused: %v", body)
				}
			})
			if got := strings.Join(w.errors, "\n"); !strings.Contains(got, row.want) || (got == "") != (row.want == "") {
				t.Errorf("the test that sent it fails with %q, want %q", got, row.want)
			}
		})
	}
}
