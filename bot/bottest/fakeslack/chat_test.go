package fakeslack_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"liveadmin/bot/bottest/fakeslack"
)

func TestWhereTheBotMayPost(t *testing.T) {
	for _, row := range []struct {
		name    string
		channel string
		scopes  []string
		edit    func(*fakeslack.Channel)
		thread  bool
		want    string
	}{
		{name: "a member", channel: general},
		{name: "no such channel", channel: "C0NOWHERE", want: "channel_not_found"},
		{name: "private, no member", channel: secret, want: "channel_not_found"},
		{name: "public, no member", channel: open, want: "not_in_channel"},
		{name: "public, with the scope", channel: open, scopes: []string{"chat:write", "chat:write.public"}},
		{name: "private, with the scope", channel: secret, scopes: []string{"chat:write", "chat:write.public"}, want: "channel_not_found"},
		{name: "archived", channel: general, edit: func(c *fakeslack.Channel) { c.Archived = true }, want: "is_archived"},
		{name: "a direct message of others", channel: general, edit: func(c *fakeslack.Channel) { c.Kind, c.Members = fakeslack.IM, nil }, want: "channel_not_found"},
		{name: "a person", channel: alice},
		{name: "restricted", channel: general, edit: restricted("restricted_action"), want: "restricted_action"},
		{name: "read only", channel: general, edit: restricted("restricted_action_read_only_channel"), want: "restricted_action_read_only_channel"},
		{name: "threads only, a root", channel: general, edit: restricted("restricted_action_thread_only_channel"), want: "restricted_action_thread_only_channel"},
		{name: "threads only, a reply", channel: general, thread: true, edit: restricted("restricted_action_thread_only_channel")},
		{name: "locked thread, a root", channel: general, edit: restricted("restricted_action_thread_locked")},
		{name: "locked thread, a reply", channel: general, thread: true, edit: restricted("restricted_action_thread_locked"), want: "restricted_action_thread_locked"},
		{name: "no threads, a reply", channel: general, thread: true, edit: restricted("restricted_action_non_threadable_channel"), want: "restricted_action_non_threadable_channel"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := workspace(t, fakeslack.Config{Scopes: row.scopes})
			options := []slack.MsgOption{text("x")}
			if row.thread {
				options = append(options, slack.MsgOptionTS(s.Say(alice, row.channel, "", "root").TS))
			}
			if row.edit != nil {
				s.EditChannel(row.channel, row.edit)
			}
			_, ts, err := client(s).PostMessageContext(soon(t), row.channel, options...)
			if got := code(t, err); got != row.want || (got == "") == (ts == "") {
				t.Errorf("got %q and ts %q, want %q", got, ts, row.want)
			}
		})
	}
}

func restricted(how string) func(*fakeslack.Channel) {
	return func(c *fakeslack.Channel) { c.Restricted = how }
}

func TestTimestampsAreUniqueAndGrow(t *testing.T) {
	still := time.Unix(1_700_000_000, 0)
	s := workspace(t, fakeslack.Config{Now: func() time.Time { return still }})
	last := ""
	for range 20 {
		ts := post(t, s, general, text("x"))
		if ts <= last {
			t.Fatalf("%s after %s", ts, last)
		}
		last = ts
	}
	if last != "1700000000.000019" {
		t.Errorf("the last is %s", last)
	}
}

func TestThreads(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	root := post(t, s, general, text("root"))
	reply := post(t, s, general, text("reply"), slack.MsgOptionTS(root))
	deleted := post(t, s, general, text("deleted"))
	s.Delete(general, deleted)
	for _, row := range []struct{ name, thread, want string }{
		{"a root", root, root},
		{"a reply", reply, ""},
		{"a deleted root", deleted, ""},
		{"never a message", "1600000000.000001", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, ts, answer, err := client(s).PostMessageWithResponseContext(soon(t), general, text("x"), slack.MsgOptionTS(row.thread))
			if err != nil || answer.ThreadTimestamp != row.want {
				t.Errorf("answered thread_ts %q, %v; want %q", answer.ThreadTimestamp, err, row.want)
			}
			if m, _ := s.Message(general, ts); m.ThreadTS != row.want {
				t.Errorf("it is under %q, want %q", m.ThreadTS, row.want)
			}
		})
	}
	_, _, err := client(s).PostMessageContext(soon(t), general, text("x"), slack.MsgOptionTS("yesterday"))
	if got := code(t, err); got != "invalid_thread_ts" {
		t.Errorf("a word as thread_ts: %q", got)
	}
	if got := s.Thread(general, root); len(got) != 3 || got[0].TS != root || got[1].TS != reply {
		t.Errorf("the thread is %+v", got)
	}
}

func TestUpdate(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	api := client(s)
	ts := post(t, s, general, text("before"), slack.MsgOptionBlocks(section("before")),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "entry", EventPayload: map[string]any{"n": 1}}))

	if _, _, _, err := api.UpdateMessageContext(soon(t), general, ts, text("after")); err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message(general, ts)
	if m.Text != "after" || s.Plain(m) != "before" || m.Metadata == nil || len(m.Edited) != 1 {
		t.Errorf("blocks and metadata that are not given stay: %+v", m)
	}
	if _, _, _, err := api.UpdateMessageContext(soon(t), general, ts, text("bare"), slack.MsgOptionBlocks()); err != nil {
		t.Fatal(err)
	}
	if m, _ = s.Message(general, ts); s.Plain(m) != "bare" || len(m.Edited) != 2 {
		t.Errorf("no blocks are none: %+v", m)
	}

	foreign := s.Say(alice, general, "", "mine").TS
	for _, row := range []struct{ name, channel, ts, text, want string }{
		{"another's", general, foreign, "x", "cant_update_message"},
		{"no message", general, "1.000001", "x", "message_not_found"},
		{"no channel", "C0NOWHERE", ts, "x", "channel_not_found"},
		{"nothing", general, ts, "", "no_text"},
		{"4,000 characters", general, ts, strings.Repeat("x", 4000), ""},
		{"4,001 characters", general, ts, strings.Repeat("x", 4001), "msg_too_long"},
	} {
		_, _, _, err := api.UpdateMessageContext(soon(t), row.channel, row.ts, text(row.text))
		if got := code(t, err); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
	s.EditChannel(general, func(c *fakeslack.Channel) { c.Archived = true })
	_, _, _, err := api.UpdateMessageContext(soon(t), general, ts, text("x"))
	if got := code(t, err); got != "is_archived" {
		t.Errorf("archived: got %q", got)
	}
}

func TestEphemeral(t *testing.T) {
	s := workspace(t, fakeslack.Config{Scopes: []string{"chat:write", "chat:write.public"}})
	dead := s.Say(alice, general, "", "no one answers").TS
	active := s.Say(alice, general, "", "someone answers").TS
	s.Say(mallory, general, active, "I do")
	for _, row := range []struct{ name, channel, user, thread, want string }{
		{"in the channel", general, alice, "", ""},
		{"in a thread", general, alice, active, ""},
		{"in a thread without a reply", general, alice, dead, ""},
		{"not in the channel", general, "U0STRANGER", "", "user_not_in_channel"},
		{"public, without the bot", open, alice, "", "not_in_channel"},
		{"private, without the bot", secret, alice, "", "channel_not_found"},
	} {
		_, err := client(s).PostEphemeralContext(soon(t), row.channel, row.user, text(row.name), slack.MsgOptionTS(row.thread))
		if got := code(t, err); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
	seen := s.Ephemerals(alice)
	if len(seen) != 2 || seen[0].Text != "in the channel" || seen[1].ThreadTS != active || seen[0].To != alice {
		t.Errorf("alice saw %+v", seen)
	}
	if len(s.Messages(general)) != 3 || len(s.Ephemerals(mallory)) != 0 {
		t.Error("someone else saw it")
	}
}

func TestLongTextIsCut(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	for n, want := range map[int]int{40_000: 40_000, 40_001: 40_000} {
		ts := post(t, s, general, text(strings.Repeat("x", n)))
		if m, _ := s.Message(general, ts); len(m.Text) != want {
			t.Errorf("of %d characters %d are there", n, len(m.Text))
		}
	}
	_, _, err := client(s).PostMessageContext(soon(t), general, text(" \n"))
	if got := code(t, err); got != "no_text" {
		t.Errorf("nothing: got %q", got)
	}
}

func TestWhatAMessageDoesBesideItsText(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	loud := post(t, s, general, text("x"), slack.MsgOptionLinkNames(true), slack.MsgOptionEnableLinkUnfurl())
	quiet := post(t, s, general, text("x"), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if m, _ := s.Message(general, loud); !m.LinkNames || !m.Unfurl {
		t.Errorf("got %+v", m)
	}
	if m, _ := s.Message(general, quiet); m.LinkNames || m.Unfurl {
		t.Errorf("got %+v", m)
	}
}
