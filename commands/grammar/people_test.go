package grammar

import (
	"reflect"
	"testing"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// chatters are people with accounts, as one of them types.
func chatters(typist string) commands.Names {
	return commands.NewNames(
		map[string][]imapi.GroupID{"friday-show": {"@TGS#a6I4ZUUGO"}},
		map[string][]imapi.UserID{"minho": {"u_8821"}, "yuna": {"u_9902"}, "me": {"u_7"}, "night": {"u_8821", "u_9902"}},
	).WithAccounts(map[string]string{
		"slack:user:U0MINHO": "minho", "slack:user:U0YUNA": "yuna", "discord:user:16": "yuna", "slack:user:U0NIGHT": "night",
	}).TypedBy(typist)
}

const (
	minhoInSlack  = "slack:user:U0MINHO"
	yunaInDiscord = "discord:user:16"
)

// TestPeopleOfTheChat: me is the one who types, a mention is that person on the platform on
// which it was typed, and @name is the name; in a text and in a field.
func TestPeopleOfTheChat(t *testing.T) {
	minho, yuna := commands.Person{Name: "minho", ID: "u_8821"}, commands.Person{Name: "yuna", ID: "u_9902"}
	crew := []commands.Person{{Name: "night", ID: "u_8821"}, {Name: "night", ID: "u_9902"}}
	for _, tt := range []struct {
		name, typist, users string
		want                []commands.Person
	}{
		{"me", minhoInSlack, "me", []commands.Person{minho}},
		{"me in another case", yunaInDiscord, "Me", []commands.Person{yuna}},
		{"me and my own name", minhoInSlack, "minho, me", []commands.Person{minho}},
		{"somebody who is called me", minhoInSlack, `"me"`, []commands.Person{{Name: "me", ID: "u_7"}}},
		{"a mention", minhoInSlack, "<@U0YUNA>", []commands.Person{yuna}},
		{"a mention with a label, which does not count", minhoInSlack, "<@U0YUNA|minho>", []commands.Person{yuna}},
		{"a mention in quotes", minhoInSlack, `"<@U0YUNA>"`, []commands.Person{yuna}},
		{"a mention in Discord", yunaInDiscord, "<@16>", []commands.Person{yuna}},
		{"a mention with a nickname in Discord", yunaInDiscord, "<@!16>", []commands.Person{yuna}},
		{"mentions between UserIDs", minhoInSlack, "u1 <@U0YUNA>,<@U0MINHO> u2", []commands.Person{{ID: "u1"}, yuna, minho, {ID: "u2"}}},
		{"a typed @", minhoInSlack, "@minho", []commands.Person{minho}},
		{"a typed @ in another case", minhoInSlack, "@YUNA", []commands.Person{yuna}},
		{"a typed @ before a crew", minhoInSlack, "@night", crew},
		{"a UserID that begins with @", minhoInSlack, `"@minho"`, []commands.Person{{ID: "@minho"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			names := chatters(tt.typist)
			filled := Fields{Verb: "remove"}.With("group", "friday-show").With("users", tt.users)
			inText, m1 := Parse("remove friday-show "+tt.users, names, notSecret)
			inField, m2 := New(filled, names, notSecret)
			for _, c := range []commands.Command{inText, inField} {
				if m1 != nil || m2 != nil || !reflect.DeepEqual(c.Users, tt.want) {
					t.Errorf("means %+v, %+v, %+v", c.Users, m1, m2)
				}
			}
			again, m := Parse(Format(inText), names, notSecret)
			if m != nil || !reflect.DeepEqual(again, inText) {
				t.Errorf("%q is read as %+v, %+v", Format(inText), again, m)
			}
			swapped, m := Parse("add friday-show u9 --replace "+tt.users, names, notSecret)
			if m != nil || !reflect.DeepEqual(swapped.Replace, tt.want) {
				t.Errorf("to be replaced: %+v, %+v", swapped.Replace, m)
			}
		})
	}
}

// TestUnknownPeople: somebody of whom no UserID is known is asked back, and no one else is
// taken in their place.
func TestUnknownPeople(t *testing.T) {
	for _, tt := range []struct {
		name, typist, users string
		want                Mistake
	}{
		{"me", "slack:user:U0ALICE", "me", Mistake{Problem: UnknownCaller, Account: "slack:user:U0ALICE"}},
		{"me on another platform", "discord:user:0MINHO", "me", Mistake{Problem: UnknownCaller, Account: "discord:user:0MINHO"}},
		{"me of nobody", "", "me", Mistake{Problem: UnknownCaller}},
		{"a mention", minhoInSlack, "<@U0ALICE>", Mistake{Problem: UnknownPerson, Word: "<@U0ALICE>", Account: "slack:user:U0ALICE"}},
		{"a mention with the name of another", minhoInSlack, "<@U0ALICE|yuna>", Mistake{Problem: UnknownPerson, Word: "@yuna", Account: "slack:user:U0ALICE"}},
		{"an account of another platform", yunaInDiscord, "<@U0YUNA>", Mistake{Problem: UnknownPerson, Word: "<@U0YUNA>", Account: "discord:user:U0YUNA"}},
		{"an account of a crew", minhoInSlack, "<@U0NIGHT>", Mistake{Problem: UnknownPerson, Word: "<@U0NIGHT>", Account: "slack:user:U0NIGHT"}},
		{"a typed @", minhoInSlack, "@alice", Mistake{Problem: UnknownPerson, Word: "@alice"}},
		{"a role with the ID of a person", yunaInDiscord, "<@&16>", Mistake{Problem: CrowdMention, Word: "<@&16>"}},
		{"a user group with the ID of a person", minhoInSlack, "<!subteam^U0YUNA>", Mistake{Problem: CrowdMention, Word: "<!subteam^U0YUNA>"}},
		{"a part of a word", minhoInSlack, "x<@U0YUNA>", Mistake{Problem: PersonMention, Word: "<@U0YUNA>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := "add friday-show " + tt.users
			tt.want.Verb, tt.want.Typed = commands.Add, text
			c, m := Parse(text, chatters(tt.typist), notSecret)
			if m == nil || *m != tt.want {
				t.Errorf("%+v, %+v", c, m)
			}
		})
	}
}

// TestHistoryOfPeople: the history of a caller is that of their account.
func TestHistoryOfPeople(t *testing.T) {
	for _, tt := range []struct{ text, about string }{
		{"history me", "U0MINHO"}, {"history <@U0YUNA>", "U0YUNA"}, {`history "me"`, "me"},
	} {
		c, m := Parse(tt.text, chatters(minhoInSlack), notSecret)
		if m != nil || c.About != tt.about {
			t.Errorf("%q is about %q, %+v", tt.text, c.About, m)
		}
	}
	if c, m := Parse("history @minho", chatters(minhoInSlack), notSecret); m != nil || len(c.Users) != 1 || c.Users[0].ID != "u_8821" {
		t.Errorf("%+v, %+v", c, m)
	}
}
