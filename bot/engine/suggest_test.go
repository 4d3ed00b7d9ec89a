package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// asking is alice's question about a field.
func asking(field, typed, group string) bot.Question {
	q := bot.Question{
		Caller: commands.Caller{Ref: bottest.Ref("alice")}, Place: commands.Place{Platform: bottest.Platform},
		Field: field, Fields: grammar.Fields{Verb: "remove"},
	}
	if field == "users" {
		q.Fields = q.Fields.With("group", group)
	}
	q.Fields = q.Fields.With(field, typed)
	return q
}

// TestSuggest: see the tests of the platform that asks for who may see what; here, the
// odd ones.
func TestSuggest(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.API.AddGroup("@TGS#aODD", simulator.Group{Admins: []string{"-dash", "@at", "a b", "minho", "fine"}})
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"show": {"@TGS#aODD"}, "`odd`": {groupA}}, map[string][]imapi.UserID{"minho": {"u_8821"}})
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	suggester := door(t, chat).(bot.Suggester)
	for _, test := range []struct {
		name string
		q    bot.Question
		want []string
	}{
		{"an alias that reads as something else", asking("group", "`", ""), nil},
		{"UserIDs that mean themselves", asking("users", "", "show"), []string{"fine", "minho"}},
		{"one that is named already", asking("users", "fine minho ", "show"), nil},
		{"a group that is a mistake", asking("users", "", "#general"), []string{"minho"}},
		{"half a character", asking("group", "\xc3", ""), nil},
		{"another field", asking("reason", "", ""), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := suggester.Suggest(t.Context(), test.q); !slices.Equal(got, test.want) {
				t.Errorf("suggested %q, want %q", got, test.want)
			}
		})
	}
}

// TestSuggestPeople: names of people are suggested to who has some right, and me to whom the
// config file knows; what means something else is in quotes.
func TestSuggestPeople(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.API.AddGroup("@TGS#aSHOW", simulator.Group{Admins: []string{"host"}})
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{
		"minho": {"u_1"}, "Maria": {"u_2"}, "s\u00e9b": {"u_3"}, "for": {"u_4"}, "night": {"u_1", "u_2"},
	}).WithAccounts(map[string]string{bottest.Ref("alice"): "Maria"})
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	suggester := door(t, chat).(bot.Suggester)
	for _, test := range []struct {
		name, who, verb, typed string
		want                   []string
	}{
		{"everybody", "alice", "add", "", []string{"me", "Maria", `"for"`, "minho", "night", "s\u00e9b"}},
		{"a beginning in another case", "alice", "add", "M", []string{"me", "Maria", "minho"}},
		{"a beginning in Unicode's other form", "alice", "add", "se\u0301", []string{"s\u00e9b"}},
		{"those who are named already", "alice", "add", "me minho ", []string{`me minho "for"`, "me minho s\u00e9b"}},
		{"to remove, administrators first", "alice", "remove", "", []string{"host", "me", "Maria", `"for"`, "minho", "night", "s\u00e9b"}},
		{"somebody without any right", "mallory", "add", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := asking("users", test.typed, "@TGS#aSHOW")
			q.Caller.Ref, q.Fields.Verb = bottest.Ref(test.who), test.verb
			if got := suggester.Suggest(t.Context(), q); !slices.Equal(got, test.want) {
				t.Errorf("suggested %q, want %q", got, test.want)
			}
		})
	}
}

// TestSuggestIsFresh: what was read counts for seconds only, and not beyond a change by
// the bot; who types does not make a call with every letter.
func TestSuggestIsFresh(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	suggester := door(t, chat).(bot.Suggester)
	see := func(want ...string) {
		t.Helper()
		if got := suggester.Suggest(t.Context(), asking("users", "", groupA)); !slices.Equal(got, want) {
			t.Errorf("suggested %q, want %q", got, want)
		}
	}
	see()
	_, err := chat.Ask("alice", "add "+groupA+" user1")
	check(t, err)
	see("user1")
	check(t, stage.API.SetAdmins(groupA, []string{"user1", "user2"}))
	calls := len(stage.API.Calls())
	see("user1")
	if n := len(stage.API.Calls()); n != calls {
		t.Errorf("%d calls more", n-calls)
	}
	stage.Clock.Advance(11 * time.Second)
	see("user1", "user2")
}

// TestSuggestRecentGroups: groups of the newest commands are suggested, of those that needed an
// approval, too, and whatever cannot be read any more of others.
func TestSuggestRecentGroups(t *testing.T) {
	t.Parallel()
	stage, chat := approvals(t, "")
	stop := stage.Run(t, chat)
	for _, text := range []string{"list " + groupB, "ad " + groupB} {
		_, err := chat.Say(soon(t), "alice", text)
		check(t, err)
	}
	ask(t, stage, chat, "add "+groupA+" user1 --for 2h")
	stop()
	damage(t, stage, `DROP TRIGGER audit_update; UPDATE audit SET users = '[' WHERE what = 'mistaken'`)
	stage.Restart(t)
	stage.Run(t, chat)
	if got := door(t, chat).(bot.Suggester).Suggest(t.Context(), asking("group", "@TGS", "")); !slices.Equal(got, []string{groupA, groupB}) {
		t.Errorf("suggested %q", got)
	}
}

// TestSuggestNeverFails: when the journal or Tencent does not answer, when the bot
// stops, or when somebody types nonsense, there is nothing, or what is known.
func TestSuggestNeverFails(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"show": {groupA}}, nil)
	stage.Rules.Set(rules)
	stop := stage.Run(t, chat)
	suggester := door(t, chat).(bot.Suggester)
	check(t, stage.API.Inject(simulator.Fault{Code: 10004, Times: -1}))
	if got := suggester.Suggest(t.Context(), asking("users", "", "show")); len(got) > 0 {
		t.Errorf("suggested %q", got)
	}
	check(t, stage.Journal.Close())
	if got := suggester.Suggest(t.Context(), asking("group", "", "")); !slices.Equal(got, []string{"show"}) {
		t.Errorf("suggested %q", got)
	}
	stop()
	if got := suggester.Suggest(t.Context(), asking("group", "", "")); len(got) > 0 {
		t.Errorf("suggested %q after the end", got)
	}
}

// TestSuggestBounds: never more than 25, and never longer than 100 characters.
func TestSuggestBounds(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	names := map[string][]imapi.GroupID{strings.Repeat("é", 101): {groupA}, strings.Repeat("a", 101): {groupA}}
	for i := range 40 {
		names[fmt.Sprintf("show-%02d", i)] = []imapi.GroupID{groupA}
	}
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(names, nil)
	stage.Rules.Set(rules)
	stage.Run(t, chat)
	suggester := door(t, chat).(bot.Suggester)
	if got := suggester.Suggest(t.Context(), asking("group", "", "")); len(got) != 25 || got[0] != "show-00" {
		t.Errorf("suggested %q", got)
	}
}
