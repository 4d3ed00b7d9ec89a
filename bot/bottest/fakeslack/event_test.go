package fakeslack_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"liveadmin/bot/bottest/fakeslack"
)

// mentioned delivers a mention to an app and returns what it got.
func mentioned(t *testing.T, s *fakeslack.Server, m fakeslack.Mention) (*fakeslack.Delivery, slackevents.EventsAPIEvent, *slackevents.AppMentionEvent) {
	t.Helper()
	a := run(t, s, quietly)
	connected(t, s, 1)
	d := s.SendMention(m)
	if _, err := d.Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	outer := a.got(socketmode.EventTypeEventsAPI)[0].Data.(slackevents.EventsAPIEvent)
	return d, outer, outer.InnerEvent.Data.(*slackevents.AppMentionEvent)
}

func TestMention(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	d, outer, event := mentioned(t, s, fakeslack.Mention{User: alice, Channel: general, Text: `add a&b <c> --reason "x"`})
	want := "<@" + s.Config().BotUser + `> add a&amp;b &lt;c&gt; --reason "x"`
	if event.Text != want || event.User != alice || event.Channel != general || event.TimeStamp != d.TS ||
		event.ThreadTimeStamp != "" || event.UserTeam != "" || event.SourceTeam != "" || event.BotID != "" || event.Edited != nil {
		t.Errorf("got %+v", event)
	}
	callback := outer.Data.(*slackevents.EventsAPICallbackEvent)
	if outer.TeamID != s.Config().Team || outer.APIAppID != s.Config().AppID || outer.IsExtSharedChannel ||
		callback.EventID != d.EventID || callback.Authorizations[0].UserID != s.Config().BotUser {
		t.Errorf("got %+v", callback)
	}
	if m, _ := s.Message(general, d.TS); m.User != alice || s.Plain(m) != `@liveadmin add a&b <c> --reason "x"` {
		t.Errorf("in the channel is %+v", m)
	}
}

func TestMentionInAThread(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	root := s.Say(alice, general, "", "root").TS
	d, _, event := mentioned(t, s, fakeslack.Mention{User: alice, Channel: general, ThreadTS: root, Text: "list x"})
	if event.ThreadTimeStamp != root || d.ThreadTS != root || event.TimeStamp == root {
		t.Errorf("got %+v", event)
	}
}

func TestCommandOfAnOutsider(t *testing.T) {
	s := workspace(t, fakeslack.Config{Enterprise: "E1"})
	s.AddUser(fakeslack.User{ID: "U0ALLY", Team: "T0ALLY", Enterprise: "E2"})
	a := run(t, s, quietly)
	connected(t, s, 1)
	for _, row := range []struct{ user, team, enterprise string }{
		{alice, "T0TEAM", "E1"}, {"U0NEW", "T0TEAM", "E1"}, {mallory, "T0OTHER", ""}, {"U0ALLY", "T0ALLY", "E2"},
	} {
		if _, err := s.Slash(row.user, general, "x").Wait(soon(t)); err != nil {
			t.Fatal(err)
		}
		got := a.got(socketmode.EventTypeSlashCommand)
		if c := got[len(got)-1].Data.(slack.SlashCommand); c.TeamID != row.team || c.EnterpriseID != row.enterprise {
			t.Errorf("%s: got %+v", row.user, c)
		}
	}
}

func TestMentionFromElsewhere(t *testing.T) {
	for _, row := range []struct {
		name, user, team string
		shared, external bool
	}{
		{"an outsider", mallory, "T0OTHER", false, true},
		{"another workspace of the organisation", "U0ALLY", "T0ALLY", false, false},
		{"a member, in a shared channel", alice, "", true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := workspace(t, fakeslack.Config{Enterprise: "E1"})
			s.AddUser(fakeslack.User{ID: "U0ALLY", Team: "T0ALLY", Enterprise: "E1"})
			s.EditChannel(general, func(c *fakeslack.Channel) { c.Shared = row.shared })
			_, outer, event := mentioned(t, s, fakeslack.Mention{User: row.user, Channel: general, Text: "list x"})
			if event.UserTeam != row.team || event.SourceTeam != row.team || outer.IsExtSharedChannel != row.external || outer.TeamID != s.Config().Team {
				t.Errorf("got %+v in %+v", event, outer)
			}
		})
	}
}

func TestMentionByABot(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	_, _, event := mentioned(t, s, fakeslack.Mention{User: "U0OTHERBOT", Bot: "B0OTHER", Channel: general, Text: "list x"})
	if event.BotID != "B0OTHER" {
		t.Errorf("got %+v", event)
	}
}

func TestMentionByAnEdit(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	said := s.Say(alice, general, "", "list x").TS
	d, _, event := mentioned(t, s, fakeslack.Mention{User: alice, Channel: general, Edits: said, Verbatim: "list x <@U0BOT>"})
	if event.Edited == nil || event.TimeStamp != said || d.TS != said || event.Text != "list x <@U0BOT>" {
		t.Errorf("got %+v", event)
	}
	if len(s.Messages(general)) != 1 {
		t.Error("it is another message")
	}
}

func TestMentionThatInvites(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	_, _, event := mentioned(t, s, fakeslack.Mention{User: alice, Channel: open, Invites: true})
	if event.Text != "<@"+s.Config().BotUser+">" {
		t.Errorf("got %+v", event)
	}
	post(t, s, open, text("thanks"))
}

func TestClick(t *testing.T) {
	for _, row := range []struct {
		name    string
		user    string
		team    string
		threads bool
	}{
		{name: "a member, a root", user: alice, team: "T0TEAM"},
		{name: "an outsider, a reply", user: mallory, team: "T0OTHER", threads: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := workspace(t, fakeslack.Config{})
			a := run(t, s, quietly)
			connected(t, s, 1)
			options := []slack.MsgOption{text("x"), slack.MsgOptionBlocks(buttons(button("undo", "42", "Undo & go"), button("extend", "42", "1 h")))}
			root := ""
			if row.threads {
				root = s.Say(alice, general, "", "root").TS
				options = append(options, slack.MsgOptionTS(root))
			}
			m, _ := s.Message(general, post(t, s, general, options...))
			d := s.Click(row.user, m, "undo")
			if _, err := d.Wait(soon(t)); err != nil {
				t.Fatal(err)
			}
			got := a.got(socketmode.EventTypeInteractive)[0].Data.(slack.InteractionCallback)
			action := got.ActionCallback.BlockActions[0]
			if got.Type != slack.InteractionTypeBlockActions || got.User.ID != row.user || got.User.TeamID != row.team ||
				got.Team.ID != s.Config().Team || got.Channel.ID != general || got.APIAppID != s.Config().AppID ||
				got.Container.MessageTs != m.TS || got.Container.ThreadTs != root || got.Container.ChannelID != general ||
				got.Message.Timestamp != m.TS || got.ResponseURL != d.ResponseURL || got.TriggerID != d.TriggerID {
				t.Errorf("got %+v", got)
			}
			if action.ActionID != "undo" || action.Value != "42" || action.Text.Text != "Undo &amp; go" || action.BlockID == "" {
				t.Errorf("got %+v", action)
			}
		})
	}
}

func TestClickOnAnEphemeralMessage(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	a := run(t, s, quietly)
	connected(t, s, 1)
	if _, err := client(s).PostEphemeralContext(soon(t), general, alice, slack.MsgOptionBlocks(buttons(button("a", "1", "A"), button("b", "1", "B")))); err != nil {
		t.Fatal(err)
	}
	d := s.Click(alice, s.Ephemerals(alice)[0], "a")
	if _, err := d.Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	got := a.got(socketmode.EventTypeInteractive)[0].Data.(slack.InteractionCallback)
	if !got.Container.IsEphemeral || got.Message.Timestamp != "" {
		t.Errorf("got %+v", got)
	}
	if status := respond(t, d.ResponseURL, slack.WebhookMessage{Text: "clicked", ReplaceOriginal: true}); status != 200 {
		t.Errorf("status %d", status)
	}
	if seen := s.Ephemerals(alice); len(seen) != 1 || seen[0].Text != "clicked" {
		t.Errorf("alice sees %+v", seen)
	}
}

func TestForgedClick(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	a := run(t, s, quietly)
	connected(t, s, 1)
	m := s.Say(alice, general, "", "no buttons")
	if _, err := s.SendClick(fakeslack.Click{User: alice, Message: m, ActionID: "undo", Value: "7", Forged: true}).Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	got := a.got(socketmode.EventTypeInteractive)[0].Data.(slack.InteractionCallback)
	if action := got.ActionCallback.BlockActions[0]; action.ActionID != "undo" || action.Value != "7" {
		t.Errorf("got %+v", action)
	}
	nowhere := s.SendClick(fakeslack.Click{User: alice, Message: fakeslack.Message{Channel: "C0NOWHERE", TS: "1.000001"}, ActionID: "undo", Forged: true})
	if status := respond(t, nowhere.ResponseURL, slack.WebhookMessage{Text: "gone", ReplaceOriginal: true}); status != 200 || len(s.Responses(nowhere.ResponseURL)) != 1 {
		t.Errorf("status %d", status)
	}
}

func TestWhatNobodyCanDo(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(*fakeslack.Server)
		want string
	}{
		{"a mention where the bot is not", func(s *fakeslack.Server) { s.Mention(alice, open, "", "x") }, "no member"},
		{"a mention in a direct message", func(s *fakeslack.Server) {
			s.AddChannel(fakeslack.Channel{ID: "D1", Kind: fakeslack.IM, Members: []string{alice, "U0BOT"}})
			s.Mention(alice, "D1", "", "x")
		}, "direct messages"},
		{"a mention nowhere", func(s *fakeslack.Server) { s.Mention(alice, "C0NOWHERE", "", "x") }, "no such channel"},
		{"a mention in no thread", func(s *fakeslack.Server) { s.Mention(alice, general, "1.000001", "x") }, "no such thread"},
		{"a click on nothing", func(s *fakeslack.Server) { s.Click(alice, s.Say(alice, general, "", "x"), "undo") }, "no button"},
		{"words nowhere", func(s *fakeslack.Server) { s.Say(alice, "C0NOWHERE", "", "x") }, "no channel"},
		{"an edit of nothing", func(s *fakeslack.Server) { s.EditChannel("C0NOWHERE", func(*fakeslack.Channel) {}) }, "no channel"},
	} {
		t.Run(row.name, func(t *testing.T) {
			strict := &watched{TB: t}
			s := fakeslack.New(strict, fakeslack.Config{})
			s.AddChannel(fakeslack.Channel{ID: general, Members: []string{alice, "U0BOT"}})
			s.AddChannel(fakeslack.Channel{ID: open, Members: []string{alice}})
			row.do(s)
			if len(strict.errors) != 1 || !strings.Contains(strict.errors[0], row.want) {
				t.Errorf("got %q, want %q", strict.errors, row.want)
			}
		})
	}
}

func TestWaitMessage(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	go func() {
		s.Say(alice, general, "", "first")
		s.Say(alice, general, "", "second")
	}()
	m, err := s.WaitMessage(soon(t), func(m fakeslack.Message) bool { return m.Text == "second" })
	if err != nil || m.Channel != general || m.User != alice {
		t.Errorf("got %+v, %v", m, err)
	}
	ts := post(t, s, general, text("working"))
	go client(s).UpdateMessageContext(soon(t), general, ts, text("done"))
	m, err = s.WaitMessage(soon(t), func(m fakeslack.Message) bool { return m.Text == "done" })
	if err != nil || m.TS != ts || len(m.Edited) != 1 {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := s.WaitMessage(ended(), func(fakeslack.Message) bool { return false }); err == nil || !strings.Contains(err.Error(), "second") {
		t.Errorf("got %v", err)
	}
}
