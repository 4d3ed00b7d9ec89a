package e2e

import (
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/imapi/simulator"
)

var update = flag.Bool("update", false, "draw the pictures of the README anew")

// The pictures of the README are drawn from what the program posts in a workspace and
// in a server: a change with an end, a refusal, a failure.

const pictureRules = `
groups:
  friday-show: "@TGS#a6I4ZUUGO"
  full-house: "@TGS#aFULLHOUS"
people:
  minho: u_8821
contact: "Sam, #stream-ops"
`

// scenery is what Tencent Chat and the config file know in the pictures.
func (l *live) scenery() {
	l.t.Helper()
	l.write("liveadmin.yaml", pictureRules)
	l.api.AddGroup("@TGS#a6I4ZUUGO", simulator.Group{Admins: []string{"host", "user2"}})
	l.api.AddGroup("@TGS#aFULLHOUS", simulator.Group{Admins: []string{"host", "u_8821", "u_9902", "dj_nari"}})
	for _, id := range []string{"u_8821", "user2", "user3"} {
		l.api.AddAccount(id, "")
	}
}

// pictureTime is when the first command of a picture is typed, whenever it really is.
var pictureTime = time.Date(2026, time.March, 13, 14, 2, 0, 0, time.UTC)

// pictured puts a time of the program's into the picture. What is not a whole number of
// hours after the start is how long the test took.
func pictured(began, at time.Time) time.Time {
	return pictureTime.Add(at.Sub(began).Round(time.Hour))
}

// clockTime is what stands beside the messages about the nth command.
func clockTime(n int) string {
	return pictureTime.Add(time.Duration(3*n) * time.Minute).Format("15:04")
}

func TestPictureSlack(t *testing.T) {
	t.Parallel()
	l := newInSlack(t, false)
	l.scenery()
	l.slack.AddUser(fakeslack.User{ID: "U0MALLORY", Name: "mallory"})
	began := time.Now()
	l.start()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	drawing := slackDrawing{newCanvas(t, slackStyle), func(at time.Time) string {
		return pictured(began, at).Format("today 15:04")
	}}
	drawing.header("# show")
	for n, typed := range []struct{ user, name, text, answer string }{
		{"U0ALICE", "alice", "add friday-show minho user2 --for 2h", "Added 1 of 2"},
		{"U0MALLORY", "mallory", "remove friday-show minho", "not allowed"},
		{"U0ALICE", "alice", "add full-house user2 user3", "Nothing was changed"},
	} {
		drawing.typed(typed.name, span{plain, "/liveadmin " + typed.text})
		l.slack.Slash(typed.user, "C0SHOW", typed.text)
		answer, err := l.slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
			return strings.Contains(l.slack.Plain(m), typed.answer)
		})
		if err != nil {
			t.Fatal(err)
		}
		if answer.To != "" {
			drawing.private(typed.name, clockTime(n), answer)
			continue
		}
		root := l.settled(ctx, answer.ThreadTS)
		drawing.message(leftEdge, clockTime(n), root)
		drawing.thread(clockTime(n), answer)
	}
	l.stop()
	compare(t, "../../docs/slack.svg", drawing.svg("A thread of liveadmin in Slack"))
}

// settled waits until a root message tells the outcome.
func (l *inSlack) settled(ctx context.Context, root string) fakeslack.Message {
	l.t.Helper()
	settled, err := l.slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return m.TS == root && !strings.Contains(m.Text, "Working")
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return settled
}

func TestPictureDiscord(t *testing.T) {
	t.Parallel()
	l := newInDiscord(t, false)
	l.scenery()
	l.discord.AddUser(fakediscord.User{ID: "502", Name: "mallory"})
	l.discord.AddMember("100", fakediscord.Member{User: "502"})
	began := time.Now()
	l.start()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := l.discord.WaitCommand(ctx, "100"); err != nil {
		t.Fatal(err)
	}

	drawing := discordDrawing{newCanvas(t, discordStyle), func(at time.Time) string {
		return pictured(began, at).Format("2 January 2006 15:04")
	}}
	drawing.header("# show")
	for n, typed := range []struct {
		user, name, verb string
		fields           []field
		answer           string
	}{
		{"501", "alice", "add", []field{{"group", "friday-show"}, {"users", "minho user2"}, {"for", "2h"}}, "Added 1 of 2"},
		{"502", "mallory", "remove", []field{{"group", "friday-show"}, {"users", "minho"}}, "not allowed"},
		{"501", "alice", "add", []field{{"group", "@TGS#aOLDSHOW"}, {"users", "minho"}}, "Nothing was changed"},
	} {
		drawing.typed(typed.name, fieldLine(typed.verb, typed.fields)...)
		asked := l.discord.Command(typed.user, "200", typed.verb, optionsOf(typed.fields))
		answer, err := l.discord.WaitMessage(ctx, func(m fakediscord.Message) bool {
			return strings.Contains(l.discord.Plain(m), typed.answer)
		})
		if err != nil {
			t.Fatal(err)
		}
		if answer.To != "" {
			drawing.private(typed.name, clockTime(n), answer)
			continue
		}
		root, err := asked.WaitOriginal(ctx, func(m fakediscord.Message) bool {
			return m.Content != "" && !strings.Contains(m.Content, "Working")
		})
		if err != nil {
			t.Fatal(err)
		}
		drawing.message(leftEdge, clockTime(n), root)
		thread, _ := asked.Thread()
		drawing.thread(clockTime(n), thread.Name, answer)
	}
	l.stop()
	compare(t, "../../docs/discord.svg", drawing.svg("A thread of liveadmin in Discord"))
}

func optionsOf(fields []field) fakediscord.Options {
	options := make(fakediscord.Options)
	for _, f := range fields {
		options[f.name] = f.value
	}
	return options
}

// compare wants a picture to be what a file has, or writes it there with -update.
func compare(t *testing.T, file, picture string) {
	t.Helper()
	if err := wellFormed(picture); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(picture), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	drawn, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(drawn) != picture {
		t.Errorf("%s is not what the bot posts any more; draw it anew: go test . -run Picture -update", file)
	}
}

func wellFormed(picture string) error {
	d := xml.NewDecoder(strings.NewReader(picture))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("not XML: %w", err)
		}
	}
}
