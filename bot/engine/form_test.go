package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// formScene is a chat in which alice may add on the alias friday, for eight hours, and in one
// channel for ever.
func formScene(t *testing.T) (*bottest.Stage, *bottest.Chat) {
	t.Helper()
	stage, chat := open(t)
	alice := []string{bottest.Ref("alice")}
	add := []commands.Verb{commands.Add}
	stage.Rules.Set(bot.Rules{
		Policy: policy.Policy{Rules: []policy.Rule{
			{Name: "eight hours", Allow: alice, Commands: add, Groups: []string{groupA}, For: 8 * time.Hour},
			{Name: "in one channel", Allow: alice, Commands: add, Channels: []string{bottest.Platform + ":studio"}},
		}},
		Names: commands.NewNames(map[string][]imapi.GroupID{"friday": {groupA}}, map[string][]imapi.UserID{"minho": {"user1"}}),
	})
	stage.Run(t, chat)
	return stage, chat
}

// deliver takes a delivery of alice to the bot.
func deliver(t *testing.T, chat *bottest.Chat, d bot.Delivery) (answer bot.Answer) {
	t.Helper()
	d.Caller = commands.Caller{Ref: bottest.Ref("alice")}
	if d.Place.Platform == "" {
		d.Place = commands.Place{Platform: bottest.Platform, Channel: bottest.Platform + ":channel"}
	}
	check(t, door(t, chat).Receive(soon(t), d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
		answer = a
		return "", nil
	}))
	return answer
}

// TestFormOpens: a command without its users is answered by a form for the rest, where the
// platform can open one, and by the mistake where it cannot.
func TestFormOpens(t *testing.T) {
	t.Parallel()
	_, chat := formScene(t)
	for _, tt := range []struct {
		name, text, group string
		opens             bool
		form              bool
	}{
		{"nothing but the verb", "add", "friday", true, true},
		{"a group", "add FRIDAY --for 3h", "friday", true, true},
		{"a place without forms", "add", "", false, false},
		{"what the form has no field for", "add friday --dry-run", "", true, false},
		{"a mistake", "add friday --fro 2h", "", true, false},
		{"another command", "list", "", true, false},
		{"a command without a right", "remove", "", true, false},
		{"a group without a right", "add " + groupB, "", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := deliver(t, chat, bot.Delivery{Key: tt.name, Text: tt.text, Opens: tt.opens})
			if a.Private == nil || a.Private.Entry == 0 || (a.Form != nil) != tt.form {
				t.Fatalf("answered %+v", a)
			}
			if !tt.form {
				return
			}
			group, _ := a.Form.Field(words.GroupField)
			length, _ := a.Form.Field(words.ForField)
			want := "2h"
			if strings.Contains(tt.text, "3h") {
				want = "3h"
			}
			if !slices.Equal(group.Starts, []string{tt.group}) || !slices.Equal(length.Starts, []string{want}) {
				t.Errorf("the form is %+v", a.Form)
			}
		})
	}
}

// TestFormSent: a form does what its command would do, once. A mistake is about a field, leaves
// one row of the audit trail, and does not use the form up.
func TestFormSent(t *testing.T) {
	t.Parallel()
	stage, chat := formScene(t)
	good := bot.Filled{Once: "V1", Verb: commands.Add, Group: "friday", Users: []string{"minho"}, For: "2h"}
	bad := good
	bad.UserIDs, bad.Users = "user2 for 3h", nil
	first := deliver(t, chat, bot.Delivery{Key: "one", Form: &bad})
	again := deliver(t, chat, bot.Delivery{Key: "one", Form: &bad})
	if first.Private == nil || first.Field != words.UserIDsField || again.Private == nil || again.Private.String() != first.Private.String() {
		t.Fatalf("answered %+v, then %+v", first, again)
	}
	accepted := deliver(t, chat, bot.Delivery{Key: "two", Form: &good})
	if accepted.Private != nil || accepted.Entry == 0 {
		t.Fatalf("answered %+v", accepted)
	}
	_, err := chat.Result(soon(t), accepted.Entry)
	check(t, err)
	for _, key := range []string{"two", "three"} {
		if a := deliver(t, chat, bot.Delivery{Key: key, Form: &good}); a.Private != nil || a.Entry != 0 {
			t.Errorf("the same form again was answered %+v", a)
		}
	}
	other := good
	other.Once = "V2"
	if a := deliver(t, chat, bot.Delivery{Key: "four", Form: &other}); a.Entry == 0 {
		t.Errorf("another form was answered %+v", a)
	}
	rows, err := stage.Journal.Asked(soon(t), bot.Filter{}, nil)
	check(t, err)
	var got []string
	for _, r := range rows {
		got = append(got, string(r.Event)+" "+r.Text)
	}
	slices.Sort(got)
	want := []string{"accepted add friday minho --for 2h", "accepted add friday minho --for 2h", "mistaken add group:friday users:user2 for 3h for:2h"}
	if !slices.Equal(got, want) {
		t.Errorf("on record is %q", got)
	}
}

// TestFormRefused: what the sender could not type a form cannot do. A rule for a channel holds
// only where the form was opened there.
func TestFormRefused(t *testing.T) {
	t.Parallel()
	_, chat := formScene(t)
	studio := commands.Place{Platform: bottest.Platform, Channel: bottest.Platform + ":studio"}
	picked := studio
	picked.Picked = true
	for _, tt := range []struct {
		name  string
		place commands.Place
		form  bot.Filled
		field string // empty: it is accepted
	}{
		{"longer than allowed", commands.Place{}, bot.Filled{Verb: commands.Add, Group: "friday", Users: []string{"minho"}, For: "9h"}, words.ForField},
		{"for ever", commands.Place{}, bot.Filled{Verb: commands.Add, Group: "friday", Users: []string{"minho"}, For: words.Endless}, words.ForField},
		{"for ever, in the channel", studio, bot.Filled{Verb: commands.Add, Group: "friday", Users: []string{"minho"}, For: words.Endless}, ""},
		{"for ever, the channel picked", picked, bot.Filled{Verb: commands.Add, Group: "friday", Users: []string{"minho"}, For: words.Endless}, words.ForField},
		{"another group", commands.Place{}, bot.Filled{Verb: commands.Add, GroupID: groupB, UserIDs: "user2"}, words.GroupIDField},
		{"another group, the channel picked", picked, bot.Filled{Verb: commands.Add, GroupID: groupB, UserIDs: "user2"}, words.ChannelField},
		{"another group, in the channel", studio, bot.Filled{Verb: commands.Add, GroupID: groupB, UserIDs: "user2"}, ""},
		{"another command", studio, bot.Filled{Verb: commands.Remove, Group: "friday", UserIDs: "user2"}, words.GroupField},
		{"nobody", studio, bot.Filled{Verb: commands.Add, Group: "friday"}, words.UsersField},
		{"no group", studio, bot.Filled{Verb: commands.Add, UserIDs: "user2"}, words.GroupField},
		{"a verb that no form has", studio, bot.Filled{Verb: "undo", UserIDs: "user2"}, words.GroupField},
		{"a reason that is too long", studio, bot.Filled{Verb: commands.Add, Group: "friday", UserIDs: "user2", Reason: strings.Repeat("a", 201)}, words.ReasonField},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := deliver(t, chat, bot.Delivery{Key: tt.name, Place: tt.place, Form: &tt.form})
			if (a.Private != nil) != (tt.field != "") || a.Field != tt.field || a.Form != nil {
				t.Errorf("answered %+v", a)
			}
		})
	}
}
