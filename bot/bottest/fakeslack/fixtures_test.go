package fakeslack_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"liveadmin/bot/bottest/fakeslack"
)

const (
	alice   = "U0ALICE"
	mallory = "U0MALLORY"
	general = "C0GENERAL"
	open    = "C0OPEN" // public, without the bot
	secret  = "C0SECRET"
)

// workspace has a channel with the bot and two people in it, a public one without
// the bot, and a private one that it does not see.
func workspace(t *testing.T, c fakeslack.Config) *fakeslack.Server {
	t.Helper()
	s := fakeslack.New(t, c)
	bot := s.Config().BotUser
	s.AddUser(fakeslack.User{ID: alice, Name: "alice"})
	s.AddUser(fakeslack.User{ID: mallory, Name: "mallory", Team: "T0OTHER"})
	s.AddChannel(fakeslack.Channel{ID: general, Name: "general", Members: []string{bot, alice, mallory}})
	s.AddChannel(fakeslack.Channel{ID: open, Members: []string{alice}})
	s.AddChannel(fakeslack.Channel{ID: secret, Kind: fakeslack.Private, Members: []string{alice}})
	return s
}

// client is the real client of the server, with a time-out.
func client(s *fakeslack.Server) *slack.Client {
	return slack.New(s.Config().BotToken,
		slack.OptionAppLevelToken(s.Config().AppToken),
		slack.OptionAPIURL(s.URL()),
		slack.OptionHTTPClient(&http.Client{Timeout: 10 * time.Second}))
}

// soon is long enough for everything that has to happen.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// code is Slack's error in err, "" for nil.
func code(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) {
		t.Fatalf("no refusal of Slack's: %v", err)
	}
	return refused.Err
}

func post(t *testing.T, s *fakeslack.Server, channel string, options ...slack.MsgOption) string {
	t.Helper()
	_, ts, err := client(s).PostMessageContext(soon(t), channel, options...)
	if err != nil || ts == "" {
		t.Fatalf("posting to %s: ts %q, %v", channel, ts, err)
	}
	return ts
}

func text(s string) slack.MsgOption { return slack.MsgOptionText(s, false) }

func section(s string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, s, false, false), nil, nil)
}

func buttons(list ...*slack.ButtonBlockElement) slack.Block {
	var elements []slack.BlockElement
	for _, b := range list {
		elements = append(elements, b)
	}
	return slack.NewActionBlock("", elements...)
}

func button(action, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, slack.NewTextBlockObject(slack.PlainTextType, label, false, false))
}

// watched is a test whose failures are what is tested.
type watched struct {
	testing.TB
	errors []string
}

func (w *watched) Errorf(format string, args ...any) {
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
