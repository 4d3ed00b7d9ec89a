package fakediscord_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/bottest/fakediscord"
)

func TestFirstResponses(t *testing.T) {
	long, choices := strings.Repeat("x", 101), repeated(26, func(int) string { return `{"name":"x","value":"x"}` })
	const kindCommand, kindClick, kindLook = "a command", "a click", "a look"
	for _, row := range []struct {
		name, to, body string
		code           int
	}{
		{"a message", kindCommand, `{"type":4,"data":{"content":"x"}}`, 0},
		{"an empty message", kindCommand, `{"type":4,"data":{}}`, fakediscord.EmptyMessage},
		{"no message", kindCommand, `{"type":4}`, fakediscord.InvalidForm},
		{"a long message", kindCommand, `{"type":4,"data":{"content":"` + strings.Repeat(long, 20) + `"}}`, fakediscord.InvalidForm},
		{"an ephemeral message", kindCommand, `{"type":4,"data":{"content":"x","flags":64}}`, 0},
		{"a strange flag", kindCommand, `{"type":4,"data":{"content":"x","flags":128}}`, fakediscord.InvalidForm},
		{"deferred", kindCommand, `{"type":5}`, 0},
		{"deferred, ephemeral", kindCommand, `{"type":5,"data":{"flags":64}}`, 0},
		{"deferred with another flag", kindCommand, `{"type":5,"data":{"flags":4}}`, fakediscord.InvalidForm},
		{"a modal", kindCommand, `{"type":9,"data":{"custom_id":"x","title":"x","components":[{"type":18,"label":"x","component":{"type":4,"custom_id":"a","style":1}}]}}`, 0},
		{"a modal without a title", kindCommand, `{"type":9,"data":{"custom_id":"x","components":[{}]}}`, fakediscord.InvalidForm},
		{"a modal without a field", kindCommand, `{"type":9,"data":{"custom_id":"x","title":"x"}}`, fakediscord.InvalidForm},
		{"a pong", kindCommand, `{"type":1}`, fakediscord.InvalidForm},
		{"an update of a command", kindCommand, `{"type":7,"data":{"content":"x"}}`, fakediscord.InvalidForm},
		{"a deferred update of a command", kindCommand, `{"type":6}`, fakediscord.InvalidForm},
		{"suggestions for a command", kindCommand, `{"type":8,"data":{"choices":[]}}`, fakediscord.InvalidForm},
		{"no JSON", kindCommand, `{`, fakediscord.InvalidJSON},
		{"a click: a message", kindClick, `{"type":4,"data":{"content":"x"}}`, 0},
		{"a click: deferred", kindClick, `{"type":6}`, 0},
		{"a click: an update", kindClick, `{"type":7,"data":{"content":"x"}}`, 0},
		{"a click: suggestions", kindClick, `{"type":8,"data":{"choices":[]}}`, fakediscord.InvalidForm},
		{"a look: none", kindLook, `{"type":8,"data":{"choices":[]}}`, 0},
		{"a look: a number", kindLook, `{"type":8,"data":{"choices":[{"name":"x","value":1}]}}`, 0},
		{"a look: 26", kindLook, `{"type":8,"data":{"choices":[` + choices + `]}}`, fakediscord.InvalidForm},
		{"a look: a long name", kindLook, `{"type":8,"data":{"choices":[{"name":"` + long + `","value":"x"}]}}`, fakediscord.InvalidForm},
		{"a look: a long value", kindLook, `{"type":8,"data":{"choices":[{"name":"x","value":"` + long + `"}]}}`, fakediscord.InvalidForm},
		{"a look: a value that is none", kindLook, `{"type":8,"data":{"choices":[{"name":"x","value":null}]}}`, fakediscord.InvalidForm},
		{"a look: a message", kindLook, `{"type":4,"data":{"content":"x"}}`, fakediscord.InvalidForm},
		{"a look: deferred", kindLook, `{"type":5}`, fakediscord.InvalidForm},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			var i *fakediscord.Interaction
			switch row.to {
			case kindClick:
				i = s.SendClick(fakediscord.ClickInput{User: alice, Message: s.Say(alice, general, "x"), CustomID: "x", Forged: true})
			case kindLook:
				i = s.SendCommand(fakediscord.CommandInput{User: alice, Channel: general, Focused: "group", Forged: true})
			default:
				i = typed(s, general)
			}
			path := "/interactions/" + i.ID + "/" + i.Token + "/callback"
			status, body := call(t, s, "POST", path, row.body)
			if codeOf(body) != row.code || (status == 204) != (row.code == 0) {
				t.Fatalf("got %d %v", status, body)
			}
			if c := i.Callbacks()[0]; c.Code != row.code || c.Accepted() != (row.code == 0) {
				t.Errorf("got %+v", c)
			}
			want := 0
			if row.code == 0 {
				want = fakediscord.AlreadyAcknowledged
			}
			second := `{"type":4,"data":{"content":"x"}}`
			if row.to == kindLook {
				second = `{"type":8,"data":{"choices":[]}}`
			}
			if _, body := call(t, s, "POST", path, second); codeOf(body) != want {
				t.Errorf("the second: %v", body)
			}
		})
	}
}

func TestWhoSeesAResponse(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	for _, row := range []struct {
		name      string
		response  discordgo.InteractionResponse
		ephemeral bool
		reads     string
	}{
		{"public", respond(4, "hello", 0), false, "hello"},
		{"ephemeral", respond(4, "hello", 64), true, "hello"},
		{"deferred", deferral(), false, "liveadmin is thinking…"},
		{"deferred, ephemeral", respond(5, "", 64), true, "liveadmin is thinking…"},
	} {
		t.Run(row.name, func(t *testing.T) {
			i := answered(t, s, general, row.response)
			c, err := i.Wait(soon(t))
			if err != nil || c.Ephemeral != row.ephemeral {
				t.Errorf("got %+v, %v", c, err)
			}
			m, _ := i.Original()
			if s.Plain(m) != row.reads || (m.To == alice) != row.ephemeral || m.Interaction != i.ID || !m.Original {
				t.Errorf("got %+v", m)
			}
			_, err = client(t, s).ChannelMessageEdit(general, m.ID, "seen")
			if hidden := code(t, err) == fakediscord.UnknownMessage; hidden != row.ephemeral {
				t.Errorf("the bot's token sees: %v", err)
			}
		})
	}
	if n, seen := len(s.Messages(general)), s.Ephemerals(alice); n != 2 || len(seen) != 2 || len(s.Ephemerals(mallory)) != 0 {
		t.Errorf("%d public, ephemeral: %+v", n, seen)
	}
}

func TestAResponseWithItsMessage(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	i := typed(s, general)
	path := "/interactions/" + i.ID + "/" + i.Token + "/callback?with_response=true"
	status, body := call(t, s, "POST", path, `{"type":5}`)
	m, _ := i.Original()
	resource, _ := body["resource"].(map[string]any)
	message, _ := resource["message"].(map[string]any)
	if status != 200 || message["id"] != m.ID || message["flags"] != float64(fakediscord.Loading) || message["type"] != float64(20) {
		t.Errorf("got %d %v", status, body)
	}
}

func TestResponsesThatComeLate(t *testing.T) {
	s := guild(t, fakediscord.Config{AckWithin: time.Millisecond})
	i := typed(s, general)
	s.SetLatency(10 * time.Millisecond)
	c := client(t, s)
	response := deferral()
	if err := c.InteractionRespond(of(s, i), &response); code(t, err) != fakediscord.UnknownInteraction {
		t.Errorf("late: %v", err)
	}
	if _, err := c.InteractionResponse(of(s, i)); code(t, err) != fakediscord.UnknownWebhook {
		t.Errorf("its response: %v", err)
	}
	for _, strange := range []*discordgo.Interaction{{ID: "9", Token: i.Token}, {ID: i.ID, Token: "x"}} {
		if err := c.InteractionRespond(strange, &response); code(t, err) != fakediscord.UnknownInteraction {
			t.Errorf("%+v: %v", strange, err)
		}
	}
}
