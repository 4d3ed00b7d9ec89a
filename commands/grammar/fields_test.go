package grammar

import (
	"reflect"
	"slices"
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
		{"every field of add", filled("add", "group", "friday-show", "users", "u1, u2", "for", "2h", "replace", "u3 u4", "reason", "shift change", "new", "True", "dry_run", "True"),
			commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1", "u2"), Replace: byID("u3", "u4"), For: 2 * time.Hour, Reason: "shift change", New: true, DryRun: true}},
		{"a group with spaces", filled("add", "group", " my\u00a0show 1 ", "users", "u1"), adding(custom("my show 1"), "u1")},
		{"an alias with spaces", filled("list", "group", "Two Words"), commands.Command{Verb: commands.List, Target: wordsGroup()}},
		{"a group in quotes", filled("add", "group", "“@show”", "users", "u1"), adding(custom("@show"), "u1")},
		{"a group in backticks", filled("add", "group", "`@TGS#a1`", "users", "u1"), adding(custom("@TGS#a1"), "u1")},
		{"a group with a quote in it", filled("add", "group", `"a" and "b"`, "users", "u1"), adding(custom(`"a" and "b"`), "u1")},
		{"a group that begins with a hyphen", filled("add", "group", "-vip", "users", "u1"), adding(custom("-vip"), "u1")},
		{"quoted users", filled("remove", "group", "friday-show", "users", `"u 1" minho`), commands.Command{Verb: commands.Remove, Target: friday(), Users: []commands.Person{{Name: "", ID: "u 1"}, {Name: "minho", ID: "u_8821"}}}},
		{"a reason with flags in it", filled("add", "group", "friday-show", "users", "u1", "reason", "see --for"), withReason("see --for")},
		{"a quoted reason", filled("add", "group", "friday-show", "users", "u1", "reason", "“late”"), withReason("late")},
		{"a synonym", filled("ls", "group", "friday-show"), commands.Command{Verb: commands.List, Target: friday()}},
		{"fields of white space", filled("list", "group", "friday-show", "users", " ", "reason", "\n"), commands.Command{Verb: commands.List, Target: friday()}},
		{"history of a mention", filled("history", "about", "<@!165511591545143296>", "since", "1d"), commands.Command{Verb: commands.History, About: "165511591545143296", Since: 24 * time.Hour}},
		{"history of a number", filled("history", "about", "#42"), commands.Command{Verb: commands.History, Number: 42}},
		{"help", filled("help", "command", "add"), commands.Command{Verb: commands.Help, Topic: commands.Add}},
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
		{"an unknown verb", filled("ad"), Mistake{Problem: UnknownVerb, Verb: commands.Add, Word: "ad", Nearest: "add", Typed: "ad"}},
		{"no group", filled("add", "users", "u1"), Mistake{Problem: GroupMissing, Verb: commands.Add, Typed: "add users:u1", Field: "group"}},
		{"the group among the users", filled("add", "users", "friday-show u1"), Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "friday-show", Typed: "add users:friday-show u1", Field: "users"}},
		{"no users", filled("add", "group", "friday-show", "new", "True"), Mistake{Problem: UsersMissing, Verb: commands.Add, Typed: "add group:friday-show new:True", Field: "users"}},
		{"near an alias", filled("list", "group", "friday-shw"), Mistake{Problem: NearAlias, Verb: commands.List, Word: "friday-shw", Nearest: "friday-show", Typed: "list group:friday-shw", Field: "group"}},
		{"a channel", filled("list", "group", "<#123>"), Mistake{Problem: ChannelMention, Verb: commands.List, Word: "<#123>", Typed: "list group:<#123>", Field: "group"}},
		{"a person", filled("remove", "group", "friday-show", "users", "<@123>"), Mistake{Problem: PersonMention, Verb: commands.Remove, Word: "<@123>", Typed: "remove group:friday-show users:<@123>", Field: "users"}},
		{"a flag among the users", filled("add", "group", "friday-show", "users", "u1 --for 2h"), Mistake{Problem: TooManyWords, Verb: commands.Add, Word: "--for", Typed: "add group:friday-show users:u1 --for 2h", Field: "users"}},
		{"users for list", filled("list", "group", "friday-show", "users", "u1"), Mistake{Problem: TooManyWords, Verb: commands.List, Word: "u1", Typed: "list group:friday-show users:u1"}},
		{"a limit for remove", filled("remove", "group", "friday-show", "users", "u1", "for", "2h"), Mistake{Problem: FlagElsewhere, Verb: commands.Remove, Word: "--for", Typed: "remove group:friday-show users:u1 for:2h"}},
		{"a switch for list", filled("list", "group", "friday-show", "dry_run", "True"), Mistake{Problem: FlagElsewhere, Verb: commands.List, Word: "--dry-run", Typed: "list group:friday-show dry_run:True"}},
		{"a limit in words", filled("add", "group", "friday-show", "users", "u1", "for", "2 hours"), Mistake{Problem: BadDuration, Verb: commands.Add, Word: "2 hours", Typed: "add group:friday-show users:u1 for:2 hours", Field: "for"}},
		{"zero-width inside the group", filled("list", "group", "a\u200bb"), Mistake{Problem: InvisibleChar, Verb: commands.List, Word: "a\u200bb", Char: '\u200b', Typed: "list group:a\u200bb", Field: "group"}},
		{"a group of nothing visible", filled("list", "group", "\u200b"), Mistake{Problem: InvisibleChar, Verb: commands.List, Word: "\u200b", Char: '\u200b', Typed: "list group:\u200b", Field: "group"}},
		{"a direction mark before a user", filled("add", "group", "friday-show", "users", "\u202eevil"), Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "\u202eevil", Char: '\u202e', Typed: "add group:friday-show users:\u202eevil", Field: "users"}},
		{"an option among the users", filled("add", "group", "friday-show", "users", "u1 for 90m"), Mistake{Problem: OptionWord, Verb: commands.Add, Word: "for", Nearest: "--for 90m", Typed: "add group:friday-show users:u1 for 90m", Field: "users"}},
		{"a group among the users", filled("add", "group", "friday-show", "users", "weekend"), Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "weekend", Typed: "add group:friday-show users:weekend", Field: "users"}},
		{"a group for whoami", filled("whoami", "group", "friday-show"), Mistake{Problem: TooManyWords, Verb: commands.Whoami, Word: "friday-show", Typed: "whoami group:friday-show"}},
		{"too long", filled("add", "reason", strings.Repeat("a", 4096)), Mistake{Problem: TooLong, Count: 4107, Limit: 4096, Typed: "add reason:" + strings.Repeat("a", 4096)}},
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
		fields := filled(verb, "group", group, "users", users, "replace", replace, "for", limit, "reason", reason,
			"about", about, "since", since, "command", topic)
		if on {
			fields = fields.With("new", "True").With("dry_run", "True")
		}
		c, m := New(fields, cast(), notSecret)
		checkRead(t, c, m)
	})
}

// filled is a command with its options, each with its text after its name.
func filled(verb string, options ...string) Fields {
	f := Fields{Verb: verb}
	for pair := range slices.Chunk(options, 2) {
		f = f.With(pair[0], pair[1])
	}
	return f
}

// wordsGroup is the alias with a space in it.
func wordsGroup() commands.Target {
	target, _ := cast().Group("two words")
	return target
}
