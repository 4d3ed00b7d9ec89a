package fakediscord_test

import (
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/bottest/fakediscord"
)

func TestEditingResponses(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	i := answered(t, s, general, deferral())
	before, _ := i.Original()
	text := "<@501> done"
	edited, err := c.InteractionResponseEdit(of(s, i), &discordgo.WebhookEdit{Content: &text})
	if err != nil || edited.ID != before.ID || edited.ChannelID != general {
		t.Fatalf("got %+v, %v", edited, err)
	}
	m, err := i.WaitOriginal(soon(t), func(m fakediscord.Message) bool { return m.Content == text })
	if err != nil || m.Flags != 0 || len(m.Edited) != 1 || len(m.Pings) != 1 {
		t.Errorf("got %+v, %v", m, err)
	}
	read, err := c.InteractionResponse(of(s, i))
	if err != nil || read.Content != text {
		t.Errorf("got %+v, %v", read, err)
	}
	second, err := c.FollowupMessageCreate(of(s, i), true, &discordgo.WebhookParams{Content: "more"})
	if err != nil || second.ID == before.ID {
		t.Fatalf("got %+v, %v", second, err)
	}
	if list := i.Followups(); len(list) != 1 || list[0].Content != "more" {
		t.Errorf("got %+v", list)
	}
	if err := c.InteractionResponseDelete(of(s, i)); err != nil {
		t.Error(err)
	}
	if _, err := c.InteractionResponse(of(s, i)); code(t, err) != fakediscord.UnknownMessage {
		t.Errorf("deleted: %v", err)
	}
}

func TestAFollowupRightAfterDeferring(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	i := answered(t, s, general, deferral())
	m, err := client(t, s).FollowupMessageCreate(of(s, i), true, &discordgo.WebhookParams{Content: "x", Flags: 64})
	if err != nil {
		t.Fatal(err)
	}
	if original, _ := i.Original(); original.ID != m.ID || original.To != "" || original.Content != "x" || len(i.Followups()) != 0 {
		t.Errorf("got %+v", original)
	}
}

// A deferred response can be deleted, private or not; after a click that was answered by
// an update, the response is the message with the button.
func TestDeletingResponses(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	click := s.Click(alice, withButton(t, s), "undo")
	update := discordgo.InteractionResponse{Type: 6}
	if err := c.InteractionRespond(of(s, click), &update); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		i    *fakediscord.Interaction
	}{
		{"deferred", answered(t, s, general, deferral())},
		{"deferred, ephemeral", answered(t, s, general, respond(5, "", 64))},
		{"an ephemeral message", answered(t, s, general, respond(4, "x", 64))},
		{"the message with the button", click},
	} {
		if _, there := row.i.Original(); !there {
			t.Errorf("%s: there is no response", row.name)
		}
		if err := c.InteractionResponseDelete(of(s, row.i)); err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		if err := c.InteractionResponseDelete(of(s, row.i)); code(t, err) != fakediscord.UnknownMessage {
			t.Errorf("%s, again: %v", row.name, err)
		}
	}
	if posted, seen := s.Messages(general), s.Ephemerals(alice); len(posted)+len(seen) > 0 {
		t.Errorf("there are %+v, %+v", posted, seen)
	}
}

func TestTokensThatAreNoGood(t *testing.T) {
	clock := newClock()
	s := guild(t, fakediscord.Config{Now: clock.now})
	c := client(t, s)
	unanswered := typed(s, general)
	i := answered(t, s, general, deferral())
	text := "x"
	edit := func(i *discordgo.Interaction) int {
		_, err := c.InteractionResponseEdit(i, &discordgo.WebhookEdit{Content: &text})
		return code(t, err)
	}
	strange, other := of(s, i), of(s, i)
	strange.Token, other.AppID = "x", "9"
	if edit(strange) != fakediscord.UnknownWebhook || edit(other) != fakediscord.UnknownWebhook || edit(of(s, unanswered)) != fakediscord.UnknownWebhook {
		t.Error("a strange token is taken")
	}
	clock.advance(15 * time.Minute)
	if got := edit(of(s, i)); got != 0 {
		t.Errorf("after 15 minutes: %d", got)
	}
	clock.advance(time.Second)
	if got := edit(of(s, i)); got != fakediscord.InvalidWebhookToken {
		t.Errorf("after more: %d", got)
	}
	response := deferral()
	if err := c.InteractionRespond(of(s, i), &response); code(t, err) != fakediscord.UnknownInteraction {
		t.Errorf("answered after more: %v", err)
	}
}

func TestInteractionsNeedNoToken(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.EditChannel(general, deny(fakediscord.AllPermissions))
	s.SetRevoked(true)
	i := answered(t, s, general, deferral())
	text := "x"
	if _, err := client(t, s).InteractionResponseEdit(of(s, i), &discordgo.WebhookEdit{Content: &text}); err != nil {
		t.Error(err)
	}
}

func TestResponsesThatSayNothing(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	hook := "/webhooks/" + s.Config().AppID + "/"
	deferred, spoken := answered(t, s, general, deferral()), answered(t, s, general, respond(4, "x", 0))
	for _, row := range []struct{ name, method, path, body string }{
		{"an edit of a deferred one", "PATCH", hook + deferred.Token + "/messages/@original", `{"content":""}`},
		{"a follow-up to a deferred one", "POST", hook + deferred.Token, `{"content":""}`},
		{"an edit", "PATCH", hook + spoken.Token + "/messages/@original", `{"content":" "}`},
		{"a follow-up", "POST", hook + spoken.Token, `{"embeds":[]}`},
	} {
		if status, body := call(t, s, row.method, row.path, row.body); status != 400 || codeOf(body) != fakediscord.EmptyMessage {
			t.Errorf("%s: %d %v", row.name, status, body)
		}
	}
	if m, _ := deferred.Original(); m.Flags != fakediscord.Loading {
		t.Errorf("got %+v", m)
	}
	if m, _ := spoken.Original(); m.Content != "x" || len(spoken.Followups()) != 0 {
		t.Errorf("got %+v", m)
	}
}

func TestAnUpdateOfAMessageThatIsGone(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	i := s.Click(alice, withButton(t, s), "undo")
	s.Delete(general, s.Messages(general)[0].ID)
	update := respond(7, "x", 0)
	if err := client(t, s).InteractionRespond(of(s, i), &update); code(t, err) != fakediscord.UnknownMessage {
		t.Errorf("got %v", err)
	}
}
