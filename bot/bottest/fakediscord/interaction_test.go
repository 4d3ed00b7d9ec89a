package fakediscord_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/bottest/fakediscord"
)

// heard is what a client got of an interaction: by its own types, and as it came.
type heard struct {
	*discordgo.Interaction
	raw map[string]any
}

// hearing is a client that defers and passes on every interaction.
func hearing(t *testing.T, s *fakediscord.Server) <-chan heard {
	t.Helper()
	got := make(chan heard, 10)
	c := opened(t, s, nil)
	c.AddHandler(func(c *discordgo.Session, e *discordgo.Event) {
		if i, is := e.Struct.(*discordgo.InteractionCreate); is {
			h := heard{Interaction: i.Interaction}
			json.Unmarshal(e.RawData, &h.raw) // it parsed before
			got <- h
		}
	})
	return got
}

func TestACommandInAGuild(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	registered(t, s)
	got := hearing(t, s)
	s.EditChannel(thread, deny(fakediscord.EmbedLinks))
	i := s.Command(alice, thread, "add", fakediscord.Options{"group": "@TGS#x", "users": "a b", "dry_run": true})
	h := <-got
	data := h.ApplicationCommandData()
	if h.ID != i.ID || h.Token != i.Token || h.AppID != s.Config().AppID || data.Name != "liveadmin" || data.ID != s.Commands(server)[0].ID {
		t.Errorf("got %+v", h.Interaction)
	}
	sub := data.Options[0]
	if sub.Name != "add" || sub.GetOption("group").StringValue() != "@TGS#x" || sub.GetOption("users").StringValue() != "a b" || !sub.GetOption("dry_run").BoolValue() {
		t.Errorf("got %+v", sub)
	}
	if h.User != nil || h.Member.User.ID != alice || h.Member.Roles[0] != hosts || h.Member.Permissions != fakediscord.ManageMessages || h.GuildID != server {
		t.Errorf("got %+v", h.Member)
	}
	channel := h.raw["channel"].(map[string]any)
	if h.ChannelID != thread || channel["parent_id"] != general || channel["type"] != float64(fakediscord.PublicThread) {
		t.Errorf("got %v", channel)
	}
	if h.AppPermissions&fakediscord.EmbedLinks != 0 || h.AppPermissions&fakediscord.SendMessagesInThreads == 0 {
		t.Errorf("the app may %b", h.AppPermissions)
	}
	if age := time.Since(must(discordgo.SnowflakeTimestamp(h.ID))); age < -time.Second || age > time.Minute {
		t.Errorf("the ID is %v old", age)
	}
}

func TestACommandInADM(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	got := hearing(t, s)
	typed(s, s.Direct(alice))
	h := <-got
	if h.Member != nil || h.User.ID != alice || h.GuildID != "" || h.Context != discordgo.InteractionContextBotDM {
		t.Errorf("got %+v", h.Interaction)
	}
	if channel := h.raw["channel"].(map[string]any); channel["type"] != float64(fakediscord.DM) || channel["parent_id"] != nil {
		t.Errorf("got %v", channel)
	}
}

func TestUnknownUser(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	got := hearing(t, s)
	s.SendCommand(fakediscord.CommandInput{User: "599", Channel: general, Forged: true})
	if h := <-got; h.Member.User.ID != "599" || len(h.Member.Roles) != 0 || h.Member.Permissions == 0 {
		t.Errorf("got %+v", h.Member)
	}
}

func TestSuggestions(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	registered(t, s)
	opened(t, s, func(c *discordgo.Session, i *discordgo.Interaction) {
		field := i.ApplicationCommandData().Options[0].GetOption("group")
		c.InteractionRespond(i, &discordgo.InteractionResponse{
			Type: discordgo.InteractionApplicationCommandAutocompleteResult,
			Data: &discordgo.InteractionResponseData{Choices: []*discordgo.ApplicationCommandOptionChoice{
				{Name: field.StringValue() + "-show", Value: strings.Repeat("x", 100)},
			}},
		})
	})
	c, err := s.Autocomplete(alice, general, "add", "group", "fri", fakediscord.Options{"users": "a"}).Wait(soon(t))
	if err != nil || len(c.Choices) != 1 || c.Choices[0].Name != "fri-show" || c.Type != 8 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestNobodyIsThere(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	i := typed(s, general)
	if _, err := i.Wait(soon(t)); !errors.Is(err, fakediscord.ErrNobody) {
		t.Errorf("got %v", err)
	}
	opened(t, s, nil)
	if _, err := typed(s, general).Wait(ended()); err == nil || errors.Is(err, fakediscord.ErrNobody) {
		t.Errorf("a session without an answer: %v", err)
	}
}

func TestTheSameInteractionTwice(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	answering(t, s, deferral())
	i := typed(s, general)
	s.Redeliver(i)
	if err := s.Wait(soon(t), func() bool { return len(i.Callbacks()) == 2 }); err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for _, c := range i.Callbacks() {
		if c.Accepted() {
			accepted++
		} else if c.Code != fakediscord.AlreadyAcknowledged {
			t.Errorf("got %+v", c)
		}
	}
	if accepted != 1 || len(s.Messages(general)) != 1 {
		t.Errorf("%d accepted", accepted)
	}
}

// withButton posts a message with a button.
func withButton(t *testing.T, s *fakediscord.Server) fakediscord.Message {
	t.Helper()
	sent, err := client(t, s).ChannelMessageSendComplex(general, &discordgo.MessageSend{
		Content: "done",
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Undo", CustomID: "undo", Style: discordgo.SecondaryButton},
			discordgo.Button{Label: "Used", CustomID: "used", Style: discordgo.SecondaryButton, Disabled: true},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message(general, sent.ID)
	return m
}

func TestClicks(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	m := withButton(t, s)
	got := hearing(t, s)
	i := s.Click(alice, m, "undo")
	h := <-got
	if data := h.MessageComponentData(); data.CustomID != "undo" || h.Message.ID != m.ID || h.Message.Content != "done" || h.Member.User.ID != alice {
		t.Errorf("got %+v", h.Interaction)
	}
	c := client(t, s)
	update := respond(7, "undone", 0)
	if err := c.InteractionRespond(of(s, i), &update); err != nil {
		t.Fatal(err)
	}
	changed, _ := i.Original()
	if changed.ID != m.ID || changed.Content != "undone" || len(changed.Buttons()) != 0 {
		t.Errorf("got %+v", changed)
	}
	i = s.SendClick(fakediscord.ClickInput{User: alice, Message: m, CustomID: "undo"}) // an old view
	deferred := discordgo.InteractionResponse{Type: 6}
	if err := c.InteractionRespond(of(s, i), &deferred); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FollowupMessageCreate(of(s, i), true, &discordgo.WebhookParams{Content: "only you", Flags: 64}); err != nil {
		t.Fatal(err)
	}
	if list := i.Followups(); len(list) != 1 || list[0].To != alice || list[0].Original {
		t.Errorf("got %+v", list)
	}
	if original, _ := i.Original(); original.ID != m.ID || original.Content != "undone" {
		t.Errorf("got %+v", original)
	}
}

func TestADisabledButton(t *testing.T) {
	w := &watched{TB: t}
	s := fakediscord.New(w, fakediscord.Config{})
	s.AddGuild(fakediscord.Guild{ID: server})
	s.AddChannel(fakediscord.Channel{ID: general, Guild: server})
	if s.Click(alice, withButton(t, s), "used"); len(w.errors) != 1 {
		t.Errorf("failures: %q", w.errors)
	}
}
