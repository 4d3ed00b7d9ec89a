package e2e

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/e2e/harness"
	"liveadmin/imapi/simulator"
)

//go:generate go test -run ^TestPicture(Slack|SlackForms|Discord)$ -update

var update = flag.Bool("update", false, "write the pictures of the README")

// The pictures of the README are drawn from what the program posts in a workspace and
// in a server: a change with an end, a refusal, a failure.

const pictureRules = `
groups:
  friday-show: "@TGS#a6I4ZUUGO"
  full-house: "@TGS#aFULLHOUS"
people:
  minho: u_8821
  jina: {id: u_7007, discord: "503"}
contact: "Sam, #stream-ops"
`

// scenery is what Tencent Chat and the config file know in the pictures.
func scenery(l *harness.Live) {
	l.T.Helper()
	l.Write("liveadmin.yaml", pictureRules)
	l.API.AddGroup("@TGS#a6I4ZUUGO", simulator.Group{Admins: []string{"host", "user2"}})
	l.API.AddGroup("@TGS#aFULLHOUS", simulator.Group{Admins: []string{"host", "u_8821", "u_9902", "dj_nari"}})
	for _, id := range []string{"u_8821", "u_7007", "user2", "user3"} {
		l.API.AddAccount(id, "")
	}
}

// pictureTime is when the first command of a picture is typed, whenever it really is.
var pictureTime = time.Date(2026, time.March, 13, 14, 2, 0, 0, time.UTC)

// typedAt is when the nth command is typed.
func typedAt(n int) time.Time { return pictureTime.Add(time.Duration(3*n) * time.Minute) }

// pictured puts a time of the program's, in a message about the nth command, into the picture.
// What is not a whole number of hours after the start is how long the test took.
func pictured(n int, began, at time.Time) time.Time {
	return typedAt(n).Add(at.Sub(began).Round(time.Hour))
}

// clockTime is the time beside the messages about the nth command.
func clockTime(n int) string { return typedAt(n).Format("15:04") }

func TestPictureSlack(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	scenery(l.Live)
	l.Slack.AddUser(fakeslack.User{ID: "U0MALLORY", Name: "mallory"})
	began := time.Now()
	l.Start()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	read := slackMarkup(t, began)
	p := picture{Platform: "slack", Title: "A thread of liveadmin in Slack"}
	for n, typed := range []struct{ user, name, text, answer string }{
		{"U0ALICE", "alice", "add friday-show minho user2 --for 2h", "Added 1 of 2"},
		{"U0MALLORY", "mallory", "remove friday-show minho", "not allowed"},
		{"U0ALICE", "alice", "add full-house user2 user3", "Nothing was changed"},
	} {
		l.Slack.Slash(typed.user, "C0SHOW", typed.text)
		answer, err := l.Slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
			return strings.Contains(l.Slack.Plain(m), typed.answer)
		})
		if err != nil {
			t.Fatal(err)
		}
		s := scene{Who: typed.name, Typed: line{{"", "/liveadmin " + typed.text}}}
		if answer.To != "" {
			s.Private = "Only visible to " + typed.name
		} else {
			s.Posts = []post{{clockTime(n), read.slack(settled(ctx, l, answer.ThreadTS))}}
		}
		s.Posts = append(s.Posts, post{clockTime(n), read.slack(answer)})
		p.Scenes = append(p.Scenes, s)
	}
	l.Stop()
	compare(t, "../../docs/slack.svg", p)
}

// TestPictureSlackForms draws the form that opens when nobody is named, and the Home tab while
// a limit runs.
func TestPictureSlackForms(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	scenery(l.Live)
	began := time.Now()
	l.Start()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	const typed = "add friday-show"
	l.Slack.Slash("U0ALICE", "C0SHOW", typed)
	form, err := l.Slack.WaitView(ctx, "U0ALICE", func(v fakeslack.View) bool { return v.Open })
	if err != nil {
		t.Fatal(err)
	}
	l.Slack.Slash("U0ALICE", "C0SHOW", typed+" minho --for 2h")
	if _, err := l.Slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return strings.Contains(l.Slack.Plain(m), "Added 1 of 1")
	}); err != nil {
		t.Fatal(err)
	}
	l.Slack.OpenHome("U0ALICE")
	home, err := l.Slack.WaitHome(ctx, func(h fakeslack.Home) bool {
		return strings.Contains(string(h.Blocks), "minho")
	})
	if err != nil {
		t.Fatal(err)
	}
	l.Stop()
	read := slackMarkup(t, began)
	fields := append(read.slack(fakeslack.Message{Blocks: form.Blocks}), block{Class: "buttons", Lines: []line{{{"button", form.Submit}}}})
	compare(t, "../../docs/slack-forms.svg", picture{
		Platform: "slack", Place: "liveadmin", Title: "A form and the Home tab of liveadmin in Slack",
		Scenes: []scene{
			{Who: "alice", Typed: line{{"", "/liveadmin " + typed}}, Window: &window{form.Title, fields}},
			{Who: "alice", Does: "opens the Home tab", Window: &window{"Home", read.slack(fakeslack.Message{Blocks: home.Blocks})}},
		},
	})
}

// settled waits until a root message has the outcome.
func settled(ctx context.Context, l *harness.InSlack, root string) fakeslack.Message {
	l.T.Helper()
	m, err := l.Slack.WaitMessage(ctx, func(m fakeslack.Message) bool {
		return m.TS == root && !strings.Contains(m.Text, "Working")
	})
	if err != nil {
		l.T.Fatal(err)
	}
	return m
}

func TestPictureDiscord(t *testing.T) {
	t.Parallel()
	l := harness.NewInDiscord(t, false)
	scenery(l.Live)
	l.Discord.AddUser(fakediscord.User{ID: "502", Name: "mallory"})
	l.Discord.AddMember("100", fakediscord.Member{User: "502"})
	began := time.Now()
	l.Start()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := l.Discord.WaitCommand(ctx, "100"); err != nil {
		t.Fatal(err)
	}

	read := discordMarkup(t, 0, began)
	p := picture{Platform: "discord", Title: "A thread of liveadmin in Discord"}
	for n, typed := range []struct {
		user, name, verb string
		fields           []field
		answer           string
	}{
		{"501", "alice", "add", []field{{"group", "friday-show"}, {"users", "minho user2"}, {"for", "2h"}}, "Added 1 of 2"},
		{"502", "mallory", "remove", []field{{"group", "friday-show"}, {"users", "minho"}}, "not allowed"},
		{"501", "alice", "add", []field{{"group", "@TGS#aOLDSHOW"}, {"users", "minho"}}, "Nothing was changed"},
	} {
		s := scene{Who: typed.name, Typed: line{{"strong", "/liveadmin " + typed.verb}}}
		options := make(fakediscord.Options)
		for _, f := range typed.fields {
			options[f.name] = f.value
			s.Typed = append(s.Typed, span{"", " "}, span{"code", f.name + ": " + f.value})
		}
		asked := l.Discord.Command(typed.user, "200", typed.verb, options)
		answer, err := l.Discord.WaitMessage(ctx, func(m fakediscord.Message) bool {
			return strings.Contains(l.Discord.Plain(m), typed.answer)
		})
		if err != nil {
			t.Fatal(err)
		}
		if answer.To != "" {
			s.Private = "Only " + typed.name + " can see this"
		} else {
			root, err := asked.WaitOriginal(ctx, func(m fakediscord.Message) bool {
				return m.Content != "" && !strings.Contains(m.Content, "Working")
			})
			if err != nil {
				t.Fatal(err)
			}
			thread, _ := asked.Thread()
			s.Thread, s.Posts = thread.Name, []post{{clockTime(n), read.discord(root)}}
		}
		s.Posts = append(s.Posts, post{clockTime(n), read.discord(answer)})
		p.Scenes = append(p.Scenes, s)
	}
	p.Scenes = append(p.Scenes, menuScene(ctx, l, len(p.Scenes), began))
	l.Stop()
	compare(t, "../../docs/discord.svg", p)
}

// menuScene is the form that the menu of a member opens, and what comes of it. It is the nth command.
func menuScene(ctx context.Context, l *harness.InDiscord, n int, began time.Time) scene {
	l.T.Helper()
	const menu = "Make live administrator"
	if err := l.Discord.Wait(ctx, func() bool {
		return slices.ContainsFunc(l.Discord.Commands("100"), func(c fakediscord.Command) bool { return c.Name == menu })
	}); err != nil {
		l.T.Fatal(err)
	}
	opened := l.Discord.Menu("501", "200", menu, "503")
	if _, err := opened.Wait(ctx); err != nil {
		l.T.Fatal(err)
	}
	m, open := opened.Modal()
	if !open {
		l.T.Fatal("the menu opened no form")
	}
	sent := l.Discord.Submit(opened, fakediscord.Filled{"group": []string{"full-house"}, "reason": "covering"})
	root, err := sent.WaitOriginal(ctx, func(m fakediscord.Message) bool {
		return m.Content != "" && !strings.Contains(m.Content, "Working")
	})
	if err != nil {
		l.T.Fatal(err)
	}
	return scene{
		Who: "alice", Does: "opens the menu of jina", Typed: line{{"", "Apps ▸ "}, {"strong", menu}},
		Window: &window{m.Title, inputsOf(m, fakediscord.Filled{"group": "full-house", "reason": "covering"})},
		Posts:  []post{{clockTime(n), discordMarkup(l.T, n, began).discord(root)}},
	}
}

// inputsOf are the inputs of a form with what is filled in.
func inputsOf(m fakediscord.Modal, filled map[string]any) []block {
	var all []block
	for _, p := range m.Parts {
		lines := []line{{{"strong", p.Label}}}
		if p.Description != "" {
			lines = append(lines, line{{"small", p.Description}})
		}
		typed, _ := filled[p.Input.CustomID].(string)
		lines = append(lines, line{{"value", cmp.Or(typed, p.Input.Value, p.Input.Placeholder, "\u00a0")}})
		all = append(all, block{Class: "input", Lines: lines})
	}
	return all
}

// field is a field of a command that somebody fills in.
type field struct{ name, value string }

// compare wants a picture to be what a file has, or writes it there with -update.
func compare(t *testing.T, file string, p picture) {
	t.Helper()
	drawn, err := draw(p)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(drawn), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(committed) != drawn {
		t.Errorf("%s is not what the bot posts now; draw it again: go generate ./bot/e2e", file)
	}
}

func TestPictureMarkup(t *testing.T) {
	slack, discord := slackMarkup(t, pictureTime), discordMarkup(t, 0, pictureTime)
	until := strconv.FormatInt(pictureTime.Add(2*time.Hour).Unix(), 10)
	for _, row := range []struct {
		name   string
		markup markup
		text   string
		want   line
	}{
		{"Slack: code", slack, "to `a&lt;b` (`&amp;`", line{{"", "to "}, {"code", "a<b"}, {"", " ("}, {"code", "&"}}},
		{"Slack: a mention", slack, "<@U0ALICE>", line{{"mention", "@alice"}}},
		{"Slack: a time", slack, "until <!date^" + until + "^{time}|fallback>", line{{"", "until today 16:02"}}},
		{"Slack: entities", slack, "&lt;@U0ALICE&gt; &amp;amp; a\\_b", line{{"", "<@U0ALICE> &amp; a\\_b"}}},
		{"Discord: code", discord, "to `a<b` (`&`", line{{"", "to "}, {"code", "a<b"}, {"", " ("}, {"code", "&"}}},
		{"Discord: a mention", discord, "<@501>", line{{"mention", "@alice"}}},
		{"Discord: a time", discord, "until <t:" + until + ":t>, <t:" + until + ":R>", line{{"", "until 16:02, in 2 hours"}}},
		{"Discord: backslashes", discord, "\\<@501> &amp; a\\_b", line{{"", "<@501> &amp; a_b"}}},
	} {
		if got := row.markup.lines(row.text); len(got) != 1 || !slices.Equal(got[0], row.want) {
			t.Errorf("%s: %q reads %q, want %q", row.name, row.text, got, row.want)
		}
	}
}

// TestPictureEscapes puts hostile text wherever a message can bring text into a picture.
func TestPictureEscapes(t *testing.T) {
	const hostile = `</span></style><script>alert("1")</script>&amp;<!--`
	said := line{{"", hostile}, {"code", hostile}, {"button", hostile}}
	p := picture{Platform: "slack", Title: hostile, Scenes: []scene{{
		Who: hostile, Typed: said, Private: hostile, Thread: hostile,
		Posts: []post{{hostile, []block{{Class: "text", Lines: []line{said}}}}, {hostile, []block{{Class: "embed", Lines: []line{said}}}}},
	}}}
	drawn, err := draw(p)
	if err != nil {
		t.Fatal(err)
	}
	var texts strings.Builder
	for d := xml.NewDecoder(strings.NewReader(drawn)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "script" {
				t.Error("hostile text became an element")
			}
		case xml.Comment:
			t.Error("hostile text became a comment")
		case xml.CharData:
			texts.Write(token)
		}
	}
	// In the HTML: the title, who, three spans in each of three lines, twice who can see it, the thread, two times.
	if n := strings.Count(texts.String(), hostile); n < 16 {
		t.Errorf("the hostile text is in the picture %d times:\n%s", n, drawn)
	}
	p.Title = "\x1b"
	if _, err := draw(p); err == nil {
		t.Error("a control character, which XML cannot have, was drawn")
	}
}
