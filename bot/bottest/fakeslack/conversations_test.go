package fakeslack_test

import (
	"slices"
	"testing"

	"github.com/slack-go/slack"

	"liveadmin/bot/bottest/fakeslack"
)

func TestHistoryAndReplies(t *testing.T) {
	s := workspace(t, fakeslack.Config{Scopes: []string{"chat:write", "channels:history"}})
	api := client(s)
	entry := slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "entry", EventPayload: map[string]any{"number": 42}})
	first := post(t, s, general, text("first"), entry)
	second := post(t, s, general, text("second"))
	reply := post(t, s, general, text("reply"), slack.MsgOptionTS(first), entry)

	history, err := api.GetConversationHistoryContext(soon(t), &slack.GetConversationHistoryParameters{ChannelID: general, IncludeAllMetadata: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := stamps(history.Messages); !slices.Equal(got, []string{second, first}) {
		t.Errorf("the history is %v", got)
	}
	root := history.Messages[1]
	if root.Metadata.EventType != "entry" || root.Metadata.EventPayload["number"] != 42.0 || root.ThreadTimestamp != first || root.ReplyCount != 1 {
		t.Errorf("the root is %+v", root.Msg)
	}
	replies, _, _, err := api.GetConversationRepliesContext(soon(t), &slack.GetConversationRepliesParameters{ChannelID: general, Timestamp: first})
	if err != nil {
		t.Fatal(err)
	}
	if got := stamps(replies); !slices.Equal(got, []string{first, reply}) {
		t.Errorf("the thread is %v", got)
	}
	if replies[1].Metadata.EventType != "" || replies[1].ThreadTimestamp != first || replies[1].BotID != s.Config().BotID {
		t.Errorf("the reply is %+v", replies[1].Msg)
	}
}

func TestHistoryInPartsAndWindows(t *testing.T) {
	s := workspace(t, fakeslack.Config{Scopes: []string{"chat:write", "channels:history"}})
	var all []string // newest first
	for range 5 {
		all = slices.Insert(all, 0, post(t, s, general, text("x")))
	}
	for _, row := range []struct {
		name   string
		params slack.GetConversationHistoryParameters
		want   []string
		more   bool
	}{
		{"all", slack.GetConversationHistoryParameters{}, all, false},
		{"two", slack.GetConversationHistoryParameters{Limit: 2}, all[:2], true},
		{"since", slack.GetConversationHistoryParameters{Oldest: all[3]}, all[:3], false},
		{"since, inclusive", slack.GetConversationHistoryParameters{Oldest: all[3], Inclusive: true}, all[:4], false},
		{"until", slack.GetConversationHistoryParameters{Latest: all[1]}, all[2:], false},
	} {
		row.params.ChannelID = general
		got, err := client(s).GetConversationHistoryContext(soon(t), &row.params)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(stamps(got.Messages), row.want) || got.HasMore != row.more {
			t.Errorf("%s: got %v and more %v", row.name, stamps(got.Messages), got.HasMore)
		}
		if row.more {
			row.params.Cursor, row.params.Limit = got.ResponseMetaData.NextCursor, 0
			got, err = client(s).GetConversationHistoryContext(soon(t), &row.params)
			if err != nil || !slices.Equal(stamps(got.Messages), all[2:]) {
				t.Errorf("%s, then: got %v, %v", row.name, stamps(got.Messages), err)
			}
		}
	}
}

func TestWhatMayNotBeRead(t *testing.T) {
	s := workspace(t, fakeslack.Config{Scopes: []string{"channels:history", "groups:history"}})
	for channel, want := range map[string]string{open: "not_in_channel", secret: "channel_not_found", "C0NOWHERE": "channel_not_found"} {
		_, err := client(s).GetConversationHistoryContext(soon(t), &slack.GetConversationHistoryParameters{ChannelID: channel})
		if got := code(t, err); got != want {
			t.Errorf("%s: got %q, want %q", channel, got, want)
		}
	}
	_, _, _, err := client(s).GetConversationRepliesContext(soon(t), &slack.GetConversationRepliesParameters{ChannelID: general, Timestamp: "1.000001"})
	if got := code(t, err); got != "thread_not_found" {
		t.Errorf("got %q", got)
	}
}

func TestDirectMessages(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	for _, said := range []string{"one", "two"} {
		post(t, s, alice, text(said))
	}
	if got := s.Direct(alice); len(got) != 2 || got[0].Text != "one" || got[1].Text != "two" {
		t.Errorf("got %+v", got)
	}
}

func stamps(messages []slack.Message) []string {
	var list []string
	for _, m := range messages {
		list = append(list, m.Timestamp)
	}
	return list
}
