package fakediscord_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/pace"
)

func TestMain(m *testing.M) { pace.SideBySide(m, 8, 4) }

const (
	alice   = "501"
	mallory = "502"
	server  = "100"
	general = "200" // a text channel
	news    = "201" // announcements
	voice   = "202"
	forum   = "203"
	thread  = "300" // in general
	hosts   = "601" // a role
)

// guild has a channel of each sort, two people, and the command.
func guild(t *testing.T, c fakediscord.Config) *fakediscord.Server {
	t.Helper()
	c.Loose = true // the client of the library writes every field of its types
	s := fakediscord.New(t, c)
	s.AddGuild(fakediscord.Guild{ID: server, Name: "Fake", Roles: map[string]string{hosts: "hosts"}})
	s.AddUser(fakediscord.User{ID: alice, Name: "alice"})
	s.AddMember(server, fakediscord.Member{User: alice, Roles: []string{hosts}, Permissions: fakediscord.ManageMessages})
	s.AddChannel(fakediscord.Channel{ID: general, Name: "general", Guild: server})
	s.AddChannel(fakediscord.Channel{ID: news, Type: fakediscord.Announcement, Guild: server})
	s.AddChannel(fakediscord.Channel{ID: voice, Type: fakediscord.Voice, Guild: server})
	s.AddChannel(fakediscord.Channel{ID: forum, Type: fakediscord.Forum, Guild: server})
	s.AddChannel(fakediscord.Channel{ID: thread, Type: fakediscord.PublicThread, Parent: general})
	return s
}

// command is one with a subcommand of every sort of field.
func command() *discordgo.ApplicationCommand {
	text, yes := discordgo.ApplicationCommandOptionString, discordgo.ApplicationCommandOptionBoolean
	return &discordgo.ApplicationCommand{
		Name: "liveadmin", Description: "Administrators of live groups",
		Options: []*discordgo.ApplicationCommandOption{{
			Type: discordgo.ApplicationCommandOptionSubCommand, Name: "add", Description: "Set administrators",
			Options: []*discordgo.ApplicationCommandOption{
				{Type: text, Name: "group", Description: "the group", Required: true, Autocomplete: true},
				{Type: text, Name: "users", Description: "the users", Required: true, MaxLength: 20},
				{Type: yes, Name: "dry_run", Description: "only look"},
			},
		}},
	}
}

// registered registers the command in the guild.
func registered(t *testing.T, s *fakediscord.Server) {
	t.Helper()
	if _, err := client(t, s).ApplicationCommandCreate(s.Config().AppID, server, command()); err != nil {
		t.Fatal(err)
	}
}

// redirect sends what is meant for discord.com to the fake.
type redirect struct{ host string }

func (d redirect) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", d.host
	return http.DefaultTransport.RoundTrip(r)
}

// client is the real client of the server, with a time-out.
func client(t *testing.T, s *fakediscord.Server) *discordgo.Session {
	t.Helper()
	c, err := discordgo.New("Bot " + s.Config().Token)
	if err != nil {
		t.Fatal(err)
	}
	c.Client = &http.Client{Timeout: 10 * time.Second, Transport: redirect{strings.TrimPrefix(s.URL(), "http://")}}
	c.Identify.Intents = discordgo.IntentsNone
	c.ShouldRetryOnRateLimit = false
	return c
}

// opened is a client that is connected, and stays away once it is disconnected.
func opened(t *testing.T, s *fakediscord.Server, on func(*discordgo.Session, *discordgo.Interaction)) *discordgo.Session {
	t.Helper()
	c := client(t, s)
	c.ShouldReconnectOnError = false
	if on != nil {
		c.AddHandler(func(c *discordgo.Session, i *discordgo.InteractionCreate) { on(c, i.Interaction) })
	}
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	return c
}

// answering is a client that gives every interaction the same first response.
func answering(t *testing.T, s *fakediscord.Server, response discordgo.InteractionResponse) *discordgo.Session {
	t.Helper()
	return opened(t, s, func(c *discordgo.Session, i *discordgo.Interaction) {
		c.InteractionRespond(i, &response) // the fake has it among the callbacks
	})
}

func respond(kind discordgo.InteractionResponseType, content string, flags discordgo.MessageFlags) discordgo.InteractionResponse {
	return discordgo.InteractionResponse{Type: kind, Data: &discordgo.InteractionResponseData{Content: content, Flags: flags}}
}

// deferral defers in public.
func deferral() discordgo.InteractionResponse {
	return discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
}

// typed is a command that no one hears of: the test answers it itself.
func typed(s *fakediscord.Server, channel string) *fakediscord.Interaction {
	return s.SendCommand(fakediscord.CommandInput{User: alice, Channel: channel, Subcommand: "add", Forged: true})
}

// answered is a command with a first response.
func answered(t *testing.T, s *fakediscord.Server, channel string, response discordgo.InteractionResponse) *fakediscord.Interaction {
	t.Helper()
	i := typed(s, channel)
	if err := client(t, s).InteractionRespond(of(s, i), &response); err != nil {
		t.Fatal(err)
	}
	return i
}

// of is an interaction as the client needs it to answer.
func of(s *fakediscord.Server, i *fakediscord.Interaction) *discordgo.Interaction {
	return &discordgo.Interaction{ID: i.ID, AppID: s.Config().AppID, Token: i.Token}
}

// soon is long enough for everything that has to happen.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// code is Discord's error in err, 0 for nil.
func code(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	var refused *discordgo.RESTError
	if !errors.As(err, &refused) || refused.Message == nil {
		t.Fatalf("no refusal of Discord's: %v", err)
	}
	return refused.Message.Code
}

// call makes a call without the client and returns the status and the body. A body
// that is a string is sent as it is.
func call(t *testing.T, s *fakediscord.Server, method, path string, body any) (int, map[string]any) {
	t.Helper()
	raw, isText := body.(string)
	if !isText && body != nil {
		raw = string(must(json.Marshal(body)))
	}
	req := must(http.NewRequestWithContext(soon(t), method, s.URL()+"/api/v10"+path, strings.NewReader(raw)))
	req.Header.Set("Authorization", "Bot "+s.Config().Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer := must(io.ReadAll(resp.Body))
	var fields map[string]any
	if len(answer) > 0 && !bytes.HasPrefix(answer, []byte("[")) {
		if err := json.Unmarshal(answer, &fields); err != nil {
			t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, answer)
		}
	}
	return resp.StatusCode, fields
}

// codeOf is Discord's error in an answer, 0 if there is none.
func codeOf(answer map[string]any) int {
	n, _ := answer["code"].(float64)
	return int(n)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// watched is a test whose failures are what is tested.
type watched struct {
	testing.TB
	errors []string
}

func (w *watched) Errorf(format string, args ...any) {
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

// clock stops until it is moved.
type clock struct{ ch chan time.Time }

func newClock() clock {
	c := clock{make(chan time.Time, 1)}
	c.ch <- time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)
	return c
}

func (c clock) now() time.Time {
	now := <-c.ch
	c.ch <- now
	return now
}

func (c clock) advance(d time.Duration) { c.ch <- (<-c.ch).Add(d) }
