package grammar

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"liveadmin/commands"
)

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fields Fields
		want   commands.Command
	}{
		{"nothing", Fields{}, commands.Command{Verb: commands.Welcome}},
		{"every field of add", Fields{Verb: "add", Group: "friday-show", Users: "u1, u2", For: "2h", Replace: "u3 u4", Reason: "shift change", New: true, DryRun: true},
			commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1", "u2"), Replace: byID("u3", "u4"), For: 2 * time.Hour, Reason: "shift change", New: true, DryRun: true}},
		{"a group with spaces", Fields{Verb: "add", Group: " my\u00a0show 1 ", Users: "u1"}, adding(custom("my show 1"), "u1")},
		{"an alias with spaces", Fields{Verb: "list", Group: "Two Words"}, commands.Command{Verb: commands.List, Target: wordsGroup()}},
		{"a group in quotes", Fields{Verb: "add", Group: "“@show”", Users: "u1"}, adding(custom("@show"), "u1")},
		{"a group in backticks", Fields{Verb: "add", Group: "`@TGS#a1`", Users: "u1"}, adding(custom("@TGS#a1"), "u1")},
		{"a group with a quote in it", Fields{Verb: "add", Group: `"a" and "b"`, Users: "u1"}, adding(custom(`"a" and "b"`), "u1")},
		{"a group that begins with a hyphen", Fields{Verb: "add", Group: "-vip", Users: "u1"}, adding(custom("-vip"), "u1")},
		{"quoted users", Fields{Verb: "remove", Group: "friday-show", Users: `"u 1" minho`}, commands.Command{Verb: commands.Remove, Target: friday(), Users: []commands.Person{{Name: "", ID: "u 1"}, {Name: "minho", ID: "u_8821"}}}},
		{"a reason with flags in it", Fields{Verb: "add", Group: "friday-show", Users: "u1", Reason: "see --for"}, withReason("see --for")},
		{"a quoted reason", Fields{Verb: "add", Group: "friday-show", Users: "u1", Reason: "“late”"}, withReason("late")},
		{"a synonym", Fields{Verb: "ls", Group: "friday-show"}, commands.Command{Verb: commands.List, Target: friday()}},
		{"fields of white space", Fields{Verb: "list", Group: "friday-show", Users: " ", Reason: "\n"}, commands.Command{Verb: commands.List, Target: friday()}},
		{"history of a mention", Fields{Verb: "history", About: "<@!165511591545143296>", Since: "1d"}, commands.Command{Verb: commands.History, About: "165511591545143296", Since: 24 * time.Hour}},
		{"history of a number", Fields{Verb: "history", About: "#42"}, commands.Command{Verb: commands.History, Number: 42}},
		{"help", Fields{Verb: "help", Topic: "add"}, commands.Command{Verb: commands.Help, Topic: commands.Add}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, m := New(tt.fields, cast(), notSecret)
			if m != nil {
				t.Fatalf("a mistake: %+v", *m)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
			checkRoundTrip(t, got)
		})
	}
}

func TestNewMistakes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fields Fields
		want   Mistake
	}{
		{"an unknown verb", Fields{Verb: "ad"}, Mistake{Problem: UnknownVerb, Verb: commands.Add, Word: "ad", Nearest: "add", Typed: "ad"}},
		{"no group", Fields{Verb: "add", Users: "u1"}, Mistake{Problem: GroupMissing, Verb: commands.Add, Typed: "add users:u1"}},
		{"the group among the users", Fields{Verb: "add", Users: "friday-show u1"}, Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "friday-show", Typed: "add users:friday-show u1"}},
		{"no users", Fields{Verb: "add", Group: "friday-show", New: true}, Mistake{Problem: UsersMissing, Verb: commands.Add, Typed: "add group:friday-show new:True"}},
		{"near an alias", Fields{Verb: "list", Group: "friday-shw"}, Mistake{Problem: NearAlias, Verb: commands.List, Word: "friday-shw", Nearest: "friday-show", Typed: "list group:friday-shw"}},
		{"a channel", Fields{Verb: "list", Group: "<#123>"}, Mistake{Problem: ChannelMention, Verb: commands.List, Word: "<#123>", Typed: "list group:<#123>"}},
		{"a person", Fields{Verb: "remove", Group: "friday-show", Users: "<@123>"}, Mistake{Problem: PersonMention, Verb: commands.Remove, Word: "<@123>", Typed: "remove group:friday-show users:<@123>"}},
		{"a flag among the users", Fields{Verb: "add", Group: "friday-show", Users: "u1 --for 2h"}, Mistake{Problem: TooManyWords, Verb: commands.Add, Word: "--for", Typed: "add group:friday-show users:u1 --for 2h"}},
		{"users for list", Fields{Verb: "list", Group: "friday-show", Users: "u1"}, Mistake{Problem: TooManyWords, Verb: commands.List, Word: "u1", Typed: "list group:friday-show users:u1"}},
		{"a limit for remove", Fields{Verb: "remove", Group: "friday-show", Users: "u1", For: "2h"}, Mistake{Problem: FlagElsewhere, Verb: commands.Remove, Word: "--for", Typed: "remove group:friday-show users:u1 for:2h"}},
		{"a switch for list", Fields{Verb: "list", Group: "friday-show", DryRun: true}, Mistake{Problem: FlagElsewhere, Verb: commands.List, Word: "--dry-run", Typed: "list group:friday-show dry_run:True"}},
		{"a limit in words", Fields{Verb: "add", Group: "friday-show", Users: "u1", For: "2 hours"}, Mistake{Problem: BadDuration, Verb: commands.Add, Word: "2 hours", Typed: "add group:friday-show users:u1 for:2 hours"}},
		{"zero-width inside the group", Fields{Verb: "list", Group: "a\u200bb"}, Mistake{Problem: InvisibleChar, Verb: commands.List, Word: "a\u200bb", Char: '\u200b', Typed: "list group:a\u200bb"}},
		{"a group of nothing visible", Fields{Verb: "list", Group: "\u200b"}, Mistake{Problem: InvisibleChar, Verb: commands.List, Word: "\u200b", Char: '\u200b', Typed: "list group:\u200b"}},
		{"a direction mark before a user", Fields{Verb: "add", Group: "friday-show", Users: "\u202eevil"}, Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "\u202eevil", Char: '\u202e', Typed: "add group:friday-show users:\u202eevil"}},
		{"an option among the users", Fields{Verb: "add", Group: "friday-show", Users: "u1 for 90m"}, Mistake{Problem: OptionWord, Verb: commands.Add, Word: "for", Nearest: "--for 90m", Typed: "add group:friday-show users:u1 for 90m"}},
		{"a group among the users", Fields{Verb: "add", Group: "friday-show", Users: "weekend"}, Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "weekend", Typed: "add group:friday-show users:weekend"}},
		{"a group for whoami", Fields{Verb: "whoami", Group: "friday-show"}, Mistake{Problem: TooManyWords, Verb: commands.Whoami, Word: "friday-show", Typed: "whoami group:friday-show"}},
		{"too long", Fields{Verb: "add", Reason: strings.Repeat("a", 4096)}, Mistake{Problem: TooLong, Count: 4107, Limit: 4096, Typed: "add reason:" + strings.Repeat("a", 4096)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, m := New(tt.fields, cast(), notSecret)
			if m == nil {
				t.Fatalf("understood: %+v", c)
			}
			if *m != tt.want {
				t.Errorf("\n got %+v\nwant %+v", *m, tt.want)
			}
		})
	}
}

func FuzzNew(f *testing.F) {
	f.Add("add", "my show", "u1, \"u 2\"", "u3", "2h", "shift change", "", "", "", true)
	f.Add("history", "", "", "", "", "", "#42", "2w", "", false)
	f.Add("list", "“@show”", "", "", "", "", "", "", "", false)
	f.Add("help", "", "", "", "", "", "", "", "rm", false)
	f.Fuzz(func(t *testing.T, verb, group, users, replace, limit, reason, about, since, topic string, on bool) {
		c, m := New(Fields{
			Verb: verb, Group: group, Users: users, Replace: replace, For: limit, Reason: reason,
			About: about, Since: since, Topic: topic, New: on, DryRun: on,
		}, cast(), notSecret)
		checkRead(t, c, m)
	})
}

// wordsGroup is the alias with a space in it.
func wordsGroup() commands.Target {
	target, _ := cast().Group("two words")
	return target
}
