package grammar

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// cast is the names that the tests of reading play with.
func cast() commands.Names {
	return commands.NewNames(
		map[string][]imapi.GroupID{
			"friday-show": {"@TGS#a6I4ZUUGO"},
			"weekend":     {"@TGS#aSAT", "@TGS#aSUN"},
			"show":        {"@TGS#aSHOW"},
			"secret-show": {"@TGS#aSECRET"},
			"two words":   {"@TGS#aTWO"},
		},
		map[string][]imapi.UserID{
			"minho":  {"u_8821"},
			"night":  {"u_8821", "u_9902"},
			"five":   {"f1", "f2", "f3", "f4", "f5"},
			"Zoë":    {"u_zoe"},
			"Until":  {"u_until"},
			"30m":    {"u_30"},
			"u 1, 2": {"u_odd"},
		},
	)
}

// notSecret lets a caller see every alias but one.
func notSecret(alias string) bool { return alias != "secret-show" }

func byID(users ...imapi.UserID) []commands.Person {
	var people []commands.Person
	for _, u := range users {
		people = append(people, commands.Person{ID: u})
	}
	return people
}

func custom(g imapi.GroupID) commands.Target { return commands.Target{Groups: []imapi.GroupID{g}} }

func friday() commands.Target {
	return commands.Target{Alias: "friday-show", Groups: []imapi.GroupID{"@TGS#a6I4ZUUGO"}}
}

func adding(t commands.Target, users ...imapi.UserID) commands.Command {
	return commands.Command{Verb: commands.Add, Target: t, Users: byID(users...)}
}

func withReason(reason string) commands.Command {
	c := adding(friday(), "u1")
	c.Reason = reason
	return c
}

func TestParse(t *testing.T) {
	official := custom("@TGS#a6I4ZUUGO")
	week := commands.Target{Alias: "weekend", Groups: []imapi.GroupID{"@TGS#aSAT", "@TGS#aSUN"}}
	for _, tt := range []struct {
		name, text string
		want       commands.Command
	}{
		{"nothing", "", commands.Command{Verb: commands.Welcome}},
		{"only white space", " \u00a0\t", commands.Command{Verb: commands.Welcome}},
		{"only a zero-width character", "\u200b", commands.Command{Verb: commands.Welcome}},
		{"an official ID", "add @TGS#a6I4ZUUGO user1", adding(official, "user1")},
		{"verb and alias in any case", "ADD Friday-SHOW user1", adding(friday(), "user1")},
		{"IDs exactly", "add MyGroup User1", adding(custom("MyGroup"), "User1")},
		{"an alias of several groups", "list weekend", commands.Command{Verb: commands.List, Target: week}},
		{"synonym set", "set friday-show u1", adding(friday(), "u1")},
		{"synonym promote", "promote friday-show u1", adding(friday(), "u1")},
		{"synonym del", "del friday-show u1", commands.Command{Verb: commands.Remove, Target: friday(), Users: byID("u1")}},
		{"synonym delete", "delete friday-show u1", commands.Command{Verb: commands.Remove, Target: friday(), Users: byID("u1")}},
		{"synonym rm", "rm friday-show u1", commands.Command{Verb: commands.Remove, Target: friday(), Users: byID("u1")}},
		{"synonym cancel", "cancel friday-show u1", commands.Command{Verb: commands.Remove, Target: friday(), Users: byID("u1")}},
		{"synonym demote", "demote friday-show u1", commands.Command{Verb: commands.Remove, Target: friday(), Users: byID("u1")}},
		{"synonym ls", "ls friday-show", commands.Command{Verb: commands.List, Target: friday()}},
		{"synonym show", "show friday-show", commands.Command{Verb: commands.List, Target: friday()}},

		{"users by spaces and commas", "add friday-show u1,u2 , u3,,u4", adding(friday(), "u1", "u2", "u3", "u4")},
		{"commas of other keyboards", "add friday-show u1，u2、u3", adding(friday(), "u1", "u2", "u3")},
		{"named twice counts once", "add friday-show u1 u1 u2", adding(friday(), "u1", "u2")},
		{"a comma inside a group belongs to it", "add a,b u1", adding(custom("a,b"), "u1")},
		{"a comma after a group does not", "add friday-show, u1", adding(friday(), "u1")},
		{"a name", "add friday-show MINHO", commands.Command{Verb: commands.Add, Target: friday(), Users: []commands.Person{{Name: "minho", ID: "u_8821"}}}},
		{"a quoted name", `add friday-show "u 1, 2"`, commands.Command{Verb: commands.Add, Target: friday(), Users: []commands.Person{{Name: "u 1, 2", ID: "u_odd"}}}},
		{"a crew beside one of its members", "add friday-show u_9902 night",
			commands.Command{Verb: commands.Add, Target: friday(), Users: []commands.Person{{Name: "", ID: "u_9902"}, {Name: "night", ID: "u_8821"}}}},
		{"five through a crew, one of them twice", "add friday-show five f3",
			commands.Command{Verb: commands.Add, Target: friday(), Users: []commands.Person{{Name: "five", ID: "f1"}, {Name: "five", ID: "f2"}, {Name: "five", ID: "f3"}, {Name: "five", ID: "f4"}, {Name: "five", ID: "f5"}}}},

		{"a quoted group", `add "my group" u1`, adding(custom("my group"), "u1")},
		{"a quoted alias", `add "two words" u1`, adding(commands.Target{Alias: "two words", Groups: []imapi.GroupID{"@TGS#aTWO"}}, "u1")},
		{"curly quotes", "add “my group” ‘u 1’", adding(custom("my group"), "u 1")},
		{"low and pointed quotes", "add „my group“ «u 1»", adding(custom("my group"), "u 1")},
		{"one quote of two turned curly", "add \"my group” u1", adding(custom("my group"), "u1")},
		{"the other quote of two turned curly", "add “my group\" u1", adding(custom("my group"), "u1")},
		{"a no-break space in quotes", "add \"my\u00a0group\" u1", adding(custom("my group"), "u1")},
		{"single quotes", "add 'my group' u1", adding(custom("my group"), "u1")},
		{"escapes in quotes", `add "a\"b\\c\d" u1`, adding(custom(`a"b\c\d`), "u1")},
		{"a quote inside a word is literal", `add g"h u'1`, adding(custom(`g"h`), "u'1")},
		{"an apostrophe without a partner", "add friday-show 'u1", adding(friday(), "'u1")},
		{"quoted users by commas", `add friday-show "u 1","u 2"`, adding(friday(), "u 1", "u 2")},
		{"quoted names of options", `add friday-show "for" 'until' "Reason"`, commands.Command{Verb: commands.Add, Target: friday(), Users: []commands.Person{{Name: "", ID: "for"}, {Name: "Until", ID: "u_until"}, {Name: "", ID: "Reason"}}}},
		{"names of options in the place of a group", "add new u1", adding(custom("new"), "u1")},
		{"a quoted alias is a UserID", `add friday-show "weekend"`, adding(friday(), "weekend")},
		{"a quoted group ID is a UserID", `add friday-show "@TGS#a1"`, adding(friday(), "@TGS#a1")},
		{"an alias that the caller does not see is a UserID", "add friday-show secret-show", adding(friday(), "secret-show")},
		{"a quoted word is no flag", `add friday-show "--for"`, adding(friday(), "--for")},
		{"a quoted word is no person", `add friday-show "@minho"`, adding(friday(), "@minho")},
		{"a quoted word is no channel", `add "#general" u1`, adding(custom("#general"), "u1")},
		{"a quoted word near an alias is an ID", `add "friday-shw" u1`, adding(custom("friday-shw"), "u1")},
		{"near an alias that the caller does not see", "add secret-shw u1", adding(custom("secret-shw"), "u1")},
		{"an alias that the caller does not see resolves", "list secret-show",
			commands.Command{Verb: commands.List, Target: commands.Target{Alias: "secret-show", Groups: []imapi.GroupID{"@TGS#aSECRET"}}}},
		{"not near enough to a short alias", "add shoe2 u1", adding(custom("shoe2"), "u1")},

		{"backticks around words", "add `@TGS#a6I4ZUUGO` `u1` u2`", adding(official, "u1", "u2")},
		{"backticks around a quoted word", "add `\"my group\"` u1", adding(custom("my group"), "u1")},
		{"backticks around everything", "`add friday-show u1`", adding(friday(), "u1")},
		{"a fence around everything", "```\nadd friday-show u1 --reason late\n```", withReason("late")},
		{"no-break and other white space", "add\u00a0friday-show\u2003u1\u202fu2\nu3", adding(friday(), "u1", "u2", "u3")},
		{"zero-width characters at the very beginning", "\ufeff\u200badd friday-show u1", adding(friday(), "u1")},
		{"entities are decoded", "add a&lt;b&gt;c&amp;d u1", adding(custom("a<b>c&d"), "u1")},
		{"entities are decoded once", "add a&amp;lt;b u1", adding(custom("a&lt;b"), "u1")},
		{"other entities are text", "add a&quot;b u1", adding(custom("a&quot;b"), "u1")},
		{"an encoded mention is text", "add friday-show &lt;U1&gt;", adding(friday(), "<U1>")},
		{"an address that became a link", "add friday-show <mailto:a@b.c|a@b.c>", adding(friday(), "a@b.c")},
		{"a link with a label", "add <http://x.com|x.com> u1", adding(custom("x.com"), "u1")},
		{"a link without a label", "add friday-show <https://x.com/?a=1&amp;b>", adding(friday(), "https://x.com/?a=1&b")},
		{"a link in quotes", `add friday-show "<mailto:a@b.c|a@b.c>"`, adding(friday(), "a@b.c")},
		{"a mention in quotes was typed as its label", `add friday-show "<@U024BE7LH|minho>"`, adding(friday(), "@minho")},
		{"a lone < is text", "add friday-show <3 a<b", adding(friday(), "<3", "a<b")},

		{"every flag", `add friday-show u1 --for 2h30m --replace u2,u3 u4 --reason "shift change" --new --dry-run`,
			commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), Replace: byID("u2", "u3", "u4"), For: 150 * time.Minute, Reason: "shift change", New: true, DryRun: true}},
		{"flags with =", `add friday-show u1 --for=3D --reason="shift change" --replace=u2`,
			commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), Replace: byID("u2"), For: 72 * time.Hour, Reason: "shift change"}},
		{"flags in any case, before and between", "add --NEW friday-show u1 --Dry-Run u2", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1", "u2"), New: true, DryRun: true}},
		{"an en dash for two hyphens", "add friday-show u1 –for 90m", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), For: 90 * time.Minute}},
		{"an em dash for two hyphens", "add friday-show u1 —for 90m", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), For: 90 * time.Minute}},
		{"a dash and a hyphen", "add friday-show u1 –-for 90m —dry–run", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), For: 90 * time.Minute, DryRun: true}},
		{"a flag in backticks", "add friday-show u1 `--for` `2h`", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), For: 2 * time.Hour}},
		{"a flag after a comma", "add friday-show u1, --new", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), New: true}},
		{"a name that looks like a time", "add friday-show 30m --for 2h", commands.Command{Verb: commands.Add, Target: friday(), Users: []commands.Person{{Name: "30m", ID: "u_30"}}, For: 2 * time.Hour}},
		{"a quoted name after a time", `add friday-show --for 2h "30m"`, commands.Command{Verb: commands.Add, Target: friday(), Users: []commands.Person{{Name: "30m", ID: "u_30"}}, For: 2 * time.Hour}},
		{"weeks", "add friday-show u1 --for 1w", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), For: 7 * 24 * time.Hour}},
		{"the longest time", "add friday-show u1 --for 30d", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), For: commands.MaxFor}},
		{"the shortest time", "add friday-show u1 --for 1s", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("u1"), For: commands.MinFor}},
		{"longest IDs", "add " + strings.Repeat("g", 48) + " " + strings.Repeat("u", 32),
			adding(custom(imapi.GroupID(strings.Repeat("g", 48))), imapi.UserID(strings.Repeat("u", 32)))},

		{"history", "history", commands.Command{Verb: commands.History}},
		{"history of a number", "history #42 --since 2w", commands.Command{Verb: commands.History, Number: 42, Since: 14 * 24 * time.Hour}},
		{"history of a group", "history @TGS#a6I4ZUUGO", commands.Command{Verb: commands.History, About: "@TGS#a6I4ZUUGO"}},
		{"history of an alias", "history Weekend", commands.Command{Verb: commands.History, About: "Weekend", Target: week}},
		{"history of a crew", "history night", commands.Command{Verb: commands.History, About: "night", Users: []commands.Person{{Name: "night", ID: "u_8821"}, {Name: "night", ID: "u_9902"}}}},
		{"history of a caller", "history slack:user:U024BE7LH", commands.Command{Verb: commands.History, About: "slack:user:U024BE7LH"}},
		{"history of a mentioned caller", "history <@U024BE7LH|alice>", commands.Command{Verb: commands.History, About: "U024BE7LH"}},
		{"history of a caller mentioned in Discord", "history <@!165511591545143296>", commands.Command{Verb: commands.History, About: "165511591545143296"}},
		{"history of a quoted #", `history "#42"`, commands.Command{Verb: commands.History, About: "#42"}},
		{"history without an end", "history --since 100000d", commands.Command{Verb: commands.History, Since: 100_000 * day}},
		{"groups", "groups", commands.Command{Verb: commands.Groups}},
		{"whoami", "WhoAmI", commands.Command{Verb: commands.Whoami}},
		{"help", "help", commands.Command{Verb: commands.Help}},
		{"help on a synonym", "help rm", commands.Command{Verb: commands.Help, Topic: commands.Remove}},
		{"help as other programs", "--help", commands.Command{Verb: commands.Help}},
		{"help as other programs, in short", "-h", commands.Command{Verb: commands.Help}},
		{"help with a long dash", "—help", commands.Command{Verb: commands.Help}},
		{"help on a command", "add friday-show u1 --help", commands.Command{Verb: commands.Help, Topic: commands.Add}},
		{"help on a command, in short", "rm -H", commands.Command{Verb: commands.Help, Topic: commands.Remove}},
		{"help on help", "help --help", commands.Command{Verb: commands.Help}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, m := Parse(tt.text, cast(), notSecret)
			if m != nil {
				t.Fatalf("Parse(%q) is a mistake: %+v", tt.text, *m)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Parse(%q)\n got %+v\nwant %+v", tt.text, got, tt.want)
			}
			checkRoundTrip(t, got)
		})
	}
}

func TestParseReason(t *testing.T) {
	for _, tt := range []struct{ name, typed, want string }{
		{"words", "shift change", "shift change"},
		{"quoted", `"shift change"`, "shift change"},
		{"white space runs", "\"shift \t\n\u00a0change \"", "shift change"},
		{"quotes in the middle", `the "big" one's`, `the "big" one's`},
		{"an apostrophe at the start", "'tis y'all", "'tis y'all"},
		{"an apostrophe in single quotes", "‘it’s late’", "it’s late"},
		{"a dash by itself", "too loud – or late - really", "too loud – or late - really"},
		{"commas", "late, loud", "late, loud"},
		{"backticks", "see `x y`", "see `x y`"},
		{"backticks first", "`x` is down", "`x` is down"},
		{"emoji of several characters", "👩‍💻 ❤️", "👩‍💻 ❤️"},
		{"a joiner of letters", "می\u200cخواهم", "می\u200cخواهم"},
		{"zero-width at the edge of a word", "\u200bshift\u200b change", "shift change"},
		{"a mention with a name", "for <@U024|alice> in <#C1|general>", "for @alice in #general"},
		{"a mention without a name", `"for <@U024>"`, "for @U024"},
		{"everybody", "<!channel> <!subteam^S1|@mods>", "@channel @mods"},
		{"an encoded tag", "&lt;!channel&gt; &amp;amp;", "<!channel> &amp;"},
		{"an encoded mention", "&lt;@U1|x&gt;", "<@U1|x>"},
		{"as long as can be", strings.Repeat("é", commands.MaxReason), strings.Repeat("é", commands.MaxReason)},
		{"escapes in quotes", `"\"\\"`, `"\`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, sign := range []string{" ", "="} {
				text := "add friday-show u1 --reason" + sign + tt.typed + " --dry-run"
				got, m := Parse(text, cast(), notSecret)
				if m != nil {
					t.Fatalf("Parse(%q) is a mistake: %+v", text, *m)
				}
				if got.Reason != tt.want || !got.DryRun || len(got.Users) != 1 {
					t.Errorf("Parse(%q) has reason %q, want %q; all of it: %+v", text, got.Reason, tt.want, got)
				}
				checkRoundTrip(t, got)
			}
		})
	}
}

// checkRoundTrip asserts that a command is written so that it is read back as
// the same one, by the most suspicious reader.
func checkRoundTrip(t *testing.T, c commands.Command) {
	t.Helper()
	text := Format(c)
	again, m := Parse(text, cast(), func(string) bool { return true })
	if m != nil && m.Problem == GroupAsUser {
		return // a UserID that is an alias, too
	}
	if m != nil {
		t.Fatalf("%+v is written as %q, which is a mistake: %+v", c, text, *m)
	}
	if !reflect.DeepEqual(again, c) {
		t.Errorf("%q is read back as\n     %+v\nwant %+v", text, again, c)
	}
	if filled, m := New(FormatFields(c), cast(), func(string) bool { return true }); m != nil || !reflect.DeepEqual(filled, c) {
		t.Errorf("%q is read back as\n     %+v, %+v\nwant %+v", FormatFields(c), filled, m, c)
	}
}
