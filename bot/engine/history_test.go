package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// TestHistorySees: everybody sees their own, and what is about groups on which some
// rule gives them some command; refused ones too, but those of callers without any right
// only if that caller is asked for.
func TestHistorySees(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
		{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}},
		{Name: "rule 1", Allow: []string{bottest.Ref("bob")}, Commands: []commands.Verb{commands.List}, Groups: []string{groupA}},
	}}})
	stage.Run(t, chat)
	say := func(who, text string) string {
		t.Helper()
		got, err := chat.Say(soon(t), who, strings.NewReplacer("GROUPA", groupA, "GROUPB", groupB).Replace(text))
		check(t, err)
		return got
	}
	say("alice", "add GROUPA user1")      // 1
	say("alice", "add GROUPB user2")      // 2
	say("bob", "add GROUPA user3")        // 3: refused
	say("mallory", "remove GROUPA user1") // 4: refused
	say("mallory", "remove GROUPB user2") // 5: refused
	say("mallory", "ad GROUPA user1")     // 6: mistaken
	for _, test := range []struct {
		who, text string
		want, not []string
	}{
		{"alice", "history", []string{"#1 ", "#2 ", "#3 "}, []string{"#4 ", "#5 ", "#6 "}},
		{"bob", "history", []string{"#1 ", "#3 "}, []string{"#2 ", "#4 ", "#5 ", "#6 "}},
		{"mallory", "history", []string{"#4 ", "#5 ", "#6 "}, []string{"#1 ", "#2 ", "#3 "}},
		{"alice", "history GROUPA", []string{"#1 ", "#3 "}, []string{"#2 ", "#4 "}},
		{"alice", "history GROUPB", []string{"#2 "}, []string{"#1 ", "#5 "}},
		{"alice", "history mallory", []string{"#4 ", "#5 "}, []string{"#1 ", "#6 "}},
		{"bob", "history mallory", []string{"#4 "}, []string{"#5 ", "#6 "}},
		{"alice", "history #4", []string{"⛔ Not allowed"}, nil},
		{"alice", "history user1", []string{"#1 "}, []string{"#2 "}},
		{"alice", "history chat:user:mallory", []string{"#4 ", "#5 "}, []string{"#1 "}},
		{"bob", "history #2", []string{"Nothing is on record for this."}, []string{"user2"}},
		{"bob", "history #1", []string{"#1 ", "✅ Done", "Asked in #channel", "• user1: added", "[Undo]"}, nil},
		{"mallory", "history #4", []string{"⛔ Not allowed"}, []string{"[Undo]"}},
	} {
		got := say(test.who, test.text)
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s: %q is missing in\n%s", test.who, test.text, want, got)
			}
		}
		for _, not := range test.not {
			if strings.Contains(got, not) {
				t.Errorf("%s: %s: %q should not be in\n%s", test.who, test.text, not, got)
			}
		}
	}
}

// TestHistoryWhere: the list says where an entry was asked, if not in the channel where it is read.
func TestHistoryWhere(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "list GROUP")
	d := utterance("elsewhere", "alice", "history")
	here, err := bring(soon(t), door(t, chat), d)
	check(t, err)
	d.Key, d.Place.Channel = "here", bottest.Platform+":backstage"
	elsewhere, err := bring(soon(t), door(t, chat), d)
	check(t, err)
	says(t, here, "@alice   /liveadmin list", "!#channel")
	says(t, elsewhere, "@alice   #channel   /liveadmin list", "@alice   #channel   /liveadmin history")
}

// TestHistoryOfAFlood: what somebody without any right types, however much, hides nothing
// from those who work.
func TestHistoryOfAFlood(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1")
	for i := range 600 { // more than is looked at; written as the caps would let them in within 20 minutes
		r := bot.Record{Event: bot.WasRefused, Outcome: commands.Refused, Detail: string(policy.NoRight), Groups: []imapi.GroupID{groupA}}
		if i%2 == 0 {
			r = bot.Record{Event: bot.WasMistaken, Outcome: commands.Mistaken}
		}
		r.Caller, r.At = bottest.Ref("mallory"), stage.Clock.Now()
		_, _, err := stage.Journal.Note(t.Context(), fmt.Sprint("flood", i), r)
		check(t, err)
	}
	for _, text := range []string{"history", "history GROUP", "history user1"} {
		if got := tell(t, chat, text); !strings.Contains(got, "#1 ") || strings.Contains(got, "mallory") {
			t.Errorf("%s was answered %s", text, got)
		}
	}
}

// TestHistoryOfOne: a number shows that entry with its end and its undo.
func TestHistoryOfOne(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1 --for 30m")
	got := tell(t, chat, "history #1")
	for _, want := range []string{"add " + groupA + " user1 --for 30m", "user1 in " + groupA + ", until 2026-11-20 16:00 UTC", "[Undo]"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	stage.Clock.Advance(30 * time.Minute)
	said(t, chat, 1, "removed")
	stage.Clock.Advance(change.UndoFor)
	got = tell(t, chat, "history #1")
	if strings.Contains(got, "Temporary administrators") || strings.Contains(got, "[Undo]") {
		t.Errorf("the end that is over, or an undo that is too late, in\n%s", got)
	}
	if got := tell(t, chat, "history GROUP"); !strings.Contains(got, "by itself") || !strings.Contains(got, "access from #1 expired") {
		t.Errorf("the end is missing in\n%s", got)
	}
}

// TestHistoryOfADamaged: of an entry that cannot be read any more, a number shows what the audit
// trail has.
func TestHistoryOfADamaged(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stop := stage.Run(t, chat)
	tell(t, chat, "add GROUP user1")
	stop()
	damage(t, stage, `UPDATE entry SET command = '{' WHERE number = 1`)
	stage.Restart(t)
	stage.Run(t, chat)
	says(t, tell(t, chat, "history #1"), "✅ Done", "add "+groupA+" user1", "Asked in #channel", "![Undo]")
}

// TestHistoryOfLongAgo: after 30 days the audit trail still has everything, and the button does
// nothing any more.
func TestHistoryOfLongAgo(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.Run(t, chat)
	tell(t, chat, "add GROUP user1")
	until(t, "it is closed", func() bool { // the days count from then
		e, _, err := stage.Journal.Entry(t.Context(), 1)
		check(t, err)
		return e.State == bot.Posted
	})
	stage.Clock.Advance(31 * 24 * time.Hour)
	until(t, "it is forgotten", func() bool {
		e, found, err := stage.Journal.Entry(t.Context(), 1)
		check(t, err)
		return found && e.Command.Verb == ""
	})
	if got := tell(t, chat, "history #1"); !strings.Contains(got, "add "+groupA+" user1   ✅ Done") || strings.Contains(got, "[") {
		t.Errorf("answered %s", got)
	}
	if got := press(t, chat, "alice", change.UndoAction, 1); !strings.Contains(got, "(private) This button has expired. Type the command instead.") {
		t.Errorf("answered %s", got)
	}
}
